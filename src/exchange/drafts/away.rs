//! What moderators say of a listing that goes.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::words;
use crate::domain::fault::{Fault, Faults};

/// Which listing goes, and which stands for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "into": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5e",
    "into_version": 3}))]
pub struct MergeRequest {
    #[schema(required, max_length = 36)]
    from: Option<Uuid>,
    #[schema(required, max_length = 36)]
    into: Option<Uuid>,
    /// The `version` of the one that stays, as it was seen; that of the other one is in `If-Match`.
    #[schema(required, minimum = 1, maximum = 1_000_000_000)]
    into_version: Option<i64>,
}

impl MergeRequest {
    /// Which goes, and into which of which version.
    pub fn parse(self) -> Result<(Uuid, (Uuid, i64)), Vec<Fault>> {
        let mut faults = Faults::default();
        let from = faults.require("/from", self.from, "the id of a listing");
        let into = faults.require("/into", self.into, "the id of another listing");
        let version = self.into_version;
        let version = version.filter(|version| (1..=1_000_000_000).contains(version));
        let version = faults.require("/into_version", version, "its version, from 1 on");
        from.zip(into.zip(version)).ok_or(faults.0)
    }
}

/// Why a listing is taken off; its owners read it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Two people say that somebody there asks for money."}))]
pub struct WithdrawalRequest {
    #[schema(required, min_length = 1, max_length = 2000, pattern = "\\S")]
    reason: Option<String>,
}

impl WithdrawalRequest {
    /// The reason.
    pub fn parse(self) -> Result<String, Vec<Fault>> {
        let mut faults = Faults::default();
        words("/reason", self.reason, &mut faults).ok_or(faults.0)
    }
}
