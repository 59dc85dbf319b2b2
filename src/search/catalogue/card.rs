//! What a hit shows of a listing, and what its hours are computed from.
//!
//! Kept small, because there is one for each listing in memory. Of a confidential place it holds neither street nor
//! point, whatever the listing holds.

use std::sync::Arc;

use uuid::Uuid;

use super::shared::Shared;
use crate::{
    domain::{
        area::AreaCode,
        confirmation::Confirmation,
        contact::{Address, Channel, Contact},
        listing::{Details, Kind},
        offer::{Delivery, Status},
        place::{Place, Point, Precision},
        schedule::Schedule,
        slug::Slug,
        text::LocalisedText,
    },
    search::entry::{Entry, OrganisationName},
};

/// One listing, as hits show it.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: Uuid,
    pub number: u32,
    pub version: i64,
    pub kind: Kind,
    pub slug: Slug,
    pub name: LocalisedText,
    pub summary: LocalisedText,
    pub organisation: Option<Arc<OrganisationName>>,
    pub delivery: Box<[Delivery]>,
    pub places: Box<[CardPlace]>,
    pub contacts: Box<[CardContact]>,
    pub status: Option<Box<Status>>,
    pub confirmation: Confirmation,
    /// A helpline for people in danger of their lives.
    pub crisis: bool,
}

/// A place, as hits show it.
#[derive(Clone, Debug)]
pub struct CardPlace {
    pub name: Option<Box<LocalisedText>>,
    pub area: AreaCode,
    pub is_virtual: bool,
    pub confidential: bool,
    pub street: Option<Box<LocalisedText>>,
    /// Absent for what is virtual or confidential.
    pub point: Option<(Point, Precision)>,
    pub schedule: Option<Arc<Schedule>>,
}

/// A way to reach the listing, as hits show it.
#[derive(Clone, Debug)]
pub struct CardContact {
    pub channel: Channel,
    pub address: Address,
    pub schedule: Option<Arc<Schedule>>,
}

impl Card {
    pub(super) fn new(entry: &Entry, shared: &mut Shared) -> Self {
        let listing = &entry.listing;
        Self {
            id: entry.id,
            number: entry.number,
            version: entry.version,
            kind: listing.kind(),
            slug: listing.slug.clone(),
            name: listing.name.clone(),
            summary: listing.summary.clone(),
            organisation: shared.organisation(entry),
            delivery: listing.delivery.clone().into_boxed_slice(),
            places: listing
                .places
                .iter()
                .map(|place| CardPlace::new(place, shared))
                .collect(),
            contacts: listing
                .contacts
                .iter()
                .filter(|contact| contact.public)
                .map(|contact| CardContact::new(contact, shared))
                .collect(),
            status: listing.status.clone().map(Box::new),
            confirmation: listing.confirmation(),
            crisis: matches!(listing.details, Details::Helpline(line) if line.crisis),
        }
    }
}

impl CardPlace {
    fn new(place: &Place, shared: &mut Shared) -> Self {
        let open = !place.confidential;
        Self {
            name: place.name.clone().filter(|_| open).map(Box::new),
            area: place.area.clone(),
            is_virtual: place.is_virtual,
            confidential: place.confidential,
            street: place.street.clone().filter(|_| open).map(Box::new),
            point: place.point.filter(|_| open && !place.is_virtual),
            schedule: place
                .hours
                .as_ref()
                .map(|hours| shared.schedule(&hours.schedule)),
        }
    }
}

impl CardContact {
    fn new(contact: &Contact, shared: &mut Shared) -> Self {
        Self {
            channel: contact.channel,
            address: contact.address.clone(),
            schedule: contact
                .hours
                .as_ref()
                .map(|hours| shared.schedule(&hours.schedule)),
        }
    }
}
