//! The change feed as it travels.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        change::{Removal, RemovalReason},
        listing::Kind,
    },
    exchange::listing::Listing,
};

/// The latest of one listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "operation", rename_all = "snake_case")]
#[schema(as = Change, example = json!({
    "operation": "delete", "kind": "hub", "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "reason": "withdrawn"
}))]
pub enum ChangeAnswer {
    /// It is published, and this is all of it. Put it in the place of what the copy has under this id.
    Upsert {
        kind: Kind,
        id: Uuid,
        /// Grows with each change of the listing.
        #[schema(minimum = 1)]
        version: i64,
        /// The listing in the format of imports and exports, with its sources.
        listing: Box<Listing>,
    },
    /// It is no longer published. Take it out of the copy, if it is there.
    Delete {
        kind: Kind,
        id: Uuid,
        reason: RemovalReason,
        /// The listing that stands for it from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        merged_into: Option<Uuid>,
    },
}

impl ChangeAnswer {
    /// A listing that is gone.
    #[must_use]
    pub fn gone(kind: Kind, id: Uuid, removal: Removal) -> Self {
        Self::Delete {
            kind,
            id,
            reason: removal.reason(),
            merged_into: removal.merged_into(),
        }
    }
}

/// Where the feed goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeEnd {
    /// The cursor to go on from; keep it beside the copy.
    #[schema(min_length = 1, max_length = 1000, pattern = "^[A-Za-z0-9_-]+$")]
    pub next: String,
    /// Whether more is there already. Where not, the copy is complete for now.
    pub more: bool,
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    /// In the order in which they happened; each listing once, with the latest of it.
    #[schema(max_items = 1000)]
    pub items: Vec<ChangeAnswer>,
    #[serde(flatten)]
    pub end: ChangeEnd,
}
