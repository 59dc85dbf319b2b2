//! A listing with everything that is known of it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    brief::Provider,
    confirmation::Confirmation,
    contact::ShownContact,
    names::{AreaName, TopicName},
    offer::{ShownCost, ShownGroup, ShownHub, ShownLink, ShownSource, ShownStatus},
    place::ShownPlace,
    reader::{Reader, Text},
    times::{NextSession, Times, next_change},
};
use crate::{
    domain::{
        self,
        language::Language,
        listing::{Details, Kind, Listing},
        offer::{Access, Audience, Delivery},
        slug::Slug,
    },
    exchange::listing::{Age, HelplineDetails, Intake, OrganisationDetails},
};

/// Who provides a listing.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OrganisationName {
    pub id: Uuid,
    pub slug: Slug,
    pub name: Text,
}

impl OrganisationName {
    pub(super) fn of(provider: Provider<'_>, reader: &Reader<'_>) -> Self {
        Self {
            id: provider.id,
            slug: provider.slug.clone(),
            name: reader.text(provider.name),
        }
    }
}

/// The areas from which one may use a listing.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Coverage {
    pub everywhere: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub areas: Vec<AreaName>,
}

/// A listing. Texts are in the best language for the reader; what is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ListingDetail {
    pub kind: Kind,
    pub id: Uuid,
    pub slug: Slug,
    /// Counts the approved revisions.
    pub version: i64,
    pub name: Text,
    /// Other names, acronyms and spellings that people use, in any language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub also_known_as: Vec<String>,
    pub summary: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationName>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub topics: Vec<TopicName>,
    /// Languages in which help is given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub spoken: Vec<Language>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub audience: Vec<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub delivery: Vec<Delivery>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub places: Vec<ShownPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub contacts: Vec<ShownContact>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub links: Vec<ShownLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intake: Option<Intake>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub access: Vec<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ShownCost>,
    pub status: ShownStatus,
    /// Whether any place, else any contact, is open; absent where no hours are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_now: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_session: Option<NextSession>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_details: Option<OrganisationDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_details: Option<ShownHub>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_details: Option<ShownGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpline_details: Option<HelplineDetails>,
    pub confirmation: Confirmation,
    /// Where the facts come from.
    pub sources: Vec<ShownSource>,
    /// Languages in which the name is to be had.
    pub languages: Vec<Language>,
}

impl ListingDetail {
    /// In the reader's language.
    #[must_use]
    pub fn of(
        id: Uuid,
        version: i64,
        listing: &Listing,
        provider: Option<Provider<'_>>,
        reader: &Reader<'_>,
    ) -> Self {
        let times = Times::of(listing, None, reader.now, reader.today());
        let details = &listing.details;
        Self {
            kind: listing.kind(),
            id,
            slug: listing.slug.clone(),
            version,
            name: reader.text(&listing.name),
            also_known_as: listing.also_known_as.clone(),
            summary: reader.text(&listing.summary),
            description: listing.description.as_ref().map(|text| reader.text(text)),
            organisation: provider.map(|provider| OrganisationName::of(provider, reader)),
            topics: listing
                .topics
                .iter()
                .map(|topic| reader.topic(topic))
                .collect(),
            spoken: listing.spoken.clone(),
            audience: listing.audience.clone(),
            age: listing.age.map(|age| Age {
                min: age.min,
                max: age.max,
            }),
            delivery: listing.delivery.clone(),
            places: listing
                .places
                .iter()
                .map(|place| ShownPlace::full(place, reader))
                .collect(),
            coverage: listing.coverage.as_ref().map(|coverage| Coverage {
                everywhere: coverage.everywhere,
                areas: coverage
                    .areas
                    .iter()
                    .map(|code| reader.area(code))
                    .collect(),
            }),
            contacts: listing
                .contacts
                .iter()
                .map(|contact| ShownContact::full(contact, reader))
                .collect(),
            links: listing.links.iter().map(ShownLink::of).collect(),
            intake: listing.intake.map(intake),
            access: listing.access.clone(),
            cost: listing
                .cost
                .as_ref()
                .map(|cost| ShownCost::of(cost, reader)),
            status: ShownStatus::of(listing.status.as_ref(), reader),
            open_now: times.open_now(),
            next_session: times
                .next_session
                .as_ref()
                .map(|next| NextSession::of(next, reader.now)),
            organisation_details: organisation_details(details),
            hub_details: if let Details::Hub(hub) = details {
                Some(ShownHub::of(hub))
            } else {
                None
            },
            group_details: match details {
                Details::SupportGroup(group) => Some(ShownGroup::of(group, reader)),
                _ => None,
            },
            helpline_details: helpline_details(details),
            confirmation: Confirmation::of(&listing.confirmation(), reader).with_fields(listing),
            sources: listing.sources.iter().map(ShownSource::of).collect(),
            languages: listing
                .name
                .iter()
                .map(|(language, _)| language.clone())
                .collect(),
        }
    }

    /// When the answer changes by itself: at the next opening, closing, or begin or end of a meeting.
    #[must_use]
    pub fn change(listing: &Listing, now: Timestamp) -> Option<Timestamp> {
        next_change(listing, now)
    }
}

fn intake(intake: domain::offer::Intake) -> Intake {
    Intake {
        state: intake.state,
        as_of: intake.as_of,
        wait_days: intake.wait_days,
    }
}

fn organisation_details(details: &Details) -> Option<OrganisationDetails> {
    let Details::Organisation(own) = details else {
        return None;
    };
    Some(OrganisationDetails {
        kind: own.kind,
        legal_form: own.legal_form,
        founded: own.founded,
    })
}

fn helpline_details(details: &Details) -> Option<HelplineDetails> {
    let Details::Helpline(own) = details else {
        return None;
    };
    Some(HelplineDetails {
        crisis: own.crisis,
        national: own.national,
        answered_by: own.answered_by,
    })
}
