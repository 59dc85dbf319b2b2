//! Who reads an answer: in which languages, at which moment, and what they were shown.

use std::cell::RefCell;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use super::names::Names;
use crate::domain::{
    area::{self, Name},
    language::Language,
    text::LocalisedText,
};

/// One text with the language in which it is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"text": "কান পেতে রই", "lang": "bn"}))]
pub struct Text {
    pub text: String,
    pub lang: Language,
}

/// A reader. Notes the languages of all that is shown, for `Content-Language`.
pub struct Reader<'a> {
    pub languages: &'a [Language],
    pub now: Timestamp,
    pub names: &'a dyn Names,
    shown: RefCell<Vec<Language>>,
}

impl<'a> Reader<'a> {
    /// A reader who was shown nothing yet; the languages are the best first.
    #[must_use]
    pub fn new(languages: &'a [Language], now: Timestamp, names: &'a dyn Names) -> Self {
        Self {
            languages,
            now,
            names,
            shown: RefCell::default(),
        }
    }

    /// The text in the best language that there is.
    #[must_use]
    pub fn text(&self, text: &LocalisedText) -> Text {
        let shown = text.shown(self.languages);
        self.note(shown.language);
        Text {
            text: shown.text.to_owned(),
            lang: shown.language.clone(),
        }
    }

    /// The label among the names of an area or a topic.
    #[must_use]
    pub fn label(&self, names: &[Name]) -> Option<Text> {
        let name = area::label(names, self.languages)?;
        self.note(&name.language);
        Some(Text {
            text: name.text.as_ref().to_owned(),
            lang: name.language.clone(),
        })
    }

    /// A text of ours, whose language is one of `tags`; the first where the reader wants none of them.
    #[must_use]
    pub(super) fn own<'t>(&self, tags: &[&'t str]) -> &'t str {
        let wanted = self.languages.iter().find_map(|language| {
            language
                .fallbacks()
                .find_map(|tag| tags.iter().find(|own| **own == tag))
        });
        wanted.or(tags.first()).copied().unwrap_or("en")
    }

    /// The day by which confirmations and statuses are judged, one for all zones.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(TimeZone::UTC).date()
    }

    /// The languages of the texts that were shown, in order of their first appearance.
    #[must_use]
    pub fn shown(&self) -> Vec<Language> {
        self.shown.borrow().clone()
    }

    fn note(&self, language: &Language) {
        let mut shown = self.shown.borrow_mut();
        if !shown.contains(language) {
            shown.push(language.clone());
        }
    }
}
