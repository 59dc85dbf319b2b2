//! All places of all listings, numbered densely, with a tree for what is near a point.
//!
//! The tree is of unit vectors in three dimensions, so the antimeridian and the poles are like everywhere else. A
//! confidential place is in it by the centre of its district. Every listing has at least one place here; where it
//! states none, one that lies in its coverage and has no point.

use rstar::{RTree, primitives::GeomWithData};

use super::{
    facet::Facet,
    hours::HoursId,
    terms::{TermId, Terms},
    values::Values,
};
use crate::{
    domain::place::{EARTH_RADIUS_M, Place, Point},
    search::{reference::Reference, region::Circle},
};

// The tree is never loaded in bulk: rstar 0.12 builds trees that way into which a later insertion panics
// (georust/rstar#239).

/// A confidential place is never nearer than this.
const NEAREST_APPROXIMATE_M: f64 = 10_000.0;

/// By how much a straight line on the unit sphere may be miscalculated; six millimetres.
const SLACK: f64 = 1e-9;

/// A point on the unit sphere.
pub(super) type Unit = [f64; 3];

/// A place as it is in the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) place: u32,
    /// The number of the listing.
    pub(super) owner: u32,
}

#[derive(Default)]
pub(super) struct Places {
    rows: Vec<PlaceRow>,
    free: Vec<u32>,
    pub(super) terms: Terms,
    tree: RTree<GeomWithData<Unit, Spot>>,
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
    terms: Box<[TermId]>,
}

impl PlaceRow {
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

    /// How many places have a point.
    pub(super) fn points(&self) -> usize {
        self.tree.size()
    }

    /// The hours that count for the place.
    pub(super) fn hours(&self, number: u32) -> HoursId {
        self.hours[number as usize]
    }

    /// Notes the hours that count for the place, and returns those that counted before.
    pub(super) fn set_hours(&mut self, number: u32, hours: HoursId) -> HoursId {
        std::mem::replace(&mut self.hours[number as usize], hours)
    }

    /// The place's values of the facet.
    pub(super) fn values_of(&self, number: u32, facet: Facet) -> impl Iterator<Item = &str> {
        let terms = self
            .get(number)
            .terms
            .iter()
            .filter(move |term| term.column() == facet as usize);
        terms.map(|term| self.terms.value(*term))
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
            terms: Box::default(),
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
            terms: Box::default(),
        };
        self.insert(row, values)
    }

    fn insert(&mut self, mut row: PlaceRow, values: &Values<'_>) -> u32 {
        let number = self
            .free
            .pop()
            .unwrap_or_else(|| u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        row.terms = self.terms.add(number, values.0.iter().copied());
        if let Some((_, unit)) = row.point {
            let owner = row.owner;
            let spot = Spot {
                place: number,
                owner,
            };
            self.tree.insert(GeomWithData::new(unit, spot));
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
        let terms = std::mem::take(&mut row.terms);
        if let Some((_, unit)) = row.point.take() {
            let owner = row.owner;
            let spot = Spot {
                place: number,
                owner,
            };
            self.tree.remove(&GeomWithData::new(unit, spot));
        }
        self.terms.remove(number, &terms);
        self.free.push(number);
    }

    /// Every place with a point.
    pub(super) fn all(&self) -> impl Iterator<Item = Spot> {
        self.tree.iter().map(|item| item.data)
    }

    /// The places within the circle.
    pub(super) fn within(&self, circle: &Circle) -> impl Iterator<Item = Spot> {
        let (centre, radius_m) = (circle.centre.unit(), circle.radius_m);
        let surely = (chord(circle) - SLACK).max(0.0).powi(2);
        self.surrounded(circle)
            .filter(move |item| {
                let square = square(item.geom(), &centre);
                square < surely || metres(square) <= radius_m
            })
            .map(|item| item.data)
    }

    /// The places within the circle, and perhaps some just outside.
    pub(super) fn around(&self, circle: &Circle) -> impl Iterator<Item = Spot> {
        self.surrounded(circle).map(|item| item.data)
    }

    fn surrounded(&self, circle: &Circle) -> impl Iterator<Item = &GeomWithData<Unit, Spot>> {
        let reach = chord(circle) + SLACK;
        self.tree
            .locate_within_distance(circle.centre.unit(), reach * reach)
    }

    /// Every place with a point, nearest first, with the metres to the point by which it is in the tree.
    pub(super) fn nearest(&self, near: &Unit) -> impl Iterator<Item = (Spot, f64)> {
        self.tree
            .nearest_neighbor_iter_with_distance_2(near)
            .map(|(item, square)| (item.data, metres(square)))
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

/// Metres along the great circle between two points, as `Point::distance_m` computes them.
pub(super) fn distance(a: &Unit, b: &Unit) -> f64 {
    metres(square(a, b))
}

/// The square of the straight line between two points.
fn square(a: &Unit, b: &Unit) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

/// From the centre of the circle to its edge in a straight line, on the unit sphere.
fn chord(circle: &Circle) -> f64 {
    let half_angle = (circle.radius_m / EARTH_RADIUS_M / 2.0).min(std::f64::consts::FRAC_PI_2);
    2.0 * half_angle.sin()
}

/// Metres along the great circle, from the square of the straight line on the unit sphere.
fn metres(square: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * (square.sqrt() / 2.0).clamp(0.0, 1.0).asin()
}
