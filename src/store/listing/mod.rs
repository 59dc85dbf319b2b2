//! Publishing listings: their tables, approved revisions, public documents and changes, in one transaction.
//!
//! One or a hundred are published by the same code, which makes a statement for each table and not for each listing:
//! `known` looks up what a batch names, `wave` orders a batch whose listings name each other, `write` writes.

mod children;
mod claimed;
mod expire;
mod held;
mod identity;
mod known;
mod lapse;
pub(in crate::store) mod lookup;
mod national;
mod refusal;
mod rehearsal;
mod row;
mod said;
mod together;
mod wave;
mod withdraw;
mod write;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{error::StoreError, write::WriteTx};
use crate::{
    domain::{fault::Fault, listing::Listing, source::OWN},
    exchange,
};
pub use expire::{Expired, Kept};
pub use lapse::{Lapsed, TakenOff};
pub use national::{NationalAlarms, NationalLine};
pub use rehearsal::Rehearsal;
pub use together::TogetherFault;
pub use wave::Published;

/// A listing to publish.
pub struct Publication {
    /// The listing as typed: becomes the revision's body.
    pub body: exchange::listing::Listing,
    /// The same, parsed.
    pub listing: Listing,
    pub now: Timestamp,
}

impl Publication {
    /// Whether its owners handed it in, and no feed.
    fn is_own(&self) -> bool {
        self.body.sources.iter().any(|source| source.name == OWN)
    }

    /// Says of itself what `own`, the latest revision, says of whether it is there.
    fn keep_status(&mut self, own: &Value) {
        let status = own.get("status").cloned();
        let status = status.and_then(|status| serde_json::from_value(status).ok());
        let body = exchange::listing::Listing {
            status,
            ..self.body.clone()
        };
        if let Ok(listing) = body.parse() {
            (self.body, self.listing) = (body, listing);
        }
    }
}

/// What publishing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created(Uuid),
    Changed(Uuid),
    /// The latest revision says the same already.
    Unchanged(Uuid),
    /// Somebody keeps it: what they handed in stays, and what is said otherwise is kept as a suggestion. Or it was merged
    /// into this one.
    Claimed(Uuid),
}

/// Why a listing could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishFault {
    /// Something in the listing does not fit what is there.
    #[error("the listing does not fit what is there")]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Store(#[from] StoreError),
}
