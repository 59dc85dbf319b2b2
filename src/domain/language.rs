//! BCP 47 language tags in canonical case, and the order in which one language falls back to another.

use std::fmt;

use oxilangtag::LanguageTag;
use serde::{Deserialize, Serialize};

/// A BCP 47 tag, canonical: `bn`, `zh-Hant-HK`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(Box<str>);

/// The text is not a language tag.
#[derive(Debug, thiserror::Error)]
#[error("a BCP 47 language tag such as bn, id, en, zh-Hans or zh-Hant-HK")]
pub struct LanguageError;

impl Language {
    /// Reads a tag of at most 35 characters. `zh-TW`, `zh-HK`, `zh-MO` gain their script, `zh` alone and `zh-CN` become
    /// `zh-Hans`, because texts are labelled by script.
    pub fn parse(text: &str) -> Result<Self, LanguageError> {
        if text.len() > 35 {
            return Err(LanguageError);
        }
        let tag = LanguageTag::parse_and_normalize(text).map_err(|_| LanguageError)?;
        if tag.primary_language().len() > 3 || tag.as_str().starts_with("x-") {
            return Err(LanguageError);
        }
        if tag.primary_language() != "zh" || tag.script().is_some() {
            return Ok(Self(tag.as_str().into()));
        }
        Ok(Self(match tag.region() {
            Some(region @ ("TW" | "HK" | "MO")) => format!("zh-Hant-{region}").into(),
            Some("CN" | "SG") | None => "zh-Hans".into(),
            Some(region) => format!("zh-Hans-{region}").into(),
        }))
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant-HK`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The tags to try for a reader of this language, nearest first:
    /// `zh-Hant-HK → zh-Hant → zh-Hans`, `en-GB → en`.
    #[must_use]
    pub fn fallbacks(&self) -> Vec<&str> {
        let mut chain = vec![self.as_str()];
        let mut tag = self.as_str();
        while let Some((shorter, _)) = tag.rsplit_once('-') {
            if shorter != "zh" {
                chain.push(shorter);
            }
            tag = shorter;
        }
        if self.0.starts_with("zh-Hant") {
            chain.push("zh-Hans");
        } else if self.0.starts_with("zh-Hans") {
            chain.push("zh-Hant");
        }
        chain
    }

    /// Whether a service given in `self` serves a reader who asks for `wanted`: `zh` spoken serves `zh-Hant`.
    #[must_use]
    pub fn serves(&self, wanted: &Language) -> bool {
        self == wanted || self.primary() == wanted.primary()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
        language.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

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
        assert_eq!(reader.fallbacks(), ["zh-Hant-HK", "zh-Hant", "zh-Hans"]);
        assert_eq!(
            Language::parse("en-GB").unwrap().fallbacks(),
            ["en-GB", "en"]
        );
    }
}
