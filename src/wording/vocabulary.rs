//! The names of topics in every language and other words for the same, and where a text says them.
//!
//! A name is a sequence of tokens; each Chinese character is one, so a name is found inside unspaced text, and
//! whether or not someone put a space into it. A plural or a Bengali case ending in the text does not hide a name.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use super::{
    pinyin,
    query::{QueryWord, words_of},
    script::Script,
    segment::{Token, tokens},
    sound::{bengali_key, latin_key, without_latin_ending},
    stem::base,
    synonym::Synonyms,
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

/// Topics by their names, and other words for the same thing.
#[derive(Debug, Default)]
pub struct Vocabulary {
    slugs: Vec<String>,
    phrases: Vec<Phrase>,
    by_first_token: HashMap<String, Vec<usize>>,
    /// Bengali and Chinese phrases by how they are typed in Latin letters.
    by_sound: HashMap<String, usize>,
    /// Names of each topic.
    by_topic: Vec<Vec<usize>>,
}

/// A name, cut into tokens.
#[derive(Debug)]
pub(super) struct Phrase {
    tokens: Vec<String>,
    /// Places in `slugs`; several when topics share a name.
    topics: Vec<usize>,
    /// Other words for the same, read once and not with every question.
    alternatives: Arc<Vec<Vec<QueryWord>>>,
}

/// Tokens `start..end` of a text say this phrase.
pub(super) struct Named<'a> {
    pub start: usize,
    pub end: usize,
    pub phrase: &'a Phrase,
}

/// Most words of a phrase that is typed in Latin letters.
const LONGEST_TYPED: usize = 5;
/// What sounds like a shorter phrase may be anything.
const SHORTEST_SOUND: usize = 4;

impl Vocabulary {
    /// From pairs of a topic's slug and one of its labels or synonyms, in any language.
    #[must_use]
    pub fn build<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut vocabulary = Self::default();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for (slug, name) in entries {
            let topic = *numbers.entry(slug).or_insert_with(|| {
                vocabulary.slugs.push(slug.to_owned());
                vocabulary.by_topic.push(Vec::new());
                vocabulary.slugs.len() - 1
            });
            if let Some(at) = vocabulary.phrase(name) {
                vocabulary.name(at, topic);
            }
        }
        vocabulary
    }

    /// With what else people say. What `synonyms` mean is a topic where it is the slug of one, else plain words.
    #[must_use]
    pub fn with_synonyms(mut self, synonyms: &Synonyms) -> Self {
        let numbers: HashMap<String, usize> = (0..)
            .zip(&self.slugs)
            .map(|(at, slug)| (slug.clone(), at))
            .collect();
        for synonym in synonyms.iter() {
            let Some(at) = self.phrase(&synonym.form) else {
                continue;
            };
            let words: Vec<&String> = synonym
                .means
                .iter()
                .filter(|meant| !numbers.contains_key(*meant))
                .collect();
            for topic in synonym.means.iter().filter_map(|meant| numbers.get(meant)) {
                self.name(at, *topic);
            }
            for meant in &words {
                self.also(at, meant);
                // What the words mean already, the form means too; without them it would say less than they do.
                if let Some(same) = self.find(meant) {
                    for topic in self.phrases[same].topics.clone() {
                        self.name(at, topic);
                    }
                }
                if synonym.both_ways
                    && let Some(back) = self.phrase(meant)
                {
                    self.also(back, &synonym.form);
                    for other in words.iter().filter(|other| other != &meant) {
                        self.also(back, other);
                    }
                }
            }
        }
        self
    }

    /// The number of a phrase, which is added where it is new; none where it has no letter.
    fn phrase(&mut self, text: &str) -> Option<usize> {
        let tokens = tokens(text);
        // One Chinese character is part of too many words to be a name.
        let first = tokens
            .first()
            .filter(|first| tokens.len() > 1 || first.script != Script::Han)?;
        if let Some(known) = self.find_tokens(&tokens) {
            return Some(known);
        }
        let at = self.phrases.len();
        self.by_first_token
            .entry(first.text.clone().into_owned())
            .or_default()
            .push(at);
        if let Some(sound) = sounds(&tokens) {
            self.by_sound.entry(sound).or_insert(at);
        }
        self.phrases.push(Phrase {
            tokens: tokens
                .iter()
                .map(|token| token.text.clone().into_owned())
                .collect(),
            topics: Vec::new(),
            alternatives: Arc::default(),
        });
        Some(at)
    }

    fn find(&self, text: &str) -> Option<usize> {
        self.find_tokens(&tokens(text))
    }

    fn find_tokens(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let starting = self.by_first_token.get(&*tokens.first()?.text)?;
        starting.iter().copied().find(|at| {
            self.phrases[*at]
                .tokens
                .iter()
                .eq(tokens.iter().map(|token| &*token.text))
        })
    }

    fn name(&mut self, phrase: usize, topic: usize) {
        let topics = &mut self.phrases[phrase].topics;
        if !topics.contains(&topic) {
            topics.push(topic);
            self.by_topic[topic].push(phrase);
        }
    }

    fn also(&mut self, phrase: usize, words: &str) {
        let mut words = words_of(&tokens(words));
        for word in &mut words {
            // Other words stand for what was typed as they are, and not as they sound.
            word.sounds = Vec::new();
        }
        let phrase = &mut self.phrases[phrase];
        let itself = words
            .iter()
            .flat_map(|word| word.text.chars())
            .eq(phrase.tokens.iter().flat_map(|token| token.chars()));
        if !words.is_empty() && !itself && !phrase.alternatives.contains(&words) {
            Arc::make_mut(&mut phrase.alternatives).push(words);
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
                self.slugs_of(named.phrase)
                    .map(|slug| TopicMatch { slug, start, end }),
            );
        }
        matches
    }

    pub(super) fn slugs_of(&self, phrase: &Phrase) -> impl Iterator<Item = &str> {
        phrase
            .topics
            .iter()
            .map(|topic| self.slugs[*topic].as_str())
    }

    /// Every name of these topics.
    pub(super) fn names_of(&self, slugs: &[&str]) -> Vec<&Phrase> {
        let wanted = self.slugs.iter().zip(&self.by_topic);
        wanted
            .filter(|(slug, _)| slugs.contains(&slug.as_str()))
            .flat_map(|(_, names)| names.iter().map(|at| &self.phrases[*at]))
            .collect()
    }

    /// Where `tokens` say phrases: in order, without overlap, the longest chosen first.
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
                .map(|at| &self.phrases[*at])
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
                    candidates.push(Named { start, end, phrase });
                }
            }
        }
        self.sounding(tokens, &mut candidates);
        if candidates.is_empty() {
            return candidates;
        }
        // A stable sort: the surface form, found first, wins over its base, and both over what only sounds so.
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

    /// Adds where Latin tokens sound like a Bengali or Chinese phrase.
    fn sounding<'v>(&'v self, tokens: &[Token<'_>], candidates: &mut Vec<Named<'v>>) {
        let mut typed = String::new();
        for start in 0..tokens.len() {
            typed.clear();
            let mut keys = String::new();
            let most = tokens.len().min(start + LONGEST_TYPED);
            for (end, token) in (start + 1..).zip(&tokens[start..most]) {
                if token.script != Script::Latin || !token.text.is_ascii() {
                    break;
                }
                typed.push_str(&token.text);
                if end > start + 1 {
                    keys.push(' ');
                }
                let key = latin_key(&token.text);
                let whole = keys.len();
                keys.push_str(key.as_deref().unwrap_or_default());
                let mut said = [
                    self.by_sound
                        .get(typed.as_str())
                        .filter(|_| typed.len() >= SHORTEST_SOUND),
                    self.by_sound
                        .get(keys.as_str())
                        .filter(|_| keys.len() >= SHORTEST_SOUND),
                ]
                .into_iter()
                .flatten()
                .next();
                if said.is_none()
                    && let Some(stem) = without_latin_ending(&token.text).and_then(latin_key)
                {
                    let ended = format!("{}{stem}", &keys[..whole]);
                    said = self
                        .by_sound
                        .get(&ended)
                        .filter(|_| ended.len() >= SHORTEST_SOUND);
                }
                if let Some(at) = said {
                    candidates.push(Named {
                        start,
                        end,
                        phrase: &self.phrases[*at],
                    });
                }
            }
        }
    }
}

/// How a phrase is typed in Latin letters, if it is Bengali or Chinese throughout.
fn sounds(tokens: &[Token<'_>]) -> Option<String> {
    if tokens.iter().all(|token| token.script == Script::Han) {
        return tokens
            .iter()
            .map(|token| pinyin::spelt(&token.text))
            .collect();
    }
    let keys: Option<Vec<String>> = tokens
        .iter()
        .map(|token| bengali_key(&token.text))
        .collect();
    keys.map(|keys| keys.join(" "))
}

impl Phrase {
    /// Whether `tokens` begin with the name.
    pub(super) fn begins(&self, tokens: &[Token<'_>]) -> bool {
        self.tokens.len() <= tokens.len()
            && self.tokens.iter().zip(tokens).all(|(name, token)| {
                token.text == *name || base(&token.text, token.script).as_deref() == Some(name)
            })
    }

    /// Other words for the same.
    pub(super) fn alternatives(&self) -> &Arc<Vec<Vec<QueryWord>>> {
        &self.alternatives
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

    fn with_synonyms() -> Vocabulary {
        let table = "form\tlanguage\tmeans\tkind\tsource\n\
            PND\ten\tpostnatal-depression\tabbreviation\town\n\
            RSJ\tid\trumah sakit jiwa\tabbreviation\town\n\
            热线\tzh-Hans\t专线|热綫\tregion\town\n\
            老公打我\tzh-Hans\tpanic\tcolloquial\town\n\
            ঘুম হয় না\tbn\tdepression\tcolloquial\town\n\
            baby blues\ten\tdepresi\tcolloquial\town\n";
        sample().with_synonyms(&super::Synonyms::parse(table).unwrap())
    }

    fn texts(alternatives: &[Vec<super::QueryWord>]) -> Vec<String> {
        let joined = |words: &Vec<super::QueryWord>| {
            let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            words.join(" ")
        };
        alternatives.iter().map(joined).collect()
    }

    fn said(text: &str) -> Vec<(Vec<String>, Vec<String>)> {
        let vocabulary = with_synonyms();
        let tokens = super::tokens(text);
        let named = vocabulary.named(&tokens).into_iter();
        named
            .map(|named| {
                let topics = vocabulary
                    .slugs_of(named.phrase)
                    .map(str::to_owned)
                    .collect();
                (topics, texts(named.phrase.alternatives()))
            })
            .collect()
    }

    #[test]
    fn synonyms_name_topics_and_other_words() {
        let one = |topics: &[&str], words: &[&str]| {
            let own = |all: &[&str]| {
                all.iter()
                    .map(|each| (*each).to_owned())
                    .collect::<Vec<_>>()
            };
            vec![(own(topics), own(words))]
        };
        assert_eq!(said("pnd"), one(&["postnatal-depression"], &[]));
        assert_eq!(said("RSJ Menur"), one(&[], &["rumah sakit jiwa"]));
        assert_eq!(
            said("rumah sakit jiwa"),
            one(&[], &["rsj"]),
            "an abbreviation goes both ways"
        );
        assert_eq!(said("心理專線"), one(&[], &["热线"]));
        assert_eq!(
            said("baby blues"),
            one(&["depression"], &["depresi"]),
            "what its meaning means"
        );
        assert_eq!(
            said("depresi"),
            one(&["depression"], &[]),
            "everyday words go one way"
        );
    }

    #[test]
    fn phrases_are_found_by_their_sound() {
        for (typed, topic) in [
            ("laogong da wo", "panic"),
            ("laogongdawo", "panic"),
            ("ghum hoy na", "depression"),
            ("bishonnota", "depression"),
            ("bishonnotar", "depression"),
            ("xinli zixun", "counselling"),
            ("yiyuzheng", "depression"),
        ] {
            assert_eq!(
                said(typed).first().map(|said| said.0.clone()),
                Some(vec![topic.to_owned()]),
                "{typed}"
            );
        }
        assert_eq!(said("my ghoom"), Vec::new());
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
