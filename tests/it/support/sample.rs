//! Listings of each kind in the wire format, whole and plain, to be changed where a test needs it.
//!
//! They name areas and topics of `reference`; what one sample names of another is given by the test.

use haven::domain::fault::Fault;
use haven::domain::listing::Listing;
use haven::exchange;
use haven::store::Publication;
use serde_json::{Value, json};

use super::clock::now;

/// A listing as somebody typed it.
#[derive(Clone, Debug)]
pub struct Sample(Value);

pub fn organisation(slug: &str) -> Sample {
    base("organisation", slug).with(
        "/organisation_details",
        json!({"kind": "ngo", "legal_form": true, "founded": 2013}),
    )
}

pub fn hub(slug: &str) -> Sample {
    base("hub", slug).with("/hub_details", json!({"kind": "counselling_centre"}))
}

pub fn support_group(slug: &str) -> Sample {
    base("support_group", slug)
        .with("/delivery", json!(["in_person", "online"]))
        .with(
            "/group_details",
            json!({
                "kind": "peer_led", "timing": "live", "led_by": "peer", "moderated_by": "professional",
                "anonymity": ["pseudonym"], "readable_by": "members", "joining": "open",
                "join_link": "https://example.org/join", "approach": ["sharing_circle", "mindfulness"],
                "leader_training": text("Forty hours, and supervision each month.")
            }),
        )
}

pub fn helpline(slug: &str) -> Sample {
    base("helpline", slug)
        .with("/places", json!([{"area": "bd", "virtual": true}]))
        .with(
            "/helpline_details",
            json!({"crisis": true, "national": true, "answered_by": "trained_volunteer"}),
        )
}

/// One of each kind, that which is named before that which names it: the hub and the group are the organisation's, the
/// group refers people to the helpline.
pub fn one_of_each() -> [Sample; 4] {
    [
        organisation("listeners"),
        helpline("night-line").with("/organisation", json!("listeners")),
        hub("listening-room").with("/organisation", json!("listeners")),
        support_group("evening-circle")
            .with("/organisation", json!("listeners"))
            .with("/group_details/refers_to", json!(["helpline/night-line"])),
    ]
}

/// A text in English.
pub fn text(english: &str) -> Value {
    json!({"source": "en", "text": {"en": english}})
}

fn base(kind: &str, slug: &str) -> Sample {
    Sample(json!({
        "format": 1, "kind": kind, "slug": slug,
        "name": {"source": "bn", "text": {"bn": "শোনার ঘর", "en": format!("Sample {slug}")}},
        "also_known_as": ["Shonar Ghor"],
        "summary": text("Somebody listens, and tells nobody."),
        "description": text("In a quiet house behind the market."),
        "topics": ["depression", "grief"], "spoken": ["bn", "en"], "audience": ["young_people", "women"],
        "age": {"min": 13, "max": 25}, "delivery": ["in_person", "phone"],
        "places": [{
            "area": "bd-dhaka", "street": text("12 Lake Road"), "postal_code": "1209",
            "point": {"lat": 23.7461, "lon": 90.3742, "precision": "exact"},
            "directions": text("Second floor, ring twice."), "accessibility": ["step_free"],
            "schedule": {"time_zone": "Asia/Dhaka", "openings": [{"days": ["mo", "we"], "opens": "15:00", "closes": "03:00"}]}
        }],
        "coverage": {"areas": ["bd"]},
        "contacts": [
            {"channel": "voice", "value": "01711-000001", "country": "BD", "cost": "free"},
            {"channel": "email", "value": "team@example.org", "public": false}
        ],
        "links": [{"rel": "website", "url": "https://example.org/", "lang": "bn"}],
        "intake": {"state": "open", "as_of": "2026-02-01", "wait_days": 7},
        "access": ["drop_in"],
        "cost": {"model": "sliding", "currency": "BDT", "from": 100, "to": 500, "insurance": ["Shasthya"], "note": text("Nobody is sent away.")},
        "status": {"state": "operating", "from": "2026-01-01", "note": text("Since January in the new house.")},
        "sources": [{
            "name": "sample", "external_id": format!("{kind}/{slug}"), "url": "https://example.org/list",
            "licence": "CC0-1.0", "retrieved_on": "2026-02-01", "confirmed_on": "2026-02-01", "evidence": "made up"
        }]
    }))
}

impl Sample {
    /// The listing with `value` at a JSON Pointer whose parent is there.
    pub fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, key) = split(pointer);
        match self.0.pointer_mut(parent) {
            Some(Value::Object(map)) => {
                map.insert(key.to_owned(), value);
            }
            Some(Value::Array(list)) => match key.parse::<usize>() {
                Ok(index) if index < list.len() => list[index] = value,
                _ => list.push(value),
            },
            _ => panic!("nothing at {parent}"),
        }
        self
    }

    /// The listing without what is at a JSON Pointer.
    pub fn without(mut self, pointer: &str) -> Self {
        let (parent, key) = split(pointer);
        let parent = self.0.pointer_mut(parent).and_then(Value::as_object_mut);
        assert!(
            parent.unwrap().remove(key).is_some(),
            "nothing at {pointer}"
        );
        self
    }

    pub fn json(&self) -> String {
        self.0.to_string()
    }

    /// As somebody types it: nobody types where it comes from.
    pub fn typed(&self) -> Value {
        let mut typed = self.0.clone();
        typed.as_object_mut().unwrap().remove("sources");
        typed
    }

    pub fn wire(&self) -> exchange::listing::Listing {
        exchange::listing::Listing::from_json(&self.json()).unwrap()
    }

    /// The listing of the domain, or why there is none.
    pub fn parse(&self) -> Result<Listing, Vec<Fault>> {
        self.wire().parse()
    }

    pub fn publication(&self) -> Publication {
        Publication {
            body: self.wire(),
            listing: self.parse().unwrap(),
            now: now(),
        }
    }
}

fn split(pointer: &str) -> (&str, &str) {
    pointer.rsplit_once('/').unwrap()
}
