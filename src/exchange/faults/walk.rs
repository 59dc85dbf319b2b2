//! Every value of many bodies, replaced by many that it cannot be: what is told of them is for people, and of nothing
//! that was typed.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, Schema},
};

use super::read;
use crate::exchange::{appointment, batches, drafts, keys, listing, people, second_factor};

/// What is typed in the place of another value, and never told.
fn wrong() -> [Value; 9] {
    [
        json!("canary"),
        json!("20/11/2026 canary, expected canary"),
        json!(" 2026-13-41"),
        json!(true),
        json!(-77_777),
        json!(77_777_777_777_777_u64),
        json!(7.777),
        json!(["canary", 77_777]),
        json!({"canary": "canary"}),
    ]
}

/// What people are not told: types of Rust, its parsers' words, and what they typed.
const NEVER: [&str; 19] = [
    "canary",
    "2026-13",
    "7777",
    "7.77",
    "20/11",
    "struct",
    "enum",
    "tuple",
    "UUID",
    "uuid",
    "u8",
    "u16",
    "u32",
    "i64",
    "f64",
    "parsing",
    "digit year",
    "found ",
    "`",
];

/// Pointers to all values in it.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => {
            let indexed = list.iter().enumerate();
            indexed
                .map(|(index, value)| (index.to_string(), value))
                .collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in below {
        let at = format!("{at}/{key}");
        pointers(value, &at, all);
        all.push(at);
    }
}

/// How many faults were told of it.
fn walk<T: DeserializeOwned>(sound: &Value) -> usize {
    let mut all = Vec::new();
    pointers(sound, "", &mut all);
    let mut told = 0;
    for at in all {
        for wrong in wrong() {
            let mut body = sound.clone();
            *body.pointer_mut(&at).unwrap() = wrong.clone();
            // The keys at fault are those that were sent; a pointer has to say them.
            for fault in read::<T>(body).err().unwrap_or_default() {
                let expected = &fault.expected;
                let never = NEVER.iter().find(|never| expected.contains(**never));
                assert_eq!(never, None, "{at} {wrong}: {expected}");
                assert!(!expected.is_empty(), "{at} {wrong}");
                told += 1;
            }
        }
    }
    told
}

fn example<T: PartialSchema>() -> Value {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.example.unwrap(),
        _ => panic!("no object"),
    }
}

macro_rules! walk {
    ($($shape:ty),+ $(,)?) => {
        let mut told = 0;
        $(
            let shown = example::<$shape>();
            // What the document shows can be read.
            assert_eq!(read::<$shape>(shown.clone()).err(), None, stringify!($shape));
            told += walk::<$shape>(&shown);
        )+
        // A patch takes whatever is typed; most take little.
        assert!(told > 300, "{told}");
    };
}

#[test]
fn of_what_people_send_nothing_is_told_but_what_may_be_written() {
    walk!(
        appointment::Appointment,
        batches::BatchChangesRequest,
        drafts::AssignmentRequest,
        drafts::ChangesRequest,
        drafts::ClaimRequest,
        drafts::DraftPatch,
        drafts::DraftRequest,
        drafts::InvitationRequest,
        drafts::MemberRequest,
        drafts::MergeRequest,
        drafts::NoteRequest,
        drafts::OrganisationRegistration,
        drafts::RejectionRequest,
        drafts::ReportRequest,
        drafts::StatusRequest,
        keys::KeyRequest,
        people::Addressed,
        people::Farewell,
        people::Following,
        people::Registration,
        second_factor::SecondFactorCode,
        second_factor::SecondFactorProof,
        second_factor::SecondFactorRequest,
        people::SignIn,
    );
}

#[test]
fn of_listings_nothing_is_told_but_what_may_be_written() {
    let mut told = 0;
    for file in [
        include_str!("../../../seed-data/listings/helplines.ndjson"),
        include_str!("../../../seed-data/listings/hubs.ndjson"),
        include_str!("../../../seed-data/listings/organisations.ndjson"),
        include_str!("../../../seed-data/listings/support-groups.ndjson"),
    ] {
        for line in file.lines().take(5) {
            told += walk::<listing::Listing>(&serde_json::from_str(line).unwrap());
        }
    }
    assert!(told > 1_000, "{told}");
    // What no listing of the seed has.
    let rare = json!({
        "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "age": {"min": 3, "max": 9},
        "intake": {"state": "open", "as_of": "2026-03-02", "wait_days": 3},
        "status": {"state": "moved", "from": "2026-03-02", "until": "2026-03-02",
            "note": {"source": "en", "text": {"en": "There"}}, "moved_to": "there"},
        "places": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "virtual": false, "confidential": true,
            "point": {"lat": 1.5, "lon": 2.5, "precision": "exact"}}],
        "contacts": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "country": "BD", "public": true,
            "hours": {"time_zone": "Asia/Dhaka", "sessions": [{"starts": "2026-01-05T19:00", "minutes": 90}]}}],
        "cost": {"model": "paid", "currency": "BDT", "from": 3, "to": 5, "insurance": ["A"]},
        "confirmed": [{"field": "cost", "on": "2026-11-26"}],
        "coverage": {"everywhere": false, "areas": ["bd-dhaka"]}
    });
    assert!(walk::<listing::Listing>(&rare) > 100);
}
