//! Phrases with a meaning, and where a text says them: names of areas, words that stand for a filter.
//!
//! As with topics, a phrase is a sequence of tokens and each Chinese character is one, so a phrase is found inside
//! unspaced text; a plural or a Bengali case ending does not hide it. What overlaps is told whole: which reading counts
//! is for whoever knows what the phrases mean.

use std::{borrow::Cow, collections::HashMap};

use super::{
    script::Script,
    segment::{Token, tokens},
    stem::base,
};

/// Meanings by their phrases.
#[derive(Debug)]
pub struct Lexicon<M> {
    by_first_token: HashMap<Box<str>, Vec<Phrase<M>>>,
}

#[derive(Debug)]
struct Phrase<M> {
    /// The tokens after the first.
    rest: Box<[Box<str>]>,
    meanings: Vec<M>,
}

/// A phrase that a text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<'l, M> {
    pub meanings: &'l [M],
    /// Where the phrase begins in the original text, in bytes.
    pub start: usize,
    /// Where it ends there.
    pub end: usize,
}

impl<M> Default for Lexicon<M> {
    fn default() -> Self {
        Self {
            by_first_token: HashMap::new(),
        }
    }
}

impl<M: PartialEq> Lexicon<M> {
    /// From pairs of a phrase and what it means. A phrase without a letter, or of one Chinese character, is left out: it
    /// is part of too many words.
    pub fn build<'a>(phrases: impl IntoIterator<Item = (&'a str, M)>) -> Self {
        let mut lexicon = Self::default();
        for (phrase, meaning) in phrases {
            lexicon.add(&tokens(phrase), meaning);
        }
        lexicon
    }

    fn add(&mut self, phrase: &[Token<'_>], meaning: M) {
        let Some((first, rest)) = phrase
            .split_first()
            .filter(|(first, rest)| !rest.is_empty() || first.script != Script::Han)
        else {
            return;
        };
        let rest: Box<[Box<str>]> = rest.iter().map(|token| (*token.text).into()).collect();
        let phrases = self.by_first_token.entry((*first.text).into()).or_default();
        match phrases.iter_mut().find(|phrase| phrase.rest == rest) {
            Some(phrase) if phrase.meanings.contains(&meaning) => {}
            Some(phrase) => phrase.meanings.push(meaning),
            None => phrases.push(Phrase {
                rest,
                meanings: vec![meaning],
            }),
        }
    }
}

impl<M> Lexicon<M> {
    /// Every phrase in `text`, by where it begins, the longest first; they may overlap.
    #[must_use]
    pub fn said(&self, text: &str) -> Vec<Said<'_, M>> {
        let tokens = tokens(text);
        let bases: Vec<Option<Cow<'_, str>>> = tokens
            .iter()
            .map(|token| base(&token.text, token.script))
            .collect();
        let says = |at: usize, word: &str| {
            tokens
                .get(at)
                .is_some_and(|token| token.text == word || bases[at].as_deref() == Some(word))
        };
        let mut said: Vec<Said<'_, M>> = Vec::new();
        for start in 0..tokens.len() {
            let before = said.len();
            let firsts = [Some(&*tokens[start].text), bases[start].as_deref()];
            for phrase in firsts
                .into_iter()
                .flatten()
                .filter_map(|first| self.by_first_token.get(first))
                .flatten()
            {
                let whole = phrase
                    .rest
                    .iter()
                    .enumerate()
                    .all(|(at, word)| says(start + 1 + at, word));
                if whole {
                    said.push(Said {
                        meanings: &phrase.meanings,
                        start: tokens[start].start,
                        end: tokens[start + phrase.rest.len()].end,
                    });
                }
            }
            said[before..].sort_by_key(|said| std::cmp::Reverse(said.end));
        }
        said
    }

    /// What `text` means where all of it is one phrase.
    #[must_use]
    pub fn meanings_of(&self, text: &str) -> &[M] {
        let tokens = tokens(text);
        let whole = tokens.first().zip(tokens.last());
        let Some((first, last)) = whole else {
            return &[];
        };
        let said = self.said(text).into_iter();
        said.filter(|said| said.start == first.start && said.end == last.end)
            .map(|said| said.meanings)
            .next()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Lexicon;

    fn sample() -> Lexicon<u8> {
        Lexicon::build([
            ("Dhaka", 1),
            ("ঢাকা", 1),
            ("花蓮", 2),
            ("Jakarta Barat", 3),
            ("Jakarta", 4),
            ("Depok", 5),
            ("Depok", 6),
            ("的", 7),
        ])
    }

    fn said(text: &str) -> Vec<(String, Vec<u8>)> {
        let lexicon = sample();
        lexicon
            .said(text)
            .into_iter()
            .map(|said| {
                (
                    text[said.start..said.end].to_owned(),
                    said.meanings.to_vec(),
                )
            })
            .collect()
    }

    #[test]
    fn phrases_are_found_in_every_script() {
        let one = |text: &str, meaning: u8| vec![(text.to_owned(), vec![meaning])];
        assert_eq!(said("ঢাকায় হাসপাতাল"), one("ঢাকায়", 1));
        assert_eq!(said("去花莲看病"), one("花莲", 2));
        assert_eq!(
            said("psikolog JAKARTA barat"),
            [
                ("JAKARTA barat".to_owned(), vec![3]),
                ("JAKARTA".to_owned(), vec![4])
            ]
        );
        assert_eq!(said("depok"), [("depok".to_owned(), vec![5, 6])]);
        assert_eq!(said("我的"), []);
    }

    #[test]
    fn a_whole_text_may_be_one_phrase() {
        assert_eq!(sample().meanings_of(" jakarta  barat "), [3]);
        assert!(sample().meanings_of("jakarta barat kota").is_empty());
        assert!(sample().meanings_of("").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(name in any::<String>(), text in any::<String>()) {
            let lexicon = Lexicon::build([(name.as_str(), 1)]);
            for said in lexicon.said(&text) {
                prop_assert!(text.get(said.start..said.end).is_some());
            }
        }
    }
}
