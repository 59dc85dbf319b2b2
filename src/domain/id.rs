//! Typed identifiers: UUIDv7, drawn where a thing is first written.

use uuid::Uuid;

/// A listing of any kind.
pub type ListingId = Uuid;
/// A revision of a listing.
pub type RevisionId = Uuid;

/// A fresh identifier, ordered by time.
#[must_use]
pub fn fresh(now: jiff::Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}
