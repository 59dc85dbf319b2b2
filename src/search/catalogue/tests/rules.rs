//! Single rules, by example.

use jiff::civil::date;

use super::super::{Catalogue, Facet, Filters, PlaceFilter, Selected, Selection, Sort, TermFilter};
use crate::{
    domain::{
        area::AreaCode,
        offer::StatusState,
        place::{Coverage, Point},
        schedule::OpenState,
    },
    search::{entry::Entry, sample},
};

const DHAKA: Point = Point {
    lat: 23.8,
    lon: 90.4,
};

fn ask(entries: &[Entry], filters: Filters, place: PlaceFilter, at: &str) -> Selected {
    Catalogue::build(entries, &sample::reference()).select(&Selection {
        favoured: &[],
        filters: &filters,
        place: &place,
        sort: Sort::Relevance,
        matches: None,
        at: at.parse().unwrap(),
        after: None,
        limit: 50,
        facets: Facet::ALL,
    })
}

fn numbers(selected: &Selected) -> Vec<u32> {
    let mut numbers: Vec<u32> = selected
        .found
        .iter()
        .map(|found| found.card.number)
        .collect();
    numbers.sort_unstable();
    numbers
}

fn terms(terms: impl IntoIterator<Item = TermFilter>) -> Filters {
    Filters {
        terms: terms.into_iter().collect(),
        ..Filters::default()
    }
}

const NOON: &str = "2026-11-22T06:00:00Z";

#[test]
fn conditions_on_places_hold_of_the_same_place() {
    let two_places = vec![
        sample::place("bd-cox", Some((23.8, 90.4))),
        sample::place("bd-dhaka", Some((21.4, 92.0))),
    ];
    let mut open_elsewhere = vec![
        sample::place("bd-dhaka", Some((23.8, 90.4))),
        sample::place("bd-cox", None),
    ];
    open_elsewhere[1].hours = Some(sample::office_hours());
    let entries = [
        sample::entry(1, two_places),
        sample::entry(2, vec![sample::place("bd-dhaka", Some((23.8, 90.4)))]),
        sample::entry(3, open_elsewhere),
    ];
    let here = PlaceFilter {
        near: Some(DHAKA),
        radius_m: Some(1_000.0),
        rectangle: None,
    };
    let dhaka = || terms([TermFilter::any_of(Facet::Area, ["bd-dhaka"])]);
    assert_eq!(
        numbers(&ask(&entries, dhaka(), PlaceFilter::default(), NOON)),
        [1, 2, 3]
    );
    assert_eq!(
        numbers(&ask(&entries, Filters::default(), here, NOON)),
        [1, 2, 3]
    );
    assert_eq!(numbers(&ask(&entries, dhaka(), here, NOON)), [2, 3]);
    let open = |filters: Filters| Filters {
        open_now: true,
        ..filters
    };
    assert_eq!(
        numbers(&ask(
            &entries,
            open(Filters::default()),
            PlaceFilter::default(),
            NOON
        )),
        [3]
    );
    assert!(numbers(&ask(&entries, open(dhaka()), PlaceFilter::default(), NOON)).is_empty());
}

#[test]
fn a_secret_point_changes_nothing() {
    let secret = |lat: f64, lon: f64| {
        let mut place = sample::place("bd-savar", Some((lat, lon)));
        place.confidential = true;
        place.street = Some(sample::text("en", &[("en", &format!("{lat} Road"))]));
        [
            sample::entry(1, vec![place]),
            sample::entry(2, vec![sample::place("bd-dhaka", Some((23.81, 90.4)))]),
        ]
    };
    let (one, other) = (secret(23.86, 90.27), secret(23.80, 90.40));
    let questions = [
        PlaceFilter {
            near: Some(DHAKA),
            ..PlaceFilter::default()
        },
        PlaceFilter {
            near: Some(DHAKA),
            radius_m: Some(500.0),
            rectangle: None,
        },
        PlaceFilter {
            near: Some(Point {
                lat: 23.86,
                lon: 90.27,
            }),
            radius_m: Some(500.0),
            rectangle: None,
        },
    ];
    let totals = questions.map(|place| {
        let answers = [&one, &other].map(|entries| ask(entries, Filters::default(), place, NOON));
        assert_eq!(format!("{:?}", answers[0]), format!("{:?}", answers[1]));
        answers[0].total
    });
    // The district's centre is within the second circle, and the true point of the first alone within the third.
    assert_eq!(totals, [2, 1, 0]);
    let near = ask(&one, Filters::default(), questions[0], NOON);
    let hit = near
        .found
        .iter()
        .find(|found| found.card.number == 1)
        .unwrap();
    assert!(hit.approximate && hit.distance_m.is_none());
    assert_eq!(
        near.found[0].card.number, 2,
        "an approximate place is never nearer than ten kilometres"
    );
}

#[test]
fn open_now_follows_the_clock_and_the_status() {
    let with = |number, state: Option<StatusState>| {
        let mut place = sample::place("bd-dhaka", None);
        place.hours = Some(sample::office_hours());
        let mut entry = sample::entry(number, vec![place]);
        entry.listing.status = state.map(|state| sample::status(state, Some(date(2026, 11, 22))));
        entry
    };
    let entries = [
        with(1, None),
        with(2, Some(StatusState::TemporarilyClosed)),
        with(3, Some(StatusState::Ended)),
    ];
    let open = || Filters {
        open_now: true,
        ..Filters::default()
    };
    let at = |filters, at: &str| numbers(&ask(&entries, filters, PlaceFilter::default(), at));
    assert_eq!(at(open(), "2026-11-22T02:59:00Z"), [0_u32; 0]);
    assert_eq!(at(open(), "2026-11-22T03:00:00Z"), [1]);
    assert_eq!(at(open(), "2026-11-22T11:00:00Z"), [0_u32; 0]);
    assert_eq!(at(open(), "2026-11-21T04:00:00Z"), [1, 2, 3]);
    assert_eq!(
        at(Filters::default(), NOON),
        [1, 2],
        "what has ended is not found"
    );
    let selected = ask(&entries, Filters::default(), PlaceFilter::default(), NOON);
    let closed = selected
        .found
        .iter()
        .find(|found| found.card.number == 2)
        .unwrap();
    let times = closed.card.times(closed.place, NOON.parse().unwrap());
    assert_eq!(
        (times.status, times.open),
        (
            StatusState::TemporarilyClosed,
            OpenState::Closed { opens: None }
        )
    );
}

#[test]
fn a_facet_leaves_its_own_condition_out_of_its_counts() {
    let mut grief = sample::entry(2, vec![sample::place("fj", None)]);
    grief.listing.topics = vec![sample::slug("grief")];
    let entries = [
        sample::entry(
            1,
            vec![sample::place("bd-dhaka", None), sample::place("fj", None)],
        ),
        grief,
    ];
    let selected = ask(
        &entries,
        terms([TermFilter::any_of(Facet::Topic, ["mood"])]),
        PlaceFilter::default(),
        NOON,
    );
    assert_eq!(numbers(&selected), [1]);
    let counts = |facet: Facet| {
        let counted = selected
            .facets
            .iter()
            .find(|counts| counts.facet == facet)
            .unwrap();
        counted
            .values
            .iter()
            .map(|(value, count)| format!("{value} {count}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(Facet::Topic), ["depression 1", "grief 1", "mood 1"]);
    assert_eq!(counts(Facet::Country), ["BD 1", "FJ 1"]);
}

#[test]
fn what_is_unknown_matches_no_condition() {
    let mut unknown = sample::entry(1, vec![sample::place("bd-dhaka", None)]);
    unknown.listing.delivery.clear();
    let entries = [
        unknown,
        sample::entry(2, vec![sample::place("bd-dhaka", None)]),
    ];
    for (filter, found) in [
        (TermFilter::any_of(Facet::Delivery, ["in_person"]), &[2][..]),
        (TermFilter::none_of(Facet::Delivery, ["online"]), &[2]),
        (TermFilter::none_of(Facet::Delivery, ["in_person"]), &[]),
    ] {
        assert_eq!(
            numbers(&ask(
                &entries,
                terms([filter]),
                PlaceFilter::default(),
                NOON
            )),
            found
        );
    }
    let aged = Filters {
        age: Some(20),
        ..Filters::default()
    };
    assert!(numbers(&ask(&entries, aged, PlaceFilter::default(), NOON)).is_empty());
}

#[test]
fn repeated_conditions_all_hold_and_languages_match_in_any_script() {
    let mut entry = sample::entry(1, vec![sample::place("bd-dhaka", None)]);
    entry.listing.spoken = vec![sample::language("zh-Hant-HK"), sample::language("en")];
    let entries = [
        entry,
        sample::entry(2, vec![sample::place("bd-dhaka", None)]),
    ];
    let both = terms([
        TermFilter::any_of(Facet::Spoken, ["zh-Hans"]),
        TermFilter::any_of(Facet::Spoken, ["en-GB"]),
    ]);
    assert_eq!(
        numbers(&ask(&entries, both, PlaceFilter::default(), NOON)),
        [1]
    );
}

#[test]
fn an_organisation_is_named_by_slug_or_id_or_what_it_was_called_before() {
    let mut provider = sample::entry(1, Vec::new());
    provider.listing.slug = sample::organisation(5).slug;
    provider.id = sample::organisation(5).id;
    provider.former_names = vec!["former-5".into()];
    let mut hub = sample::entry(2, vec![sample::place("bd-dhaka", None)]);
    hub.organisation = Some(sample::organisation(5));
    let entries = [provider, hub];
    for name in [
        "organisation-5".to_owned(),
        sample::organisation(5).id.to_string(),
        "former-5".to_owned(),
    ] {
        let filters = terms([TermFilter::any_of(Facet::Organisation, [name])]);
        assert_eq!(
            numbers(&ask(&entries, filters, PlaceFilter::default(), NOON)),
            [2]
        );
    }
}

#[test]
fn a_listing_without_a_place_is_where_it_may_be_used() {
    let mut online = sample::entry(1, Vec::new());
    let areas = vec![
        AreaCode::parse("bd").unwrap(),
        AreaCode::parse("fj-n").unwrap(),
    ];
    online.listing.coverage = Some(Coverage {
        everywhere: false,
        areas,
    });
    let entries = [online];
    for (country, found) in [("BD", 1), ("FJ", 1), ("ID", 0)] {
        let filters = terms([TermFilter::any_of(Facet::Country, [country])]);
        assert_eq!(
            ask(&entries, filters, PlaceFilter::default(), NOON).total,
            found
        );
    }
    let near = ask(
        &entries,
        Filters::default(),
        PlaceFilter {
            near: Some(DHAKA),
            ..PlaceFilter::default()
        },
        NOON,
    );
    assert!(near.found[0].place.is_none() && near.found[0].distance_m.is_none());
}
