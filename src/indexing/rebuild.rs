//! Everything afresh: the catalogue first, which answers all that needs no words, then an index beside the one that
//! answers: fill it from a noted place in the log, replay what happened meanwhile, swap. The catalogue follows the log
//! while the index is filled. What happens during the swap is the follower's next batch; the old index goes last.

use tokio::task::{JoinError, JoinHandle};
use uuid::Uuid;

use super::{
    IndexingError,
    follower::{Follower, Gathered, upsert},
};
use crate::{
    search::{
        catalogue::Catalogue,
        words::{Index, Rebuild, Write},
    },
    store::{
        Store, StoreError,
        views::{FormerNames, PublishedListing},
    },
};

/// How many listings are read and written in one go.
pub(super) const PAGE: i64 = 500;

/// How many entries of the log are replayed in one go.
const BATCH: i64 = 1_000;

/// How far a rebuild is, in listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// As counted at the beginning.
    pub total: u64,
}

impl Follower {
    /// Builds catalogue and index afresh from what is published, and says up to which sequence of the log they hold
    /// it. `standing` shows how far it is.
    pub async fn rebuild(&mut self) -> Result<i64, IndexingError> {
        let cursor = loop {
            let from = self.store.head().await?;
            // The names under which listings are indexed must not be older than the place where the replay begins.
            self.reference.step(from, self.directory.now()).await?;
            let begun = self.index.begin_rebuild().await;
            // Where there is no room for an index, a catalogue that answers is not read again with every try.
            if begun.is_ok() || !self.standing.borrow().loaded {
                self.read_catalogue().await?;
            }
            let mut index = begun?;
            if !self.fill_index(index.as_mut(), from).await? {
                continue;
            }
            // From the beginning: a page may have been read before a change that the catalogue has followed since.
            if let Some(cursor) = self.replay(index.as_mut(), from).await? {
                index.finish(cursor).await?;
                break cursor;
            }
        };
        self.standing.send_modify(|standing| {
            standing.sequence = Some(cursor);
            standing.rebuilding = None;
        });
        Ok(cursor)
    }

    /// Reads the catalogue from the database.
    async fn read_catalogue(&self) -> Result<(), IndexingError> {
        let mut catalogue = Box::<Catalogue>::default();
        let mut pages = Pages::of(&self.store).await?;
        self.tell(pages.progress());
        while let Some(writes) = pages.next().await? {
            let reference = self.directory.reference();
            let filling = tokio::task::spawn_blocking(move || {
                for write in &writes {
                    if let Write::Upsert(entry) = write {
                        catalogue.upsert(entry, &reference);
                    }
                }
                catalogue
            });
            catalogue = filling
                .await
                .map_err(|error| IndexingError::Catalogue(error.to_string()))?;
            self.tell(pages.progress());
        }
        self.directory.replace_catalogue(*catalogue);
        self.directory.set_origin(self.origin);
        self.standing.send_modify(|standing| standing.loaded = true);
        Ok(())
    }

    /// Fills the index, while the catalogue follows the log after `from`; false where so much changed at once that both
    /// are read again.
    async fn fill_index(
        &mut self,
        index: &mut dyn Rebuild,
        from: i64,
    ) -> Result<bool, IndexingError> {
        let mut followed = from;
        let mut pages = Pages::of(&self.store).await?;
        self.tell(pages.progress());
        while let Some(writes) = pages.next().await? {
            index.add(writes, self.directory.reference()).await?;
            let changes = self.store.changes_after(followed, BATCH).await?;
            if let Some(last) = changes.last() {
                let Gathered::Writes(writes) = self.gather(&changes).await? else {
                    return Ok(false);
                };
                self.directory.apply(&writes);
                followed = last.sequence;
            }
            self.tell(pages.progress());
        }
        Ok(true)
    }

    fn tell(&self, progress: Progress) {
        self.standing
            .send_modify(|standing| standing.rebuilding = Some(progress));
    }

    /// Replays the log after `from`, as far as it is by now; what comes meanwhile is followed later. None where so much
    /// changed meanwhile that filling again is quicker.
    async fn replay(
        &mut self,
        index: &mut dyn Rebuild,
        from: i64,
    ) -> Result<Option<i64>, IndexingError> {
        let target = self.store.head().await?;
        let mut cursor = from;
        while cursor < target {
            let changes = self.store.changes_after(cursor, BATCH).await?;
            let Some(last) = changes.last() else { break };
            let Gathered::Writes(writes) = self.gather(&changes).await? else {
                return Ok(None);
            };
            self.directory.apply(&writes);
            index.add(writes, self.directory.reference()).await?;
            cursor = last.sequence;
        }
        Ok(Some(cursor))
    }
}

/// Some of what is published, and by what else it is found.
type Page = (Vec<PublishedListing>, FormerNames);

/// All that is published, in the order of ids; while a page is taken in, the next is read.
pub(super) struct Pages {
    store: Store,
    next: JoinHandle<Result<Page, StoreError>>,
    progress: Progress,
}

impl Pages {
    pub(super) async fn of(store: &Store) -> Result<Self, StoreError> {
        let total = store.published_count().await?;
        Ok(Self {
            next: read(store, None),
            store: store.clone(),
            progress: Progress { done: 0, total },
        })
    }

    /// How much has been handed out.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// The next page; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Write>>, IndexingError> {
        let ended = |error: JoinError| IndexingError::Catalogue(error.to_string());
        let (page, mut former) = (&mut self.next).await.map_err(ended)??;
        let Some(last) = page.last().map(|row| row.id) else {
            return Ok(None);
        };
        self.next = read(&self.store, Some(last));
        self.progress.done += u64::try_from(page.len()).unwrap_or(0);
        self.progress.total = self.progress.total.max(self.progress.done);
        let writes = page.into_iter().map(|row| upsert(row, &mut former));
        Ok(Some(writes.collect()))
    }
}

fn read(store: &Store, after: Option<Uuid>) -> JoinHandle<Result<Page, StoreError>> {
    let store = store.clone();
    tokio::spawn(async move {
        let page = store.published_page(after, PAGE).await?;
        let former = store.former_names(&page).await?;
        Ok((page, former))
    })
}
