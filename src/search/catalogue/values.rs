//! Which values of which facets a listing has, and each of its places.
//!
//! A topic brings those above it, an area those in which it lies. A listing without a place is where its coverage is:
//! help without an address is looked for where one may use it.

use super::{facet::Facet, filter::spoken_of};
use crate::{
    domain::{
        area::AreaCode,
        details::SupportGroup,
        listing::{Details, Listing},
        place::Place,
    },
    search::{entry::Entry, reference::Reference},
};

/// Values of facets, being gathered.
#[derive(Default)]
pub(super) struct Values<'a>(pub(super) Vec<(Facet, &'a str)>);

impl<'a> Values<'a> {
    fn add(&mut self, facet: Facet, values: impl IntoIterator<Item = &'a str>) {
        self.0
            .extend(values.into_iter().map(|value| (facet, value)));
    }

    /// Of the listing, its places apart.
    pub(super) fn of_listing(entry: &'a Entry, reference: &'a Reference) -> Self {
        let listing = &entry.listing;
        let mut values = Self::default();
        values.add(Facet::Kind, [listing.kind().as_str()]);
        for slug in &listing.topics {
            values.add(Facet::Topic, [slug.as_str()]);
            values.add(
                Facet::Topic,
                reference
                    .topic_ancestors(slug)
                    .into_iter()
                    .map(|topic| topic.slug.as_str()),
            );
        }
        values.add(Facet::Spoken, listing.spoken.iter().map(spoken_of));
        values.add(
            Facet::Organisation,
            entry
                .organisation
                .iter()
                .map(|organisation| organisation.slug.as_str()),
        );
        values.add(
            Facet::Delivery,
            listing.delivery.iter().map(|value| value.as_str()),
        );
        values.add(
            Facet::Audience,
            listing.audience.iter().map(|value| value.as_str()),
        );
        values.add(
            Facet::Access,
            listing.access.iter().map(|value| value.as_str()),
        );
        values.add(
            Facet::Cost,
            listing.cost.iter().map(|cost| cost.model.as_str()),
        );
        values.add(
            Facet::Intake,
            listing.intake.iter().map(|intake| intake.state.as_str()),
        );
        values.add_details(listing);
        values
    }

    fn add_details(&mut self, listing: &'a Listing) {
        match &listing.details {
            Details::Organisation(organisation) => {
                self.add(Facet::OrganisationKind, [organisation.kind.as_str()])
            }
            Details::Hub(hub) => self.add(Facet::HubKind, [hub.kind.as_str()]),
            Details::SupportGroup(group) => self.add_group(group),
            Details::Helpline(line) => {
                self.add(Facet::Crisis, [truth(line.crisis)]);
                self.add(Facet::National, [truth(line.national)]);
                self.add(
                    Facet::LedBy,
                    line.answered_by.iter().map(|value| value.as_str()),
                );
            }
        }
    }

    fn add_group(&mut self, group: &'a SupportGroup) {
        self.add(Facet::GroupKind, [group.kind.as_str()]);
        self.add(
            Facet::Timing,
            group.timing.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::LedBy,
            group.led_by.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::ModeratedBy,
            group.moderated_by.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::Anonymity,
            group.anonymity.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::ReadableBy,
            group.readable_by.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::Joining,
            group.joining.iter().map(|value| value.as_str()),
        );
        self.add(
            Facet::Approach,
            group.approach.iter().map(|value| value.as_str()),
        );
    }

    /// Of one place.
    pub(super) fn of_place(place: &'a Place, reference: &'a Reference) -> Self {
        let mut values = Self::default();
        values.add_area(&place.area, reference);
        values.add(
            Facet::Accessibility,
            place.accessibility.iter().map(|value| value.as_str()),
        );
        values
    }

    /// Of a listing that has no place.
    pub(super) fn of_coverage(listing: &'a Listing, reference: &'a Reference) -> Self {
        let mut values = Self::default();
        for area in listing.coverage.iter().flat_map(|coverage| &coverage.areas) {
            values.add_area(area, reference);
        }
        values
    }

    fn add_area(&mut self, area: &'a AreaCode, reference: &'a Reference) {
        let chain = reference.ancestors(area);
        self.add(
            Facet::Country,
            chain.first().map(|area| area.country.as_str()),
        );
        self.add(Facet::Area, [area.as_str()]);
        self.add(
            Facet::Area,
            chain.into_iter().map(|area| area.code.as_str()),
        );
    }
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
