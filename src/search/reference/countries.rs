//! Which country a point is in, by true boundaries; never by a centre.

use std::sync::LazyLock;

use country_boundaries::{BOUNDARIES_ODBL_180X90, CountryBoundaries, LatLon};

use crate::domain::{
    country::Country,
    place::{EARTH_RADIUS_M, Point},
};

static BOUNDARIES: LazyLock<CountryBoundaries> = LazyLock::new(|| {
    let read = CountryBoundaries::from_reader(BOUNDARIES_ODBL_180X90);
    // constant: the boundaries are compiled in, and a test reads them
    read.expect("the boundaries compiled in are whole")
});

/// A border is near within this distance, about half an hour's drive.
const NEAR_M: f64 = 20_000.0;

/// Around the point: eight directions, at half and at the whole distance.
const DIRECTIONS: u8 = 8;

pub(super) fn at(point: Point) -> Vec<Country> {
    let mut found: Vec<Country> = within(point).into_iter().collect();
    for distance in [NEAR_M / 2.0, NEAR_M] {
        for direction in 0..DIRECTIONS {
            let bearing = f64::from(direction) * std::f64::consts::TAU / f64::from(DIRECTIONS);
            if let Some(country) = within(destination(point, bearing, distance))
                && !found.contains(&country)
            {
                found.push(country);
            }
        }
    }
    found
}

/// The smallest region around the point that has a country code of its own: HK, not CN.
fn within(point: Point) -> Option<Country> {
    let position = LatLon::new(point.lat, point.lon).ok()?;
    BOUNDARIES
        .ids(position)
        .into_iter()
        .find_map(|id| Country::parse(id).ok())
}

/// The point at `distance_m` in the direction of `bearing` (radians, clockwise from north).
fn destination(from: Point, bearing: f64, distance_m: f64) -> Point {
    let (angle, lat) = (distance_m / EARTH_RADIUS_M, from.lat.to_radians());
    let to = (lat.sin() * angle.cos() + lat.cos() * angle.sin() * bearing.cos())
        .clamp(-1.0, 1.0)
        .asin();
    let turned =
        (bearing.sin() * angle.sin() * lat.cos()).atan2(angle.cos() - lat.sin() * to.sin());
    let lon = (from.lon + turned.to_degrees() + 540.0).rem_euclid(360.0) - 180.0;
    Point {
        lat: to.to_degrees().clamp(-90.0, 90.0),
        lon: lon.clamp(-180.0, 180.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(lat: f64, lon: f64) -> Vec<String> {
        at(Point { lat, lon })
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_point_inland_has_one_country() {
        assert_eq!(codes(23.81, 90.41), ["BD"]);
        assert_eq!(codes(-6.2, 106.8), ["ID"]);
        assert_eq!(codes(25.03, 121.56), ["TW"]);
        assert!(codes(10.0, -40.0).is_empty(), "the open sea");
    }

    #[test]
    fn near_a_border_both_answer_and_the_own_country_comes_first() {
        // Petrapole's neighbour Benapole, on the Bangladeshi side.
        assert_eq!(codes(23.04, 88.91), ["BD", "IN"]);
        // Lo Wu, Hong Kong.
        assert_eq!(codes(22.51, 114.12), ["HK", "CN"]);
        assert_eq!(codes(22.55, 114.06), ["CN", "HK"]);
    }

    #[test]
    fn the_ends_of_the_earth_are_points_too() {
        for (lat, lon) in [(90.0, 0.0), (-90.0, 180.0), (-17.0, 180.0), (-17.0, -180.0)] {
            let _ = codes(lat, lon);
            let north = destination(Point { lat, lon }, 0.0, NEAR_M);
            assert!(Point::new(north.lat, north.lon).is_ok());
            assert!((north.distance_m(&Point { lat, lon }) - NEAR_M).abs() < 1.0);
        }
    }
}
