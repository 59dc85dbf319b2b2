//! What answers need beside listings: areas, topics, emergency numbers, national lines, and which country a point is in.
//!
//! A `Reference` is immutable and shared; a new state of the data is a new one. It answers with Postgres down: the data
//! comes from a snapshot on disk, else from the copy built into the program, and `as_of` says which day it is of.

mod areas;
mod boundaries;
mod countries;
mod gazetteer;
mod lines;
mod snapshot;
mod topics;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::{
    areas::AreaTree, boundaries::Boundaries, gazetteer::Gazetteer, lines::Lines, topics::TopicTree,
};
pub use self::{
    boundaries::BoundaryError,
    gazetteer::{Likely, NamedPlace},
    lines::{Line, Refused},
    snapshot::SnapshotError,
};
use super::{entry::Decoder, names::Names};
use crate::{
    domain::{
        area::{Area, AreaCode, Name},
        country::Country,
        crisis::EmergencyNumber,
        place::Point,
        slug::Slug,
        topic::Topic,
    },
    wording::{Synonyms, Vocabulary},
};

/// The data as it is read from Postgres, and as the snapshot keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReferenceData {
    pub areas: Vec<Area>,
    pub topics: Vec<Topic>,
    pub emergency: Vec<EmergencyNumber>,
    /// Id (nil in the copy built in), version and published document.
    pub national_lines: Vec<(Uuid, i64, std::sync::Arc<str>)>,
    pub as_of: Timestamp,
    /// The place in the change log to which the data is current; none in the copy built in.
    pub cursor: Option<i64>,
}

enumeration! {
    /// How an area was found for a point.
    LocatedBy {
        /// The area's true boundary contains the point.
        Boundary = "boundary",
        /// The area's centre is the nearest in the country.
        Nearest = "nearest",
    }
}

/// Where a point is.
#[derive(Clone, Debug)]
pub struct Located<'a> {
    /// The area and what it lies in, the smallest first.
    pub areas: Vec<&'a Area>,
    pub by: LocatedBy,
}

/// Areas, topics, crisis numbers, and the words by which they are known.
pub struct Reference {
    areas: AreaTree,
    topics: TopicTree,
    boundaries: Boundaries,
    emergency: HashMap<Country, Vec<EmergencyNumber>>,
    lines: Lines,
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    area_names: Names,
    /// How many areas are around each.
    area_depths: Vec<u8>,
    topic_names: Names,
    data: Times,
}

#[derive(Clone, Copy)]
struct Times {
    as_of: Timestamp,
    cursor: Option<i64>,
}

impl Reference {
    /// Builds from `data` and from GeoJSON feature collections whose features name their area in `properties.code`.
    /// National lines that cannot be read are left out and listed in `refused`.
    pub fn build(
        data: ReferenceData,
        boundaries: &[&str],
        decode: &Decoder,
    ) -> Result<Self, BoundaryError> {
        let areas = AreaTree::new(data.areas);
        let lines = Lines::new(data.national_lines, &areas, decode);
        let mut emergency: HashMap<Country, Vec<EmergencyNumber>> = HashMap::new();
        for number in data.emergency {
            emergency.entry(number.country).or_default().push(number);
        }
        Ok(Self {
            boundaries: Boundaries::parse(boundaries)?,
            vocabulary: vocabulary(&data.topics),
            gazetteer: Gazetteer::new(areas.all()),
            area_depths: areas.all().iter().map(|area| depth(&areas, area)).collect(),
            area_names: names(areas.all().iter().map(|area| &*area.names)),
            topic_names: names(data.topics.iter().map(|topic| &*topic.names)),
            topics: TopicTree::new(data.topics),
            data: Times {
                as_of: data.as_of,
                cursor: data.cursor,
            },
            areas,
            emergency,
            lines,
        })
    }

    /// With other words for what topics are called.
    #[must_use]
    pub fn with_synonyms(self, synonyms: &Synonyms) -> Self {
        Self {
            vocabulary: self.vocabulary.with_synonyms(synonyms),
            ..self
        }
    }

    /// The moment of which the data is.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.data.as_of
    }

    /// The place in the change log to which the data is current.
    #[must_use]
    pub fn cursor(&self) -> Option<i64> {
        self.data.cursor
    }

    /// Every area, in the order of the data.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        self.areas.all()
    }

    /// The area with this code.
    #[must_use]
    pub fn area(&self, code: &AreaCode) -> Option<&Area> {
        self.areas.get(code)
    }

    /// The area and what it lies in, the smallest first; empty for an unknown code.
    #[must_use]
    pub fn ancestors(&self, code: &AreaCode) -> Vec<&Area> {
        self.areas.chain(code)
    }

    /// The areas directly below this one, or the countries.
    pub fn children(&self, code: Option<&AreaCode>) -> impl Iterator<Item = &Area> {
        self.areas.children(code)
    }

    /// The centre of the district-level area in which `code` lies: the most that is told of a confidential place.
    #[must_use]
    pub fn district_centroid(&self, code: &AreaCode) -> Option<Point> {
        self.areas.district_centroid(code)
    }

    /// Every topic, in the order of the data.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        self.topics.all()
    }

    /// The topic with this slug.
    #[must_use]
    pub fn topic(&self, slug: &Slug) -> Option<&Topic> {
        self.topics.get(slug)
    }

    /// The topic and what it is a part of, the narrowest first; empty for an unknown slug.
    #[must_use]
    pub fn topic_ancestors(&self, slug: &Slug) -> Vec<&Topic> {
        self.topics.chain(slug)
    }

    /// The topics directly below this one, or the roots.
    pub fn topic_children(&self, slug: Option<&Slug>) -> impl Iterator<Item = &Topic> {
        self.topics.children(slug)
    }

    /// The topics' names, as queries are read by them.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The areas of which `name` is a name in any language, a past one included; the likeliest first.
    #[must_use]
    pub fn areas_named(&self, name: &str, likely: Likely<'_>) -> Vec<&Area> {
        self.gazetteer.named(name, &self.areas, likely)
    }

    /// The places that `text` names, by where they begin, the longest first; they may overlap.
    #[must_use]
    pub fn places_in(&self, text: &str, likely: Likely<'_>) -> Vec<NamedPlace<'_>> {
        self.gazetteer.said(text, &self.areas, likely)
    }

    /// The centre of the area, else of the smallest area around it that has one.
    #[must_use]
    pub fn centre(&self, code: &AreaCode) -> Option<Point> {
        self.areas
            .chain(code)
            .into_iter()
            .find_map(|area| area.centroid)
    }

    /// Names of areas by their words; numbers are places in `areas`.
    pub(in crate::search) fn area_names(&self) -> &Names {
        &self.area_names
    }

    /// How many areas are around the area at this place in `areas`.
    pub(in crate::search) fn area_depth(&self, at: u32) -> u8 {
        self.area_depths
            .get(at as usize)
            .copied()
            .unwrap_or(u8::MAX)
    }

    /// Names of topics by their words; numbers are places in `topics`.
    pub(in crate::search) fn topic_names(&self) -> &Names {
        &self.topic_names
    }

    /// The smallest area known to contain the point, by boundary where there is one, else by the nearest centre.
    #[must_use]
    pub fn locate(&self, point: Point) -> Option<Located<'_>> {
        let bounded = self
            .boundaries
            .containing(point)
            .map(|code| self.areas.chain(code));
        if let Some(areas) = bounded
            .filter(|chain| !chain.is_empty())
            .max_by_key(Vec::len)
        {
            return Some(Located {
                areas,
                by: LocatedBy::Boundary,
            });
        }
        let country = self.countries_at(point).into_iter().next()?;
        let nearest = self.areas.nearest(country, point)?;
        Some(Located {
            areas: self.areas.chain(&nearest.code),
            by: LocatedBy::Nearest,
        })
    }

    /// The country in which the point is, then those whose border is near. Empty far out at sea.
    #[must_use]
    pub fn countries_at(&self, point: Point) -> Vec<Country> {
        countries::at(point)
    }

    /// The country's emergency numbers.
    #[must_use]
    pub fn emergency(&self, country: Country) -> &[EmergencyNumber] {
        self.emergency.get(&country).map_or(&[], Vec::as_slice)
    }

    /// Every country with an emergency number or a national line, by code.
    #[must_use]
    pub fn crisis_countries(&self) -> Vec<Country> {
        let mut countries: Vec<Country> = self
            .emergency
            .keys()
            .copied()
            .chain(self.lines.countries())
            .collect();
        countries.sort_unstable();
        countries.dedup();
        countries
    }

    /// The country's national lines.
    #[must_use]
    pub fn national_lines(&self, country: Country) -> &[std::sync::Arc<Line>] {
        self.lines.of(country)
    }

    /// National lines whose documents could not be read.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        self.lines.refused()
    }
}

fn depth(areas: &AreaTree, area: &Area) -> u8 {
    u8::try_from(areas.chain(&area.code).len().saturating_sub(1)).unwrap_or(u8::MAX)
}

fn names<'a>(of: impl Iterator<Item = &'a [Name]>) -> Names {
    let mut names = Names::default();
    for (number, of) in (0_u32..).zip(of) {
        names.add(number, of.iter().map(|name| &*name.text));
    }
    names
}

fn vocabulary(topics: &[Topic]) -> Vocabulary {
    Vocabulary::build(topics.iter().flat_map(|topic| {
        topic
            .names
            .iter()
            .map(|name| (topic.slug.as_str(), &*name.text))
    }))
}
