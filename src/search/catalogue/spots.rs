//! Places by where they lie: which are within a circle, and which come nearest.
//!
//! Points are unit vectors in three dimensions, so the antimeridian and the poles are like everywhere else. Space is cut
//! into cubes, and a tree holds the cubes that are not empty: the places of a town lie together in memory and are read
//! in one go, which a tree of places is many times slower at, and larger.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

use rstar::{RTree, primitives::GeomWithData};

use crate::{domain::place::EARTH_RADIUS_M, search::region::Circle};

// The tree is never loaded in bulk: rstar 0.12 builds trees that way into which a later insertion panics
// (georust/rstar#239).

/// A point on the unit sphere.
pub(super) type Unit = [f64; 3];

/// A place that lies somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) place: u32,
    /// The number of its listing.
    pub(super) owner: u32,
}

/// The edge of a cube; about three kilometres.
const EDGE: f64 = 3_000.0 / EARTH_RADIUS_M;

/// From the middle of a cube to its farthest points.
const REACH: f64 = EDGE * 0.866_1;

/// By how much a straight line on the unit sphere may be miscalculated; six millimetres.
const SLACK: f64 = 1e-9;

type Cube = [i16; 3];

/// All places that lie somewhere.
#[derive(Default)]
pub(super) struct Spots {
    /// Middles of cubes, with their places in `cells`.
    tree: RTree<GeomWithData<Unit, u32>>,
    by_cube: HashMap<Cube, u32>,
    cells: Vec<Vec<(Unit, Spot)>>,
    free: Vec<u32>,
    count: usize,
}

impl Spots {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn insert(&mut self, at: Unit, spot: Spot) {
        let cube = cube_of(&at);
        let cell = *self.by_cube.entry(cube).or_insert_with(|| {
            let cell = self.free.pop().unwrap_or_else(|| {
                self.cells.push(Vec::new());
                u32::try_from(self.cells.len() - 1).unwrap_or(u32::MAX)
            });
            self.tree.insert(GeomWithData::new(middle(&cube), cell));
            cell
        });
        let cell = &mut self.cells[cell as usize];
        if cell.len() == cell.capacity() {
            // Most cubes have one place or two, and stay small.
            cell.reserve_exact(1 + cell.len() / 4);
        }
        cell.push((at, spot));
        self.count += 1;
    }

    /// Forgets a spot that was inserted there.
    pub(super) fn remove(&mut self, at: Unit, spot: Spot) {
        let cube = cube_of(&at);
        let Some(&number) = self.by_cube.get(&cube) else {
            return;
        };
        let cell = &mut self.cells[number as usize];
        let Some(found) = cell.iter().position(|(_, there)| *there == spot) else {
            return;
        };
        cell.swap_remove(found);
        self.count -= 1;
        if cell.is_empty() {
            *cell = Vec::new();
            self.by_cube.remove(&cube);
            self.tree.remove(&GeomWithData::new(middle(&cube), number));
            self.free.push(number);
        }
    }

    /// Every one.
    pub(super) fn all(&self) -> impl Iterator<Item = Spot> {
        self.cells.iter().flatten().map(|(_, spot)| *spot)
    }

    /// Those within the circle.
    pub(super) fn within(&self, circle: &Circle) -> Vec<Spot> {
        let radius_m = circle.radius_m;
        self.surrounded(circle, |square| metres(square) <= radius_m)
    }

    /// Those within the circle, and perhaps some just outside.
    pub(super) fn around(&self, circle: &Circle) -> Vec<Spot> {
        self.surrounded(circle, |_| true)
    }

    /// Those surely inside, and of those near the edge the ones that `counts` says, by the square of their distance.
    fn surrounded(&self, circle: &Circle, counts: impl Fn(f64) -> bool) -> Vec<Spot> {
        let (centre, chord) = (circle.centre.unit(), chord(circle));
        let surely = (chord - SLACK).max(0.0).powi(2);
        let surely_whole = (chord - REACH - SLACK).max(0.0).powi(2);
        let perhaps = (chord + SLACK).powi(2);
        let mut found = Vec::new();
        let cubes = self
            .tree
            .locate_within_distance(centre, (chord + REACH + SLACK).powi(2));
        for cube in cubes {
            let cell = self.cells[cube.data as usize].iter();
            if square(cube.geom(), &centre) < surely_whole {
                found.extend(cell.map(|(_, spot)| *spot));
                continue;
            }
            let inside = cell.filter(|(at, _)| {
                let square = square(at, &centre);
                square < surely || square <= perhaps && counts(square)
            });
            found.extend(inside.map(|(_, spot)| *spot));
        }
        found
    }

    /// Every one, nearest first, with the metres to it.
    pub(super) fn nearest(&self, near: Unit) -> impl Iterator<Item = (Spot, f64)> {
        let mut cubes = self.tree.nearest_neighbor_iter_with_distance_2(&near);
        let mut next = cubes.next();
        let mut met: BinaryHeap<Met> = BinaryHeap::new();
        std::iter::from_fn(move || {
            while let Some((cube, distance)) = next {
                // The cube's nearest point can be so near, and no place of a later one is nearer.
                let least = (distance.sqrt() - REACH - SLACK).max(0.0).powi(2);
                if met.peek().is_some_and(|first| first.square < least) {
                    break;
                }
                met.extend(self.cells[cube.data as usize].iter().map(|(at, spot)| Met {
                    square: square(at, &near),
                    spot: *spot,
                }));
                next = cubes.next();
            }
            met.pop().map(|first| (first.spot, metres(first.square)))
        })
    }
}

/// A spot that was met on the way outwards; the nearest is the greatest.
struct Met {
    square: f64,
    spot: Spot,
}

impl Ord for Met {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .square
            .total_cmp(&self.square)
            .then_with(|| other.spot.cmp(&self.spot))
    }
}

impl PartialOrd for Met {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Met {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Met {}

#[allow(clippy::cast_possible_truncation)] // Of 4,300 cubes in a row.
fn cube_of(at: &Unit) -> Cube {
    at.map(|along| (along / EDGE).floor() as i16)
}

fn middle(cube: &Cube) -> Unit {
    cube.map(|number| (f64::from(number) + 0.5) * EDGE)
}

/// From the centre of the circle to its edge in a straight line, on the unit sphere.
fn chord(circle: &Circle) -> f64 {
    let half_angle = (circle.radius_m / EARTH_RADIUS_M / 2.0).min(std::f64::consts::FRAC_PI_2);
    2.0 * half_angle.sin()
}

/// Metres along the great circle between two points, as `Point::distance_m` computes them.
pub(super) fn distance(a: &Unit, b: &Unit) -> f64 {
    metres(square(a, b))
}

/// The square of the straight line between two points.
fn square(a: &Unit, b: &Unit) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

/// Metres along the great circle, from the square of the straight line on the unit sphere.
fn metres(square: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * (square.sqrt() / 2.0).clamp(0.0, 1.0).asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::place::Point;

    fn point() -> impl Strategy<Value = Point> {
        // Towns, the edges of the map, and anywhere.
        prop_oneof![
            (23.6..23.9_f64, 90.3..90.5_f64),
            (-90.0..-89.9_f64, -180.0..180.0_f64),
            (-1.0..1.0_f64, 179.9..180.0_f64),
            (-1.0..1.0_f64, -180.0..-179.9_f64),
            (-90.0..90.0_f64, -180.0..180.0_f64),
        ]
        .prop_map(|(lat, lon)| Point { lat, lon })
    }

    fn spots(points: &[Point]) -> Spots {
        let mut spots = Spots::default();
        for (place, point) in (0..).zip(points) {
            let owner = place;
            spots.insert(point.unit(), Spot { place, owner });
        }
        spots
    }

    proptest! {
        #[test]
        fn all_and_only_what_is_within_is_found(
            points in prop::collection::vec(point(), 0..60),
            gone in prop::collection::vec(any::<bool>(), 60),
            centre in point(),
            radius_m in prop_oneof![0.0..20_000.0_f64, 0.0..30_000_000.0_f64],
        ) {
            let mut spots = spots(&points);
            let mut left = Vec::new();
            for ((place, point), gone) in (0..).zip(&points).zip(gone) {
                if gone {
                    spots.remove(point.unit(), Spot { place, owner: place });
                } else {
                    left.push((place, centre.distance_m(point)));
                }
            }
            prop_assert_eq!(spots.len(), left.len());
            let mut found: Vec<u32> = spots
                .within(&Circle { centre, radius_m })
                .iter()
                .map(|spot| spot.place)
                .collect();
            found.sort_unstable();
            let expected: Vec<u32> = left
                .iter()
                .filter(|(_, metres)| *metres <= radius_m)
                .map(|(place, _)| *place)
                .collect();
            prop_assert_eq!(found, expected);
            let distances: Vec<f64> = spots.nearest(centre.unit()).map(|(_, metres)| metres).collect();
            prop_assert_eq!(distances.len(), left.len());
            prop_assert!(distances.is_sorted());
        }
    }
}
