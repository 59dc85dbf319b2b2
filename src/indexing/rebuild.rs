//! A fresh index beside the one that answers: fill it from a noted place in the log, replay what happened meanwhile,
//! swap. What happens during the swap is the follower's next batch; the old index goes last.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use uuid::Uuid;

use super::{
    IndexingError,
    follower::{Follower, Gathered, upsert},
};
use crate::{
    search::{
        ask::Directory,
        catalogue::Catalogue,
        reference::Reference,
        words::{Index, Rebuild, WordsError, Write},
    },
    store::Store,
};

/// How many listings are read and written in one go.
pub(super) const PAGE: i64 = 500;

/// Some listings in the order of ids.
struct Page {
    /// None past the end.
    last: Option<Uuid>,
    writes: Vec<Write>,
}

/// How many entries of the log are replayed in one go.
const BATCH: i64 = 1_000;

/// How far a rebuild is, in listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// As counted at the beginning.
    pub total: u64,
}

/// The index and the catalogue are filled together, so that no document is read twice.
struct Both {
    index: Box<dyn Rebuild>,
    /// None while it is written to, and after that failed.
    catalogue: Option<Box<Catalogue>>,
}

impl Rebuild for Both {
    fn add(
        &mut self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
    ) -> BoxFuture<'_, Result<(), WordsError>> {
        async move {
            let broken = || WordsError::Damaged("the catalogue was not filled".to_owned());
            let mut catalogue = self.catalogue.take().ok_or_else(broken)?;
            let (own, by) = (writes.clone(), Arc::clone(&reference));
            let filled = tokio::task::spawn_blocking(move || {
                for write in &own {
                    match write {
                        Write::Upsert(entry) => catalogue.upsert(entry, &by),
                        Write::Delete { id } => catalogue.remove(id),
                    }
                }
                catalogue
            });
            let (added, filled) = tokio::join!(self.index.add(writes, reference), filled);
            added?;
            self.catalogue = Some(filled.map_err(|_| broken())?);
            Ok(())
        }
        .boxed()
    }

    fn finish(self: Box<Self>, cursor: i64) -> BoxFuture<'static, Result<(), WordsError>> {
        self.index.finish(cursor)
    }
}

impl Follower {
    /// Builds index and catalogue afresh from what is published, and says up to which sequence of the log they hold
    /// it. `standing` shows how far it is.
    pub async fn rebuild(&mut self) -> Result<i64, IndexingError> {
        let cursor = loop {
            let from = self.store.head().await?;
            // The names under which listings are indexed must not be older than the place where the replay begins.
            self.reference.step(from, self.directory.now()).await?;
            let mut filling = Both {
                index: self.index.begin_rebuild().await?,
                catalogue: Some(Box::default()),
            };
            fill(&self.store, &self.directory, &mut filling, |shown| {
                self.standing
                    .send_modify(|standing| standing.rebuilding = Some(shown));
            })
            .await?;
            if let Some(cursor) = self.replay(&mut filling, from).await? {
                filling.index.finish(cursor).await?;
                if let Some(catalogue) = filling.catalogue {
                    self.directory.replace_catalogue(*catalogue);
                }
                break cursor;
            }
        };
        self.standing.send_modify(|standing| {
            standing.sequence = Some(cursor);
            standing.rebuilding = None;
        });
        Ok(cursor)
    }

    /// Replays the log after `from`. None where so much changed meanwhile that filling again is quicker.
    async fn replay(
        &mut self,
        filling: &mut dyn Rebuild,
        from: i64,
    ) -> Result<Option<i64>, IndexingError> {
        let mut cursor = from;
        loop {
            let changes = self.store.changes_after(cursor, BATCH).await?;
            let Some(last) = changes.last() else {
                return Ok(Some(cursor));
            };
            match self.gather(&changes).await? {
                Gathered::Writes(writes) => filling.add(writes, self.directory.reference()).await?,
                Gathered::All => return Ok(None),
            }
            cursor = last.sequence;
        }
    }
}

/// Fills the index with all that is published; `told` hears how far it is.
pub(super) async fn fill(
    store: &Store,
    directory: &Directory,
    filling: &mut dyn Rebuild,
    told: impl Fn(Progress),
) -> Result<(), IndexingError> {
    let total = store.published_count().await?;
    let mut done = 0;
    let mut page = page_after(store, None).await?;
    while let Some(last) = page.last {
        told(Progress {
            done,
            total: total.max(done),
        });
        done += u64::try_from(page.writes.len()).unwrap_or(0);
        // The next page is read while this one is written.
        let (next, added) = tokio::join!(
            page_after(store, Some(last)),
            filling.add(page.writes, directory.reference())
        );
        added?;
        page = next?;
    }
    Ok(())
}

async fn page_after(store: &Store, after: Option<Uuid>) -> Result<Page, IndexingError> {
    let rows = store.published_page(after, PAGE).await?;
    Ok(Page {
        last: rows.last().map(|row| row.id),
        writes: rows.into_iter().map(upsert).collect(),
    })
}
