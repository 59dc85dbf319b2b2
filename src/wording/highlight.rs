//! Where a text shown to a searcher answers the words that were typed.
//!
//! Engines never highlight: they hold folded text, and a listing may be found in one language and shown in another.

use std::collections::HashSet;

use super::{
    query::{Query, QueryWord, Unit},
    script::Script,
    segment::{Token, tokens},
    stem::stems,
    vocabulary::Vocabulary,
};

const SHORTEST_FOR_TYPO: usize = 5;
const SHORTEST_FOR_PREFIX: usize = 2;

/// Byte ranges of `original` that match `query`, in order and apart: words that are equal, share a stem, begin with the
/// last word, or are one typo away; Chinese by pairs of characters; and every name of a topic that was asked for.
#[must_use]
pub fn highlight(original: &str, query: &Query, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
    if query.is_empty() {
        return Vec::new();
    }
    let tokens = tokens(original);
    let wanted = Wanted::of(query);
    let mut ranges = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.script != Script::Han {
            if wanted.has_word(token) {
                ranges.push((token.start, token.end));
            }
            continue;
        }
        if wanted.chinese.contains(&token.text) {
            ranges.push((token.start, token.end));
        }
        if let Some(next) = tokens.get(index + 1).filter(|next| next.joined)
            && wanted
                .chinese
                .contains(&format!("{}{}", token.text, next.text))
        {
            ranges.push((token.start, next.end));
        }
    }
    if !wanted.topics.is_empty() {
        for named in vocabulary.named(&tokens) {
            if vocabulary
                .slugs_of(named.topics)
                .any(|slug| wanted.topics.contains(slug))
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
    merged(ranges)
}

/// A query, arranged for looking things up.
struct Wanted<'q> {
    words: Vec<(&'q QueryWord, bool)>,
    chinese: HashSet<String>,
    topics: HashSet<&'q str>,
}

impl<'q> Wanted<'q> {
    fn of(query: &'q Query) -> Self {
        let mut wanted = Self {
            words: Vec::new(),
            chinese: HashSet::new(),
            topics: HashSet::new(),
        };
        for Unit {
            words,
            topics,
            last,
        } in &query.units
        {
            wanted.topics.extend(topics.iter().map(String::as_str));
            for (index, word) in words.iter().enumerate() {
                if word.script == Script::Han {
                    wanted.chinese.extend(word.terms());
                } else {
                    wanted.words.push((word, *last && index + 1 == words.len()));
                }
            }
        }
        wanted
    }

    fn has_word(&self, token: &Token) -> bool {
        if self
            .words
            .iter()
            .any(|(word, may_go_on)| is_like(&token.text, &word.text, *may_go_on))
        {
            return true;
        }
        let stems = stems(&token.text, token.script);
        self.words.iter().any(|(word, _)| {
            word.stems.contains(&token.text)
                || stems
                    .iter()
                    .any(|stem| *stem == word.text || word.stems.contains(stem))
        })
    }
}

fn is_like(text: &str, wanted: &str, may_go_on: bool) -> bool {
    text == wanted
        || (may_go_on
            && text.starts_with(wanted)
            && wanted.chars().nth(SHORTEST_FOR_PREFIX - 1).is_some())
        || is_one_typo_away(text, wanted)
}

/// One letter more, less, other, or two neighbours exchanged, in words of some length. Never in a number: another
/// digit is another telephone.
fn is_one_typo_away(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short.len() < SHORTEST_FOR_TYPO - 1
        || long.len() < SHORTEST_FOR_TYPO
        || long.len() - short.len() > 1
        || short.iter().chain(&long).any(char::is_ascii_digit)
    {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    match (short, long) {
        (short, [_, rest @ ..]) if short.len() == rest.len() => short == rest,
        ([a, b, short @ ..], [c, d, long @ ..]) if a == d && b == c && short == long => true,
        ([_, short @ ..], [_, long @ ..]) => short == long,
        _ => false,
    }
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
        highlight, is_one_typo_away,
    };

    fn marked<'a>(text: &'a str, typed: &str) -> Vec<&'a str> {
        let vocabulary = sample();
        let ranges = highlight(text, &query(typed, &vocabulary), &vocabulary);
        ranges
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
        assert_eq!(marked("Ring 09612-119911", "09612 119912"), ["09612"]);
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
                for (start, end) in highlight(&text, &query(words, &vocabulary), &vocabulary) {
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
