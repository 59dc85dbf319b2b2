//! What is built into the program: the seed data, and from it the reference data for a start without any database.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::{Phrases, import::Seed},
    cli::Failure,
    domain::listing::{Details, Listing},
    exchange::{listing, reference},
    search::{
        entry::Decoder,
        reference::{Reference, ReferenceData},
    },
    wording::{Danger, Intents, Synonyms},
};

pub(in crate::cli) const AREAS: &str = include_str!("../../seed-data/areas.ndjson");
pub(in crate::cli) const TOPICS: &str = include_str!("../../seed-data/topics.ndjson");
const CRISIS: &str = include_str!("../../seed-data/crisis.tsv");
const HELPLINES: &str = include_str!("../../seed-data/listings/helplines.ndjson");

const INTENTS: &str = include_str!("../../seed-data/intents.tsv");
const DANGER: &str = include_str!("../../seed-data/danger.tsv");
const SYNONYMS: &str = include_str!("../../seed-data/synonyms.tsv");

/// GeoJSON of the areas whose true boundaries we have.
pub(in crate::cli) const BOUNDARIES: &[&str] = &[include_str!(
    "../../seed-data/boundaries/id_provinces.geojson"
)];

/// The day from which the built-in copy is.
const AS_OF: &str = "2026-11-22T00:00:00Z";

/// Reads published documents.
pub(in crate::cli) fn decoder() -> Decoder {
    Arc::new(listing::decode)
}

/// The whole seed.
pub(in crate::cli) fn seed() -> Result<Seed, Failure> {
    let of = |file: &str| {
        let file = file.to_owned();
        move |error: reference::LineError| Failure::new(format!("{file} {error}"))
    };
    Ok(Seed {
        areas: reference::areas(AREAS).map_err(of("areas.ndjson"))?,
        topics: reference::topics(TOPICS).map_err(of("topics.ndjson"))?,
        emergency_numbers: reference::emergency_numbers(CRISIS).map_err(of("crisis.tsv"))?,
        listings: vec![
            (
                "organisations.ndjson",
                include_str!("../../seed-data/listings/organisations.ndjson"),
            ),
            (
                "hubs.ndjson",
                include_str!("../../seed-data/listings/hubs.ndjson"),
            ),
            ("helplines.ndjson", HELPLINES),
            (
                "support-groups.ndjson",
                include_str!("../../seed-data/listings/support-groups.ndjson"),
            ),
        ],
    })
}

/// Areas, topics and crisis numbers as they were when the program was built.
pub(in crate::cli) fn reference() -> Result<Reference, Failure> {
    let seed = seed()?;
    let decode = decoder();
    let national =
        |listing: &Listing| matches!(&listing.details, Details::Helpline(line) if line.national);
    let lines = HELPLINES
        .lines()
        .filter(|line| decode(line).is_ok_and(|listing| national(&listing)));
    let data = ReferenceData {
        areas: seed.areas,
        topics: seed.topics,
        emergency: seed.emergency_numbers,
        national_lines: lines
            .map(|line| (Uuid::nil(), 0, Arc::from(line)))
            .collect(),
        as_of: AS_OF.parse::<Timestamp>()?,
        cursor: None,
    };
    Ok(Reference::build(data, BOUNDARIES, &decode)?)
}

/// The phrases by which words are understood: a file of the same name in the data directory stands in for what is built
/// in, so that phrases can be mended without a build.
pub(in crate::cli) fn phrases(data_dir: &Path) -> Result<Phrases, Failure> {
    let of = |file, built_in| own_or_built_in(data_dir, file, built_in);
    let wrong = |file: &'static str| {
        move |error: &dyn std::fmt::Display| Failure::new(format!("{file}: {error}"))
    };
    Ok(Phrases {
        intents: Intents::parse(&of("intents.tsv", INTENTS)?)
            .map_err(|error| wrong("intents.tsv")(&error))?,
        danger: Danger::parse(&of("danger.tsv", DANGER)?)
            .map_err(|error| wrong("danger.tsv")(&error))?,
    })
}

/// Other words for what listings and topics are called; a file in the data directory stands in for them likewise.
pub(in crate::cli) fn synonyms(data_dir: &Path) -> Result<Synonyms, Failure> {
    Synonyms::parse(&own_or_built_in(data_dir, "synonyms.tsv", SYNONYMS)?)
        .map_err(|error| Failure::new(format!("synonyms.tsv: {error}")))
}

fn own_or_built_in(data_dir: &Path, file: &str, built_in: &str) -> Result<String, Failure> {
    match std::fs::read_to_string(data_dir.join(file)) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(built_in.to_owned()),
        Err(error) => Err(Failure::new(format!(
            "{file} in the data directory: {error}"
        ))),
    }
}
