//! Areas, topics and emergency numbers as files: NDJSON and a table of tab-separated values.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::{
    area::{Area, AreaCode, Name},
    country::Country,
    crisis::EmergencyNumber,
    language::Language,
    place::Point,
    slug::Slug,
    topic::Topic,
};

/// A line of a file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct LineError {
    pub line: usize,
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaLine {
    code: AreaCode,
    kind: Box<str>,
    parent: Option<AreaCode>,
    country: Country,
    names: BTreeMap<Language, Vec<Box<str>>>,
    #[serde(default)]
    old_names: BTreeMap<Language, Vec<Box<str>>>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// How the point was had; told in the files' own notes.
    #[serde(default, rename = "centroid")]
    _centroid: Option<String>,
    time_zone: Option<Box<str>>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicLine {
    slug: Slug,
    parent: Option<Slug>,
    names: BTreeMap<Language, Vec<Box<str>>>,
}

#[derive(Deserialize)]
struct CrisisLine {
    country: Country,
    role: String,
    name_local: Box<str>,
    name_local_lang: Language,
    name_en: Box<str>,
    number: Box<str>,
    source: Box<str>,
    source_url: Option<Box<str>>,
    retrieved_on: Date,
    confirmed_on: Option<Date>,
}

fn names(of: BTreeMap<Language, Vec<Box<str>>>, old: bool) -> impl Iterator<Item = Name> {
    of.into_iter().flat_map(move |(language, texts)| {
        texts.into_iter().map(move |text| Name {
            language: language.clone(),
            text,
            old,
        })
    })
}

fn lines<L: for<'a> Deserialize<'a>, T>(
    ndjson: &str,
    read: impl Fn(L) -> Result<T, String>,
) -> Result<Vec<T>, LineError> {
    let lines = ndjson
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let parsed = serde_json::from_str(line).map_err(|error| error.to_string());
            parsed.and_then(&read).map_err(|why| LineError {
                line: index + 1,
                why,
            })
        })
        .collect()
}

/// Reads areas, one JSON object a line.
///
/// # Errors
/// The first line that is no area.
pub fn areas(ndjson: &str) -> Result<Vec<Area>, LineError> {
    lines(ndjson, |line: AreaLine| {
        let centroid = match (line.lat, line.lon) {
            (Some(lat), Some(lon)) => {
                Some(Point::new(lat, lon).map_err(|error| error.to_string())?)
            }
            (None, None) => None,
            _ => return Err("lat and lon, or neither".to_owned()),
        };
        Ok(Area {
            code: line.code,
            kind: line.kind,
            parent: line.parent,
            country: line.country,
            names: names(line.names, false)
                .chain(names(line.old_names, true))
                .collect(),
            centroid,
            time_zone: line.time_zone,
        })
    })
}

/// Reads topics, one JSON object a line.
///
/// # Errors
/// The first line that is no topic.
pub fn topics(ndjson: &str) -> Result<Vec<Topic>, LineError> {
    lines(ndjson, |line: TopicLine| {
        Ok(Topic {
            slug: line.slug,
            parent: line.parent,
            names: names(line.names, false).collect(),
        })
    })
}

/// Reads the emergency numbers of the crisis table; the national lines in it are helplines and are read with those.
///
/// # Errors
/// The first line that does not fit the table's header.
pub fn emergency_numbers(table: &str) -> Result<Vec<EmergencyNumber>, LineError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_reader(table.as_bytes());
    let mut numbers = Vec::new();
    for (index, line) in reader.deserialize().enumerate() {
        let line: CrisisLine = line.map_err(|error| LineError {
            line: index + 2,
            why: error.to_string(),
        })?;
        if line.role != "emergency" {
            continue;
        }
        let english = Language::parse("en")
            .ok()
            .filter(|english| *english != line.name_local_lang);
        let mut names = vec![Name {
            language: line.name_local_lang,
            text: line.name_local,
            old: false,
        }];
        names.extend(english.map(|language| Name {
            language,
            text: line.name_en,
            old: false,
        }));
        numbers.push(EmergencyNumber {
            country: line.country,
            number: line.number,
            names,
            source: line.source,
            source_url: line.source_url,
            retrieved_on: line.retrieved_on,
            confirmed_on: line.confirmed_on,
        });
    }
    Ok(numbers)
}
