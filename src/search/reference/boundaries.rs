//! True boundaries of those areas for which there are any.

use geo::{BoundingRect, Contains, Coord, LineString, MultiPolygon, Polygon, Rect};
use serde::Deserialize;

use crate::domain::{area::AreaCode, place::Point};

/// The boundary data is not what it has to be.
#[derive(Debug, thiserror::Error)]
#[error("boundaries are not GeoJSON polygons with an area code: {0}")]
pub struct BoundaryError(#[from] serde_json::Error);

pub(super) struct Boundaries(Vec<Boundary>);

struct Boundary {
    code: AreaCode,
    around: Rect,
    shape: MultiPolygon,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    code: AreaCode,
}

type Rings = Vec<Vec<[f64; 2]>>;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Rings),
    MultiPolygon(Vec<Rings>),
}

impl Boundaries {
    pub(super) fn parse(collections: &[&str]) -> Result<Self, BoundaryError> {
        let mut boundaries = Vec::new();
        for collection in collections {
            let collection: Collection = serde_json::from_str(collection)?;
            boundaries.extend(collection.features.into_iter().filter_map(Boundary::new));
        }
        Ok(Self(boundaries))
    }

    /// The areas whose boundary contains the point.
    pub(super) fn containing(&self, point: Point) -> impl Iterator<Item = &AreaCode> {
        let at = Coord {
            x: point.lon,
            y: point.lat,
        };
        self.0
            .iter()
            .filter(move |b| b.around.contains(&at) && b.shape.contains(&at))
            .map(|b| &b.code)
    }
}

impl Boundary {
    fn new(feature: Feature) -> Option<Self> {
        let polygons = match feature.geometry {
            Geometry::Polygon(rings) => vec![polygon(rings)],
            Geometry::MultiPolygon(polygons) => polygons.into_iter().map(polygon).collect(),
        };
        let shape = MultiPolygon::new(polygons);
        Some(Self {
            code: feature.properties.code,
            around: shape.bounding_rect()?,
            shape,
        })
    }
}

fn polygon(rings: Rings) -> Polygon {
    let mut rings = rings.into_iter().map(LineString::from);
    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outer, rings.collect())
}
