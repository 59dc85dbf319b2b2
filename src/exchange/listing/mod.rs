//! The listing wire format: the one shape for import, seed, revision and published document.
//!
//! Every field may be absent, so that a draft can be kept as typed; `parse` says all that a whole listing lacks.
//! Unknown keys are refused, `null` is never written. Texts here are deliberately unchecked strings: what they mean is
//! decided in `read`.

mod hours;
mod parts;
mod read;
mod read_parts;
mod references;
mod text;
mod write;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

pub use hours::{Closure, Opening, Schedule, Session};
pub use parts::{
    Age, ConfirmedField, Contact, Cost, Coverage, GroupDetails, HelplineDetails, HubDetails,
    Intake, Link, OrganisationDetails, Place, Point, Source, Status,
};
pub use text::LocalisedText;

use crate::domain::{self, area::AreaCode, fault::Fault, listing::Kind, offer};

/// The number of this format; written into every listing.
pub const FORMAT: u16 = 1;

/// A listing as it travels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Listing)]
pub struct Listing {
    /// The number of this format, 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Name for URLs, unique within the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub name: Option<LocalisedText>,
    /// Other names, acronyms and spellings that people use, in any language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 40, message = "at most 40 names"))]
    pub also_known_as: Vec<String>,
    /// One or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub summary: Option<LocalisedText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub description: Option<LocalisedText>,
    /// Slug or id of the organisation that provides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Slugs of topics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 40, message = "at most 40 topics"))]
    pub topics: Vec<String>,
    /// Languages in which help is given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 40, message = "at most 40 languages"))]
    pub spoken: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<offer::Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub age: Option<Age>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<offer::Delivery>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 200, message = "at most 200 places"), nested)]
    pub places: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 50, message = "at most 50 contacts"), nested)]
    pub contacts: Vec<Contact>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 50, message = "at most 50 links"))]
    pub links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intake: Option<Intake>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<offer::Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub status: Option<Status>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, message = "at most 20 sources"), nested)]
    pub sources: Vec<Source>,
    /// What was confirmed by itself since the whole was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 100, message = "at most 100 values"), nested)]
    pub confirmed: Vec<ConfirmedField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_details: Option<OrganisationDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_details: Option<HubDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub group_details: Option<GroupDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpline_details: Option<HelplineDetails>,
}

impl Listing {
    /// Reads JSON text of this format, saying all faults of its shape at once.
    pub fn from_json(json: &str) -> Result<Self, Vec<Fault>> {
        Self::from_value(Self::json(json)?)
    }

    /// Reads JSON text, whatever it describes.
    pub fn json(json: &str) -> Result<serde_json::Value, Vec<Fault>> {
        serde_json::from_str(json).map_err(|error| {
            let at = format!("JSON; it breaks off at column {}", error.column());
            vec![Fault::new("", domain::fault::FaultCode::Malformed, at)]
        })
    }

    /// As `from_json`, of what was read already.
    pub fn from_value(value: serde_json::Value) -> Result<Self, Vec<Fault>> {
        super::faults::read(value)
    }

    /// The listing as JSON text on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // constant: a struct of strings, numbers and lists always has a JSON form
        serde_json::to_string(self).expect("a listing has a JSON form")
    }

    /// Fills in the ids of places and contacts that lack one.
    pub fn identify(&mut self, mut fresh: impl FnMut() -> Uuid) {
        let places = self.places.iter_mut().map(|place| &mut place.id);
        let contacts = self.contacts.iter_mut().map(|contact| &mut contact.id);
        for id in places.chain(contacts) {
            id.get_or_insert_with(&mut fresh);
        }
    }

    /// Areas that the listing names.
    pub fn areas(&self) -> impl Iterator<Item = &AreaCode> {
        let covered = self.coverage.iter().flat_map(|coverage| &coverage.areas);
        self.places
            .iter()
            .filter_map(|place| place.area.as_ref())
            .chain(covered)
    }
}

/// Reads a published document; what is wrong with it comes as text for the log.
pub fn decode(document: &str) -> Result<domain::listing::Listing, String> {
    let listing: Listing = serde_json::from_str(document).map_err(|error| error.to_string())?;
    listing.parse_stored().map_err(|faults| {
        let faults = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.pointer, fault.expected));
        faults.collect::<Vec<_>>().join("; ")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sample() -> Value {
        json!({
            "format": 1, "kind": "support_group", "slug": "evening-circle",
            "name": {"source": "bn", "text": {"bn": "সন্ধ্যার আসর", "en": "Evening Circle"}},
            "summary": {"source": "en", "text": {"en": "People meet to talk."}},
            "organisation": "an-organisation", "topics": ["depression"], "spoken": ["bn", "en"],
            "delivery": ["in_person"], "age": {"min": 18},
            "places": [{
                "area": "bd-dhaka", "confidential": true,
                "street": {"source": "en", "text": {"en": "1 Secret Road"}},
                "point": {"lat": 23.75, "lon": 90.39, "precision": "exact"},
                "schedule": {"time_zone": "Asia/Dhaka", "openings": [{"days": ["mo"], "opens": "15:00", "closes": "03:00"}],
                    "sessions": [{"starts": "2026-01-05T19:00", "minutes": 90, "rule": "FREQ=WEEKLY;BYDAY=MO", "except": ["2026-02-02"]}],
                    "closures": [{"from": "2026-12-25", "until": "2026-12-26"}]}
            }],
            "contacts": [
                {"channel": "voice", "value": "০৯৬১২-১১৯৯১১", "country": "BD"},
                {"channel": "email", "value": "staff@example.org", "public": false}
            ],
            "cost": {"model": "fixed", "currency": "BDT", "from": 100, "to": 200},
            "status": {"state": "temporarily_closed", "from": "2026-01-01", "until": "2026-02-01"},
            "sources": [{"name": "test", "external_id": "1", "licence": "CC0-1.0", "retrieved_on": "2026-06-02"}],
            "group_details": {"kind": "peer_led", "joining": "on_request", "join_link": "https://example.org/join",
                "refers_to": ["helpline/kaan-pete-roi"]}
        })
    }

    #[test]
    fn comes_back_as_it_went() {
        let wire = Listing::from_json(&sample().to_string()).unwrap();
        let listing = wire.parse().unwrap();
        let canonical = Listing::from(&listing);
        assert_eq!(
            canonical.contacts[0].value.as_deref(),
            Some("+8809612119911")
        );
        assert_eq!(canonical.parse().unwrap(), listing);
        assert_eq!(decode(&canonical.to_json()).unwrap(), listing);
    }

    #[test]
    fn the_public_form_holds_no_secret() {
        let listing = Listing::from_json(&sample().to_string())
            .unwrap()
            .parse()
            .unwrap();
        let public = Listing::from(&listing.redacted()).to_json();
        for secret in [
            "Secret Road",
            "23.75",
            "90.39",
            "staff@example.org",
            "example.org/join",
        ] {
            assert!(!public.contains(secret), "{secret}");
        }
        assert!(public.contains("bd-dhaka"));
    }

    #[test]
    fn says_all_that_is_wrong() {
        let mut body = sample();
        body["slug"] = json!("No Slug");
        body["age"] = json!({"min": 30, "max": 20});
        body["group_details"]["kind"] = json!("therapist_led");
        body["group_details"]["led_by"] = json!("peer");
        body["contacts"][0]["value"] = json!("call me");
        body["places"][0]["schedule"]["openings"][0]["opens"] = json!("25:00");
        body["cost"]["currency"] = json!("TAKA");
        body["hub_details"] = json!({"kind": "clinic"});
        let faults = Listing::from_json(&body.to_string())
            .unwrap()
            .parse()
            .unwrap_err();
        let mut at: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        at.sort_unstable();
        assert_eq!(
            at,
            [
                "/age/max",
                "/contacts/0/value",
                "/cost/currency",
                "/group_details/led_by",
                "/hub_details",
                "/places/0/schedule/openings/0/opens",
                "/slug",
            ]
        );
    }
}
