//! The follower of an index that lies elsewhere and is shared by all processes.
//!
//! One process follows for it at a time, and asks before everything that changes the index whether it still does. Where
//! the index is whole is told by two: by the index itself, and by the database, which is written only after the index
//! has confirmed. The lesser of the two counts; where either knows nothing, or both know a log that is not this one, the
//! index is built afresh. It never runs ahead of the process's own follower, whose reference data it indexes with, and
//! does nothing before that has seen which database it is.

mod compare;
mod standing;
mod tidy;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::watch;

pub use self::standing::MirrorStanding;
use super::{
    IndexingError, Standing,
    follower::{Gathered, gathered},
    rebuild::Pages,
    standing::Failure,
};
use crate::{
    domain::{actor::Actor, change::LoggedChange, clock::Clock},
    search::{
        ask::Directory,
        words::{Index, Rebuild, WordsError, Write, meilisearch::Meilisearch},
    },
    store::{Lead, Store, StoreError},
};

/// How many entries of the log are taken in one go.
const BATCH: i64 = 1_000;

/// How long it waits unwoken, also for the lead.
const POLL: Duration = Duration::from_secs(5);

/// For so long a database that hangs is waited for.
const SILENCE: Duration = Duration::from_secs(5);
const SILENT: &str = "the database is silent";

/// The first and the longest wait after an error.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// What a mirror is made of.
pub struct MirrorParts {
    pub store: Store,
    pub directory: Arc<Directory>,
    pub index: Meilisearch,
    pub clock: Arc<dyn Clock>,
    /// How far the process's own follower is.
    pub own: watch::Receiver<Standing>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MirrorStep {
    pub leading: bool,
    /// Entries of the log that were followed.
    pub changes: usize,
    pub rebuilt: bool,
    /// Listings that a comparison found wrong, and mended.
    pub mended: usize,
}

/// Follows the log for an index elsewhere.
pub struct Mirror {
    store: Store,
    directory: Arc<Directory>,
    index: Meilisearch,
    clock: Arc<dyn Clock>,
    own: watch::Receiver<Standing>,
    standing: watch::Sender<MirrorStanding>,
    /// With the name of the index that it is the lead for.
    lead: Option<(String, Lead)>,
    /// When everything was last compared by this process.
    compared: Option<Timestamp>,
    /// When it last removed what may go.
    tidied: Option<Timestamp>,
}

impl Mirror {
    /// A mirror that follows nothing yet.
    #[must_use]
    pub fn new(parts: MirrorParts) -> Self {
        let MirrorParts {
            store,
            directory,
            index,
            clock,
            own,
        } = parts;
        Self {
            store,
            directory,
            index,
            clock,
            own,
            standing: watch::Sender::default(),
            lead: None,
            compared: None,
            tidied: None,
        }
    }

    /// How far the index is, now and later.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<MirrorStanding> {
        self.standing.subscribe()
    }

    /// Brings the index to where the process's own follower is, if this process leads or can.
    ///
    /// # Errors
    /// Whatever stops it; the next step takes up where this one stopped.
    pub async fn step(&mut self) -> Result<MirrorStep, IndexingError> {
        let mut step = MirrorStep::default();
        let done = self.drain(&mut step).await;
        let (now, refused) = (self.now(), self.index.refused());
        self.standing.send_modify(|standing| {
            standing.leading = step.leading;
            standing.refused = refused;
            match &done {
                Ok(()) => {
                    standing.failure = None;
                    standing.stalled = false;
                    if standing.lag() == Some(0) {
                        standing.current_at = Some(now);
                    }
                }
                Err(error) => {
                    let since = standing
                        .failure
                        .as_ref()
                        .map_or(now, |earlier| earlier.since);
                    let reason = error.to_string();
                    standing.failure = Some(Failure { reason, since });
                    standing.stalled = matches!(error, IndexingError::Words(WordsError::Stalled));
                    standing.rebuilding = None;
                }
            }
        });
        done.map(|()| step)
    }

    async fn drain(&mut self, step: &mut MirrorStep) -> Result<(), IndexingError> {
        self.own.mark_unchanged();
        // What keeps it from being looked at stops whoever follows for it too.
        let _ = self.index.look().await;
        let Some(name) = self.index.index_name() else {
            return Ok(());
        };
        let asked = tokio::time::timeout(SILENCE, self.store.place()).await;
        let (origin, head) =
            asked.unwrap_or_else(|_| Err(StoreError::Unavailable(SILENT.into())))?;
        if self.index.origin() != Some(origin) {
            // The process's own follower sees that next.
            return Ok(());
        }
        self.standing
            .send_modify(|standing| standing.head = Some(head));
        step.leading = self.leads(&name).await?;
        self.standing
            .send_modify(|standing| standing.leading = step.leading);
        let kept = self.store.followed_to(&name).await?;
        if !step.leading {
            self.standing
                .send_modify(|standing| standing.sequence = kept);
            return Ok(());
        }
        let Some(target) = self.own.borrow().sequence else {
            return Ok(());
        };
        let sealed = self.index.cursor().await?;
        let mut cursor = match sealed.zip(kept) {
            // Another process may have brought it further than this one's own follower is.
            Some((sealed, kept)) if sealed.max(kept) <= head => sealed.min(kept),
            _ => {
                step.rebuilt = true;
                self.rebuild(&name).await?
            }
        };
        self.show(cursor);
        while cursor < target {
            let mut changes = self.store.changes_after(cursor, BATCH).await?;
            changes.retain(|logged| logged.sequence <= target);
            let Some(last) = changes.last().map(|logged| logged.sequence) else {
                break;
            };
            cursor = match self.follow(&name, &changes, last).await? {
                Some(cursor) => cursor,
                None => {
                    step.rebuilt = true;
                    self.rebuild(&name).await?
                }
            };
            step.changes += changes.len();
            self.show(cursor);
        }
        if cursor > target {
            // Another process brought it here; the catalogue is not there yet.
            return Ok(());
        }
        self.compare_in_time(step).await?;
        self.tidy_in_time(&name).await;
        Ok(())
    }

    /// Follows the changes. None where so much changed that a rebuild is quicker.
    async fn follow(
        &mut self,
        name: &str,
        changes: &[LoggedChange],
        last: i64,
    ) -> Result<Option<i64>, IndexingError> {
        let Gathered::Writes(writes) = gathered(&self.store, changes).await? else {
            return Ok(None);
        };
        self.apply(name, writes, last).await?;
        Ok(Some(last))
    }

    async fn apply(
        &mut self,
        name: &str,
        writes: Vec<Write>,
        cursor: i64,
    ) -> Result<(), IndexingError> {
        self.must_lead(name).await?;
        let reference = self.directory.reference();
        self.index.apply(writes, reference, cursor).await?;
        self.keep(name, cursor).await
    }

    async fn keep(&self, name: &str, cursor: i64) -> Result<(), IndexingError> {
        let kept = self.store.write(Actor::Operator, async |tx| {
            tx.put_followed_to(name, cursor).await
        });
        Ok(kept.await?)
    }

    /// Builds the index afresh beside the one that answers.
    async fn rebuild(&mut self, name: &str) -> Result<i64, IndexingError> {
        let cursor = loop {
            self.must_lead(name).await?;
            let from = self.own.borrow().sequence.unwrap_or(0);
            let mut filling = self.index.begin_rebuild().await?;
            let mut pages = Pages::of(&self.store).await?;
            while let Some(writes) = pages.next().await? {
                self.must_lead(name).await?;
                filling.add(writes, self.directory.reference()).await?;
                let shown = pages.progress();
                self.standing
                    .send_modify(|standing| standing.rebuilding = Some(shown));
            }
            if let Some(cursor) = self.replay(name, filling.as_mut(), from).await? {
                self.must_lead(name).await?;
                filling.finish(cursor).await?;
                break cursor;
            }
        };
        self.keep(name, cursor).await?;
        self.standing
            .send_modify(|standing| standing.rebuilding = None);
        self.compared = Some(self.now());
        tracing::info!("the Meilisearch index is built");
        self.tidied = None;
        Ok(cursor)
    }

    /// Replays the log after `from`, as far as the process's own follower is by now. What comes meanwhile is followed
    /// later: whoever waited for a moment without writes might wait for ever. None where filling again is quicker.
    async fn replay(
        &mut self,
        name: &str,
        filling: &mut dyn Rebuild,
        from: i64,
    ) -> Result<Option<i64>, IndexingError> {
        let target = self.own.borrow().sequence.unwrap_or(0);
        let mut cursor = from;
        while cursor < target {
            let mut changes = self.store.changes_after(cursor, BATCH).await?;
            changes.retain(|logged| logged.sequence <= target);
            let Some(last) = changes.last() else { break };
            let Gathered::Writes(writes) = gathered(&self.store, &changes).await? else {
                return Ok(None);
            };
            self.must_lead(name).await?;
            filling.add(writes, self.directory.reference()).await?;
            cursor = last.sequence;
        }
        Ok(Some(cursor))
    }

    async fn leads(&mut self, name: &str) -> Result<bool, IndexingError> {
        if self.still_leads(name).await {
            return Ok(true);
        }
        let lead = self.store.lead(name).await?;
        self.lead = lead.map(|lead| (name.to_owned(), lead));
        if self.lead.is_some() {
            self.compared = None;
            self.tidied = None;
        }
        Ok(self.lead.is_some())
    }

    /// Asked before everything that changes the index of this name.
    async fn must_lead(&mut self, name: &str) -> Result<(), IndexingError> {
        // The process's own follower may have found itself on another database.
        let is_ours = self.index.index_name().as_deref() == Some(name);
        if is_ours && self.still_leads(name).await {
            return Ok(());
        }
        Err(IndexingError::LostLead)
    }

    /// Whether it still leads for the index of this name; a lead that it lost, or has for another, is given up.
    async fn still_leads(&mut self, name: &str) -> bool {
        let held = match &mut self.lead {
            Some((of, lead)) if of == name => lead.is_held().await,
            _ => false,
        };
        if !held {
            self.lead = None;
        }
        held
    }

    fn show(&self, cursor: i64) {
        let refused = self.index.refused();
        self.standing.send_modify(|standing| {
            standing.sequence = Some(cursor);
            standing.head = standing.head.max(Some(cursor));
            standing.refused = refused;
            standing.failure = None;
            standing.stalled = false;
        });
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Follows until `shutdown` turns true or its sender is gone.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        tokio::select! {
            biased;
            _ = shutdown.wait_for(|down| *down) => {}
            () = self.follow_on() => {}
        }
    }

    async fn follow_on(&mut self) {
        let mut retry = RETRY;
        loop {
            let waited = match self.step().await {
                Ok(_) => {
                    retry = RETRY;
                    // Woken by the process's own follower, which sees each change first.
                    let woken = tokio::time::timeout(POLL, self.own.changed()).await;
                    woken.unwrap_or(Ok(()))
                }
                Err(error) => {
                    tracing::warn!(%error, "following for Meilisearch stopped");
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(LONGEST_RETRY);
                    Ok(())
                }
            };
            if waited.is_err() {
                // The process's own follower has ended, and with it this process.
                return;
            }
        }
    }
}
