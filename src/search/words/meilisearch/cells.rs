//! Where a listing is, as names of squares of a grid; and which squares a circle or box may touch.
//!
//! The server's own geographic filter unpacks its whole tree for every question. Names are looked up like any other
//! value, and the catalogue measures exactly what they let through. Rows and columns of degrees: the poles and the
//! antimeridian are handled by naming whole rows and by counting columns in a ring.

use crate::{
    domain::place::{EARTH_RADIUS_M, Point},
    search::region::{Circle, Rectangle},
};

/// Sides of the squares in degrees, finest first. Each divides 180.
const SIDES: [f64; 4] = [0.125, 0.5, 2.0, 10.0];

/// More squares than this are not asked for; a coarser grid is taken, and in the end none.
const MOST: u32 = 48;

/// Every square in which the point lies, one of each grid.
pub(super) fn squares_of(point: &Point) -> impl Iterator<Item = String> {
    let at = *point;
    (0..SIDES.len()).map(move |grid| {
        let grid = Grid::new(grid);
        grid.name(grid.row(at.lat), grid.column(at.lon))
    })
}

/// Squares that together hold the circle; none where that is too much of the earth.
pub(super) fn squares_around(circle: &Circle) -> Option<Vec<String>> {
    // A little more than the circle: its edge belongs to it, and degrees are rounded.
    let angle = circle.radius_m.max(0.0) / EARTH_RADIUS_M * (1.0 + 1e-9) + 1e-9;
    let (lat, lon) = (circle.centre.lat, circle.centre.lon);
    let (south, north) = (lat - angle.to_degrees(), lat + angle.to_degrees());
    let whole = Rectangle {
        west: -180.0,
        east: 180.0,
        south: south.max(-90.0),
        north: north.min(90.0),
    };
    if south <= -90.0 || north >= 90.0 {
        return squares_in(&whole);
    }
    let half = (angle.sin() / lat.to_radians().cos()).asin().to_degrees();
    if !half.is_finite() || half >= 180.0 {
        return squares_in(&whole);
    }
    squares_in(&Rectangle {
        west: wrapped(lon - half),
        east: wrapped(lon + half),
        ..whole
    })
}

/// Squares that together hold the box; none where that is too much of the earth.
pub(super) fn squares_in(rectangle: &Rectangle) -> Option<Vec<String>> {
    let grids = (0..SIDES.len()).map(Grid::new);
    grids.into_iter().find_map(|grid| grid.cover(rectangle))
}

fn wrapped(lon: f64) -> f64 {
    (lon + 540.0).rem_euclid(360.0) - 180.0
}

struct Grid {
    number: usize,
    side: f64,
    rows: u32,
    columns: u32,
}

impl Grid {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand at most"
    )]
    fn new(number: usize) -> Self {
        let side = SIDES[number];
        Self {
            number,
            side,
            rows: (180.0 / side) as u32,
            columns: (360.0 / side) as u32,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an unsigned number ends at its bounds"
    )]
    fn row(&self, lat: f64) -> u32 {
        (((lat + 90.0) / self.side) as u32).min(self.rows - 1)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an unsigned number ends at its bounds"
    )]
    fn column(&self, lon: f64) -> u32 {
        // The two names of the antimeridian are one line.
        (((lon + 180.0) / self.side) as u32) % self.columns
    }

    fn name(&self, row: u32, column: u32) -> String {
        format!("{}.{row}.{column}", self.number)
    }

    fn cover(&self, rectangle: &Rectangle) -> Option<Vec<String>> {
        let (south, north) = (self.row(rectangle.south), self.row(rectangle.north));
        let (west, east) = (self.column(rectangle.west), self.column(rectangle.east));
        let round = if rectangle.west <= rectangle.east {
            rectangle.east - rectangle.west >= 360.0 - self.side
        } else {
            // It begins where it ends, once around the earth.
            west == east
        };
        let across = if round {
            self.columns
        } else {
            (east + self.columns - west) % self.columns + 1
        };
        let down = (north + 1).saturating_sub(south);
        if down * across > MOST {
            return None;
        }
        let columns = (0..across).map(|step| (west + step) % self.columns);
        let squares = (south..south + down)
            .flat_map(|row| columns.clone().map(move |column| (row, column)))
            .map(|(row, column)| self.name(row, column));
        Some(squares.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn met(point: &Point, squares: &[String]) -> bool {
        let squares: HashSet<&String> = squares.iter().collect();
        squares_of(point).any(|own| squares.contains(&own))
    }

    #[test]
    fn a_town_is_a_few_small_squares() {
        let dhaka = Point {
            lat: 23.81,
            lon: 90.41,
        };
        let circle = Circle {
            centre: dhaka,
            radius_m: 10_000.0,
        };
        let squares = squares_around(&circle).unwrap();
        assert!(squares.len() <= 9 && met(&dhaka, &squares), "{squares:?}");
        let all = Circle {
            centre: dhaka,
            radius_m: 20_000_000.0,
        };
        assert_eq!(squares_around(&all), None);
    }

    #[test]
    fn both_sides_of_the_antimeridian_are_near() {
        let circle = Circle {
            centre: Point {
                lat: -17.0,
                lon: 179.95,
            },
            radius_m: 20_000.0,
        };
        let squares = squares_around(&circle).unwrap();
        assert!(met(
            &Point {
                lat: -17.0,
                lon: -179.95
            },
            &squares
        ));
        assert!(met(
            &Point {
                lat: -17.0,
                lon: 180.0
            },
            &squares
        ));
        assert!(met(
            &Point {
                lat: -17.0,
                lon: -180.0
            },
            &squares
        ));
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_circle_is_in_its_squares(
            lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, radius_m in 0.0..3_000_000.0_f64,
            north in -30.0..=30.0_f64, east in -40.0..=40.0_f64,
        ) {
            let centre = Point { lat, lon };
            let other = Point { lat: (lat + north).clamp(-90.0, 90.0), lon: wrapped(lon + east) };
            let circle = Circle { centre, radius_m };
            if let Some(squares) = squares_around(&circle) {
                prop_assert!(centre.distance_m(&other) > radius_m || met(&other, &squares));
                prop_assert!(met(&centre, &squares));
            }
        }

        #[test]
        fn whatever_is_in_a_box_is_in_its_squares(
            west in -180.0..=180.0_f64, east in -180.0..=180.0_f64, south in -90.0..=90.0_f64, height in 0.0..20.0_f64,
            lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64,
        ) {
            let rectangle = Rectangle { west, east, south, north: (south + height).min(90.0) };
            let point = Point { lat, lon };
            if let Some(squares) = squares_in(&rectangle) {
                prop_assert!(!rectangle.contains(&point) || met(&point, &squares));
            }
        }
    }
}
