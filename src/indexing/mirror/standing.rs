//! How the index elsewhere is, for whoever asks after it.

use jiff::Timestamp;

use super::super::{Progress, standing::Failure};
use crate::search::words::meilisearch::Refused;

/// How the index is, as this process last saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MirrorStanding {
    /// Whether this process follows for it.
    pub leading: bool,
    /// The place in the log up to which it is confirmed.
    pub sequence: Option<i64>,
    /// The end of the log when it was last read.
    pub head: Option<i64>,
    /// When it last had all that had been written until then.
    pub current_at: Option<Timestamp>,
    /// What stops the follower now.
    pub failure: Option<Failure>,
    /// Whether that is a server which answers, and does not get done what it was given.
    pub stalled: bool,
    pub rebuilding: Option<Progress>,
    /// Listings that it refuses.
    pub refused: Vec<Refused>,
}

impl MirrorStanding {
    /// How many entries of the log are still to be followed, as far as is known.
    #[must_use]
    pub fn lag(&self) -> Option<u64> {
        let behind = self.head?.saturating_sub(self.sequence?);
        Some(u64::try_from(behind).unwrap_or(0))
    }
}
