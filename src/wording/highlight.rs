//! Where a text shown to a searcher answers the words that were typed.
//!
//! Engines never highlight: they hold folded text, and a listing may be found in one language and shown in another.

use super::{
    cut::Cut,
    query::Query,
    script::Script,
    segment::{Token, tokens},
    stem::{may_be_stem, stems},
    vocabulary::{Phrase, Vocabulary},
};

const SHORTEST_FOR_TYPO: usize = 5;
const SHORTEST_FOR_PREFIX: usize = 2;

/// A query, arranged for marking what answers it in many texts.
pub struct Highlighter<'q> {
    words: Vec<Wanted<'q>>,
    /// Chinese characters that were asked for alone, and pairs.
    characters: Vec<char>,
    pairs: Vec<(char, char)>,
    topics: Vec<&'q str>,
    /// Names of these topics, in the order of their first characters.
    names: Vec<(char, &'q Phrase)>,
    vocabulary: &'q Vocabulary,
}

/// A word that is not Chinese.
struct Wanted<'q> {
    text: &'q str,
    stems: &'q [String],
    /// Whether it may be the beginning of a longer word.
    may_go_on: bool,
}

impl<'q> Highlighter<'q> {
    /// For `query`, which was read with `vocabulary`.
    #[must_use]
    pub fn new(query: &'q Query, vocabulary: &'q Vocabulary) -> Self {
        let mut words = Vec::new();
        let (mut characters, mut pairs, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for unit in &query.units {
            topics.extend(unit.topics.iter().map(String::as_str));
            for (index, word) in unit.words.iter().enumerate() {
                if word.script != Script::Han {
                    let is_last = unit.last && index + 1 == unit.words.len();
                    words.push(Wanted {
                        text: &word.text,
                        stems: &word.stems,
                        may_go_on: is_last && word.text.chars().count() >= SHORTEST_FOR_PREFIX,
                    });
                    continue;
                }
                let run: Vec<char> = word.text.chars().collect();
                match run[..] {
                    [alone] => characters.push(alone),
                    _ => pairs.extend(run.windows(2).map(|pair| (pair[0], pair[1]))),
                }
            }
        }
        let names = vocabulary.names_of(&topics).into_iter();
        let mut names: Vec<(char, &Phrase)> = names
            .filter_map(|name| Some((name.initial()?, name)))
            .collect();
        names.sort_by_key(|(initial, _)| *initial);
        Self {
            names,
            words,
            characters,
            pairs,
            topics,
            vocabulary,
        }
    }

    /// Byte ranges of `original` that match, in order and apart: words that are equal, share a stem, begin with the
    /// last word, or are one typo away; Chinese by pairs of characters; and every name of a topic that was asked for.
    #[must_use]
    pub fn marks(&self, original: &str) -> Vec<(usize, usize)> {
        if self.is_empty() {
            return Vec::new();
        }
        self.marks_of(&tokens(original))
    }

    /// The same of a text that has been cut.
    #[must_use]
    pub fn marks_in(&self, cut: &Cut) -> Vec<(usize, usize)> {
        if self.is_empty() {
            return Vec::new();
        }
        self.marks_of(&cut.tokens())
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.pairs.is_empty() && self.characters.is_empty()
    }

    fn marks_of(&self, tokens: &[Token<'_>]) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        let mut names_topic = false;
        for (index, token) in tokens.iter().enumerate() {
            let character = token.text.chars().next().unwrap_or_default();
            names_topic = names_topic || self.names_topic(character, &tokens[index..]);
            if token.script != Script::Han {
                if self.has_word(token) {
                    ranges.push((token.start, token.end));
                }
                continue;
            }
            if self.characters.contains(&character) {
                ranges.push((token.start, token.end));
            }
            if let Some(next) = tokens.get(index + 1).filter(|next| next.joined)
                && let Some(second) = next.text.chars().next()
                && self.pairs.contains(&(character, second))
            {
                ranges.push((token.start, next.end));
            }
        }
        if names_topic {
            self.mark_topics(tokens, &mut ranges);
        }
        merged(ranges)
    }

    /// Whether the tokens, of which the first begins with `initial`, begin with a name of a topic asked for.
    fn names_topic(&self, initial: char, tokens: &[Token<'_>]) -> bool {
        let from = self.names.partition_point(|(first, _)| *first < initial);
        self.names[from..]
            .iter()
            .take_while(|(first, _)| *first == initial)
            .any(|(_, name)| name.begins(tokens))
    }

    fn has_word(&self, token: &Token<'_>) -> bool {
        let text = &*token.text;
        let is_like = |wanted: &Wanted<'_>| {
            text == wanted.text
                || (wanted.may_go_on && text.starts_with(wanted.text))
                || wanted.stems.iter().any(|stem| stem == text)
                || is_one_typo_away(text, wanted.text)
        };
        if self.words.iter().any(is_like) {
            return true;
        }
        let forms = || {
            let forms = |wanted: &Wanted<'q>| {
                std::iter::once(wanted.text).chain(wanted.stems.iter().map(String::as_str))
            };
            self.words.iter().flat_map(forms)
        };
        if !forms().any(|form| may_be_stem(form, text, token.script)) {
            return false;
        }
        let stems = stems(text, token.script);
        forms().any(|form| stems.iter().any(|stem| stem == form))
    }

    fn mark_topics(&self, tokens: &[Token<'_>], ranges: &mut Vec<(usize, usize)>) {
        for named in self.vocabulary.named(tokens) {
            if self
                .vocabulary
                .slugs_of(named.phrase)
                .any(|slug| self.topics.contains(&slug))
            {
                // A name may cross punctuation, so each of its tokens is marked, and the gaps only where they join.
                ranges.extend(
                    tokens[named.start..named.end]
                        .iter()
                        .map(|token| (token.start, token.end)),
                );
            }
        }
    }
}

/// One letter more, less, other, or two neighbours exchanged, in words of some length. Never in a number: another
/// digit is another telephone.
fn is_one_typo_away(one: &str, other: &str) -> bool {
    const LONGEST_LETTER: usize = 4;
    if one.len().abs_diff(other.len()) > LONGEST_LETTER {
        return false;
    }
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    let same = one.floor_char_boundary(same.count());
    let (mut after_one, mut after_other) = (one[same..].chars(), other[same..].chars());
    let (first, second) = (after_one.next(), after_other.next());
    let exchanged = || {
        let (mut after_one, mut after_other) = (after_one.clone(), after_other.clone());
        after_one.next() == second
            && after_other.next() == first
            && after_one.as_str() == after_other.as_str()
    };
    let is_slip = match (first, second) {
        (None, None) => false,
        (Some(_), None) => after_one.as_str().is_empty(),
        (None, Some(_)) => after_other.as_str().is_empty(),
        (Some(_), Some(_)) => {
            after_one.as_str() == after_other.as_str()
                || after_one.as_str() == &other[same..]
                || after_other.as_str() == &one[same..]
                || exchanged()
        }
    };
    if !is_slip {
        return false;
    }
    let (letters, others) = (one.chars().count(), other.chars().count());
    letters.max(others) >= SHORTEST_FOR_TYPO
        && letters.min(others) >= SHORTEST_FOR_TYPO - 1
        && !one.bytes().chain(other.bytes()).any(|b| b.is_ascii_digit())
}

fn merged(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{query::query, vocabulary::tests::sample},
        Highlighter, is_one_typo_away,
    };

    fn marked<'a>(text: &'a str, typed: &str) -> Vec<&'a str> {
        let vocabulary = sample();
        let query = query(typed, &vocabulary);
        Highlighter::new(&query, &vocabulary)
            .marks(text)
            .into_iter()
            .map(|(start, end)| &text[start..end])
            .collect()
    }

    #[test]
    fn marks_words_as_they_are_written() {
        assert_eq!(
            marked("Kaan Pete Roi: Emotional SUPPORT", "support"),
            ["SUPPORT"]
        );
        assert_eq!(marked("Layanan kesehatan jiwa", "sehat"), ["kesehatan"]);
        assert_eq!(
            marked("Counselling and therapy", "counsel"),
            ["Counselling"]
        );
        assert_eq!(marked("Emotional support line", "suport"), ["support"]);
        assert_eq!(marked("Ring 09612-119911", "09612"), ["09612"]);
        assert_eq!(marked("A support group", "the"), Vec::<&str>::new());
    }

    #[test]
    fn marks_a_topic_by_its_other_names() {
        assert_eq!(
            marked("Help with depression and anxiety", "抑鬱症"),
            ["depression"]
        );
        assert_eq!(marked("বিষণ্ণতা ও হতাশায় সহায়তা", "depresi"), ["বিষণ্ণতা", "হতাশায়"]);
        assert_eq!(marked("深圳憂鬱症支持小組", "depression"), ["憂鬱症"]);
        assert_eq!(
            marked("Panic attacks, panic", "serangan panik"),
            ["Panic", "attacks", "panic"]
        );
    }

    #[test]
    fn marks_chinese_by_pairs() {
        assert_eq!(
            marked("北京心理危機研究與干預中心", "心理危机"),
            ["心理危機"]
        );
        assert_eq!(marked("广州市", "市"), ["市"]);
        assert_eq!(marked("中心", "心理"), Vec::<&str>::new());
    }

    #[test]
    fn one_typo_is_any_single_slip() {
        for (one, other) in [
            ("depression", "depresion"),
            ("depression", "depresssion"),
            ("anxiety", "anxeity"),
            ("jakarta", "jakarts"),
            ("akarta", "jakarta"),
            ("helpl", "help"),
        ] {
            assert!(is_one_typo_away(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("depression", "depresio"),
            ("care", "cars"),
            ("16263", "16264"),
            ("anxiety", "naxeity"),
        ] {
            assert!(!is_one_typo_away(one, other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn ranges_are_valid_for_any_text(text in any::<String>(), typed in any::<String>()) {
            let vocabulary = sample();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            for words in [&typed, &half, &text] {
                let mut last = None;
                let query = query(words, &vocabulary);
                for (start, end) in Highlighter::new(&query, &vocabulary).marks(&text) {
                    prop_assert!(start < end && last.is_none_or(|last| last < start));
                    prop_assert!(text.get(start..end).is_some());
                    last = Some(end);
                }
            }
        }

        #[test]
        fn what_was_typed_is_marked(text in "[a-zক-হ抑郁症]{3,12}") {
            prop_assert!(!marked(&text, &text).is_empty());
        }
    }
}
