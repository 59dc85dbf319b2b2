//! A small made-up directory for the tests of search.

use std::sync::Arc;

use jiff::civil::{Date, date};
use uuid::Uuid;

use super::{
    entry::{Decoder, Entry, OrganisationName},
    reference::{Reference, ReferenceData},
};
use crate::domain::{
    area::{Area, AreaCode, Name},
    country::Country,
    details::{Hub, HubKind},
    language::Language,
    listing::{Details, Listing},
    offer::{Delivery, Status, StatusState},
    place::{Hours, Place, Point, Precision},
    schedule::{Opening, Schedule, ScheduleParts, TimeZone, Weekdays},
    slug::Slug,
    source::Source,
    text::LocalisedText,
    topic::Topic,
};

/// Code, kind, parent, centre.
type AreaRow = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<(f64, f64)>,
);

pub(crate) const AREAS: &[AreaRow] = &[
    ("bd", "country", None, Some((24.0, 90.0))),
    ("bd-c", "division", Some("bd"), Some((23.9, 90.3))),
    ("bd-dhaka", "district", Some("bd-c"), Some((23.8, 90.4))),
    (
        "bd-savar",
        "upazila",
        Some("bd-dhaka"),
        Some((23.85, 90.26)),
    ),
    ("bd-b", "division", Some("bd"), Some((22.4, 91.8))),
    ("bd-cox", "district", Some("bd-b"), Some((21.4, 92.0))),
    ("fj", "country", None, Some((-17.8, 178.0))),
    ("fj-n", "division", Some("fj"), Some((-16.7, 179.9))),
    ("aq", "country", None, None),
];

/// Slug, parent, names.
type TopicRow = (
    &'static str,
    Option<&'static str>,
    &'static [(&'static str, &'static str)],
);

const TOPICS: &[TopicRow] = &[
    ("mood", None, &[("en", "Mood")]),
    (
        "depression",
        Some("mood"),
        &[("en", "Depression"), ("bn", "বিষণ্নতা")],
    ),
    (
        "postnatal-depression",
        Some("depression"),
        &[("en", "Postnatal depression")],
    ),
    ("grief", None, &[("en", "Grief"), ("bn", "শোক")]),
];

pub(crate) fn language(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub(crate) fn text(source: &str, texts: &[(&str, &str)]) -> LocalisedText {
    LocalisedText::new(
        language(source),
        texts
            .iter()
            .map(|(tag, text)| (language(tag), (*text).to_owned())),
    )
    .unwrap()
}

fn name(&(tag, text): &(&str, &str)) -> Name {
    Name {
        language: language(tag),
        text: text.into(),
        old: false,
    }
}

/// Refuses every document.
pub(crate) fn no_decoder() -> Decoder {
    Arc::new(|_| Err("no documents here".to_owned()))
}

pub(crate) fn reference_data() -> ReferenceData {
    let code = |code: &str| AreaCode::parse(code).unwrap();
    let area = |&(this, kind, parent, centre): &AreaRow| Area {
        code: code(this),
        kind: kind.into(),
        parent: parent.map(code),
        country: Country::parse(&this[..2]).unwrap(),
        names: vec![name(&("en", this))],
        centroid: centre.map(|(lat, lon)| Point { lat, lon }),
        time_zone: None,
    };
    let topics = TOPICS.iter().map(|(this, parent, names)| Topic {
        slug: slug(this),
        parent: parent.map(slug),
        names: names.iter().map(name).collect(),
    });
    ReferenceData {
        areas: AREAS.iter().map(area).collect(),
        topics: topics.collect(),
        emergency: Vec::new(),
        national_lines: Vec::new(),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        cursor: Some(7),
    }
}

pub(crate) fn reference() -> Reference {
    Reference::build(reference_data(), &[], &no_decoder()).unwrap()
}

/// A place in the area, at the point if there is one.
pub(crate) fn place(area: &str, point: Option<(f64, f64)>) -> Place {
    Place {
        id: None,
        name: None,
        area: AreaCode::parse(area).unwrap(),
        is_virtual: false,
        confidential: false,
        street: None,
        postal_code: None,
        point: point.map(|(lat, lon)| (Point { lat, lon }, Precision::Exact)),
        directions: None,
        accessibility: Vec::new(),
        hours: None,
    }
}

/// Every day from nine to five in Dhaka.
pub(crate) fn office_hours() -> Hours {
    let parts = ScheduleParts {
        zone: TimeZone::parse("Asia/Dhaka").unwrap(),
        always_open: false,
        openings: vec![Opening::parse(Weekdays::ALL.iter(), "09:00", "17:00").unwrap()],
        sessions: Vec::new(),
        closures: Vec::new(),
        by_appointment: false,
    };
    Hours {
        schedule: Schedule::new(parts).unwrap(),
        closure_notes: Vec::new(),
    }
}

/// The status from `from` on.
pub(crate) fn status(state: StatusState, from: Option<Date>) -> Status {
    Status {
        state,
        from,
        until: None,
        note: None,
        moved_to: None,
    }
}

/// Ids in another order than numbers, as concurrent writers bring about.
pub(crate) fn id(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number.wrapping_mul(0x9E37_79B1)) << 96 | u128::from(number))
}

/// A clinic.
pub(crate) fn entry(number: u32, places: Vec<Place>) -> Entry {
    let listing = Listing {
        slug: slug(&format!("listing-{number}")),
        name: text(
            "bn",
            &[("bn", "বিষণ্নতা ক্লিনিক"), ("en", "Depression clinic")],
        ),
        also_known_as: Vec::new(),
        summary: text("en", &[("en", "Care for people with depression.")]),
        description: None,
        organisation: None,
        topics: vec![slug("depression")],
        spoken: vec![language("bn")],
        audience: Vec::new(),
        age: None,
        delivery: vec![Delivery::InPerson],
        places,
        coverage: None,
        contacts: Vec::new(),
        links: Vec::new(),
        intake: None,
        access: Vec::new(),
        cost: None,
        status: None,
        sources: vec![Source {
            name: "sample".to_owned(),
            external_id: number.to_string(),
            url: None,
            licence: "CC0-1.0".to_owned(),
            retrieved_on: date(2026, 6, 1),
            confirmed_on: None,
            evidence: None,
        }],
        confirmed: Vec::new(),
        details: Details::Hub(Hub {
            kind: HubKind::Clinic,
            part_of: None,
        }),
    };
    Entry {
        id: id(number),
        number,
        version: 1,
        listing,
        document: "{}".into(),
        organisation: None,
        former_names: Vec::new(),
    }
}

/// Who provides, by a number.
pub(crate) fn organisation(number: u32) -> OrganisationName {
    let name = format!("Organisation {number}");
    OrganisationName {
        id: id(1_000 + number),
        slug: slug(&format!("organisation-{number}")),
        name: text("en", &[("en", &name)]),
    }
}
