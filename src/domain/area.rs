//! The tree of administrative divisions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{country::Country, language::Language, place::Point};

/// A stable code: `bd-dhaka`, `id-31.74`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(Box<str>);

/// The text is not an area code.
#[derive(Debug, thiserror::Error)]
#[error("an area code of /v1/areas such as bd-dhaka, cn-4403 or id")]
pub struct AreaCodeError;

impl AreaCode {
    /// Reads a code: lower-case ASCII letters, digits, hyphens and dots, 2 to 60.
    pub fn parse(text: &str) -> Result<Self, AreaCodeError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        if (2..=60).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(AreaCodeError)
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = AreaCodeError;

    fn try_from(text: String) -> Result<Self, AreaCodeError> {
        Self::parse(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.0.into()
    }
}

/// A name of an area or topic: the first of a language is its label, the others are also used; `old` ones are past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub language: Language,
    pub text: Box<str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old: bool,
}

/// The label among `names` for readers of `wanted`, else in English, else the first.
#[must_use]
pub fn label<'a>(names: &'a [Name], wanted: &[Language]) -> Option<&'a Name> {
    let current = || names.iter().filter(|name| !name.old);
    let find = |tag: &str| current().find(|name| name.language.as_str() == tag);
    wanted
        .iter()
        .find_map(|reader| reader.fallbacks().find_map(find))
        .or_else(|| find("en"))
        .or_else(|| current().next())
}

/// One administrative division.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub code: AreaCode,
    /// From a per-country list: country, division, district, upazila, province, regency, city, …
    pub kind: Box<str>,
    pub parent: Option<AreaCode>,
    pub country: Country,
    pub names: Vec<Name>,
    pub centroid: Option<Point>,
    pub time_zone: Option<Box<str>>,
}
