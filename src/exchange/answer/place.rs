//! Places as a reader gets them.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    brief::BriefPlace,
    hours::ShownHours,
    names::AreaName,
    reader::{Reader, Text},
    times::NextSession,
};
use crate::domain::{
    place::{Accessibility, Place, Point, Precision},
    schedule::OpenState,
};

/// A WGS 84 point in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"lat": 23.81, "lon": 90.41, "precision": "exact"}))]
pub struct ShownPoint {
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
}

impl ShownPoint {
    /// The point alone.
    #[must_use]
    pub fn of(point: Point) -> Self {
        Self {
            lat: point.lat,
            lon: point.lon,
            precision: None,
        }
    }

    fn precise((point, precision): (Point, Precision)) -> Self {
        Self {
            precision: Some(precision),
            ..Self::of(point)
        }
    }
}

/// Where a listing is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownPlace {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The deepest area that is known; of a virtual place, its region.
    pub area: AreaName,
    /// No place to go to: it is reached from afar.
    pub r#virtual: bool,
    /// The exact place is told only by those who run it.
    pub confidential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<ShownPoint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directions: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub accessibility: Vec<Accessibility>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<ShownHours>,
    /// Absent where no hours are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_now: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_session: Option<NextSession>,
}

impl ShownPlace {
    /// With everything that is known of it.
    #[must_use]
    pub fn full(place: &Place, reader: &Reader<'_>) -> Self {
        let schedule = place.hours.as_ref().map(|hours| &hours.schedule);
        let open = schedule.map_or(OpenState::Unknown, |schedule| {
            schedule.open_state(reader.now)
        });
        let next = schedule.and_then(|schedule| schedule.next_session(reader.now));
        Self {
            id: place.id,
            postal_code: place.postal_code.clone(),
            directions: place.directions.as_ref().map(|text| reader.text(text)),
            accessibility: place.accessibility.clone(),
            hours: place
                .hours
                .as_ref()
                .map(|hours| ShownHours::of(hours, reader)),
            open_now: (open != OpenState::Unknown).then(|| open.is_open()),
            next_session: next.map(|next| NextSession::of(&next, reader.now)),
            ..Self::brief(&BriefPlace::of(place), reader)
        }
    }

    /// With what a list shows.
    #[must_use]
    pub fn brief(place: &BriefPlace<'_>, reader: &Reader<'_>) -> Self {
        Self {
            id: None,
            name: place.name.map(|text| reader.text(text)),
            area: reader.area(place.area),
            r#virtual: place.is_virtual,
            confidential: place.confidential,
            street: place.street.map(|text| reader.text(text)),
            postal_code: None,
            point: place.point.map(ShownPoint::precise),
            directions: None,
            accessibility: Vec::new(),
            hours: None,
            open_now: None,
            next_session: None,
        }
    }
}
