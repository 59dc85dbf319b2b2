//! Days as they are typed. What is none is told in words of ours: a parser's own say what they met, which was typed.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error};

const EXPECTED: &str = "a date such as 2026-12-25";

/// Reads a day.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = Cow::<'de, str>::deserialize(from).map_err(|_| D::Error::custom(EXPECTED))?;
    text.parse().map_err(|_| D::Error::custom(EXPECTED))
}

/// Reads a day, where there is one.
pub(super) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(from);
    let text = text.map_err(|_| D::Error::custom(EXPECTED))?;
    let day = text.map(|text| text.parse()).transpose();
    day.map_err(|_| D::Error::custom(EXPECTED))
}
