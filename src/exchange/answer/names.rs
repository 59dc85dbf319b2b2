//! Areas, topics and their labels.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    place::ShownPoint,
    reader::{Reader, Text},
};
use crate::domain::{
    area::{Area, AreaCode, Name},
    country::Country,
    slug::Slug,
    topic::Topic,
};

/// Where the labels of areas and topics come from.
pub trait Names {
    /// The area and what it lies in, itself first.
    fn path(&self, code: &AreaCode) -> Vec<&Area>;
    /// The topic.
    fn topic(&self, slug: &Slug) -> Option<&Topic>;
}

/// A topic by its label.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"slug": "depression", "label": {"text": "বিষণ্নতা", "lang": "bn"}}))]
pub struct TopicName {
    pub slug: Slug,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
}

/// An area by its name, with what it lies in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"code": "bd-dhaka", "name": {"text": "ঢাকা", "lang": "bn"}}))]
pub struct AreaName {
    pub code: AreaCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What it lies in, the smallest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub path: Vec<AreaName>,
}

/// A name beside the one that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OtherName {
    #[serde(flatten)]
    pub name: Text,
    /// Whether it is a name of the past.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub old: bool,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TopicAnswer {
    pub slug: Slug,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Labels in other languages, and synonyms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<OtherName>,
    /// The topic under which it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Slug>,
}

/// Topics.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TopicList {
    pub items: Vec<TopicAnswer>,
}

/// An administrative division.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AreaAnswer {
    pub code: AreaCode,
    /// From a list per country: country, division, district, upazila, province, city, …
    pub kind: String,
    pub country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Names in other languages, and names of the past.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<OtherName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<AreaCode>,
    /// What it lies in, the smallest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<AreaName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centroid: Option<ShownPoint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Areas of one level.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AreaList {
    pub items: Vec<AreaAnswer>,
}

/// Where a point is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LocateAnswer {
    pub point: ShownPoint,
    /// `boundary` where the point lies within a true boundary, `nearest` where only the nearest centre is known.
    #[schema(value_type = String, pattern = "^(boundary|nearest)$", example = "nearest")]
    pub by: &'static str,
    /// The area and what it lies in, the smallest first.
    pub areas: Vec<AreaName>,
    /// The countries at the point; near a border there are two.
    pub countries: Vec<Country>,
}

impl Reader<'_> {
    /// A topic by its label.
    #[must_use]
    pub fn topic(&self, slug: &Slug) -> TopicName {
        let label = self
            .names
            .topic(slug)
            .and_then(|topic| self.label(&topic.names));
        TopicName {
            slug: slug.clone(),
            label,
        }
    }

    /// An area by its name, with what it lies in.
    #[must_use]
    pub fn area(&self, code: &AreaCode) -> AreaName {
        let areas = self.names.path(code);
        let mut names = areas.iter().map(|area| self.bare_area(area));
        let own = names.next().unwrap_or(AreaName {
            code: code.clone(),
            name: None,
            path: Vec::new(),
        });
        AreaName {
            path: names.collect(),
            ..own
        }
    }

    /// An area by its name alone.
    #[must_use]
    pub fn bare_area(&self, area: &Area) -> AreaName {
        AreaName {
            code: area.code.clone(),
            name: self.label(&area.names),
            path: Vec::new(),
        }
    }

    fn others(names: &[Name], label: Option<&Text>) -> Vec<OtherName> {
        let is_label = |name: &&Name| {
            label.is_some_and(|label| label.text == *name.text && label.lang == name.language)
        };
        let other = |name: &Name| OtherName {
            name: Text {
                text: name.text.as_ref().to_owned(),
                lang: name.language.clone(),
            },
            old: name.old,
        };
        names
            .iter()
            .filter(|name| !is_label(name))
            .map(other)
            .collect()
    }
}

impl TopicAnswer {
    /// The topic as the reader gets it.
    #[must_use]
    pub fn of(topic: &Topic, reader: &Reader<'_>) -> Self {
        let label = reader.label(&topic.names);
        let names = Reader::others(&topic.names, label.as_ref());
        Self {
            slug: topic.slug.clone(),
            label,
            names,
            parent: topic.parent.clone(),
        }
    }
}

impl AreaAnswer {
    /// The area as the reader gets it.
    #[must_use]
    pub fn of(area: &Area, reader: &Reader<'_>) -> Self {
        let AreaName { name, path, .. } = reader.area(&area.code);
        Self {
            code: area.code.clone(),
            kind: area.kind.as_ref().to_owned(),
            country: area.country,
            names: Reader::others(&area.names, name.as_ref()),
            name,
            parent: area.parent.clone(),
            path,
            centroid: area.centroid.map(ShownPoint::of),
            time_zone: area.time_zone.as_deref().map(str::to_owned),
        }
    }
}
