//! Areas, topics, emergency numbers and boundaries.

use std::collections::{BTreeMap, BTreeSet};

use haven::domain::area::label;
use haven::domain::language::Language;
use haven::exchange::reference;

use super::files::{self, cell};

fn language(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}

#[test]
fn areas_are_a_forest_of_countries_parents_first() {
    let areas = reference::areas(&files::text("seed-data/areas.ndjson")).unwrap();
    let mut seen = BTreeMap::new();
    for area in &areas {
        let code = &area.code;
        match &area.parent {
            Some(parent) => {
                let country = seen
                    .get(parent)
                    .unwrap_or_else(|| panic!("{code}: {parent} does not come before it"));
                assert_eq!(
                    *country, area.country,
                    "{code} is in another country than its parent"
                );
            }
            None => {
                assert_eq!(&*area.kind, "country", "{code}");
                assert_eq!(
                    code.as_str(),
                    area.country.as_str().to_lowercase(),
                    "{code}"
                );
            }
        }
        assert!(
            seen.insert(code.clone(), area.country).is_none(),
            "{code} stands twice"
        );
        assert!(
            label(&area.names, &[language("en")]).is_some(),
            "{code} has no present name"
        );
        if let Some(zone) = &area.time_zone {
            assert!(
                haven::domain::schedule::TimeZone::parse(zone).is_ok(),
                "{code}: {zone}"
            );
        }
    }
    for old in ["Jessore", "Comilla"] {
        let found = areas
            .iter()
            .flat_map(|area| &area.names)
            .any(|name| name.old && &*name.text == old);
        assert!(found, "{old} is not an old name of anything");
    }
}

#[test]
fn topics_are_a_tree_and_each_word_leads_to_one_of_them() {
    let topics = reference::topics(&files::text("seed-data/topics.ndjson")).unwrap();
    let (mut seen, mut words) = (BTreeSet::new(), BTreeMap::new());
    for topic in &topics {
        let slug = &topic.slug;
        if let Some(parent) = &topic.parent {
            assert!(
                seen.contains(parent),
                "{slug}: {parent} does not come before it"
            );
        }
        assert!(seen.insert(slug.clone()), "{slug} stands twice");
        for tag in ["en", "bn", "zh-Hans", "zh-Hant", "id"] {
            let named = topic.names.iter().any(|name| name.language.as_str() == tag);
            assert!(named, "{slug} has no name in {tag}");
        }
        for name in &topic.names {
            let word = (name.language.clone(), name.text.to_lowercase());
            if let Some(other) = words.insert(word, slug) {
                assert_eq!(other, slug, "{} names two topics", name.text);
            }
        }
    }
}

#[test]
fn emergency_numbers_can_be_dialled_as_they_stand() {
    let numbers = reference::emergency_numbers(&files::text("seed-data/crisis.tsv")).unwrap();
    let countries: BTreeSet<&str> = numbers.iter().map(|one| one.country.as_str()).collect();
    for country in ["BD", "CN", "HK", "ID", "TW"] {
        assert!(
            countries.contains(country),
            "{country} has no emergency number"
        );
    }
    for number in &numbers {
        assert!(
            number.number.bytes().all(|digit| digit.is_ascii_digit()),
            "{number:?}"
        );
        assert!(
            number.number.len() <= 6 && !number.source.is_empty(),
            "{number:?}"
        );
    }
    for row in files::table("seed-data/crisis.tsv") {
        assert!(
            ["emergency", "national_line"].contains(&cell(&row, "role")),
            "{row:?}"
        );
        assert!(!cell(&row, "source").is_empty(), "{row:?}");
        assert!(
            cell(&row, "retrieved_on")
                .parse::<jiff::civil::Date>()
                .is_ok(),
            "{row:?}"
        );
    }
}

#[test]
fn every_boundary_is_that_of_an_area() {
    let areas = reference::areas(&files::text("seed-data/areas.ndjson")).unwrap();
    let areas: BTreeSet<String> = areas
        .into_iter()
        .map(|area| area.code.to_string())
        .collect();
    let text = files::text("seed-data/boundaries/id_provinces.geojson");
    let boundaries: serde_json::Value = serde_json::from_str(&text).unwrap();
    let features = boundaries["features"].as_array().unwrap();
    for feature in features {
        let code = feature["properties"]["code"].as_str().unwrap();
        assert!(areas.contains(code), "{code}");
    }
    // Divided since they were drawn.
    assert!(!text.contains("\"id-91\"") && !text.contains("\"id-94\""));
}

#[test]
fn the_notes_count_the_rows_right() {
    let notes = files::text("seed-data/README.md");
    let rows = |file: &str| files::text(&format!("seed-data/{file}")).lines().count();
    for (file, count) in [
        ("areas.ndjson", rows("areas.ndjson")),
        ("topics.ndjson", rows("topics.ndjson")),
        ("intents.tsv", rows("intents.tsv") - 1),
        ("crisis.tsv", rows("crisis.tsv") - 1),
    ] {
        let row = notes
            .lines()
            .find(|line| line.starts_with(&format!("| `{file}` |")));
        let said = row
            .and_then(|row| row.split('|').nth(3))
            .unwrap()
            .trim()
            .replace(',', "");
        assert_eq!(said, count.to_string(), "seed-data/README.md on {file}");
    }
}
