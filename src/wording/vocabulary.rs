//! The names of topics in every language, and where a text says them.
//!
//! A name is a sequence of tokens; each Chinese character is one, so a name is found inside unspaced text, and
//! whether or not someone put a space into it. A plural or a Bengali case ending in the text does not hide a name.

use std::{borrow::Cow, collections::HashMap};

use super::{
    script::Script,
    segment::{Token, tokens},
    stem::base,
};

/// A topic named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMatch<'a> {
    pub slug: &'a str,
    /// Where the name begins in the original text, in bytes.
    pub start: usize,
    /// Where it ends there.
    pub end: usize,
}

/// Topics by their names.
#[derive(Debug, Default)]
pub struct Vocabulary {
    slugs: Vec<String>,
    by_first_token: HashMap<String, Vec<Phrase>>,
}

/// A name, cut into tokens.
#[derive(Debug)]
pub(super) struct Phrase {
    tokens: Vec<String>,
    /// Places in `slugs`; several when topics share a name.
    topics: Vec<usize>,
}

/// Tokens `start..end` of a text name these topics.
pub(super) struct Named<'a> {
    pub start: usize,
    pub end: usize,
    pub topics: &'a [usize],
}

impl Vocabulary {
    /// From pairs of a topic's slug and one of its labels or synonyms, in any language.
    #[must_use]
    pub fn build<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut vocabulary = Self::default();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for (slug, name) in entries {
            let topic = *numbers.entry(slug).or_insert_with(|| {
                vocabulary.slugs.push(slug.to_owned());
                vocabulary.slugs.len() - 1
            });
            vocabulary.add(topic, &tokens(name));
        }
        vocabulary
    }

    fn add(&mut self, topic: usize, name: &[Token<'_>]) {
        // One Chinese character is part of too many words to be a name.
        let Some(first) = name
            .first()
            .filter(|first| name.len() > 1 || first.script != Script::Han)
        else {
            return;
        };
        let phrases = self
            .by_first_token
            .entry(first.text.clone().into_owned())
            .or_default();
        let known = phrases.iter_mut().find(|phrase| {
            phrase
                .tokens
                .iter()
                .eq(name.iter().map(|token| &*token.text))
        });
        match known {
            Some(phrase) if phrase.topics.contains(&topic) => {}
            Some(phrase) => phrase.topics.push(topic),
            None => phrases.push(Phrase {
                tokens: name
                    .iter()
                    .map(|token| token.text.clone().into_owned())
                    .collect(),
                topics: vec![topic],
            }),
        }
    }

    /// The topics that `text` names, in its order. Of names that overlap the longest counts.
    #[must_use]
    pub fn topics_of(&self, text: &str) -> Vec<TopicMatch<'_>> {
        let tokens = tokens(text);
        let mut matches = Vec::new();
        for named in self.named(&tokens) {
            let (start, end) = (tokens[named.start].start, tokens[named.end - 1].end);
            matches.extend(
                self.slugs_of(named.topics)
                    .map(|slug| TopicMatch { slug, start, end }),
            );
        }
        matches
    }

    pub(super) fn slugs_of(&self, topics: &[usize]) -> impl Iterator<Item = &str> {
        topics.iter().map(|topic| self.slugs[*topic].as_str())
    }

    /// Every name of these topics.
    pub(super) fn names_of(&self, slugs: &[&str]) -> Vec<&Phrase> {
        let wanted = |phrase: &&Phrase| {
            self.slugs_of(&phrase.topics)
                .any(|slug| slugs.contains(&slug))
        };
        self.by_first_token
            .values()
            .flatten()
            .filter(wanted)
            .collect()
    }

    /// Where `tokens` name topics: in order, without overlap, the longest names chosen first.
    pub(super) fn named(&self, tokens: &[Token<'_>]) -> Vec<Named<'_>> {
        let bases: Vec<Option<Cow<'_, str>>> = tokens
            .iter()
            .map(|token| base(&token.text, token.script))
            .collect();
        let mut candidates: Vec<Named<'_>> = Vec::new();
        for start in 0..tokens.len() {
            let firsts = [Some(&*tokens[start].text), bases[start].as_deref()];
            for phrase in firsts
                .into_iter()
                .flatten()
                .filter_map(|first| self.by_first_token.get(first))
                .flatten()
            {
                let end = start + phrase.tokens.len();
                let says = |at: usize, name: &str| {
                    tokens[at].text == name || bases[at].as_deref() == Some(name)
                };
                if end <= tokens.len()
                    && (start..end)
                        .zip(&phrase.tokens)
                        .skip(1)
                        .all(|(at, name)| says(at, name))
                {
                    candidates.push(Named {
                        start,
                        end,
                        topics: &phrase.topics,
                    });
                }
            }
        }
        if candidates.is_empty() {
            return candidates;
        }
        // A stable sort: the surface form, found first, wins over its base.
        candidates.sort_by_key(|named| std::cmp::Reverse(length(&tokens[named.start..named.end])));
        let mut taken = vec![false; tokens.len()];
        candidates.retain(|named| {
            let free = !taken[named.start..named.end].contains(&true);
            if free {
                taken[named.start..named.end].fill(true);
            }
            free
        });
        candidates.sort_by_key(|named| named.start);
        candidates
    }
}

impl Phrase {
    /// Whether `tokens` begin with the name.
    pub(super) fn begins(&self, tokens: &[Token<'_>]) -> bool {
        self.tokens.len() <= tokens.len()
            && self.tokens.iter().zip(tokens).all(|(name, token)| {
                token.text == *name || base(&token.text, token.script).as_deref() == Some(name)
            })
    }

    /// The first character of the name, which a token and its base have in common.
    pub(super) fn initial(&self) -> Option<char> {
        self.tokens.first()?.chars().next()
    }
}

fn length(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|token| token.text.chars().count()).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::Vocabulary;

    pub(in super::super) fn sample() -> Vocabulary {
        Vocabulary::build([
            ("depression", "depression"),
            ("depression", "বিষণ্নতা"),
            ("depression", "হতাশা"),
            ("depression", "抑郁症"),
            ("depression", "憂鬱症"),
            ("depression", "depresi"),
            ("postnatal-depression", "产后抑郁症"),
            ("postnatal-depression", "postnatal depression"),
            ("panic", "panic attack"),
            ("panic", "serangan panik"),
            ("counselling", "心理咨询"),
            ("counselling", "konseling"),
            ("suicide", "want to die"),
            ("suicide", "মরে যেতে চাই"),
            ("trauma", "trauma"),
            ("ptsd", "trauma"),
            ("hiv", "AIDS"),
            ("alcohol", "AA互助会"),
        ])
    }

    fn slugs(text: &str) -> Vec<String> {
        sample()
            .topics_of(text)
            .iter()
            .map(|found| found.slug.to_owned())
            .collect()
    }

    #[test]
    fn names_are_found_in_every_language() {
        assert_eq!(slugs("বিষণ্ণতার চিকিৎসা"), ["depression"]);
        assert_eq!(
            slugs("深圳抑鬱症心理諮商中心"),
            ["depression", "counselling"]
        );
        assert_eq!(slugs("心理 咨询"), ["counselling"]);
        assert_eq!(slugs("Serangan PANIK"), ["panic"]);
        assert_eq!(slugs("panic attacks"), ["panic"]);
        assert_eq!(slugs("aa互助會"), ["alcohol"]);
        assert_eq!(slugs("trauma"), ["trauma", "ptsd"]);
        assert_eq!(slugs("panic"), Vec::<String>::new());
    }

    #[test]
    fn the_longest_name_counts() {
        assert_eq!(slugs("产后抑郁症"), ["postnatal-depression"]);
        assert_eq!(
            slugs("postnatal depression, depression"),
            ["postnatal-depression", "depression"]
        );
    }

    #[test]
    fn a_plural_names_its_singular_but_not_the_other_way() {
        assert_eq!(slugs("aids"), ["hiv"]);
        assert_eq!(slugs("legal aid"), Vec::<String>::new());
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "去深圳看抑鬱症。";
        let vocabulary = sample();
        let found = &vocabulary.topics_of(text)[0];
        assert_eq!(&text[found.start..found.end], "抑鬱症");
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(name in any::<String>(), text in any::<String>()) {
            let vocabulary = Vocabulary::build([("topic", name.as_str())]);
            for found in vocabulary.topics_of(&text) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
        }
    }
}
