//! Whom to call now: the country named, emergency numbers first, then the national lines.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    confirmation::Confirmation,
    contact::ShownContact,
    offer::{ShownSource, ShownStatus},
    reader::{Reader, Text},
    times::{Times, next_change},
};
use crate::domain::{
    country::Country,
    crisis::EmergencyNumber,
    language::Language,
    listing::{Details, Listing},
    offer::StatusState,
    slug::Slug,
};

/// What to call, in one country or in both near a border.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CrisisAnswer {
    pub countries: Vec<CountryCrisis>,
    /// Where no country was named, or nothing is known of it: what there is to choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choose: Option<Chooser>,
    /// The moment of which the numbers are.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
}

/// The numbers of one country.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CountryCrisis {
    pub country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Police, ambulance: in danger, first.
    pub emergency: Vec<EmergencyLine>,
    /// Lines to talk to somebody.
    pub lines: Vec<CrisisLine>,
}

/// An emergency number.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"number": "999", "uri": "tel:999", "name": {"text": "National emergency service", "lang": "en"},
    "source": "National Emergency Service", "retrieved_on": "2026-06-02"}))]
pub struct EmergencyLine {
    /// As dialled.
    pub number: String,
    #[schema(format = "uri")]
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub source_url: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub retrieved_on: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub confirmed_on: Option<Date>,
}

impl EmergencyLine {
    /// In the reader's language.
    #[must_use]
    pub fn of(number: &EmergencyNumber, reader: &Reader<'_>) -> Self {
        Self {
            number: number.number.as_ref().to_owned(),
            uri: format!("tel:{}", number.number),
            name: reader.label(&number.names),
            source: number.source.as_ref().to_owned(),
            source_url: number.source_url.as_deref().map(str::to_owned),
            retrieved_on: number.retrieved_on,
            confirmed_on: number.confirmed_on,
        }
    }
}

/// A helpline to talk to somebody.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CrisisLine {
    /// Absent where the line is known from the copy built into the program alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    pub slug: Slug,
    pub name: Text,
    pub summary: Text,
    /// Whether it is for people in danger of their lives.
    pub crisis: bool,
    /// Whether somebody answers now; absent where no hours are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_now: Option<bool>,
    /// Where anything else than operating is announced: closed for a time, say, from when until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ShownStatus>,
    pub contacts: Vec<ShownContact>,
    /// Languages in which one is answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub spoken: Vec<Language>,
    pub confirmation: Confirmation,
    pub sources: Vec<ShownSource>,
}

impl CrisisLine {
    /// In the reader's language; the nil id is none.
    #[must_use]
    pub fn of(id: Uuid, listing: &Listing, reader: &Reader<'_>) -> Self {
        Self {
            id: Some(id).filter(|id| !id.is_nil()),
            slug: listing.slug.clone(),
            name: reader.text(&listing.name),
            summary: reader.text(&listing.summary),
            crisis: matches!(listing.details, Details::Helpline(line) if line.crisis),
            status: listing
                .status
                .as_ref()
                .filter(|status| status.state != StatusState::Operating)
                .map(|status| ShownStatus::of(Some(status), reader)),
            open_now: Times::of(listing, None, reader.now, reader.today()).open_now(),
            contacts: listing
                .contacts
                .iter()
                .map(|contact| ShownContact::full(contact, reader))
                .collect(),
            spoken: listing.spoken.clone(),
            confirmation: Confirmation::of(&listing.confirmation(), reader),
            sources: listing.sources.iter().map(ShownSource::of).collect(),
        }
    }

    /// Whether it works on this day.
    #[must_use]
    pub fn operates(&self) -> bool {
        let state = self.status.as_ref().map(|status| status.state);
        state.is_none_or(|state| state == StatusState::Operating)
    }

    /// When the answer changes by itself.
    #[must_use]
    pub fn change(listing: &Listing, now: Timestamp) -> Option<Timestamp> {
        next_change(listing, now)
    }
}

/// Countries of which numbers are known.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Chooser {
    pub countries: Vec<CountryChoice>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"country": "BD", "name": {"text": "Bangladesh", "lang": "en"}, "href": "/v1/crisis?country=BD"}))]
pub struct CountryChoice {
    pub country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    #[schema(format = "uri-reference")]
    pub href: String,
}
