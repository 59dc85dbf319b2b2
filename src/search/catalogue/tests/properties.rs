//! Whatever is listed and asked: order, distance, totals, counts and pages are those of the plain reading.

use jiff::civil::date;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    super::{Catalogue, Facet, Filters, Key, PlaceFilter, Selected, Selection, Sort, TermFilter},
    brute::Brute,
};
use crate::{
    domain::{
        offer::{Delivery, StatusState},
        place::{Place, Point},
    },
    search::{
        entry::Entry,
        region::Rectangle,
        sample::{self, AREAS},
    },
};

/// Points where things cluster, and where the earth's coordinates are awkward.
fn point() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        4 => (-2_i32..=2, -2_i32..=2).prop_map(|(y, x)| (23.8 + f64::from(y) / 50.0, 90.4 + f64::from(x) / 50.0)),
        2 => (-18.0..-16.0, 178.5..180.0),
        2 => (-18.0..-16.0, -180.0..-178.5),
        1 => (89.0..=90.0, -180.0..=180.0),
        1 => (-90.0..=-89.0, -180.0..=180.0),
        1 => (-90.0..=90.0, -180.0..=180.0),
        1 => select(vec![(90.0, 0.0), (-90.0, 17.0), (0.0, 180.0), (0.0, -180.0), (0.0, 0.0)]),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    (
        0..AREAS.len(),
        option::weighted(0.8, point()),
        any::<bool>(),
        prop::bool::weighted(0.15),
    )
        .prop_map(|(area, point, hours, confidential)| {
            let mut place = sample::place(AREAS[area].0, point);
            place.hours = hours.then(sample::office_hours);
            place.confidential = confidential;
            place
        })
}

fn entries(most: usize) -> impl Strategy<Value = Vec<Entry>> {
    let topics = select(vec![
        &["depression"][..],
        &["grief", "postnatal-depression"],
        &[],
    ]);
    let delivery = select(vec![Delivery::InPerson, Delivery::Online]);
    let status = select(vec![
        None,
        None,
        None,
        Some(StatusState::Ended),
        Some(StatusState::TemporarilyClosed),
    ]);
    let one = (
        vec(place(), 1..4),
        topics,
        option::of(delivery),
        any::<bool>(),
        status,
    );
    vec(one, 0..most).prop_map(|all| {
        let entry = |(number, (places, topics, delivery, confirmed, status)): (
            u32,
            (_, &[&str], Option<_>, bool, Option<_>),
        )| {
            let mut entry = sample::entry(number, places);
            entry.listing.topics = topics.iter().map(|topic| sample::slug(topic)).collect();
            entry.listing.delivery = delivery.into_iter().collect();
            entry.listing.sources[0].confirmed_on = confirmed.then(|| date(2026, 6, 1));
            entry.listing.status = status.map(|state| sample::status(state, None));
            entry
        };
        (0_u32..).zip(all).map(entry).collect()
    })
}

fn term() -> impl Strategy<Value = TermFilter> {
    let values = select(vec![
        (Facet::Topic, &["depression"][..]),
        (Facet::Topic, &["grief", "mood"]),
        (Facet::Country, &["BD"]),
        (Facet::Country, &["BD", "FJ"]),
        (Facet::Area, &["bd-c", "fj"]),
        (Facet::Area, &["bd-dhaka"]),
        (Facet::Delivery, &["online"]),
        (Facet::Spoken, &["bn", "en"]),
    ]);
    (values, prop::bool::weighted(0.3)).prop_map(|((facet, values), none_of)| TermFilter {
        none_of,
        ..TermFilter::any_of(facet, values.iter().copied())
    })
}

fn rectangle() -> impl Strategy<Value = Rectangle> {
    prop_oneof![
        (point(), 0.0..3.0, 0.0..3.0).prop_map(
            |((lat, lon), height, width): ((f64, f64), f64, f64)| {
                let wrap = |lon: f64| {
                    if lon > 180.0 {
                        lon - 360.0
                    } else if lon < -180.0 {
                        lon + 360.0
                    } else {
                        lon
                    }
                };
                Rectangle {
                    west: wrap(lon - width),
                    east: wrap(lon + width),
                    south: (lat - height).max(-90.0),
                    north: (lat + height).min(90.0),
                }
            }
        ),
        (-180.0..=180.0, -180.0..=180.0, -90.0..0.0, 0.0..=90.0).prop_map(
            |(west, east, south, north)| Rectangle {
                west,
                south,
                east,
                north
            }
        ),
    ]
}

fn place_filter() -> impl Strategy<Value = PlaceFilter> {
    let near = option::weighted(0.7, point().prop_map(|(lat, lon)| Point { lat, lon }));
    let radius = option::of(prop_oneof![0.0..5_000.0, 0.0..300_000.0, 0.0..21_000_000.0]);
    (near, radius, option::weighted(0.3, rectangle())).prop_map(|(near, radius_m, rectangle)| {
        PlaceFilter {
            near,
            radius_m,
            rectangle,
        }
    })
}

fn filters() -> impl Strategy<Value = Filters> {
    (vec(term(), 0..3), prop::bool::weighted(0.2)).prop_map(|(terms, open_now)| Filters {
        terms,
        age: None,
        open_now,
    })
}

fn pages(catalogue: &Catalogue, mut selection: Selection<'_>) -> Vec<Selected> {
    let mut pages = Vec::new();
    loop {
        let page = catalogue.select(&selection);
        let next: Option<Key> = page.next;
        pages.push(page);
        if next.is_none() {
            return pages;
        }
        selection.after = next;
    }
}

const COUNTED: &[Facet] = &[
    Facet::Topic,
    Facet::Country,
    Facet::Area,
    Facet::Delivery,
    Facet::Spoken,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn answers_are_those_of_the_plain_reading(
        entries in entries(140), filters in filters(), place in place_filter(), limit in 1_usize..30, morning in any::<bool>(),
    ) {
        let reference = sample::reference();
        let at = if morning { "2026-11-22T05:00:00Z" } else { "2026-11-22T20:00:00Z" }.parse().unwrap();
        let catalogue = Catalogue::build(&entries, &reference);
        let brute = Brute { entries: &entries, reference: &reference, filters: &filters, place: &place, at };
        let sort = if place.near.is_some() { Sort::Distance } else { Sort::Relevance };
        let expected = brute.hits(sort);
        let selection =
            Selection { filters: &filters, place: &place, sort, favoured: &[], matches: None, at, after: None, limit, facets: COUNTED };
        let pages = pages(&catalogue, selection);
        prop_assert!(pages.iter().all(|page| page.total == expected.len() as u64));
        let found: Vec<_> = pages.iter().flat_map(|page| &page.found).collect();
        let ids: Vec<_> = found.iter().map(|found| found.card.id).collect();
        prop_assert_eq!(ids, expected.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for (found, (_, distance)) in found.iter().zip(&expected) {
            match found.distance_m {
                Some(shown) => prop_assert_eq!(shown, *distance),
                None => prop_assert!(found.approximate || distance.is_infinite()),
            }
        }
        for counted in &pages[0].facets {
            let mut values: Vec<_> = counted.values.iter().map(|(value, count)| (value.to_string(), *count)).collect();
            values.sort();
            prop_assert_eq!(values, brute.counts(counted.facet), "{}", counted.facet);
        }
    }

    #[test]
    fn lists_visit_every_row_once(entries in entries(200), filters in filters(), limit in 1_usize..20) {
        let reference = sample::reference();
        let at = "2026-11-22T05:00:00Z".parse().unwrap();
        let catalogue = Catalogue::build(&entries, &reference);
        let place = PlaceFilter::default();
        let brute = Brute { entries: &entries, reference: &reference, filters: &filters, place: &place, at };
        let mut expected: Vec<_> = brute.hits(Sort::Relevance).into_iter().map(|(id, _)| id).collect();
        expected.sort();
        let mut listed = Vec::new();
        loop {
            let page = catalogue.list(&filters, listed.last().copied(), limit, at);
            prop_assert_eq!(page.total, expected.len() as u64);
            prop_assert!(page.cards.len() <= limit);
            listed.extend(page.cards.iter().map(|card| card.id));
            if !page.more {
                break;
            }
        }
        prop_assert_eq!(listed, expected);
    }

    #[test]
    fn words_keep_their_order_over_pages(
        entries in entries(60), scores in vec(0_u8..4, 60), place in place_filter(), limit in 1_usize..10,
    ) {
        use crate::search::words::Match;
        let reference = sample::reference();
        let at = "2026-11-22T05:00:00Z".parse().unwrap();
        let catalogue = Catalogue::build(&entries, &reference);
        let filters = Filters::default();
        let mut matches: Vec<Match> = (0_u32..).zip(&scores).filter(|(_, score)| **score > 0)
            .map(|(number, score)| Match { number, score: f32::from(*score) / 3.0 }).collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score));
        let selection = Selection {
            favoured: &[],
            filters: &filters, place: &place, sort: Sort::Relevance, matches: Some(&matches), at, after: None, limit, facets: &[],
        };
        let found: Vec<_> = pages(&catalogue, selection).into_iter().flat_map(|page| page.found).collect();
        let brute = Brute { entries: &entries, reference: &reference, filters: &filters, place: &place, at };
        let mut expected: Vec<_> = brute.hits(Sort::Relevance).into_iter().filter_map(|(id, distance)| {
            let entry = entries.iter().find(|entry| entry.id == id)?;
            let score = *scores.get(entry.number as usize).filter(|score| **score > 0)?;
            let distance = if place.near.is_some() { distance } else { 0.0 };
            let doubt = entry.listing.confirmation().state(date(2026, 11, 22));
            Some((std::cmp::Reverse(score), doubt, distance.to_bits(), id))
        }).collect();
        expected.sort();
        prop_assert_eq!(
            found.iter().map(|found| found.card.id).collect::<Vec<_>>(),
            expected.iter().map(|(.., id)| *id).collect::<Vec<_>>()
        );
    }

    #[test]
    fn writes_leave_what_a_fresh_catalogue_holds(entries in entries(60), again in entries(60), gone in vec(0_u32..60, 0..30)) {
        let reference = sample::reference();
        let at = "2026-11-22T05:00:00Z".parse().unwrap();
        let mut written = Catalogue::build(&entries, &reference);
        let mut last = entries.clone();
        for entry in &again {
            written.upsert(entry, &reference);
            last.retain(|old| old.id != entry.id);
            last.push(entry.clone());
        }
        for number in &gone {
            written.remove(&sample::id(*number));
            last.retain(|entry| entry.number != *number);
        }
        let fresh = Catalogue::build(&last, &reference);
        let place = PlaceFilter { near: Some(Point { lat: 23.8, lon: 90.4 }), radius_m: Some(50_000.0), rectangle: None };
        for filters in [Filters::default(), Filters { terms: vec![TermFilter::none_of(Facet::Area, ["bd-dhaka"])], ..Filters::default() }] {
            let selection = Selection {
            favoured: &[],
                filters: &filters, place: &place, sort: Sort::Distance, matches: None, at, after: None, limit: 100, facets: COUNTED,
            };
            let (one, other) = (written.select(&selection), fresh.select(&selection));
            prop_assert_eq!(one.total, other.total);
            prop_assert_eq!(&one.facets, &other.facets);
            let ids = |selected: &Selected| selected.found.iter().map(|found| found.card.id).collect::<Vec<_>>();
            prop_assert_eq!(ids(&one), ids(&other));
        }
    }
}
