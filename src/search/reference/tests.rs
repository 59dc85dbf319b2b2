//! Trees, places of points, national lines and the snapshot.

use std::sync::Arc;

use uuid::Uuid;

use super::{LocatedBy, Reference, ReferenceData};
use crate::{
    domain::{area::AreaCode, country::Country, listing::Listing, place::Point},
    search::{entry::Decoder, sample},
};

const SAVAR: Point = Point {
    lat: 23.84,
    lon: 90.26,
};

/// A square around Dhaka with a hole around Savar.
const BOUNDARY: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "bd-c"},
    "geometry": {"type": "MultiPolygon", "coordinates": [[
        [[90.0, 23.5], [90.8, 23.5], [90.8, 24.2], [90.0, 24.2], [90.0, 23.5]],
        [[90.2, 23.8], [90.3, 23.8], [90.3, 23.9], [90.2, 23.9], [90.2, 23.8]]]]}}]}"#;

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).unwrap()
}

fn codes(reference: &Reference, point: Point) -> Option<(Vec<&str>, LocatedBy)> {
    let located = reference.locate(point)?;
    Some((
        located
            .areas
            .iter()
            .map(|area| area.code.as_str())
            .collect(),
        located.by,
    ))
}

#[test]
fn trees_are_walked_up_and_down() {
    let reference = sample::reference();
    let chain: Vec<&str> = reference
        .ancestors(&code("bd-savar"))
        .iter()
        .map(|area| area.code.as_str())
        .collect();
    assert_eq!(chain, ["bd-savar", "bd-dhaka", "bd-c", "bd"]);
    let below: Vec<&str> = reference
        .children(Some(&code("bd")))
        .map(|area| area.code.as_str())
        .collect();
    assert_eq!(below, ["bd-c", "bd-b"]);
    assert_eq!(reference.children(None).count(), 3);
    let topics: Vec<String> = reference
        .topic_ancestors(&sample::slug("postnatal-depression"))
        .iter()
        .map(|topic| topic.slug.to_string())
        .collect();
    assert_eq!(topics, ["postnatal-depression", "depression", "mood"]);
    assert_eq!(reference.topic_children(None).count(), 2);
}

#[test]
fn a_district_stands_for_what_is_below_it_and_a_country_for_nothing() {
    let reference = sample::reference();
    let centre = |text: &str| {
        let point = reference.district_centroid(&code(text))?;
        Some((point.lat, point.lon))
    };
    assert_eq!(centre("bd-savar"), Some((23.8, 90.4)));
    assert_eq!(centre("bd-dhaka"), Some((23.8, 90.4)));
    assert_eq!(centre("bd-c"), Some((23.9, 90.3)));
    assert_eq!(centre("bd"), None);
}

#[test]
fn a_point_is_located_by_boundary_then_by_the_nearest_centre_in_its_country() {
    let bounded = Reference::build(sample::reference_data(), &[BOUNDARY], &sample::no_decoder());
    let bounded = bounded.unwrap();
    let dhaka = Point {
        lat: 23.81,
        lon: 90.41,
    };
    assert_eq!(
        codes(&bounded, dhaka),
        Some((vec!["bd-c", "bd"], LocatedBy::Boundary))
    );
    let by_centre = Some((
        vec!["bd-savar", "bd-dhaka", "bd-c", "bd"],
        LocatedBy::Nearest,
    ));
    assert_eq!(codes(&bounded, SAVAR), by_centre, "inside the hole");
    let agartala = Point {
        lat: 23.83,
        lon: 91.28,
    };
    assert!(
        bounded.locate(agartala).is_none(),
        "India has no areas here, and Dhaka is not in it"
    );
    assert!(Reference::build(sample::reference_data(), &["{}"], &sample::no_decoder()).is_err());
}

#[test]
fn national_lines_are_by_country_and_unreadable_ones_are_told() {
    let listing: Listing = sample::entry(1, vec![sample::place("bd-dhaka", None)]).listing;
    let decode: Decoder = Arc::new(move |document| match document {
        "line" => Ok(listing.clone()),
        _ => Err("no listing".to_owned()),
    });
    let mut data = sample::reference_data();
    data.national_lines = vec![
        (Uuid::nil(), 1, "line".into()),
        (sample::id(2), 1, "?".into()),
    ];
    let reference = Reference::build(data, &[], &decode).unwrap();
    let country = |text| Country::parse(text).unwrap();
    assert_eq!(reference.national_lines(country("BD")).len(), 1);
    assert!(reference.national_lines(country("FJ")).is_empty());
    assert_eq!(reference.refused()[0].id, sample::id(2));
    assert_eq!(reference.crisis_countries(), [country("BD")]);
}

#[test]
fn a_snapshot_reads_back_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("reference.json");
    assert!(ReferenceData::load(&path).unwrap().is_none());
    let data = sample::reference_data();
    data.save(&path).unwrap();
    data.save(&path).unwrap();
    let read = ReferenceData::load(&path).unwrap().unwrap();
    assert_eq!(format!("{read:?}"), format!("{data:?}"));
    std::fs::write(&path, "{").unwrap();
    assert!(ReferenceData::load(&path).is_err());
}
