//! What a searcher's words become.
//!
//! Topics are recognised first, as the longest phrases, also inside unspaced Chinese; of the rest each word is a unit,
//! and each Chinese run between them. Filler is dropped unless nothing else is there. Engines match units, and never
//! see the text itself.

use std::{ops::Range, sync::Arc};

use super::{
    number::{number_at, other_ways},
    pinyin,
    script::Script,
    segment::{Token, tokens},
    sound::{bengali_key, latin_key, without_latin_ending},
    stem::stems,
    stop::{chinese_filler, is_stop_word},
    vocabulary::Vocabulary,
};

/// A searcher's words, understood. Empty when they held no letter or digit.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    pub units: Vec<Unit>,
}

/// One thing that is asked for: a topic as named, or a word.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unit {
    /// In the order typed; several only where a topic's name has several.
    pub words: Vec<QueryWord>,
    /// Slugs of the topics that these words name.
    pub topics: Vec<String>,
    /// Other words for the same; those of each stand together.
    pub alternatives: Arc<Vec<Vec<QueryWord>>>,
    /// Whether this is what was typed last, so that it may be the beginning of a longer word.
    pub last: bool,
}

/// A word of a unit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct QueryWord {
    /// Folded; a Chinese run is one word.
    pub text: String,
    pub script: Script,
    /// Stems that differ from the word, and other ways to write a number.
    pub stems: Vec<String>,
    /// How the word may be written in the Latin fields; the terms of each way stand together.
    pub sounds: Vec<Vec<String>>,
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

impl std::fmt::Debug for QueryWord {
    /// Without the word.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryWord").finish_non_exhaustive()
    }
}

impl QueryWord {
    fn new(text: String, script: Script) -> Self {
        let mut stems = stems(&text, script);
        stems.extend(other_ways(&text));
        Self {
            stems,
            sounds: sounds(&text, script),
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

/// How a folded word is written in the Latin fields.
fn sounds(text: &str, script: Script) -> Vec<Vec<String>> {
    let mut ways: Vec<Vec<String>> = Vec::new();
    let mut add = |way: Vec<String>| {
        if !way.is_empty() && !ways.contains(&way) {
            ways.push(way);
        }
    };
    match script {
        Script::Han => add(pinyin::pairs_of(text)),
        Script::Bengali => add(bengali_key(text).into_iter().collect()),
        Script::Latin => {
            add(latin_key(text).into_iter().collect());
            add(without_latin_ending(text)
                .and_then(latin_key)
                .into_iter()
                .collect());
            if let Some(syllables) = pinyin::syllables(text) {
                add(syllables.windows(2).map(<[&str]>::concat).collect());
            }
        }
        Script::Other => {}
    }
    ways
}

/// Syllables of pinyin that stand apart belong to their neighbours: each is looked for by the pairs that it is in.
fn join_syllables(tokens: &[Token<'_>], at: usize, word: &mut QueryWord) {
    let is_syllable = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| token.script == Script::Latin && pinyin::is_syllable(&token.text))
    };
    if !is_syllable(at) {
        return;
    }
    if at > 0 && is_syllable(at - 1) {
        word.sounds
            .push(vec![format!("{}{}", tokens[at - 1].text, tokens[at].text)]);
    }
    if is_syllable(at + 1) {
        word.sounds
            .push(vec![format!("{}{}", tokens[at].text, tokens[at + 1].text)]);
    }
}

/// Understands `text`.
#[must_use]
pub fn query(text: &str, vocabulary: &Vocabulary) -> Query {
    let mut tokens = tokens(text);
    join_numbers(&mut tokens, text);
    let mut units = units(&tokens, vocabulary, true);
    if units.is_empty() {
        units = self::units(&tokens, vocabulary, false);
    }
    let mut query = Query {
        units: Vec::with_capacity(units.len()),
    };
    for unit in units {
        // A word said twice ("teman-teman") is asked for once, where it was said last.
        query.units.retain(|earlier| earlier.words != unit.words);
        query.units.push(unit);
    }
    if let Some(last) = query.units.last_mut() {
        last.last = true;
    }
    query
}

/// A telephone number in groups becomes one token.
fn join_numbers(tokens: &mut Vec<Token<'_>>, text: &str) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(number) = number_at(&tokens[at..], text) {
            let end = tokens[at + number.end - 1].end;
            tokens[at].text = number.digits.into();
            tokens[at].end = end;
            tokens.drain(at + 1..at + number.end);
        }
        at += 1;
    }
}

fn units(tokens: &[Token<'_>], vocabulary: &Vocabulary, drop_filler: bool) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut done = 0;
    for named in vocabulary.named(tokens) {
        plain_units(tokens, done..named.start, drop_filler, &mut units);
        let words = words_of(&tokens[named.start..named.end]);
        let topics = vocabulary
            .slugs_of(named.phrase)
            .map(str::to_owned)
            .collect();
        units.push(Unit {
            words,
            topics,
            alternatives: Arc::clone(named.phrase.alternatives()),
            last: false,
        });
        done = named.end;
    }
    plain_units(tokens, done..tokens.len(), drop_filler, &mut units);
    units
}

/// The words of a topic's name; filler inside it ("want to die") says nothing apart from the whole.
pub(super) fn words_of(tokens: &[Token<'_>]) -> Vec<QueryWord> {
    let mut texts: Vec<(String, Script)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match texts.last_mut() {
            Some((run, _)) if token.joined && index > 0 => run.push_str(&token.text),
            _ => texts.push((token.text.clone().into_owned(), token.script)),
        }
    }
    if texts.iter().any(|(word, _)| !is_stop_word(word)) {
        texts.retain(|(word, _)| !is_stop_word(word));
    }
    texts
        .into_iter()
        .map(|(text, script)| QueryWord::new(text, script))
        .collect()
}

fn plain_units(
    tokens: &[Token<'_>],
    range: Range<usize>,
    drop_filler: bool,
    units: &mut Vec<Unit>,
) {
    let Range { start: mut at, end } = range;
    let mut run = String::new();
    while at < end {
        let token = &tokens[at];
        if token.script != Script::Han {
            end_run(&mut run, drop_filler, units);
            if !(drop_filler && is_stop_word(&token.text)) {
                let mut unit = plain_unit(token.text.clone().into_owned(), token.script);
                join_syllables(tokens, at, &mut unit.words[0]);
                units.push(unit);
            }
            at += 1;
            continue;
        }
        if !token.joined {
            end_run(&mut run, drop_filler, units);
        }
        match filler_at(&tokens[at..end]).filter(|_| drop_filler) {
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
        alternatives: Arc::default(),
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

    fn sounds(text: &str) -> Vec<Vec<String>> {
        query(text, &sample()).units[0].words[0]
            .sounds
            .iter()
            .map(Clone::clone)
            .collect()
    }

    #[test]
    fn numbers_in_groups_are_one_word() {
        let query = query("টেলিফোন ০৯৬১২-১১৯ ৯১১", &sample());
        assert_eq!(query.units.len(), 2);
        let number = &query.units[1].words[0];
        assert_eq!(
            (number.text.as_str(), &number.stems[..]),
            ("09612119911", &["9612119911".to_owned()][..])
        );
    }

    #[test]
    fn words_are_looked_for_by_their_sound_too() {
        assert!(sounds("hashpatale").contains(&vec!["hsptl".to_owned()]));
        assert!(sounds("huzhuhui").contains(&vec!["huzhu".to_owned(), "zhuhui".to_owned()]));
        assert_eq!(sounds("译站"), [["yizhan"]]);
        assert!(sounds("an xin").contains(&vec!["anxin".to_owned()]));
        assert_eq!(sounds("119"), Vec::<Vec<String>>::new());
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
