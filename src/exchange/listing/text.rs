//! Localised text as it travels: `{"source": "bn", "text": {"bn": "…", "en": "…"}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{
    fault::{FaultCode, Faults},
    language::Language,
    text,
};

/// One text in one or more languages; `source` is the language in which it was written first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "bn", "text": {"bn": "কান পেতে রই", "en": "Kaan Pete Roi"}}))]
pub struct LocalisedText {
    #[schema(min_length = 2, max_length = 35)]
    pub source: String,
    #[validate(custom(function = longest))]
    pub text: BTreeMap<String, String>,
}

/// Longest text of any field, in characters.
pub const LONGEST: usize = 5_000;

fn longest(texts: &BTreeMap<String, String>) -> Result<(), ValidationError> {
    let fits = texts.len() <= 20 && texts.values().all(|text| text.chars().count() <= LONGEST);
    let expected = "at most 20 languages of at most 5000 characters";
    if fits {
        Ok(())
    } else {
        Err(ValidationError::new("too_long").with_message(expected.into()))
    }
}

impl LocalisedText {
    /// The text in the domain's form; each text at most `most` characters.
    pub fn read(&self, at: &str, most: usize, faults: &mut Faults) -> Option<text::LocalisedText> {
        let source = faults.keep(&format!("{at}/source"), Language::parse(&self.source));
        let mut texts = Vec::new();
        for (tag, text) in &self.text {
            let here = format!("{at}/text/{tag}");
            if text.chars().count() > most {
                faults.add(
                    &here,
                    FaultCode::TooLong,
                    format!("at most {most} characters"),
                );
            }
            if text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
            {
                faults.add(
                    &here,
                    FaultCode::Malformed,
                    "text without control characters",
                );
            }
            if let Some(language) = faults.keep(&here, Language::parse(tag)) {
                texts.push((language, text.clone()));
            }
        }
        faults.keep(at, text::LocalisedText::new(source?, texts))
    }
}

impl From<&text::LocalisedText> for LocalisedText {
    fn from(text: &text::LocalisedText) -> Self {
        Self {
            source: text.source().as_str().to_owned(),
            text: text
                .iter()
                .map(|(language, text)| (language.as_str().to_owned(), text.to_owned()))
                .collect(),
        }
    }
}
