//! Where a record's facts come from.

use jiff::civil::Date;

/// The name of the source of what staff type in this directory; its id there is the listing's.
pub const OWN: &str = "Haven";

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
