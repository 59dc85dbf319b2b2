//! What a searcher's words become.
//!
//! Topics are recognised first, as the longest phrases, also inside unspaced Chinese; of the rest each word is a unit,
//! and each Chinese run between them. Filler is dropped unless nothing else is there. Engines match units, and never
//! see the text itself.

use super::{
    script::Script,
    segment::{Token, tokens},
    stem::stems,
    stop::{chinese_filler, is_stop_word},
    vocabulary::Vocabulary,
};

/// A searcher's words, understood. Empty when they held no letter or digit.
#[derive(Clone, Default)]
pub struct Query {
    pub units: Vec<Unit>,
}

/// One thing that is asked for: a topic as named, or a word.
#[derive(Clone, PartialEq, Eq)]
pub struct Unit {
    /// In the order typed; several only where a topic's name has several.
    pub words: Vec<QueryWord>,
    /// Slugs of the topics that these words name.
    pub topics: Vec<String>,
    /// Whether this is what was typed last, so that it may be the beginning of a longer word.
    pub last: bool,
}

/// A word of a unit.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryWord {
    /// Folded; a Chinese run is one word.
    pub text: String,
    pub script: Script,
    /// Stems that differ from the word.
    pub stems: Vec<String>,
}

impl std::fmt::Debug for Query {
    /// Without the words: what someone looks for must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("units", &self.units.len())
            .finish_non_exhaustive()
    }
}

impl Query {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }
}

impl QueryWord {
    fn new(text: String, script: Script) -> Self {
        Self {
            stems: stems(&text, script),
            text,
            script,
        }
    }

    /// The index terms that make up the word: of Chinese its pairs of characters, else the word.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        let characters: Vec<char> = if self.script == Script::Han {
            self.text.chars().collect()
        } else {
            Vec::new()
        };
        if characters.len() < 2 {
            return vec![self.text.clone()];
        }
        characters
            .windows(2)
            .map(|pair| pair.iter().collect())
            .collect()
    }
}

/// Understands `text`.
#[must_use]
pub fn query(text: &str, vocabulary: &Vocabulary) -> Query {
    let tokens = tokens(text);
    let mut units = units(&tokens, vocabulary, true);
    if units.is_empty() {
        units = self::units(&tokens, vocabulary, false);
    }
    let mut query = Query {
        units: Vec::with_capacity(units.len()),
    };
    for unit in units {
        // A word said twice ("teman-teman") is asked for once, where it was said last.
        query.units.retain(|earlier| *earlier != unit);
        query.units.push(unit);
    }
    if let Some(last) = query.units.last_mut() {
        last.last = true;
    }
    query
}

fn units(tokens: &[Token<'_>], vocabulary: &Vocabulary, drop_filler: bool) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut done = 0;
    for named in vocabulary.named(tokens) {
        plain_units(&tokens[done..named.start], drop_filler, &mut units);
        let words = words_of(&tokens[named.start..named.end]);
        let topics = vocabulary
            .slugs_of(named.topics)
            .map(str::to_owned)
            .collect();
        units.push(Unit {
            words,
            topics,
            last: false,
        });
        done = named.end;
    }
    plain_units(&tokens[done..], drop_filler, &mut units);
    units
}

/// The words of a topic's name; filler inside it ("want to die") says nothing apart from the whole.
fn words_of(tokens: &[Token<'_>]) -> Vec<QueryWord> {
    let mut words: Vec<QueryWord> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match words.last_mut() {
            Some(run) if token.joined && index > 0 => run.text.push_str(&token.text),
            _ => words.push(QueryWord::new(
                token.text.clone().into_owned(),
                token.script,
            )),
        }
    }
    if words.iter().any(|word| !is_stop_word(&word.text)) {
        words.retain(|word| !is_stop_word(&word.text));
    }
    words
}

fn plain_units(tokens: &[Token<'_>], drop_filler: bool, units: &mut Vec<Unit>) {
    let mut at = 0;
    let mut run = String::new();
    while let Some(token) = tokens.get(at) {
        if token.script != Script::Han {
            end_run(&mut run, drop_filler, units);
            if !(drop_filler && is_stop_word(&token.text)) {
                units.push(plain_unit(token.text.clone().into_owned(), token.script));
            }
            at += 1;
            continue;
        }
        if !token.joined {
            end_run(&mut run, drop_filler, units);
        }
        match filler_at(&tokens[at..]).filter(|_| drop_filler) {
            Some(length) => {
                end_run(&mut run, drop_filler, units);
                at += length;
            }
            None => {
                run.push_str(&token.text);
                at += 1;
            }
        }
    }
    end_run(&mut run, drop_filler, units);
}

/// How many tokens of Chinese filler `tokens` begin with.
fn filler_at(tokens: &[Token<'_>]) -> Option<usize> {
    const LONGEST: usize = 3;
    let rest: String = tokens
        .iter()
        .take(LONGEST)
        .enumerate()
        .take_while(|(index, token)| *index == 0 || token.joined)
        .map(|(_, token)| &*token.text)
        .collect();
    chinese_filler(&rest)
}

fn end_run(run: &mut String, drop_filler: bool, units: &mut Vec<Unit>) {
    let text = std::mem::take(run);
    if !(text.is_empty() || drop_filler && is_stop_word(&text)) {
        units.push(plain_unit(text, Script::Han));
    }
}

fn plain_unit(text: String, script: Script) -> Unit {
    Unit {
        words: vec![QueryWord::new(text, script)],
        topics: Vec::new(),
        last: false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::vocabulary::tests::sample, Query, query};

    /// Units as `word+word=topic,topic`.
    fn understood(text: &str) -> Vec<String> {
        let read = |query: Query| {
            query.units.into_iter().map(|unit| {
                let words: Vec<_> = unit.words.into_iter().map(|word| word.text).collect();
                let topics = unit.topics.join(",");
                if topics.is_empty() {
                    words.join("+")
                } else {
                    format!("{}={topics}", words.join("+"))
                }
            })
        };
        read(query(text, &sample())).collect()
    }

    #[test]
    fn topics_come_out_of_unspaced_text() {
        assert_eq!(
            understood("深圳抑鬱症諮詢"),
            ["深圳", "抑郁症=depression", "咨询"]
        );
        assert_eq!(
            understood("我想找福田的心理咨询"),
            ["福田", "心理咨询=counselling"]
        );
        assert_eq!(
            understood("AA互助会在深圳"),
            ["aa+互助会=alcohol", "在深圳"]
        );
        assert_eq!(
            understood("我在深圳可以找到抑郁症和心理咨询"),
            ["深圳", "抑郁症=depression", "心理咨询=counselling"]
        );
    }

    #[test]
    fn filler_goes_while_something_is_left() {
        assert_eq!(
            understood("depression support near me"),
            ["depression=depression", "support"]
        );
        assert_eq!(
            understood("konseling terdekat di Jakarta"),
            ["konseling=counselling", "jakarta"]
        );
        assert_eq!(understood("আমার হতাশায় কী করতে"), ["হতাশায\u{09BC}=depression"]);
        assert_eq!(understood("the who"), ["the", "who"]);
        assert_eq!(understood("怎么办"), ["怎么办"]);
        assert_eq!(understood("i want to die"), ["die=suicide"]);
        assert_eq!(understood("… "), Vec::<String>::new());
    }

    #[test]
    fn a_word_said_twice_is_one_unit() {
        assert_eq!(understood("teman-teman curhat"), ["teman", "curhat"]);
    }

    #[test]
    fn the_last_unit_may_go_on() {
        let query = query("support depres", &sample());
        assert_eq!(
            query.units.iter().map(|unit| unit.last).collect::<Vec<_>>(),
            [false, true]
        );
    }

    #[test]
    fn chinese_words_are_matched_by_pairs() {
        let query = query("心理援助 市", &sample());
        assert_eq!(query.units[0].words[0].terms(), ["心理", "理援", "援助"]);
        assert_eq!(query.units[1].words[0].terms(), ["市"]);
    }

    #[test]
    fn words_stay_out_of_debug() {
        assert_eq!(
            format!("{:?}", query("depression", &sample())),
            "Query { units: 1, .. }"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_understood(text in any::<String>()) {
            for unit in query(&text, &sample()).units {
                prop_assert!(unit.words.iter().all(|word| !word.text.is_empty()) && !unit.words.is_empty());
            }
        }

        #[test]
        fn folding_first_changes_nothing(text in "[\u{0985}-\u{09B9}\u{09BE}-\u{09CC}抑郁症鬱憂咨詢心理的a-z ]{0,16}") {
            prop_assert_eq!(understood(&super::super::fold(&text)), understood(&text));
        }
    }
}
