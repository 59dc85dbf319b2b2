//! Ways to reach a listing as a reader gets them, with what a phone opens.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    brief::BriefContact,
    hours::ShownHours,
    reader::{Reader, Text},
};
use crate::domain::{
    contact::{Address, Channel, Contact, NumberKind},
    country::Country,
    language::Language,
    offer::ContactCost,
    schedule::{OpenState, Schedule},
};

/// One way to reach a listing.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"channel": "voice", "value": "999", "number": "short_code", "country": "BD", "uri": "tel:999"}))]
pub struct ShownContact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    pub channel: Channel,
    /// A number, an e-mail address, a web address or an account name.
    pub value: String,
    /// Which form a number has: `e164` from anywhere, `short_code` in its country only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberKind>,
    /// The country in which a short code works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// What a phone opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// What to text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Languages in which one is answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub spoken: Vec<Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<ShownHours>,
    /// Whether somebody answers now; absent where no hours are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_now: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ContactCost>,
}

impl ShownContact {
    /// With everything that is known of it.
    #[must_use]
    pub fn full(contact: &Contact, reader: &Reader<'_>) -> Self {
        let schedule = contact.hours.as_ref().map(|hours| &hours.schedule);
        Self {
            id: contact.id,
            extension: contact.extension.clone(),
            keyword: contact.keyword.clone(),
            label: contact.label.as_ref().map(|label| reader.text(label)),
            spoken: contact.spoken.clone(),
            hours: contact
                .hours
                .as_ref()
                .map(|hours| ShownHours::of(hours, reader)),
            cost: contact.cost,
            ..Self::at(contact.channel, &contact.address, schedule, reader)
        }
    }

    /// With what a list shows.
    #[must_use]
    pub fn brief(contact: &BriefContact<'_>, reader: &Reader<'_>) -> Self {
        Self::at(contact.channel, contact.address, contact.schedule, reader)
    }

    fn at(
        channel: Channel,
        address: &Address,
        schedule: Option<&Schedule>,
        reader: &Reader<'_>,
    ) -> Self {
        let open = schedule.map_or(OpenState::Unknown, |schedule| {
            schedule.open_state(reader.now)
        });
        let country = match address {
            Address::ShortCode(_, country) => Some(*country),
            _ => None,
        };
        Self {
            id: None,
            channel,
            value: address.value().to_owned(),
            number: address.number_kind(),
            country,
            uri: address.uri(channel),
            extension: None,
            keyword: None,
            label: None,
            spoken: Vec::new(),
            hours: None,
            open_now: (open != OpenState::Unknown).then(|| open.is_open()),
            cost: None,
        }
    }
}
