//! All places of all listings, numbered densely, with where they lie and when they are open.
//!
//! A confidential place lies at the centre of its district. Every listing has at least one place here; where it states
//! none, one that lies in its coverage and has no point.

use super::{
    hours::HoursId,
    spots::{Spot, Spots, Unit, distance},
    terms::Terms,
    values::Values,
};
use crate::{
    domain::place::{Place, Point},
    search::reference::Reference,
};

/// A confidential place is never nearer than this.
const NEAREST_APPROXIMATE_M: f64 = 10_000.0;

#[derive(Default)]
pub(super) struct Places {
    rows: Vec<PlaceRow>,
    free: Vec<u32>,
    pub(super) terms: Terms,
    pub(super) spots: Spots,
    /// When each is open, apart from the rows: where many places are asked about it, reading takes longer than asking.
    hours: Vec<HoursId>,
}

pub(super) struct PlaceRow {
    /// The number of the listing.
    pub(super) owner: u32,
    /// Which of the listing's places; none where it states none.
    pub(super) index: Option<u16>,
    /// Whether the point stands for a confidential place.
    pub(super) approximate: bool,
    pub(super) point: Option<(Point, Unit)>,
}

impl PlaceRow {
    /// The place, which has this number.
    pub(super) fn spot(&self, place: u32) -> Spot {
        let owner = self.owner;
        Spot { place, owner }
    }

    /// Metres by which the place sorts, seen from `near`; infinite without a point.
    pub(super) fn distance(&self, near: &Unit) -> f64 {
        match &self.point {
            None => f64::INFINITY,
            Some((_, unit)) if self.approximate => distance(unit, near).max(NEAREST_APPROXIMATE_M),
            Some((_, unit)) => distance(unit, near),
        }
    }
}

impl Places {
    pub(super) fn get(&self, number: u32) -> &PlaceRow {
        &self.rows[number as usize]
    }

    /// The hours that count for the place.
    pub(super) fn hours(&self, number: u32) -> HoursId {
        self.hours[number as usize]
    }

    /// Notes the hours that count for the place, and returns those that counted before.
    pub(super) fn set_hours(&mut self, number: u32, hours: HoursId) -> HoursId {
        std::mem::replace(&mut self.hours[number as usize], hours)
    }

    pub(super) fn add(
        &mut self,
        owner: u32,
        index: u16,
        place: &Place,
        reference: &Reference,
    ) -> u32 {
        let point = point_of(place, reference);
        let row = PlaceRow {
            owner,
            index: Some(index),
            approximate: place.confidential,
            point: point.map(|point| (point, point.unit())),
        };
        self.insert(row, &Values::of_place(place, reference))
    }

    /// The place of a listing that states none.
    pub(super) fn add_nowhere(&mut self, owner: u32, values: &Values<'_>) -> u32 {
        let row = PlaceRow {
            owner,
            index: None,
            approximate: false,
            point: None,
        };
        self.insert(row, values)
    }

    fn insert(&mut self, row: PlaceRow, values: &Values<'_>) -> u32 {
        let number = self
            .free
            .pop()
            .unwrap_or_else(|| u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.terms.add(number, values.0.iter().copied());
        if let Some((_, unit)) = row.point {
            self.spots.insert(unit, row.spot(number));
        }
        match self.rows.get_mut(number as usize) {
            Some(slot) => *slot = row,
            None => {
                self.rows.push(row);
                self.hours.push(HoursId::default());
            }
        }
        number
    }

    pub(super) fn remove(&mut self, number: u32) {
        let row = &mut self.rows[number as usize];
        if let Some((_, unit)) = row.point.take() {
            self.spots.remove(unit, row.spot(number));
        }
        self.terms.remove(number);
        self.free.push(number);
    }
}

/// Where a place is found: a confidential one at the centre of its district, one in no building nowhere.
pub(super) fn point_of(place: &Place, reference: &Reference) -> Option<Point> {
    if place.confidential {
        return reference.district_centroid(&place.area);
    }
    let located = place.point.filter(|_| !place.is_virtual);
    located.map(|(point, _)| point)
}
