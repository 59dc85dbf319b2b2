//! How the directory is, for those who run it and those who sync from it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The state of the directory. Without any cause: causes are in the log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusAnswer {
    /// Whether questions with and without words are answered.
    pub ready: bool,
    /// Whether a part is not `ok`, so that some answers are 503 or may be out of date.
    pub degraded: bool,
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    /// Every part. More may come: ignore those that you do not know.
    #[schema(max_items = 50)]
    pub parts: Vec<StatusPart>,
    /// The version of this program.
    #[schema(value_type = String, max_length = 50, example = "0.1.0")]
    pub version: &'static str,
}

/// The state of one part.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "follower", "state": "ok", "since": "2026-11-22T12:00:00Z", "behind": {"changes": 0, "seconds": 0}
}))]
pub struct StatusPart {
    /// `database`, `pool` (of its connections), `follower` (of its change log), `reference` (areas, topics and crisis
    /// numbers), `words` (the index of words), `catalogue` (what is filtered by), `meilisearch` (the index of words on a
    /// server, where one is set; while it fails, words are looked up in the process).
    #[schema(value_type = String, max_length = 50, example = "follower")]
    pub name: &'static str,
    /// `ok`; `building`, not there yet or being built afresh; `degraded`, it works, less well than it should;
    /// `failing`, it does not work and is tried again without end.
    #[schema(value_type = String, max_length = 50, pattern = "^(ok|building|degraded|failing)$", example = "ok")]
    pub state: &'static str,
    /// Since when it is in this state.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<StatusBehind>,
    /// How much it holds: listings; areas and topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The moment of which what it holds is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// Of `words` the engine that is preferred; of `reference` whether it is the copy that is `built_in` or `followed`; of
    /// `meilisearch` whether this process is `leading`, which keeps the index up to date, or `standing_by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 50)]
    pub kind: Option<&'static str>,
    /// Listings built so far, of how many, while it is built afresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 2)]
    pub rebuilding: Option<[u64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<StatusConnections>,
    /// Listings that it refuses to hold, at most twenty of them; why is in the log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub refused: Vec<Uuid>,
}

/// What a part lacks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusBehind {
    /// Changes that it has yet to take in, as far as is known.
    pub changes: u64,
    /// For how many seconds it may have been lacking something.
    pub seconds: u64,
}

/// The connections to the database.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusConnections {
    pub limit: u64,
    pub open: u64,
    pub in_use: u64,
    /// Requests that wait for one.
    pub waiting: u64,
}
