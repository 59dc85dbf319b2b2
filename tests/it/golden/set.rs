//! The golden set as it lies in `tests/golden`: its rows, and the listings that they are asked of.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

/// Languages and classes, in the order of the report.
pub const LANGUAGES: [&str; 7] = ["bn", "bn-Latn", "zh-Hans", "zh-Hant", "pinyin", "id", "en"];
pub const CLASSES: [&str; 15] = [
    "exact",
    "prefix",
    "typo",
    "synonym",
    "cross-language",
    "script-variant",
    "stem",
    "digits",
    "romanised",
    "abbreviation",
    "colloquial",
    "place",
    "near-me",
    "danger",
    "no-answer",
];

/// Files of listings, those of the seed first.
const LISTINGS: [&str; 7] = [
    "seed-data/listings/organisations.ndjson",
    "seed-data/listings/hubs.ndjson",
    "seed-data/listings/helplines.ndjson",
    "seed-data/listings/support-groups.ndjson",
    "tests/golden/fixtures.ndjson",
    "tests/golden/distractors.ndjson",
    "tests/fixtures/distractors.ndjson",
];

/// A query and what it must bring. Listings are named `kind/slug`.
#[derive(Debug)]
pub struct Row {
    pub id: String,
    pub language: String,
    pub class: String,
    pub query: String,
    /// `latitude,longitude`, or empty.
    pub near: String,
    pub first: Vec<String>,
    pub within3: Vec<String>,
    pub never: Vec<String>,
    /// A country, `chooser`, `none`, or empty.
    pub crisis: String,
}

pub fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a file of the set.
pub fn rows(file: &str) -> Vec<Row> {
    let table = text(&format!("tests/golden/{file}"));
    let lines = table.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default().to_owned();
    let names = |at: usize| {
        let names = cells.get(at).copied().unwrap_or_default().split('|');
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    assert!(cells.len() == 10, "ten cells: {line}");
    Row {
        id: cell(0),
        language: cell(1),
        class: cell(2),
        query: cell(3),
        near: cell(4),
        first: names(5),
        within3: names(6),
        never: names(7),
        crisis: cell(8),
    }
}

/// The files of listings with their texts.
pub fn files() -> Vec<(&'static str, &'static str)> {
    LISTINGS
        .iter()
        .map(|file| (*file, &*text(file).leak()))
        .collect()
}

/// Every listing by `kind/slug`.
pub fn listings() -> BTreeMap<String, Value> {
    let mut listings = BTreeMap::new();
    for (file, text) in files() {
        for line in text.lines() {
            let listing: Value = serde_json::from_str(line).unwrap();
            let name = format!("{}/{}", string(&listing["kind"]), string(&listing["slug"]));
            assert!(
                listings.insert(name, listing).is_none(),
                "twice in {file}: {line}"
            );
        }
    }
    listings
}

/// Listings that have ended.
pub fn ended() -> Vec<String> {
    let listings = listings().into_iter();
    let ended = listings.filter(|(_, listing)| string(&listing["status"]["state"]) == "ended");
    ended.map(|(name, _)| name).collect()
}

pub fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Names by what has them: topics by slug, areas by code.
pub struct Names(BTreeMap<String, (Vec<String>, Option<String>)>);

impl Names {
    pub fn of_topics() -> Self {
        Self::read("seed-data/topics.ndjson", "slug")
    }

    pub fn of_areas() -> Self {
        Self::read("seed-data/areas.ndjson", "code")
    }

    fn read(file: &str, key: &str) -> Self {
        let text = text(file);
        let read = text.lines().map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            let names = ["names", "old_names"].map(|field| value[field].as_object());
            let lists = names
                .into_iter()
                .flatten()
                .flat_map(|by_language| by_language.values());
            let all = lists.flat_map(|list| list.as_array().unwrap());
            let all = all.map(|name| string(name).to_owned()).collect();
            let parent = value["parent"].as_str().map(str::to_owned);
            (string(&value[key]).to_owned(), (all, parent))
        });
        Self(read.collect())
    }

    /// Its own names.
    pub fn of(&self, key: &str) -> &[String] {
        &self.0[key].0
    }

    /// Its own names and those of all that it lies in.
    pub fn with_ancestors(&self, key: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = Some(key);
        while let Some(key) = at {
            let (own, parent) = &self.0[key];
            names.extend(own.iter().cloned());
            at = parent.as_deref();
        }
        names
    }
}

/// Every text of a listing, its topics and its areas, as written.
pub fn texts(
    listing: &Value,
    topics: &Names,
    areas: &Names,
) -> BTreeMap<&'static str, Vec<String>> {
    let mut of: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let localised = |value: &Value| -> Vec<String> {
        let texts = value["text"].as_object().into_iter().flatten();
        texts.map(|(_, text)| string(text).to_owned()).collect()
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut names = localised(&listing["name"]);
    names.extend(
        list(&listing["also_known_as"])
            .iter()
            .map(|name| string(name).to_owned()),
    );
    names.push(string(&listing["slug"]).to_owned());
    of.insert("name", names);
    let own = list(&listing["topics"]);
    of.insert(
        "topics",
        own.iter()
            .flat_map(|topic| topics.of(string(topic)).to_vec())
            .collect(),
    );
    let mut place = Vec::new();
    for each in list(&listing["places"]) {
        place.extend(areas.with_ancestors(string(&each["area"])));
        for field in ["name", "street", "directions"] {
            place.extend(localised(&each[field]));
        }
        place.push(string(&each["postal_code"]).to_owned());
    }
    for area in list(&listing["coverage"]["areas"]) {
        place.extend(areas.with_ancestors(string(&area)));
    }
    of.insert("place", place);
    let mut text = localised(&listing["summary"]);
    text.extend(localised(&listing["description"]));
    for contact in list(&listing["contacts"]) {
        text.extend(localised(&contact["label"]));
        text.push(string(&contact["value"]).to_owned());
    }
    of.insert("text", text);
    of
}
