//! How the directory is, for those who run it and those who sync from it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of the directory. Without any cause: causes are in the log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusAnswer {
    /// Whether questions with and without words are answered.
    pub ready: bool,
    /// Whether something is missing, so that some answers are 503 or may be out of date.
    pub degraded: bool,
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    pub database: StatusPart,
    pub index: StatusPart,
    /// Published listings in memory.
    pub listings: u64,
    /// The moment of which areas, topics and crisis numbers are.
    #[schema(value_type = String, format = DateTime)]
    pub reference_as_of: Timestamp,
    /// The version of this program.
    #[schema(value_type = String)]
    pub version: &'static str,
}

/// The state of one part.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusPart {
    pub ok: bool,
    /// Changes that the index has yet to take in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
    /// Since when it has been failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// Listings built so far, of how many, while it is built afresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilding: Option<[u64; 2]>,
}
