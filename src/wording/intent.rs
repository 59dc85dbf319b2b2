//! Words that say how something is wanted rather than what: near me, free, open now, online, in Bengali.
//!
//! The phrases are data (`intents.tsv`): a row is a concept, its columns are its phrases by language. Concepts that no
//! one acts upon here (kinds of places) are read and left alone. A row may also say what a phrase is *not*
//! (`not_free`: "drug free"): the longest phrase counts, and that one means nothing.

use super::lexicon::Lexicon;

/// What a phrase asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Close to where the asker is.
    NearMe,
    /// Without payment.
    Free,
    /// At this moment.
    OpenNow,
    /// Without going anywhere.
    Online,
    /// In this language, as its primary subtag.
    Spoken(Box<str>),
}

/// What a row of the table means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Concept {
    Asks(Intent),
    /// Goes with the name of a place and says nothing besides: "in", "district".
    BesidePlace,
    /// Looks like an intent and is none.
    Nothing,
}

/// The phrases of intents.
#[derive(Debug, Default)]
pub struct Intents {
    phrases: Lexicon<Concept>,
    beside_place: Vec<Box<str>>,
}

/// An intent that a text says, in bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidIntent {
    pub intent: Intent,
    pub start: usize,
    pub end: usize,
}

/// The table has no head.
#[derive(Debug, thiserror::Error)]
#[error("a table of intents begins with the line `concept` and names of languages")]
pub struct IntentsError;

impl Intents {
    /// Reads the table: tab-separated, `concept` first, phrases separated by `|`.
    ///
    /// # Errors
    /// Where the first line is not the head.
    pub fn parse(table: &str) -> Result<Self, IntentsError> {
        let mut lines = table.lines();
        if !lines
            .next()
            .is_some_and(|head| head.starts_with("concept\t"))
        {
            return Err(IntentsError);
        }
        let mut phrases = Vec::new();
        let mut beside_place: Vec<Box<str>> = Vec::new();
        for line in lines {
            let mut cells = line.split('\t');
            let Some(concept) = cells.next().and_then(concept) else {
                continue;
            };
            let said = cells.flat_map(|cell| cell.split('|')).map(str::trim);
            for phrase in said.filter(|phrase| !phrase.is_empty()) {
                if concept == Concept::BesidePlace {
                    beside_place.push(super::fold(phrase).into());
                } else {
                    phrases.push((phrase, concept.clone()));
                }
            }
        }
        beside_place.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Ok(Self {
            phrases: Lexicon::build(phrases),
            beside_place,
        })
    }

    /// The intents that `text` says, in its order; of phrases that overlap the longest counts.
    #[must_use]
    pub fn read(&self, text: &str) -> Vec<SaidIntent> {
        let mut said = self.phrases.said(text);
        said.sort_by_key(|said| (std::cmp::Reverse(said.end - said.start), said.start));
        let mut taken: Vec<(usize, usize)> = Vec::new();
        let mut read = Vec::new();
        for phrase in said {
            if taken
                .iter()
                .any(|(start, end)| phrase.start < *end && *start < phrase.end)
            {
                continue;
            }
            taken.push((phrase.start, phrase.end));
            if let Some(Concept::Asks(intent)) = phrase.meanings.first() {
                read.push(SaidIntent {
                    intent: intent.clone(),
                    start: phrase.start,
                    end: phrase.end,
                });
            }
        }
        read.sort_by_key(|said| said.start);
        read
    }

    /// The place's bytes `start..end` of `text` with the words beside it that belong to it: "in Dhaka", "花莲县".
    #[must_use]
    pub fn with_what_belongs(&self, text: &str, (start, end): (usize, usize)) -> (usize, usize) {
        (self.from(text, start), self.until(text, end))
    }

    fn from(&self, text: &str, start: usize) -> usize {
        let at = |word: &str| {
            let joined = is_han_word(word);
            let before = &text[..start];
            let before = if joined { before } else { before.trim_end() };
            let at = before.len().checked_sub(word.len())?;
            let (front, beside) = before.split_at_checked(at)?;
            let apart = joined || front.is_empty() || front.ends_with(char::is_whitespace);
            (apart && super::fold(beside) == word).then_some(at)
        };
        self.beside_place
            .iter()
            .find_map(|word| at(word))
            .unwrap_or(start)
    }

    fn until(&self, text: &str, end: usize) -> usize {
        let after = text[end..].trim_start();
        let skipped = text.len() - after.len();
        let until = |word: &str| {
            let (beside, rest) = after.split_at_checked(word.len())?;
            let apart =
                is_han_word(word) || skipped > end && !rest.starts_with(char::is_alphanumeric);
            (apart && super::fold(beside) == word).then_some(skipped + word.len())
        };
        self.beside_place
            .iter()
            .find_map(|word| until(word))
            .unwrap_or(end)
    }
}

fn is_han_word(word: &str) -> bool {
    word.chars().all(super::script::is_han)
}

fn concept(name: &str) -> Option<Concept> {
    let intent = match name {
        "near_me" => Intent::NearMe,
        "free" => Intent::Free,
        "open_now" => Intent::OpenNow,
        "online" => Intent::Online,
        "beside_place" => return Some(Concept::BesidePlace),
        _ if name.starts_with("not_") => return Some(Concept::Nothing),
        _ => Intent::Spoken(name.strip_prefix("spoken_")?.into()),
    };
    Some(Concept::Asks(intent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Intent, Intents};

    const TABLE: &str = include_str!("../../seed-data/intents.tsv");

    fn read(text: &str) -> Vec<Intent> {
        let intents = Intents::parse(TABLE).unwrap();
        intents
            .read(text)
            .into_iter()
            .map(|said| said.intent)
            .collect()
    }

    #[test]
    fn near_me_in_every_language() {
        for text in [
            "counselling near me",
            "mental hospital nearby",
            "NA meeting around here",
            "eating disorder help close by",
            "আমার কাছাকাছি কাউন্সেলিং",
            "কাছের মানসিক হাসপাতাল",
            "আশেপাশে মাদক নিরাময়",
            "amar kache manoshik daktar",
            "kachakachi bangla counselling",
            "psikolog dekat sini",
            "rumah sakit jiwa terdekat",
            "poli jiwa di sekitar saya",
            "附近的心理咨询",
            "离我最近的精神科医院",
            "周边戒酒小组",
            "附近身心科",
            "我附近嘅精神科",
            "就近精神健康中心",
            "fujin xinli zixun",
        ] {
            assert_eq!(read(text), [Intent::NearMe], "{text}");
        }
    }

    #[test]
    fn filters_in_every_language() {
        let bengali = || Intent::Spoken("bn".into());
        for (text, expected) in [
            ("free counselling", Intent::Free),
            ("বিনামূল্যে কাউন্সেলিং", Intent::Free),
            ("binamulle counselling", Intent::Free),
            ("免费心理咨询", Intent::Free),
            ("免費諮商", Intent::Free),
            ("mianfei xinli zixun", Intent::Free),
            ("konseling gratis", Intent::Free),
            ("clinic open now", Intent::OpenNow),
            ("এখন খোলা ক্লিনিক", Intent::OpenNow),
            ("ekhon khola clinic", Intent::OpenNow),
            ("现在营业的诊所", Intent::OpenNow),
            ("現在有開的診所", Intent::OpenNow),
            ("klinik buka sekarang", Intent::OpenNow),
            ("online counselling", Intent::Online),
            ("অনলাইন কাউন্সেলিং", Intent::Online),
            ("线上咨询", Intent::Online),
            ("線上諮商", Intent::Online),
            ("konseling daring", Intent::Online),
            ("counselling in Bengali", bengali()),
            ("বাংলায় কাউন্সেলিং", bengali()),
            ("孟加拉语咨询", bengali()),
            ("konseling bahasa Bengali", bengali()),
            ("konseling bahasa Inggris", Intent::Spoken("en".into())),
            ("中文服务", Intent::Spoken("zh".into())),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "drug free life",
            "feel free to talk",
            "depression",
            "附近性",
            "smoke-free",
        ] {
            let expected: &[Intent] = if text == "附近性" {
                &[Intent::NearMe]
            } else {
                &[]
            };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_place_brings_what_belongs_to_it() {
        let intents = Intents::parse(TABLE).unwrap();
        for (text, place, whole) in [
            ("help in Dhaka please", "Dhaka", "in Dhaka"),
            ("konseling di kota Bandung", "Bandung", "kota Bandung"),
            ("花蓮縣心理諮商", "花蓮", "花蓮縣"),
            ("我在深圳", "深圳", "在深圳"),
            ("走不出來 觀塘", "觀塘", "觀塘"),
            ("drop-in Dhaka", "Dhaka", "Dhaka"),
            ("Berlin Dhaka", "Dhaka", "Dhaka"),
        ] {
            let start = text.find(place).unwrap();
            let (from, until) = intents.with_what_belongs(text, (start, start + place.len()));
            assert_eq!(&text[from..until], whole, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>(), at in 0..40_usize) {
            let intents = Intents::parse(TABLE).unwrap();
            for said in intents.read(&text) {
                prop_assert!(text.get(said.start..said.end).is_some());
            }
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let (from, until) = intents.with_what_belongs(&text, (at, at));
            prop_assert!(text.get(from..until).is_some());
        }
    }
}
