//! The follower: reads the log from the index's cursor and brings index and catalogue up to date.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::{IndexingError, Standing, reference::ReferenceFollower};
use crate::{
    domain::{
        change::{Change, LoggedChange},
        clock::Clock,
    },
    search::{
        ask::Directory,
        catalogue::Catalogue,
        entry::{Decoder, Entry, OrganisationName},
        words::{Index, Write, embedded::Embedded},
    },
    store::{
        Store,
        views::{Affected, FormerNames, PublishedListing},
    },
};

/// How many entries of the log are taken in one commit.
const BATCH: i64 = 1_000;

/// How long the follower waits unwoken: the safety net under the database's wake-ups.
const POLL: Duration = Duration::from_secs(5);

/// The first and the longest wait after an error.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// What a follower is made of.
pub struct Parts {
    pub store: Store,
    pub directory: Arc<Directory>,
    pub index: Embedded,
    pub decode: Decoder,
    pub clock: Arc<dyn Clock>,
    /// GeoJSON texts of the areas' boundaries.
    pub boundaries: Vec<&'static str>,
    /// Where the reference data is kept on disk.
    pub snapshot: Option<PathBuf>,
}

/// Follows the log for this process.
pub struct Follower {
    pub(super) store: Store,
    pub(super) directory: Arc<Directory>,
    pub(super) index: Embedded,
    pub(super) decode: Decoder,
    pub(super) reference: ReferenceFollower,
    pub(super) standing: watch::Sender<Standing>,
    clock: Arc<dyn Clock>,
    /// Which database the log is of, once it was asked.
    pub(super) origin: Option<i64>,
    /// Set when the index holds something that the catalogue cannot be made of.
    must_rebuild: bool,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Entries of the log that were followed.
    pub changes: usize,
    /// Listings written or removed, a rebuild's not counted.
    pub listings: usize,
    /// Whether the index was built afresh.
    pub rebuilt: bool,
    /// Whether the reference data was loaded.
    pub reference: bool,
}

/// What a batch of changes asks for.
pub(super) enum Gathered {
    Writes(Vec<Write>),
    /// So much that a rebuild is quicker.
    All,
}

impl Follower {
    /// A follower of what the directory holds now.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            directory,
            index,
            decode,
            clock,
            boundaries,
            snapshot,
        } = parts;
        let reference = ReferenceFollower {
            store: store.clone(),
            directory: Arc::clone(&directory),
            decode: Arc::clone(&decode),
            boundaries,
            snapshot,
            current_to: directory.reference().cursor(),
        };
        let standing = Standing {
            reference: reference.current_to,
            ..Standing::default()
        };
        let standing = watch::Sender::new(standing);
        Self {
            store,
            directory,
            index,
            decode,
            reference,
            standing,
            clock,
            origin: None,
            must_rebuild: false,
        }
    }

    /// How far this follower is, now and later.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Fills the catalogue from the words index, without the database. Says whether there was an index to fill it
    /// from; where there was none, the next step builds it.
    pub async fn load(&mut self) -> Result<bool, IndexingError> {
        let Some(cursor) = self.index.cursor().await? else {
            return Ok(false);
        };
        match self.fill_catalogue().await {
            Ok(()) => {
                self.directory.set_origin(self.index.origin());
                self.standing.send_modify(|standing| {
                    standing.sequence = Some(cursor);
                    standing.loaded = true;
                });
                Ok(true)
            }
            Err(error) => {
                tracing::info!(%error, "the embedded index must be rebuilt");
                self.must_rebuild = true;
                Ok(false)
            }
        }
    }

    /// Follows the log to its end and says what that took.
    pub async fn step(&mut self) -> Result<Step, IndexingError> {
        let mut step = Step::default();
        let began = self.now();
        let done = self.drain(&mut step).await;
        let now = self.now();
        self.standing.send_modify(|standing| match &done {
            Ok(()) => {
                standing.failure = None;
                standing.current_at = Some(began);
            }
            Err(error) => standing.fail(error.to_string(), now),
        });
        done.map(|()| step)
    }

    async fn drain(&mut self, step: &mut Step) -> Result<(), IndexingError> {
        let (incarnation, head) = self.store.place().await?;
        self.origin = Some(incarnation);
        if self.index.origin() != Some(incarnation) {
            // Places in the log of one database mean nothing in another, nor in what a backup brought back.
            self.index.set_origin(incarnation);
            self.directory.set_origin(None);
            self.must_rebuild = true;
            self.reference.current_to = None;
            self.standing
                .send_modify(|standing| standing.sequence = None);
        }
        let of_this_database = self.reference.current_to.is_some_and(|to| to <= head);
        step.reference = self.reference.step(head, self.now()).await?;
        self.standing.send_modify(|standing| {
            standing.head = Some(head);
            standing.reference = self.reference.current_to;
        });
        let mut cursor = match self.index.cursor().await? {
            // An index that is ahead of the log was built from another database.
            Some(cursor) if cursor <= head && !self.must_rebuild => {
                if !of_this_database {
                    // The catalogue stands on reference data that the log does not lead on from.
                    self.fill_catalogue().await?;
                }
                self.directory.set_origin(self.origin);
                cursor
            }
            _ => self.rebuild_for(step).await?,
        };
        loop {
            let changes = self.store.changes_after(cursor, BATCH).await?;
            let Some(last) = changes.last().map(|logged| logged.sequence) else {
                return Ok(());
            };
            cursor = match self.gather(&changes).await? {
                Gathered::Writes(writes) => {
                    step.listings += writes.len();
                    self.index
                        .apply(writes.clone(), self.directory.reference(), last)
                        .await?;
                    self.directory.apply(&writes);
                    last
                }
                Gathered::All => self.rebuild_for(step).await?,
            };
            step.changes += changes.len();
            self.standing.send_modify(|standing| {
                standing.sequence = Some(cursor);
                standing.head = standing.head.max(Some(cursor));
                // It goes on again, even if the end of a log that many write to is far.
                standing.failure = None;
                standing.reference = self.reference.current_to;
            });
        }
    }

    async fn rebuild_for(&mut self, step: &mut Step) -> Result<i64, IndexingError> {
        step.rebuilt = true;
        let cursor = self.rebuild().await?;
        self.must_rebuild = false;
        Ok(cursor)
    }

    /// The writes that the changes ask for, from what is published now. The reference data is brought up to the changes
    /// first: what they name is indexed under the names that it has now.
    pub(super) async fn gather(
        &mut self,
        changes: &[LoggedChange],
    ) -> Result<Gathered, IndexingError> {
        if self.reference.lacks(changes) {
            self.reference.load(self.now()).await?;
        }
        gathered(&self.store, changes).await
    }

    /// Makes the catalogue anew of what the index holds.
    pub(super) async fn fill_catalogue(&self) -> Result<(), IndexingError> {
        let (index, decode, reference) = (
            self.index.clone(),
            Arc::clone(&self.decode),
            self.directory.reference(),
        );
        let build = tokio::task::spawn_blocking(move || {
            let mut catalogue = Catalogue::default();
            for entry in index.entries(&decode) {
                catalogue.upsert(&entry?, &reference);
            }
            Ok::<_, IndexingError>(catalogue)
        });
        let catalogue = build
            .await
            .map_err(|error| IndexingError::Catalogue(error.to_string()))??;
        self.directory.replace_catalogue(catalogue);
        Ok(())
    }

    /// Follows until `shutdown` turns true or its sender is gone.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        tokio::select! {
            biased;
            _ = shutdown.wait_for(|down| *down) => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&mut self) {
        let mut wakes = self.store.watch();
        let mut retry = RETRY;
        loop {
            // Interest is registered before the log is read, so that no wake-up between the two is lost.
            wakes.mark_unchanged();
            let pause = match self.step().await {
                Ok(_) => {
                    retry = RETRY;
                    POLL
                }
                Err(error) => {
                    tracing::warn!(%error, source = ?std::error::Error::source(&error), "following the change log stopped");
                    let pause = retry;
                    retry = (retry * 2).min(LONGEST_RETRY);
                    pause
                }
            };
            tokio::select! {
                // After an error too: the first wake-up of a new connection says that the database is back.
                Ok(()) = wakes.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The writes that the changes ask for, from what is published now.
pub(super) async fn gathered(
    store: &Store,
    changes: &[LoggedChange],
) -> Result<Gathered, IndexingError> {
    let changes: Vec<Change> = changes.iter().map(|logged| logged.change.clone()).collect();
    let Affected::Listings(ids) = store.affected_by(&changes).await? else {
        return Ok(Gathered::All);
    };
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut writes = Vec::with_capacity(ids.len());
    for ids in ids.chunks(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let published = store.published(ids).await?;
        let gone = ids
            .iter()
            .filter(|id| published.binary_search_by_key(*id, |row| row.id).is_err());
        writes.extend(gone.map(|id| Write::Delete { id: *id }));
        let mut former = store.former_names(&published).await?;
        writes.extend(published.into_iter().map(|row| upsert(row, &mut former)));
    }
    Ok(Gathered::Writes(writes))
}

/// The row as the indexes take it, with what it takes of `former`.
pub(super) fn upsert(row: PublishedListing, former: &mut FormerNames) -> Write {
    let PublishedListing {
        id,
        number,
        version,
        document,
        listing,
        provider,
    } = row;
    let organisation = provider.map(|by| OrganisationName {
        id: by.id,
        slug: by.slug,
        name: by.name,
    });
    Write::Upsert(Arc::new(Entry {
        id,
        number,
        version,
        listing,
        document,
        organisation,
        former_names: former.remove(&id).unwrap_or_default(),
    }))
}
