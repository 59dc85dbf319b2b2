//! What waits for moderators, whatever it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    batches::BatchHandedIn,
    drafts::{ClaimAnswer, DraftAnswer, ReportAnswer},
};

/// What something that waits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// What staff handed in.
    Draft,
    /// What staff handed in from a file, as one.
    Batch,
    /// Somebody says that a listing is theirs to keep.
    Claim,
    /// What the public says of a listing, or misses.
    Report,
}

/// Something that waits; what it is about is told by the key of that name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueItem {
    pub about: About,
    pub id: Uuid,
    /// Nobody should wait for it, as for a wrong number of a crisis line or of a national line. It comes before all else.
    pub urgent: bool,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// How long it has waited, in minutes.
    pub age_minutes: i64,
    /// The moderator who looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<Uuid>,
    /// The person who asks has a part in it, and cannot decide.
    pub own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchHandedIn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportAnswer>,
}

/// What waits: what is urgent first, then the oldest.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"about": "report", "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a62", "urgent": true, "since": "2026-11-26T09:00:00Z", "age_minutes": 5,
        "own": false, "report": {"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a62", "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c",
            "topic": "wrong_number", "words": "It belongs to a shop now.", "urgent": true, "created_at": "2026-11-26T09:00:00Z"}},
    {"about": "batch", "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "urgent": false, "since": "2026-11-26T07:30:00Z", "age_minutes": 95,
        "own": false, "batch": {"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
            "state": "submitted", "version": 1, "rows": 12}}], "length": 2, "usual_wait_minutes": 1440}))]
pub struct QueueAnswer {
    pub items: Vec<QueueItem>,
    /// How much waits altogether.
    pub length: i64,
    /// How long a decision on a draft or a batch usually takes, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_wait_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
