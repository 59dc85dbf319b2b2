//! The parts of a listing as they travel.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::{hours::Schedule, text::LocalisedText};
use crate::{
    domain::{
        area::AreaCode,
        contact::Channel,
        country::Country,
        details::{
            Anonymity, Approach, GroupKind, HubKind, Joining, Leader, Moderator, OrganisationKind,
            Readers, Timing,
        },
        fault::{Fault, FaultCode},
        offer::{ContactCost, CostModel, IntakeState, LinkRelation, StatusState},
        place::{Accessibility, Precision},
    },
    exchange::day,
};

/// Ages in years that are served, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Age {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 120, message = "years, at most 120"))]
    pub min: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 120, message = "years, at most 120"))]
    pub max: Option<u8>,
}

/// Where a listing is: an address, or virtual with a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub name: Option<LocalisedText>,
    /// The deepest area that is known; of a virtual place, its region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub r#virtual: bool,
    /// Street and point never become public.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub street: Option<LocalisedText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 16, message = "at most 16 characters"))]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub directions: Option<LocalisedText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<Accessibility>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
}

/// A WGS 84 point in degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
}

/// The areas from which one may use a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ListingCoverage)]
pub struct Coverage {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub everywhere: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub areas: Vec<AreaCode>,
}

/// One way to reach a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// A number as dialled, an e-mail address, a web address or an account name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 2000, message = "at most 2000 characters"))]
    pub value: Option<String>,
    /// The country of a number without country code, and of a short code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 20, message = "at most 20 characters"))]
    pub extension: Option<String>,
    /// What to text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 40, message = "at most 40 characters"))]
    pub keyword: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub label: Option<LocalisedText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spoken: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ContactCost>,
    /// False: kept for staff, never published. Absent is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
}

/// A link to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub rel: LinkRelation,
    #[schema(max_length = 2000)]
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// Whether new people are taken on, as of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    pub state: IntakeState,
    #[schema(value_type = String, format = Date)]
    #[serde(deserialize_with = "day::read")]
    pub as_of: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_days: Option<u16>,
}

/// What a service costs; amounts are in whole units of the currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    pub model: CostModel,
    /// ISO 4217
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(equal = 3, message = "an ISO 4217 code of three letters"))]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 1_000_000_000, message = "at most 1000000000"))]
    pub from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 1_000_000_000, message = "at most 1000000000"))]
    pub to: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, message = "at most 20 insurers"))]
    pub insurance: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub note: Option<LocalisedText>,
}

/// Whether a listing is there, from when to when, and in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub state: StatusState,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default, deserialize_with = "day::maybe")]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default, deserialize_with = "day::maybe")]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub note: Option<LocalisedText>,
    /// The slug of the listing of the same kind to which it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

impl Status {
    /// That something moved, and neither where nor a word, helps nobody. Of feeds it is borne: they may know no more.
    pub(in crate::exchange) fn leads_nowhere(&self, at: &str) -> Option<Fault> {
        let nowhere = self.moved_to.is_none() && self.note.is_none();
        let expected = "where it moved, or a note that says so";
        let fault = || Fault::new(format!("{at}/moved_to"), FaultCode::Required, expected);
        (self.state == StatusState::Moved && nowhere).then(fault)
    }

    /// That it operates, and nothing else.
    pub(in crate::exchange) fn operating() -> Self {
        Self {
            state: StatusState::Operating,
            from: None,
            until: None,
            note: None,
            moved_to: None,
        }
    }
}

/// Where the facts come from; (name, external_id) is unique in the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Source {
    #[validate(length(min = 1, max = 200, message = "1 to 200 characters"))]
    pub name: String,
    #[validate(length(min = 1, max = 300, message = "1 to 300 characters"))]
    pub external_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[validate(length(min = 1, max = 200, message = "1 to 200 characters"))]
    pub licence: String,
    #[schema(value_type = String, format = Date)]
    #[serde(deserialize_with = "day::read")]
    pub retrieved_on: Date,
    /// When the source itself says that it last checked the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default, deserialize_with = "day::maybe")]
    pub confirmed_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 2000, message = "at most 2000 characters"))]
    pub evidence: Option<String>,
}

/// A value that somebody confirmed by itself, apart from the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"field": "cost", "on": "2026-11-26"}))]
pub struct ConfirmedField {
    /// A value such as `cost`, or `contacts/{id}`, `contacts/{id}/hours`, `places/{id}`, `places/{id}/hours`.
    #[validate(length(max = 60, message = "at most 60 characters"))]
    pub field: String,
    /// The day as of which it is true.
    #[schema(value_type = String, format = Date)]
    #[serde(deserialize_with = "day::read")]
    pub on: Date,
}

/// What only an organisation has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationDetails {
    pub kind: OrganisationKind,
    /// Whether it is registered as a legal body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_form: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1000, maximum = 2200)]
    pub founded: Option<i16>,
}

/// What only a hub has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HubDetails {
    pub kind: HubKind,
    /// Slug or id of the hub in which this one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

/// What only a support group has; what is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct GroupDetails {
    pub kind: GroupKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub led_by: Option<Leader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderated_by: Option<Moderator>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anonymity: Vec<Anonymity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readable_by: Option<Readers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
    /// Published only where joining is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub join_link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approach: Vec<Approach>,
    /// Training of those who lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub leader_training: Option<LocalisedText>,
    /// Listings to which people are referred on: `kind/slug` or an id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 40)]
    pub refers_to: Vec<String>,
}

/// What only a helpline has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HelplineDetails {
    /// Takes calls of people in danger of their lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub crisis: bool,
    /// Its country's national line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub national: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Leader>,
}
