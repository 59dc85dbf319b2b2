//! ISO 3166-1 alpha-2 country codes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A country, `BD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is not a country code.
#[derive(Debug, thiserror::Error)]
#[error("an ISO 3166-1 alpha-2 country code such as BD, CN, ID or GB")]
pub struct CountryError;

impl Country {
    /// Reads a code in either case.
    pub fn parse(text: &str) -> Result<Self, CountryError> {
        let upper = text.to_ascii_uppercase();
        let bytes: [u8; 2] = upper.as_bytes().try_into().map_err(|_| CountryError)?;
        celes::Country::from_str(&upper).map_err(|_| CountryError)?;
        Ok(Self(bytes))
    }

    /// The code in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        Self::parse(&text)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Country;

    #[test]
    fn knows_countries_only() {
        assert_eq!(Country::parse("bd").unwrap().as_str(), "BD");
        for bad in ["", "B", "XX", "BGD", "বিডি", "1a"] {
            assert!(Country::parse(bad).is_err(), "{bad}");
        }
    }
}
