//! What is said of the listing, in words that are found by nothing else: one that is where it should not be stands out.

use serde_json::{Value, json};

use super::{
    action::Typed,
    state::{PLACES, Said, WORDS},
};
use crate::support::sample::{self, Sample};

const OF_NAMES: [&str; WORDS as usize] = [
    "apricot",
    "bulldozer",
    "carousel",
    "dynamite",
    "elephant",
    "firefly",
    "gondola",
    "harmonica",
    "igloo",
    "jellyfish",
    "kangaroo",
    "lollipop",
    "mandolin",
    "nutmeg",
    "octopus",
    "pumpkin",
];
const OF_STREETS: [&str; PLACES as usize] = [
    "Quagmire",
    "Raspberry",
    "Saxophone",
    "Tambourine",
    "Umbrella",
    "Violoncello",
    "Walnut",
    "Xylophone",
];

/// Where the confidential places are, to five kilometres; their district's point is between 16 and 17 from here.
pub const NEAR: &str = "23.7,90.3";
/// From here they are nearer than `BETWEEN`, and their district's point is farther than it.
pub const FAR: &str = "23.26,89.86";
pub const BETWEEN: (f64, f64) = (23.755, 90.355);
/// Boxes around them all, and around the point of their district.
pub const BOX: &str = "90.29,23.69,90.34,23.74";
pub const BOX_OF_DISTRICT: &str = "90.405,23.805,90.415,23.815";

pub fn word(of: u8) -> &'static str {
    OF_NAMES[usize::from(of)]
}

pub fn street(of: u8) -> &'static str {
    OF_STREETS[usize::from(of)]
}

pub fn summary(of: u8) -> String {
    format!("It is about one {}.", word(of))
}

pub fn slug(case: usize, of: u8) -> String {
    format!("room-{case}-{of}")
}

/// Its name and its summary, as a patch.
pub fn named(of: u8) -> Value {
    json!({"name": {"text": {"en": format!("Room of {}", word(of))}}, "summary": sample::text(&summary(of))})
}

/// For each place another point and street.
pub fn places(of: u8, open: bool) -> Value {
    let off = f64::from(of) / 250.0;
    json!([{"area": "bd-dhaka", "confidential": !open, "street": sample::text(&format!("{} Lane", street(of))),
        "point": {"lat": 23.7 + off, "lon": 90.3 + off, "precision": "exact"}}])
}

/// What somebody types, as a patch of a draft that says so far `so_far`.
pub fn patch(typed: Typed, so_far: Said, case: usize) -> Value {
    match typed {
        Typed::Word(of) => named(of),
        Typed::Place(of) => json!({"places": places(of, so_far.open)}),
        Typed::Secret(secret) => json!({"places": places(so_far.place, !secret)}),
        Typed::Ended(ended) => json!({"status": {"state": state(ended)}}),
        Typed::Slug(of) => json!({"slug": slug(case, of)}),
    }
}

pub fn state(ended: bool) -> &'static str {
    if ended { "ended" } else { "operating" }
}

/// The whole listing that says so.
pub fn listing(said: Said, case: usize) -> Sample {
    sample::hub(&slug(case, said.slug))
        .with(
            "/name/text/en",
            json!(format!("Room of {}", word(said.word))),
        )
        .with("/summary", sample::text(&summary(said.word)))
        .with("/places", places(said.place, said.open))
}
