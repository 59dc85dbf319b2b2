//! The port to the words engines: which listings match these words, and in what order.
//!
//! An engine answers for every match, most relevant first; filters, place, hours, ties and pages belong to the
//! catalogue, so an engine may ignore what is pushed down to it. Highlights are deliberately absent: no engine makes them.
//!
//! Two sides: `Words` answers, `Index` is written to. What an index holds of a listing is `document`, which depends on
//! the listing and on the reference data alone; so both engines hold the same terms.

pub mod document;
pub mod embedded;
pub mod meilisearch;
mod recent;
mod waited;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

pub use self::waited::Waited;
use super::{
    entry::Entry,
    reference::Reference,
    region::{Circle, Rectangle},
};
use crate::wording::Query;

/// Most matches that an engine on a server hands over; beyond them the total is a lower bound.
pub const MATCH_LIMIT: usize = 20_000;

/// A listing that matches, by its dense number. A higher score is more relevant; equal scores are ties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    pub number: u32,
    pub score: f32,
}

/// What an engine is asked.
#[derive(Clone, Debug)]
pub struct WordsQuestion {
    pub query: Query,
    pub pushdown: Pushdown,
    /// How long was waited for others of the same search.
    pub waited: Waited,
}

/// Conditions that an engine may use to hand over fewer matches. Each may be empty; none has to be obeyed.
#[derive(Clone, Debug, Default)]
pub struct Pushdown {
    /// Of each, a listing has at least one; written as `catalogue::labels` writes them.
    pub labels: Vec<Vec<String>>,
    pub circle: Option<Circle>,
    pub rectangle: Option<Rectangle>,
}

/// Why an engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    #[error("the words engine is not reachable: {0}")]
    Unavailable(String),
    #[error("the words engine did not answer in time")]
    Late,
    #[error("the words index is damaged: {0}")]
    Damaged(String),
    #[error("the words index is not built yet")]
    Unbuilt,
    /// It answers, and does not get done what it was given to write, as where its disk is full. Nothing is lost: it is
    /// given again.
    #[error("the words engine does not get done what it was given to write; its disk may be full")]
    Stalled,
    /// It failed a moment ago and is left alone for now.
    #[error("the words engine is left alone since it failed")]
    Resting,
}

/// The reading side of an engine.
pub trait Words: Send + Sync {
    /// `embedded` or `meilisearch`, as answers name it.
    fn name(&self) -> &'static str;

    /// Every match, at most `most`, most relevant first.
    fn find<'a>(
        &'a self,
        question: &'a WordsQuestion,
    ) -> BoxFuture<'a, Result<Vec<Match>, WordsError>>;

    /// Most matches that it hands over: where it does so, there may be more.
    fn most(&self) -> usize {
        MATCH_LIMIT
    }

    /// Changes when the index is rebuilt; cursors carry it.
    fn generation(&self) -> u64;

    /// Says of which database the listings are whose numbers are wanted from now on; none while that changes. An engine
    /// whose index somebody else may have made answers for no other.
    fn set_origin(&self, _origin: Option<i64>) {}
}

/// One change to an index.
#[derive(Clone, Debug)]
pub enum Write {
    Upsert(Arc<Entry>),
    Delete { id: Uuid },
}

/// The writing side of an engine; one process at a time uses it, in the order of the change log.
pub trait Index: Send + Sync {
    /// The sequence of the log up to which the index is whole. None where there is no index that this program can
    /// read: it must be rebuilt before anything is applied.
    fn cursor(&self) -> BoxFuture<'_, Result<Option<i64>, WordsError>>;

    /// Applies the writes with the names that `reference` gives, and moves the cursor once they are all there: after an
    /// error some may be, and the cursor is where it was. Repeating it changes nothing.
    fn apply(
        &self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
        cursor: i64,
    ) -> BoxFuture<'_, Result<(), WordsError>>;

    /// Begins an empty index beside the one in use, which goes on answering.
    fn begin_rebuild(&self) -> BoxFuture<'_, Result<Box<dyn Rebuild>, WordsError>>;
}

/// An index that is being filled; dropped unfinished, it leaves the one in use as it was.
pub trait Rebuild: Send {
    /// Adds a batch. After an error the rebuild cannot be finished.
    fn add(
        &mut self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
    ) -> BoxFuture<'_, Result<(), WordsError>>;

    /// Makes the index whole up to `cursor` and takes it into use; the former one is dropped last.
    fn finish(self: Box<Self>, cursor: i64) -> BoxFuture<'static, Result<(), WordsError>>;
}
