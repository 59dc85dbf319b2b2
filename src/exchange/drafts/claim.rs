//! Claims, as moderators see them, and who made them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{draft::ClaimState, listing::Kind};

/// A claim that waits, for moderators: who claims, and what.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimAnswer {
    pub id: Uuid,
    /// What is claimed: an organisation, or a listing that belongs to none.
    pub organisation: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// How many own it already; they are written to when it is granted.
    pub owners: i64,
    /// Whose claim it is.
    pub account: Uuid,
    pub name: String,
    /// The confirmed address of the account.
    pub email: String,
    pub grounds: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Claims that wait, the oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a60", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
    "kind": "organisation", "slug": "moner-alo", "owners": 0, "account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f", "name": "Rima Akter",
    "email": "rima@example.org", "grounds": "I coordinate its groups; ask at the office.", "created_at": "2026-11-26T09:00:00Z"}]}))]
pub struct ClaimList {
    pub items: Vec<ClaimAnswer>,
}

/// What somebody claimed, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnClaimAnswer {
    pub id: Uuid,
    /// What is claimed: an organisation, or a listing that belongs to none.
    pub organisation: Uuid,
    /// While it is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    pub grounds: String,
    #[schema(value_type = String)]
    pub state: ClaimState,
    /// What the moderator said who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
}

/// One's claims, the latest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a60", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
    "kind": "organisation", "slug": "moner-alo", "grounds": "I coordinate its groups; ask at the office.", "state": "refused",
    "reason": "The office does not know of you.", "created_at": "2026-11-26T09:00:00Z", "decided_at": "2026-11-27T09:00:00Z"}]}))]
pub struct OwnClaimList {
    pub items: Vec<OwnClaimAnswer>,
}
