//! Why a hit is there: which of its texts answer which words.
//!
//! Read from what answers show anyway, by the same rules as highlighting, whichever engine found the hit. What lies
//! beyond that (descriptions, notes) is not in memory: such a hit has no reasons here, and was found by its longer texts.

use super::{answer::Hit, directory::Directory};
use crate::{
    domain::slug::Slug,
    search::{
        catalogue::{Card, Facet},
        reference::Reference,
        words::document::Section,
    },
    wording::{self, Highlighter, Query, Script},
};

/// How a question was read, and why each hit answers it. Deliberately without `Debug`.
pub struct Explanation {
    pub read: Read,
    /// The reasons of each hit, in the order of the hits.
    pub hits: Vec<Vec<Why>>,
}

/// What words became.
pub struct Read {
    /// The script of most of them.
    pub script: &'static str,
    /// Their language, where script or words tell it.
    pub language: Option<&'static str>,
    pub units: Vec<ReadUnit>,
}

/// One thing that is asked for.
pub struct ReadUnit {
    pub words: Vec<ReadWord>,
    pub topics: Vec<Slug>,
}

/// A word as it is compared.
pub struct ReadWord {
    pub text: String,
    pub stems: Vec<String>,
    pub terms: Vec<String>,
}

impl Read {
    fn of(words: &str, query: &Query) -> Self {
        let script = match wording::script_of(words) {
            Script::Bengali => "bengali",
            Script::Han => "han",
            Script::Latin => "latin",
            Script::Other => "other",
        };
        let units = query.units.iter().map(|unit| ReadUnit {
            words: unit
                .words
                .iter()
                .map(|word| ReadWord {
                    text: word.text.clone(),
                    stems: word.stems.clone(),
                    terms: word.terms(),
                })
                .collect(),
            topics: unit
                .topics
                .iter()
                .filter_map(|slug| Slug::parse(slug).ok())
                .collect(),
        });
        Self {
            script,
            language: wording::language_of(words),
            units: units.collect(),
        }
    }
}

/// One part of a listing that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub section: Section,
    /// The words as the listing has them.
    pub words: Vec<String>,
}

impl Directory {
    /// Explains `hits` as an answer to `words`.
    #[must_use]
    pub fn explain(&self, words: &str, hits: &[Hit]) -> Explanation {
        let reference = self.reference();
        let query = wording::query(words, reference.vocabulary());
        let highlighter = Highlighter::new(&query, reference.vocabulary());
        let hits = hits
            .iter()
            .map(|hit| {
                let topics: Vec<Slug> = self
                    .catalogue()
                    .values_of(hit.card.number, Facet::Topic)
                    .filter_map(|slug| Slug::parse(slug).ok())
                    .collect();
                let texts = texts(&hit.card, &topics, &reference);
                let why = |(section, texts): (Section, Vec<&str>)| Why {
                    section,
                    words: marked(&highlighter, &texts),
                };
                texts
                    .into_iter()
                    .map(why)
                    .filter(|why| !why.words.is_empty())
                    .collect()
            })
            .collect();
        Explanation {
            read: Read::of(words, &query),
            hits,
        }
    }
}

/// The texts of a listing that are in memory.
fn texts<'a>(
    card: &'a Card,
    topics: &[Slug],
    reference: &'a Reference,
) -> Vec<(Section, Vec<&'a str>)> {
    let topics = topics.iter().filter_map(|slug| reference.topic(slug));
    let mut places = Vec::new();
    for place in &card.places {
        let areas = reference.ancestors(&place.area);
        places.extend(
            areas
                .into_iter()
                .flat_map(|area| area.names.iter().map(|name| &*name.text)),
        );
        let own = place.name.iter().chain(&place.street);
        places.extend(own.flat_map(|text| text.iter().map(|(_, text)| text)));
    }
    let numbers = card.contacts.iter().map(|contact| contact.address.value());
    let summary = card.summary.iter().map(|(_, text)| text);
    let provider = card
        .organisation
        .iter()
        .flat_map(|by| by.name.iter().map(|(_, text)| text));
    vec![
        (
            Section::Name,
            card.name.iter().map(|(_, text)| text).collect(),
        ),
        (
            Section::Topics,
            topics
                .flat_map(|topic| topic.names.iter().map(|name| &*name.text))
                .collect(),
        ),
        (Section::Organisation, provider.collect()),
        (Section::Place, places),
        (Section::Text, summary.chain(numbers).collect()),
    ]
}

/// The marked parts of the texts, each once.
fn marked(highlighter: &Highlighter<'_>, texts: &[&str]) -> Vec<String> {
    const MOST: usize = 20;
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        for (start, end) in highlighter.marks(text) {
            let word = &text[start..end];
            if words.len() < MOST && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
    }
    words
}
