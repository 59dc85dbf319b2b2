//! What lists and hits show of a listing, wherever it comes from: a published document, or the catalogue in memory.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::times::Times;
use crate::domain::{
    area::AreaCode,
    confirmation::Confirmation,
    contact::{Address, Channel},
    listing::{Kind, Listing},
    offer::Delivery,
    place::{Place, Point, Precision},
    schedule::Schedule,
    slug::Slug,
    text::LocalisedText,
};

/// Who provides a listing.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    pub id: Uuid,
    pub slug: &'a Slug,
    pub name: &'a LocalisedText,
}

/// The few facts of a listing that decide whether one looks further.
#[derive(Debug)]
pub struct Brief<'a> {
    pub kind: Kind,
    pub id: Uuid,
    pub version: i64,
    pub slug: &'a Slug,
    pub name: &'a LocalisedText,
    pub summary: &'a LocalisedText,
    pub organisation: Option<Provider<'a>>,
    pub delivery: &'a [Delivery],
    pub place: Option<BriefPlace<'a>>,
    pub contacts: Vec<BriefContact<'a>>,
    pub confirmation: Confirmation,
    pub times: Times,
}

/// A place in short.
#[derive(Clone, Copy, Debug)]
pub struct BriefPlace<'a> {
    pub name: Option<&'a LocalisedText>,
    pub area: &'a AreaCode,
    pub is_virtual: bool,
    pub confidential: bool,
    pub street: Option<&'a LocalisedText>,
    pub point: Option<(Point, Precision)>,
}

/// A contact in short.
#[derive(Clone, Copy, Debug)]
pub struct BriefContact<'a> {
    pub channel: Channel,
    pub address: &'a Address,
    pub schedule: Option<&'a Schedule>,
}

impl<'a> Brief<'a> {
    /// In short, with its first place to go to, else its first.
    #[must_use]
    pub fn of(
        id: Uuid,
        version: i64,
        listing: &'a Listing,
        organisation: Option<Provider<'a>>,
        (now, today): (Timestamp, Date),
    ) -> Self {
        let at = listing.places.iter().position(|place| !place.is_virtual);
        let at = at.or_else(|| (!listing.places.is_empty()).then_some(0));
        Self {
            kind: listing.kind(),
            id,
            version,
            slug: &listing.slug,
            name: &listing.name,
            summary: &listing.summary,
            organisation,
            delivery: &listing.delivery,
            place: at.and_then(|at| listing.places.get(at)).map(BriefPlace::of),
            contacts: listing
                .contacts
                .iter()
                .map(|contact| BriefContact {
                    channel: contact.channel,
                    address: &contact.address,
                    schedule: contact.hours.as_ref().map(|hours| &hours.schedule),
                })
                .collect(),
            confirmation: listing.confirmation(),
            times: Times::of(listing, at, now, today),
        }
    }
}

impl<'a> BriefPlace<'a> {
    pub(super) fn of(place: &'a Place) -> Self {
        Self {
            name: place.name.as_ref(),
            area: &place.area,
            is_virtual: place.is_virtual,
            confidential: place.confidential,
            street: place.street.as_ref(),
            point: place.point,
        }
    }
}
