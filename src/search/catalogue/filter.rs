//! The conditions of a question. What is unknown of a listing matches no condition, the negative ones included.

use super::facet::Facet;
use crate::{
    domain::{language::Language, place::Point},
    search::region::{Circle, Rectangle},
};

/// Conditions on listings; all of them hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// A facet may come more than once.
    pub terms: Vec<TermFilter>,
    /// An age in years that is served.
    pub age: Option<u8>,
    pub open_now: bool,
}

/// Any of some values, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermFilter {
    pub facet: Facet,
    pub none_of: bool,
    /// As the facet's values are written: enumerations, slugs, area codes, countries, languages, `true` and `false`.
    pub values: Vec<Box<str>>,
}

impl TermFilter {
    /// Any of `values`.
    pub fn any_of<V: Into<Box<str>>>(facet: Facet, values: impl IntoIterator<Item = V>) -> Self {
        Self {
            facet,
            none_of: false,
            values: values.into_iter().map(Into::into).collect(),
        }
    }

    /// None of `values`.
    pub fn none_of<V: Into<Box<str>>>(facet: Facet, values: impl IntoIterator<Item = V>) -> Self {
        Self {
            none_of: true,
            ..Self::any_of(facet, values)
        }
    }
}

/// A spoken language as it is indexed: a service in any written form of a language serves all its speakers.
pub(super) fn spoken_value(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

pub(super) fn spoken_of(language: &Language) -> &str {
    spoken_value(language.as_str())
}

/// Where: distances are from `near`; only a radius or a box excludes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlaceFilter {
    pub near: Option<Point>,
    /// In metres around `near`; without meaning where that is absent.
    pub radius_m: Option<f64>,
    pub rectangle: Option<Rectangle>,
}

impl PlaceFilter {
    /// The circle that excludes, if any.
    #[must_use]
    pub fn circle(&self) -> Option<Circle> {
        Some(Circle {
            centre: self.near?,
            radius_m: self.radius_m?,
        })
    }
}
