//! The form of the index: its settings, which are ours alone; its name, which tells them; and the documents in it.
//!
//! A listing is one document for each of its sections, and one for the topics above its own: a word is then looked for
//! in all sections by one question, and the place of each match tells the section. Settings never change in place: the
//! name holds their fingerprint, so that another version of this program makes and asks another index. It also holds
//! which database the listings are of; see `whose`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    super::document::{Document, Documents, Section},
    cells::squares_of,
    token::{sound, token},
};
use crate::{
    search::{catalogue, entry::Entry},
    wording,
};

/// Raised when the documents change in a way that the settings do not tell.
const FORM: u32 = 4;

/// The part beside the sections: topics above the listing's own.
pub(super) const BROADER: u32 = Section::ALL.len() as u32;

/// Documents of one listing; a match is `number * PARTS + part`.
pub(super) const PARTS: u32 = BROADER + 1;

/// The field of matches, which answers are read from.
pub(super) const MATCH: &str = "match";
/// The field of slugs of topics.
pub(super) const TOPIC: &str = "topic";
/// The field of the catalogue's labels.
pub(super) const LABEL: &str = "label";
/// The field of squares of the earth.
pub(super) const SQUARE: &str = "square";

/// Between two terms: what the server takes for the end of a sentence, so that no two of them are read as one word that
/// was cut in two.
const APART: &str = ". ";

/// More listings than this are not answered for in one go.
const MOST: usize = 2_000_000;

/// The settings of every index of this version.
pub(super) fn settings() -> Value {
    let filterable = |name: &str| {
        json!({
            "attributePatterns": [name],
            "features": {"facetSearch": false, "filter": {"equality": true, "comparison": false}},
        })
    };
    let searchable: Vec<&str> = Section::ALL
        .map(Section::as_str)
        .into_iter()
        .chain(Section::ALL.map(Section::latin_as_str))
        .collect();
    let filterables = [MATCH, TOPIC, LABEL, SQUARE].map(filterable);
    json!({
        // Where a match stands is told by its document; the order is for whoever looks at the index.
        "searchableAttributes": searchable,
        "displayedAttributes": ["key", "version"],
        "filterableAttributes": filterables,
        "sortableAttributes": [],
        // Words and typos tell matches apart; the rest of the order is made here, for both engines alike.
        "rankingRules": ["words", "typo"],
        "typoTolerance": {
            "enabled": true,
            "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
            "disableOnNumbers": true,
            "disableOnWords": [],
            "disableOnAttributes": [],
        },
        // Terms come in no order and stand far apart: that one follows another says nothing.
        "proximityPrecision": "byWord",
        "prefixSearch": "indexingTime",
        "facetSearch": false,
        "faceting": {"maxValuesPerFacet": MOST, "sortFacetValuesBy": {"*": "alpha"}},
        "pagination": {"maxTotalHits": MOST},
        // Which language a word is of is not guessed at.
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["eng"]}],
        "stopWords": [],
        "synonyms": {},
        "dictionary": [],
    })
}

/// What tells this version's indexes from others'.
pub(super) fn fingerprint() -> u64 {
    xxh3_64(format!("{FORM} {} {}", wording::VERSION, settings()).as_bytes())
}

/// Names of the index that is asked, and of the one that is being filled to take its place.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) live: String,
    pub(super) next: String,
}

impl Names {
    /// Of the index for the listings of one database.
    pub(super) fn of(prefix: &str, origin: i64) -> Self {
        let live = format!("{prefix}_{origin:016x}_{:016x}", fingerprint());
        Self {
            next: format!("{live}_next"),
            live,
        }
    }
}

/// One part of a listing in the index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) key: String,
    pub(super) version: i64,
    #[serde(rename = "match")]
    pub(super) matched: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) label: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) square: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) topic: Vec<String>,
    /// Terms by the name of their field.
    #[serde(flatten)]
    words: BTreeMap<String, Value>,
}

/// Keys of all parts of a listing.
pub(super) fn keys(id: &uuid::Uuid) -> impl Iterator<Item = String> {
    let id = id.simple().to_string();
    (0..PARTS).map(move |part| format!("{id}-{part}"))
}

/// The listing whose part has this key.
pub(super) fn owner(key: &str) -> Option<uuid::Uuid> {
    let (id, part) = key.split_once('-')?;
    let part: u32 = part.parse().ok()?;
    uuid::Uuid::try_parse(id).ok().filter(|_| part < PARTS)
}

/// The parts of a listing, always all of them: what it no longer says goes when the part is written again.
pub(super) fn parts(entry: &Entry, documents: &mut Documents) -> Vec<Part> {
    let document = documents.of(entry);
    let reference = &**documents.reference();
    let label: Vec<String> = catalogue::labels(entry, reference).into_iter().collect();
    let mut square: Vec<String> = catalogue::points(entry, reference)
        .iter()
        .flat_map(squares_of)
        .collect();
    square.sort_unstable();
    square.dedup();
    let number = document.number;
    (0_u32..)
        .zip(keys(&entry.id))
        .map(|(part, key)| {
            let mut filled = Part {
                key,
                version: entry.version,
                matched: u64::from(number) * u64::from(PARTS) + u64::from(part),
                label: label.clone(),
                square: square.clone(),
                ..Part::default()
            };
            fill(&mut filled, part, &document);
            filled
        })
        .collect()
}

fn fill(part: &mut Part, number: u32, document: &Document) {
    let Some(&section) = Section::ALL.get(number as usize) else {
        part.topic = slugs(&document.broader_topics);
        return;
    };
    if section == Section::Topics {
        part.topic = slugs(&document.topics);
    }
    let written = document.terms(section).iter().map(|term| token(term));
    let latin = document.latin(section).iter().map(|term| sound(term));
    let fields = [
        (section.as_str(), written.collect::<Vec<String>>()),
        (section.latin_as_str(), latin.collect()),
    ];
    for (field, terms) in fields {
        if !terms.is_empty() {
            let terms = Value::String(terms.join(APART));
            part.words.insert(field.to_owned(), terms);
        }
    }
}

fn slugs(of: &[crate::domain::slug::Slug]) -> Vec<String> {
    of.iter().map(|slug| slug.as_str().to_owned()).collect()
}
