//! BCP 47 language tags in canonical case, and the order in which one language falls back to another.

use std::{borrow::Cow, cmp::Ordering, fmt};

use oxilangtag::LanguageTag;
use serde::{Deserialize, Serialize};

/// Longest tag in bytes.
const LONGEST: usize = 35;

/// A BCP 47 tag, canonical: `bn`, `zh-Hant-HK`. Kept small, because every text carries one.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(Tag);

/// A tag is `Common` wherever it can be, so that equal tags are equal values.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Tag {
    /// Its place among the common ones.
    Common(u8),
    Other(Box<str>),
}

/// Tags that most texts have, in order: those of the directory's own languages, of their neighbours, and of the languages
/// that are spoken most.
#[rustfmt::skip] // Read as one text.
const COMMON: [&str; 64] = [
    "ace", "am", "ar", "as", "ban", "bm", "bn", "bug", "ctg", "de", "en", "en-AU", "en-GB", "en-US", "es", "fa",
    "fil", "fr", "gu", "ha", "hak", "hi", "id", "it", "ja", "jv", "km", "kn", "ko", "lo", "mad", "min", "ml", "mr",
    "ms", "my", "nan", "ne", "nl", "pa", "pl", "ps", "pt", "rhg", "ru", "si", "so", "su", "sw", "syl", "ta", "te",
    "th", "ti", "tl", "tr", "uk", "ur", "vi", "yue", "zh-Hans", "zh-Hant", "zh-Hant-HK", "zh-Hant-TW",
];

/// The text is not a language tag.
#[derive(Debug, thiserror::Error)]
#[error("a BCP 47 language tag such as bn, id, en, zh-Hans or zh-Hant-HK")]
pub struct LanguageError;

impl Language {
    /// Reads a tag of at most 35 characters. `zh-TW`, `zh-HK`, `zh-MO` gain their script, `zh` alone and `zh-CN` become
    /// `zh-Hans`, because texts are labelled by script.
    pub fn parse(text: &str) -> Result<Self, LanguageError> {
        if text.len() > LONGEST {
            return Err(LanguageError);
        }
        let tag = LanguageTag::parse_and_normalize(text).map_err(|_| LanguageError)?;
        if tag.primary_language().len() > 3 || tag.as_str().starts_with("x-") {
            return Err(LanguageError);
        }
        let canonical: Cow<'_, str> = match (tag.primary_language(), tag.script(), tag.region()) {
            ("zh", None, Some(region @ ("TW" | "HK" | "MO"))) => format!("zh-Hant-{region}").into(),
            ("zh", None, Some("CN" | "SG") | None) => "zh-Hans".into(),
            ("zh", None, Some(region)) => format!("zh-Hans-{region}").into(),
            _ => tag.as_str().into(),
        };
        Ok(Self(match COMMON.binary_search(&&*canonical) {
            // Fewer than 256.
            Ok(at) => Tag::Common(u8::try_from(at).map_err(|_| LanguageError)?),
            Err(_) => Tag::Other(canonical.into()),
        }))
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Tag::Common(at) => COMMON[usize::from(*at)],
            Tag::Other(tag) => tag,
        }
    }

    /// The primary language subtag: `zh` of `zh-Hant-HK`.
    #[must_use]
    pub fn primary(&self) -> &str {
        let tag = self.as_str();
        tag.split_once('-').map_or(tag, |(primary, _)| primary)
    }

    /// The tags to try for a reader of this language, nearest first:
    /// `zh-Hant-HK → zh-Hant → zh-Hans`, `en-GB → en`.
    pub fn fallbacks(&self) -> impl Iterator<Item = &str> {
        let own = std::iter::successors(Some(self.as_str()), |tag| {
            tag.rsplit_once('-').map(|(shorter, _)| shorter)
        });
        let own = own.filter(|tag| *tag != "zh");
        own.chain(self.other_script())
    }

    /// Chinese in the script that is not this one's.
    fn other_script(&self) -> Option<&'static str> {
        let tag = self.as_str();
        if tag.starts_with("zh-Hant") {
            Some("zh-Hans")
        } else {
            tag.starts_with("zh-Hans").then_some("zh-Hant")
        }
    }

    /// Whether a service given in `self` serves a reader who asks for `wanted`: `zh` spoken serves `zh-Hant`.
    #[must_use]
    pub fn serves(&self, wanted: &Language) -> bool {
        self == wanted || self.primary() == wanted.primary()
    }
}

impl Ord for Language {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Language {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.as_str())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Language {
    type Error = LanguageError;

    fn try_from(text: String) -> Result<Self, LanguageError> {
        Self::parse(&text)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Language, Tag};

    #[test]
    fn common_tags_are_canonical_and_in_order() {
        assert!(COMMON.is_sorted());
        for (at, tag) in COMMON.iter().enumerate() {
            let language = Language::parse(tag).unwrap();
            assert_eq!(language.as_str(), *tag);
            assert!(language.0 == Tag::Common(at as u8), "{tag}");
        }
        let rare = Language::parse("eu").unwrap();
        assert!(rare == Language::parse("EU").unwrap() && rare > Language::parse("en").unwrap());
    }

    #[test]
    fn canonical_and_with_script() {
        for (typed, read) in [
            ("BN", "bn"),
            ("zh", "zh-Hans"),
            ("zh-tw", "zh-Hant-TW"),
            ("zh-hant-hk", "zh-Hant-HK"),
            ("en-gb", "en-GB"),
        ] {
            assert_eq!(Language::parse(typed).unwrap().as_str(), read);
        }
        for bad in ["", "english", "x-y", "12", "en_US", "b"] {
            assert!(Language::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn falls_back_by_script() {
        let reader = Language::parse("zh-HK").unwrap();
        let tags: Vec<&str> = reader.fallbacks().collect();
        assert_eq!(tags, ["zh-Hant-HK", "zh-Hant", "zh-Hans"]);
        let reader = Language::parse("en-GB").unwrap();
        assert_eq!(reader.fallbacks().collect::<Vec<_>>(), ["en-GB", "en"]);
    }
}
