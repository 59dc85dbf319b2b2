//! Listings as GeoJSON (RFC 7946).

use serde::Serialize;
use utoipa::ToSchema;

use super::{Hit, ListingDetail, ListingSummary, ShownPlace, ShownPoint};

/// Listings on a map.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FeatureCollection<P: ToSchema> {
    #[schema(value_type = String, pattern = "^FeatureCollection$", example = "FeatureCollection")]
    r#type: &'static str,
    pub features: Vec<Feature<P>>,
}

impl<P: ToSchema> FeatureCollection<P> {
    /// These features.
    #[must_use]
    pub fn of(features: Vec<Feature<P>>) -> Self {
        Self {
            r#type: "FeatureCollection",
            features,
        }
    }
}

/// A listing on a map. `geometry` is null where it has no public point: online, or confidential.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Feature<P: ToSchema> {
    #[schema(value_type = String, pattern = "^Feature$", example = "Feature")]
    r#type: &'static str,
    pub id: String,
    pub geometry: Option<Geometry>,
    pub properties: P,
}

/// One point, or several where a listing has several places.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    /// Longitude, latitude.
    Point([f64; 2]),
    MultiPoint(Vec<[f64; 2]>),
}

impl Geometry {
    fn of(points: impl Iterator<Item = ShownPoint>) -> Option<Self> {
        let mut all: Vec<[f64; 2]> = points.map(|point| [point.lon, point.lat]).collect();
        match all.len() {
            0 => None,
            1 => all.pop().map(Self::Point),
            _ => Some(Self::MultiPoint(all)),
        }
    }
}

impl<P: ToSchema> Feature<P> {
    fn at<'a>(id: String, places: impl IntoIterator<Item = &'a ShownPlace>, properties: P) -> Self {
        let geometry = Geometry::of(places.into_iter().filter_map(|place| place.point));
        Self {
            r#type: "Feature",
            id,
            geometry,
            properties,
        }
    }
}

impl From<ListingSummary> for Feature<ListingSummary> {
    fn from(listing: ListingSummary) -> Self {
        let place = listing.place.clone();
        Self::at(listing.id.to_string(), place.as_ref(), listing)
    }
}

impl From<Hit> for Feature<Hit> {
    fn from(hit: Hit) -> Self {
        let place = hit.listing.place.clone();
        Self::at(hit.listing.id.to_string(), place.as_ref(), hit)
    }
}

impl From<ListingDetail> for Feature<ListingDetail> {
    fn from(listing: ListingDetail) -> Self {
        let places = listing.places.clone();
        Self::at(listing.id.to_string(), &places, listing)
    }
}
