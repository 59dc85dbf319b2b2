//! Emergency numbers of countries. National lines are helplines; they are deliberately not repeated here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{area::Name, country::Country};

/// A number of the police, an ambulance, or all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyNumber {
    pub country: Country,
    /// As dialled.
    pub number: Box<str>,
    pub names: Vec<Name>,
    pub source: Box<str>,
    pub source_url: Option<Box<str>>,
    pub retrieved_on: Date,
    pub confirmed_on: Option<Date>,
}
