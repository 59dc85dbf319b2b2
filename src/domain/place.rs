//! Points, places and coverage.
//!
//! A confidential place keeps its street and point out of everything public: `Place::redacted` is the one way from a
//! stored place to a public one, and what it returns holds neither.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{area::AreaCode, schedule::Schedule, text::LocalisedText};

/// Mean radius of the earth in metres (IUGG R1); distances are great circles on this sphere.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A WGS 84 point in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// The numbers are no point on earth.
#[derive(Debug, thiserror::Error)]
#[error("a latitude from -90 to 90 and a longitude from -180 to 180, in degrees")]
pub struct PointError;

impl Point {
    /// Reads latitude and longitude in degrees.
    pub fn new(lat: f64, lon: f64) -> Result<Self, PointError> {
        let sound = lat.is_finite() && lon.is_finite() && lat.abs() <= 90.0 && lon.abs() <= 180.0;
        if sound {
            Ok(Self { lat, lon })
        } else {
            Err(PointError)
        }
    }

    /// Great-circle distance in metres.
    #[must_use]
    pub fn distance_m(&self, other: &Point) -> f64 {
        let (a, b) = (self.unit(), other.unit());
        let chord = ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)).sqrt();
        2.0 * EARTH_RADIUS_M * (chord / 2.0).clamp(0.0, 1.0).asin()
    }

    /// The point on the unit sphere; straight-line order there is great-circle order.
    #[must_use]
    pub fn unit(&self) -> [f64; 3] {
        let (lat, lon) = (self.lat.to_radians(), self.lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    }
}

enumeration! {
    /// How exactly a point is known.
    Precision {
        /// The door.
        Exact = "exact",
        /// The street or block.
        Street = "street",
        /// Somewhere in the area: its centre.
        Area = "area",
    }
}

enumeration! {
    /// What makes a place usable for people with disabilities.
    Accessibility {
        Wheelchair = "wheelchair",
        StepFree = "step_free",
        AccessibleToilet = "accessible_toilet",
        HearingLoop = "hearing_loop",
        SignLanguage = "sign_language",
        Parking = "parking",
    }
}

/// Where a listing is: an address, or virtual with a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub id: Option<Uuid>,
    pub name: Option<LocalisedText>,
    /// The deepest area that is known; of a virtual place, its region.
    pub area: AreaCode,
    pub is_virtual: bool,
    pub confidential: bool,
    pub street: Option<LocalisedText>,
    pub postal_code: Option<String>,
    pub point: Option<(Point, Precision)>,
    pub directions: Option<LocalisedText>,
    pub accessibility: Vec<Accessibility>,
    pub hours: Option<Hours>,
}

impl Place {
    /// The place as strangers may see it: a confidential one keeps its area, access facts and hours, nothing that
    /// tells where in the area it is.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        if self.confidential {
            self.name = None;
            self.street = None;
            self.postal_code = None;
            self.point = None;
            self.directions = None;
        }
        self
    }
}

/// A schedule with the words that belong to its closures, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    pub schedule: Schedule,
    pub closure_notes: Vec<Option<LocalisedText>>,
}

/// The areas from which one may use a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub everywhere: bool,
    pub areas: Vec<AreaCode>,
}

#[cfg(test)]
mod tests {
    use super::Point;

    #[test]
    fn distance_is_the_great_circle() {
        let dhaka = Point::new(23.8103, 90.4125).unwrap();
        let chattogram = Point::new(22.3569, 91.7832).unwrap();
        let distance = dhaka.distance_m(&chattogram);
        assert!((distance - 213_700.0).abs() < 1_000.0, "{distance}");
        let fiji = Point::new(-17.0, 179.9).unwrap();
        let beyond = Point::new(-17.0, -179.9).unwrap();
        assert!(fiji.distance_m(&beyond) < 22_000.0);
        assert!(Point::new(91.0, 0.0).is_err() && Point::new(f64::NAN, 0.0).is_err());
    }
}
