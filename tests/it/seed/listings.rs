//! Every listing is whole, names only what is there, and says where it comes from.

use haven::domain::actor::Actor;
use std::collections::BTreeSet;

use haven::app::import::{self, Seed};
use haven::domain::contact::{Address, Channel};
use haven::domain::country::Country;
use haven::domain::listing::{Details, Kind};
use haven::exchange::reference;
use jiff::civil::{Date, date};

use super::files::{self, cell};
use crate::support::{TestDb, clock};

/// The day on which the seed was compiled: no source can be newer.
const COMPILED: Date = date(2026, 11, 22);

#[test]
fn every_line_is_a_whole_listing_that_names_what_is_there() {
    let lines = files::listings();
    let keys: BTreeSet<_> = lines.iter().map(files::Line::key).collect();
    assert_eq!(keys.len(), lines.len(), "a slug stands twice in its kind");
    let areas = reference::areas(&files::text("seed-data/areas.ndjson")).unwrap();
    let areas: BTreeSet<_> = areas.into_iter().map(|area| area.code).collect();
    let topics = reference::topics(&files::text("seed-data/topics.ndjson")).unwrap();
    let topics: BTreeSet<_> = topics.into_iter().map(|topic| topic.slug).collect();
    let mut missing = Vec::new();
    for line in &lines {
        let listing = &line.listing;
        let covered = listing.coverage.iter().flat_map(|coverage| &coverage.areas);
        for area in listing
            .places
            .iter()
            .map(|place| &place.area)
            .chain(covered)
        {
            if !areas.contains(area) {
                missing.push(format!("{}: area {area}", line.at));
            }
        }
        for topic in listing
            .topics
            .iter()
            .filter(|topic| !topics.contains(topic))
        {
            missing.push(format!("{}: topic {topic}", line.at));
        }
        let (part_of, refers_to) = match &listing.details {
            Details::Hub(hub) => (hub.part_of.as_slice(), &[][..]),
            Details::SupportGroup(group) => (&[][..], &group.refers_to[..]),
            Details::Organisation(_) | Details::Helpline(_) => (&[][..], &[][..]),
        };
        for other in listing.organisation.iter().chain(part_of).chain(refers_to) {
            let other = files::named(other);
            if !keys.contains(&other) {
                missing.push(format!("{}: {other:?}", line.at));
            }
        }
        let moved_to = listing
            .status
            .as_ref()
            .and_then(|status| status.moved_to.as_ref());
        if let Some(slug) =
            moved_to.filter(|slug| !keys.contains(&(listing.kind(), slug.to_string())))
        {
            missing.push(format!("{}: moved to {slug}", line.at));
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

#[test]
fn every_listing_says_where_it_comes_from() {
    let mut seen = BTreeSet::new();
    for line in files::listings() {
        let sources = &line.listing.sources;
        assert!(!sources.is_empty(), "{} has no source", line.at);
        for source in sources {
            assert!(!source.licence.trim().is_empty(), "{}: no licence", line.at);
            assert!(
                source.retrieved_on <= COMPILED,
                "{}: retrieved in the future",
                line.at
            );
            assert!(
                source
                    .confirmed_on
                    .is_none_or(|day| day <= source.retrieved_on),
                "{}: confirmed after it was read",
                line.at
            );
            let key = (source.name.clone(), source.external_id.clone());
            assert!(
                seen.insert(key),
                "{}: the source stands there twice",
                line.at
            );
        }
    }
}

#[test]
fn files_are_sorted_by_slug_and_their_notes_count_them_right() {
    let notes = files::text("seed-data/listings/README.md");
    let lines = files::listings();
    for (name, kind) in files::LISTINGS {
        let slugs: Vec<_> = lines
            .iter()
            .map(files::Line::key)
            .filter(|(of, _)| *of == kind)
            .collect();
        assert!(slugs.is_sorted(), "{name}.ndjson");
        let row = format!("| `{name}.ndjson` | {} |", slugs.len());
        assert!(
            notes.contains(&row),
            "seed-data/listings/README.md should say: {row}"
        );
    }
}

#[test]
fn national_lines_of_the_crisis_table_are_the_national_helplines() {
    let lines = files::listings();
    let national: BTreeSet<String> = lines
        .iter()
        .filter(|line| matches!(&line.listing.details, Details::Helpline(helpline) if helpline.national))
        .map(|line| line.listing.slug.to_string())
        .collect();
    let mut rows = BTreeSet::new();
    for row in files::table("seed-data/crisis.tsv") {
        let slug = cell(&row, "helpline");
        if cell(&row, "role") == "emergency" {
            assert_eq!(slug, "", "an emergency number is no helpline");
            continue;
        }
        assert!(rows.insert(slug.to_owned()), "{slug} stands twice");
        let line = lines
            .iter()
            .find(|line| line.key() == (Kind::Helpline, slug.to_owned()));
        let line = line.unwrap_or_else(|| panic!("{slug} is no helpline"));
        let channel = Channel::parse(cell(&row, "channel")).unwrap();
        let country = Country::parse(cell(&row, "country")).unwrap();
        let address = Address::parse(channel, cell(&row, "number"), Some(country)).unwrap();
        let contacts = &line.listing.contacts;
        let same = contacts
            .iter()
            .any(|contact| contact.channel == channel && contact.address == address);
        assert!(same, "{slug}: {address:?} is none of {contacts:?}");
        let kind = match &address {
            Address::ShortCode(..) => "short_code",
            Address::E164(_) => "e164",
            _ => "url",
        };
        assert_eq!(cell(&row, "number_kind"), kind, "{slug}");
    }
    assert_eq!(rows, national);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_it_can_be_published_and_again_changes_nothing() {
    let text = |name: &str| files::text(&format!("seed-data/{name}"));
    let leak = |name: &'static str| (name, &*text(&format!("listings/{name}.ndjson")).leak());
    let seed = Seed {
        areas: reference::areas(&text("areas.ndjson")).unwrap(),
        topics: reference::topics(&text("topics.ndjson")).unwrap(),
        emergency_numbers: reference::emergency_numbers(&text("crisis.tsv")).unwrap(),
        listings: files::LISTINGS.map(|(name, _)| leak(name)).to_vec(),
    };
    let db = TestDb::new().await;
    let all = files::listings().len();
    let counts = import::seed(&db.store, Actor::Operator, &*clock(), &seed)
        .await
        .unwrap();
    assert_eq!((counts.created, counts.refused), (all, 0));
    assert_eq!(db.store.published_count().await.unwrap(), all as u64);
    let head = db.store.head().await.unwrap();
    let counts = import::seed(&db.store, Actor::Operator, &*clock(), &seed)
        .await
        .unwrap();
    assert_eq!((counts.unchanged, counts.created), (all, 0));
    assert_eq!(db.store.head().await.unwrap(), head);
}
