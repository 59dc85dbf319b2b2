//! Localised text: one text in one or more languages, one of them the source.

use serde::{Deserialize, Serialize};

use super::language::Language;

/// A text with its source language; never empty, the source is always among the texts. Kept small, because there are
/// several for each listing in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct LocalisedText {
    texts: Box<[(Language, Box<str>)]>,
    /// Which of the texts.
    source: u16,
}

/// The form in which it is kept elsewhere.
#[derive(Serialize, Deserialize)]
struct Written {
    source: Language,
    texts: Vec<(Language, Box<str>)>,
}

/// One text in one language, as shown to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    pub text: &'a str,
    pub language: &'a Language,
}

/// The text is empty, or lacks its source language.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("a text in the language that `source` names")]
    NoSource,
    #[error("texts that are not empty")]
    Empty,
}

impl LocalisedText {
    /// Builds a text; surrounding white space is cut.
    pub fn new(
        source: Language,
        texts: impl IntoIterator<Item = (Language, String)>,
    ) -> Result<Self, TextError> {
        let mut kept: Vec<(Language, Box<str>)> = Vec::new();
        for (language, text) in texts {
            let text = text.trim();
            if text.is_empty() {
                return Err(TextError::Empty);
            }
            kept.push((language, text.into()));
        }
        kept.sort_by(|(a, _), (b, _)| a.cmp(b));
        kept.dedup_by(|(a, _), (b, _)| a == b);
        Self::of(&source, kept)
    }

    fn of(source: &Language, texts: Vec<(Language, Box<str>)>) -> Result<Self, TextError> {
        let at = texts.iter().position(|(language, _)| language == source);
        let at = at.and_then(|at| u16::try_from(at).ok());
        Ok(Self {
            source: at.ok_or(TextError::NoSource)?,
            texts: texts.into(),
        })
    }

    /// The language in which the text was written first.
    #[must_use]
    pub fn source(&self) -> &Language {
        &self.texts[usize::from(self.source)].0
    }

    /// Every language with its text, in order of the tags.
    pub fn iter(&self) -> impl Iterator<Item = (&Language, &str)> {
        self.texts
            .iter()
            .map(|(language, text)| (language, text.as_ref()))
    }

    /// The text for readers of `wanted`, first match first, else the source.
    #[must_use]
    pub fn shown(&self, wanted: &[Language]) -> Shown<'_> {
        let found = wanted.iter().find_map(|reader| {
            reader
                .fallbacks()
                .find_map(|tag| self.texts.iter().find(|(l, _)| l.as_str() == tag))
        });
        let source = || &self.texts[usize::from(self.source)];
        let (language, text) = found.unwrap_or_else(source);
        Shown { text, language }
    }
}

impl TryFrom<Written> for LocalisedText {
    type Error = TextError;

    fn try_from(written: Written) -> Result<Self, TextError> {
        Self::of(&written.source, written.texts)
    }
}

impl From<LocalisedText> for Written {
    fn from(text: LocalisedText) -> Self {
        Self {
            source: text.source().clone(),
            texts: text.texts.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language::parse(tag).unwrap()
    }

    fn sample() -> LocalisedText {
        let texts = [("en", "Grief"), ("zh-Hans", "哀伤"), ("bn", " শোক ")];
        LocalisedText::new(
            language("bn"),
            texts.map(|(l, t)| (language(l), t.to_owned())),
        )
        .unwrap()
    }

    #[test]
    fn shows_the_nearest_language_and_says_which() {
        let text = sample();
        let shown = text.shown(&[language("zh-HK")]);
        assert_eq!((shown.text, shown.language.as_str()), ("哀伤", "zh-Hans"));
        let shown = text.shown(&[language("id"), language("en-GB")]);
        assert_eq!((shown.text, shown.language.as_str()), ("Grief", "en"));
        let shown = text.shown(&[language("id")]);
        assert_eq!((shown.text, shown.language.as_str()), ("শোক", "bn"));
    }

    #[test]
    fn needs_its_source() {
        assert!(LocalisedText::new(language("id"), [(language("en"), "x".to_owned())]).is_err());
        assert!(LocalisedText::new(language("en"), [(language("en"), "  ".to_owned())]).is_err());
    }
}
