//! A listing in short, as lists and hits show it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    brief::Brief,
    confirmation::Confirmation,
    contact::ShownContact,
    detail::OrganisationName,
    place::ShownPlace,
    reader::{Reader, Text},
    search::Total,
    times::NextSession,
};
use crate::domain::{
    listing::Kind,
    offer::{Delivery, StatusState},
    slug::Slug,
};

/// A listing in short.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ListingSummary {
    pub kind: Kind,
    pub id: Uuid,
    pub slug: Slug,
    /// Counts the approved revisions.
    pub version: i64,
    pub name: Text,
    pub summary: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationName>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub delivery: Vec<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ShownPlace>,
    /// Absent where no hours are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_now: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_session: Option<NextSession>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub contacts: Vec<ShownContact>,
    /// Whether it is there at all today.
    pub status: StatusState,
    pub confirmation: Confirmation,
}

impl ListingSummary {
    /// In the reader's language.
    #[must_use]
    pub fn of(brief: &Brief<'_>, reader: &Reader<'_>) -> Self {
        Self {
            kind: brief.kind,
            id: brief.id,
            slug: brief.slug.clone(),
            version: brief.version,
            name: reader.text(brief.name),
            summary: reader.text(brief.summary),
            organisation: brief
                .organisation
                .map(|provider| OrganisationName::of(provider, reader)),
            delivery: brief.delivery.to_vec(),
            place: brief
                .place
                .as_ref()
                .map(|place| ShownPlace::brief(place, reader)),
            open_now: brief.times.open_now(),
            next_session: brief
                .times
                .next_session
                .as_ref()
                .map(|next| NextSession::of(next, reader.now)),
            contacts: brief
                .contacts
                .iter()
                .map(|contact| ShownContact::brief(contact, reader))
                .collect(),
            status: brief.times.status,
            confirmation: Confirmation::of(&brief.confirmation, reader),
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ListAnswer {
    pub items: Vec<ListingSummary>,
    pub total: Total,
    /// The cursor of the next page; the header `Link` has the whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
