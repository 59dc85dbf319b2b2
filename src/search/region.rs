//! Parts of the earth that a question may be limited to: circles and boxes.

use crate::domain::place::Point;

/// Everything within `radius_m` metres of `centre`, along great circles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    pub centre: Point,
    pub radius_m: f64,
}

/// A box in degrees; a `west` greater than `east` crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Rectangle {
    /// Whether the point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, point: &Point) -> bool {
        let beside = if self.west <= self.east {
            (self.west..=self.east).contains(&point.lon)
        } else {
            point.lon >= self.west || point.lon <= self.east
        };
        // The two names of the antimeridian are one line.
        let on_edge =
            point.lon.abs() == 180.0 && (self.west.abs() == 180.0 || self.east.abs() == 180.0);
        (beside || on_edge) && (self.south..=self.north).contains(&point.lat)
    }
}

impl Rectangle {
    /// A circle that contains the box; none for boxes wider than half the earth.
    #[must_use]
    pub fn surrounding(&self) -> Option<Circle> {
        let width = (self.east - self.west).rem_euclid(360.0);
        let whole = self.west <= self.east && self.east - self.west >= 360.0;
        if whole || width > 180.0 {
            return None;
        }
        let lon = (self.west + width / 2.0 + 540.0).rem_euclid(360.0) - 180.0;
        let centre = Point {
            lat: f64::midpoint(self.south, self.north),
            lon,
        };
        // Seen from the middle meridian, the corners are the farthest points of a box up to half the earth wide.
        let corners = [
            (self.south, self.west),
            (self.north, self.west),
            (self.south, self.east),
            (self.north, self.east),
        ];
        let farthest = corners
            .into_iter()
            .map(|(lat, lon)| centre.distance_m(&Point { lat, lon }))
            .fold(0.0, f64::max);
        Some(Circle {
            centre,
            radius_m: farthest + 1.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_may_cross_the_antimeridian() {
        let fiji = Rectangle {
            west: 177.0,
            south: -20.0,
            east: -178.0,
            north: -15.0,
        };
        for (lat, lon, inside) in [
            (-17.0, 179.0, true),
            (-17.0, -179.5, true),
            (-17.0, 0.0, false),
            (-30.0, 179.0, false),
        ] {
            assert_eq!(fiji.contains(&Point { lat, lon }), inside, "{lat},{lon}");
        }
        let east_half = Rectangle {
            west: 0.0,
            south: -90.0,
            east: 180.0,
            north: 90.0,
        };
        assert!(east_half.contains(&Point {
            lat: 0.0,
            lon: -180.0
        }));
    }
}
