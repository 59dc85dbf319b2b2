//! Bringing what is searched in this process up to date with the database, in the order of the change log.
//!
//! One follower does it all, since the order matters: reference data first, because the names of areas and topics go
//! into what listings are found by; then the words index, whose commit holds the cursor; then the catalogue. Nothing is
//! ever skipped: an error stops the follower where it is, and it tries again. What is served meanwhile stays as it was.
//! Deliberately absent: wall-clock time in any index, and knowledge of the wire format, whose decoder is passed in.

mod follower;
mod mirror;
mod rebuild;
mod reference;
mod standing;

pub use self::{
    follower::{Follower, Parts, Step},
    mirror::{Mirror, MirrorParts, MirrorStanding, MirrorStep},
    rebuild::Progress,
    standing::{Failure, Standing},
};
use crate::{
    search::{reference::BoundaryError, reference::SnapshotError, words::WordsError},
    store::StoreError,
};

/// Why a follower stopped. The texts are for the log and for `status`, and hold no words of a searcher.
#[derive(Debug, thiserror::Error)]
pub enum IndexingError {
    #[error("reading the database: {0}")]
    Store(#[from] StoreError),
    #[error("writing the words index: {0}")]
    Words(#[from] WordsError),
    #[error("building the reference data: {0}")]
    Reference(#[from] BoundaryError),
    #[error("keeping the reference data: {0}")]
    Snapshot(#[from] SnapshotError),
    #[error("building the catalogue: {0}")]
    Catalogue(String),
    /// Another process follows now, or the database is away.
    #[error("another process follows for the index now")]
    LostLead,
}
