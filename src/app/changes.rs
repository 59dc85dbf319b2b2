//! The public change feed: everything that is published, then what changes, in order.
//!
//! What a listing's own public document says is what it is about: a listing that only names another by id, as a hub
//! its organisation, has not changed when that other one has.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

pub use crate::store::views::{FeedEntry, FeedPage, FeedPosition, FeedState};
use crate::{
    app::{App, AppError},
    domain::actor::Actor,
    store::Watch,
};

/// What wakes those who wait.
#[derive(Clone)]
pub struct Wakes {
    /// The log has grown.
    pub log: Watch,
    /// Turns true when the process is about to end.
    pub stopping: watch::Receiver<bool>,
}

/// What follows `after`, at most `limit` entries; without a place, everything from the beginning.
///
/// # Errors
/// `Resync` for a place in another log; `Unavailable` while the database is away.
pub async fn page(
    app: &App,
    after: Option<FeedPosition>,
    limit: u16,
) -> Result<FeedPage, AppError> {
    app.parts
        .store
        .feed(after, limit)
        .await?
        .ok_or(AppError::Resync)
}

/// As `page`, but where nothing follows yet, waits so long for something. Holds no connection while it waits, and ends
/// with an empty page when the process is about to stop.
///
/// # Errors
/// As `page`.
pub async fn next_page(
    app: &App,
    mut after: Option<FeedPosition>,
    limit: u16,
    wait: Duration,
) -> Result<FeedPage, AppError> {
    let Wakes {
        mut log,
        mut stopping,
    } = app.parts.wakes.clone();
    let deadline = Instant::now() + wait;
    loop {
        // Interest is registered before the log is read, so that no wake-up between the two is lost.
        log.mark_unchanged();
        let found = page(app, after, limit).await?;
        if !found.entries.is_empty() || *stopping.borrow() {
            return Ok(found);
        }
        // What was looked through and is no listing's need not be looked through again.
        after = Some(found.position);
        tokio::select! {
            Ok(()) = log.changed() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return Ok(found),
            () = sleep_until(deadline) => return Ok(found),
        }
    }
}

/// So many entries go in one transaction.
const PIECE: u32 = 10_000;

/// Drops from the log what later entries say too; says how many entries went.
///
/// # Errors
/// `Unavailable` while the database is away; what was dropped until then stays so.
pub async fn compact(app: &App, actor: Actor) -> Result<usize, AppError> {
    let mut dropped = 0;
    loop {
        let piece = app
            .parts
            .store
            .write(actor, async |tx| tx.drop_superseded_changes(PIECE).await);
        match piece.await? {
            0 => return Ok(dropped),
            piece => dropped += piece,
        }
    }
}
