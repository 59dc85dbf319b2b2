//! Names for URLs: lower-case ASCII letters, digits and single hyphens.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A listing's or topic's name in URLs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(Box<str>);

/// The text is not a slug.
#[derive(Debug, thiserror::Error)]
#[error("2 to 100 lower-case letters a-z, digits and single hyphens, not at an end")]
pub struct SlugError;

impl Slug {
    /// Reads a slug.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let fits = (2..=100).contains(&text.len());
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && plain && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--") {
            Ok(Self(text.into()))
        } else {
            Err(SlugError)
        }
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn refuses_what_would_not_read_in_a_url() {
        for bad in [
            "", "a", "A-b", "-ab", "ab-", "a--b", "a b", "মন", "a/b", "a\0b",
        ] {
            assert!(Slug::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            Slug::parse("kaan-pete-roi").unwrap().as_str(),
            "kaan-pete-roi"
        );
    }
}
