//! Where a record's facts come from.

use jiff::civil::Date;

/// One source; (name, external_id) is unique in the directory, so that an import repeated changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub external_id: String,
    pub url: Option<String>,
    pub licence: String,
    pub retrieved_on: Date,
    /// When the source itself says that it last checked the facts.
    pub confirmed_on: Option<Date>,
    pub evidence: Option<String>,
}
