//! How the parts of the directory are.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::App;

/// How far the indexes are behind the database, as their follower last saw it.
#[derive(Clone, Debug, Default)]
pub struct FollowerState {
    /// The place in the change log to which words index and catalogue are current.
    pub sequence: Option<i64>,
    /// The end of the log when it was last read.
    pub head: Option<i64>,
    /// What stops the follower now, and since when.
    pub failure: Option<(String, Timestamp)>,
    /// Listings built and to build, while an index is built afresh.
    pub rebuilding: Option<(u64, u64)>,
}

/// Asks for the follower's state.
pub type Following = Arc<dyn Fn() -> FollowerState + Send + Sync>;

/// The state of every part.
#[derive(Clone, Debug)]
pub struct Status {
    pub now: Timestamp,
    /// Whether the database answers.
    pub database: bool,
    pub follower: FollowerState,
    /// Published listings in memory.
    pub listings: usize,
    /// The moment of which areas, topics and crisis numbers are.
    pub reference_as_of: Timestamp,
    /// Whether questions with and without words can be answered.
    pub ready: bool,
}

/// The state of every part; asks the database whether it is there.
pub async fn status(app: &App) -> Status {
    let database = app.parts.store.ping().await.is_ok();
    let follower = (app.parts.following)();
    Status {
        now: app.now(),
        database,
        ready: follower.sequence.is_some(),
        follower,
        listings: app.parts.directory.len(),
        reference_as_of: app.reference().as_of(),
    }
}
