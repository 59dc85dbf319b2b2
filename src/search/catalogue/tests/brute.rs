//! The same answers by looking at every listing, without columns, trees or walks.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::super::{Facet, Filters, PlaceFilter, Sort, TermFilter, day_of};
use crate::{
    domain::{
        confirmation::ConfirmationState,
        offer::StatusState,
        place::{Place, Point},
        schedule::OpenState,
    },
    search::{entry::Entry, reference::Reference},
};

pub(super) struct Brute<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) reference: &'a Reference,
    pub(super) filters: &'a Filters,
    pub(super) place: &'a PlaceFilter,
    pub(super) at: Timestamp,
}

/// Id and the metres by which it sorts, infinite without a point.
pub(super) type Row = (Uuid, f64);

impl Brute<'_> {
    pub(super) fn values(&self, entry: &Entry, place: Option<&Place>, facet: Facet) -> Vec<String> {
        let listing = &entry.listing;
        let mut values: Vec<String> = match facet {
            Facet::Kind => vec![listing.kind().as_str().to_owned()],
            Facet::Topic => {
                let chain = |slug| {
                    self.reference
                        .topic_ancestors(slug)
                        .into_iter()
                        .map(|topic| topic.slug.to_string())
                };
                listing.topics.iter().flat_map(chain).collect()
            }
            Facet::Delivery => listing.delivery.iter().map(ToString::to_string).collect(),
            Facet::Spoken => listing
                .spoken
                .iter()
                .map(|spoken| spoken.primary().to_owned())
                .collect(),
            Facet::Area => {
                let chain = place
                    .map(|place| self.reference.ancestors(&place.area))
                    .unwrap_or_default();
                chain
                    .into_iter()
                    .map(|area| area.code.to_string())
                    .collect()
            }
            Facet::Country => place
                .map(|place| place.area.as_str()[..2].to_uppercase())
                .into_iter()
                .collect(),
            _ => Vec::new(),
        };
        values.sort();
        values.dedup();
        values
    }

    fn meets(&self, entry: &Entry, place: Option<&Place>, term: &TermFilter) -> bool {
        let values = self.values(entry, place, term.facet);
        let any = values
            .iter()
            .any(|value| term.values.iter().any(|wanted| **wanted == **value));
        !values.is_empty() && any != term.none_of
    }

    fn point(&self, place: &Place) -> Option<Point> {
        if place.confidential {
            self.reference.district_centroid(&place.area)
        } else {
            place.point.map(|(point, _)| point)
        }
    }

    fn is_open(&self, entry: &Entry, place: &Place) -> bool {
        let status = entry
            .listing
            .status
            .as_ref()
            .map_or(StatusState::Operating, |status| status.on(day_of(self.at)));
        let hours = place
            .hours
            .as_ref()
            .map(|hours| hours.schedule.open_state(self.at));
        status == StatusState::Operating && matches!(hours, Some(OpenState::Open { .. }))
    }

    /// Whether the place meets every condition but those on `leave_out`.
    fn passes(&self, entry: &Entry, place: &Place, leave_out: Option<Facet>) -> bool {
        let point = self.point(place);
        let (near, rectangle) = (self.place.near, self.place.rectangle);
        let terms = self
            .filters
            .terms
            .iter()
            .filter(|term| term.facet.is_of_place() && Some(term.facet) != leave_out);
        terms
            .into_iter()
            .all(|term| self.meets(entry, Some(place), term))
            && near
                .zip(self.place.radius_m)
                .is_none_or(|(near, radius)| point.is_some_and(|p| p.distance_m(&near) <= radius))
            && rectangle
                .is_none_or(|rectangle| point.is_some_and(|point| rectangle.contains(&point)))
            && (!self.filters.open_now || self.is_open(entry, place))
    }

    fn passing<'e>(&'e self, entry: &'e Entry, leave_out: Option<Facet>) -> Vec<&'e Place> {
        let all = || {
            self.filters
                .terms
                .iter()
                .filter(|term| Some(term.facet) != leave_out)
        };
        let ended = entry
            .listing
            .status
            .as_ref()
            .is_some_and(|status| status.on(day_of(self.at)) == StatusState::Ended);
        if ended
            || !all()
                .filter(|term| !term.facet.is_of_place())
                .all(|term| self.meets(entry, None, term))
        {
            return Vec::new();
        }
        entry
            .listing
            .places
            .iter()
            .filter(|place| self.passes(entry, place, leave_out))
            .collect()
    }

    fn sorting_distance(&self, place: &Place) -> f64 {
        match (self.place.near, self.point(place)) {
            (Some(near), Some(point)) if place.confidential => {
                near.distance_m(&point).max(10_000.0)
            }
            (Some(near), Some(point)) => near.distance_m(&point),
            _ => f64::INFINITY,
        }
    }

    /// All that matches, in order. Every entry must have a place.
    pub(super) fn hits(&self, sort: Sort) -> Vec<Row> {
        let doubt = |entry: &Entry| entry.listing.confirmation().state(self.today());
        let mut rows: Vec<(Row, ConfirmationState)> = Vec::new();
        for entry in self.entries {
            let distances = self
                .passing(entry, None)
                .into_iter()
                .map(|place| self.sorting_distance(place));
            if let Some(distance) = distances.min_by(f64::total_cmp) {
                rows.push(((entry.id, distance), doubt(entry)));
            }
        }
        let by_distance = sort == Sort::Distance || self.place.near.is_some();
        rows.sort_by(|((a, near), stale), ((b, far), staler)| {
            let distance = if by_distance {
                near.total_cmp(far)
            } else {
                std::cmp::Ordering::Equal
            };
            distance.then(stale.cmp(staler)).then(a.cmp(b))
        });
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// How many listings have each value, by value.
    pub(super) fn counts(&self, facet: Facet) -> Vec<(String, u64)> {
        let mut counts = std::collections::BTreeMap::new();
        for entry in self.entries {
            let places = self.passing(entry, Some(facet));
            let mut values: Vec<String> = places
                .iter()
                .flat_map(|place| self.values(entry, Some(place), facet))
                .collect();
            values.sort();
            values.dedup();
            for value in values {
                *counts.entry(value).or_insert(0) += 1;
            }
        }
        counts.into_iter().collect()
    }

    fn today(&self) -> Date {
        day_of(self.at)
    }
}
