//! The writing side: batches, and what becomes of a document that the server refuses.
//!
//! One bad document fails its whole batch, and so do too many. A batch that is refused is halved until the listing stands alone; it is
//! noted, left out, and everything else goes on. What the index holds is sealed by a document of its own, in a task of
//! its own that is enqueued once all before it is done, so that an index which was wiped or restored is recognised
//! whatever our own cursor says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use super::{
    super::{Rebuild, WordsError, Write, document::Documents},
    filling::Filling,
    form::{PARTS, Part, keys, owner},
    making::{Made, made, parts_for},
    server::{Enqueued, Server, Undone},
    whose::Whose,
};
use crate::search::{entry::Entry, reference::Reference};

/// How much longer than a batch a step of a rebuild may take, whose batches are larger and many.
const LONGER: u32 = 15;

/// Most listings written in one go.
const BATCH: usize = 1_000;

/// Keys listed in one go.
const KEYS: usize = 20_000;

/// A listing that the server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub id: Uuid,
    pub version: i64,
    /// The server's code for what is wrong.
    pub code: String,
}

/// Writes to one index after another.
pub(super) struct Writing {
    pub(super) server: Server,
    pub(super) whose: Arc<Whose>,
    /// How long a batch may take before the follower is told that the server does not get it done.
    patience: Duration,
    refused: Mutex<BTreeMap<Uuid, Refused>>,
    /// A task that was waited for in vain: nothing is enqueued behind it until it is done.
    pending: Mutex<Option<Enqueued>>,
}

impl Writing {
    pub(super) fn new(server: Server, whose: Arc<Whose>, patience: Duration) -> Self {
        Self {
            server,
            whose,
            patience,
            refused: Mutex::default(),
            pending: Mutex::default(),
        }
    }

    /// How long a step of a rebuild may take.
    pub(super) fn long_patience(&self) -> Duration {
        self.patience * LONGER
    }

    /// Every listing that the server refuses now.
    pub(super) fn refused(&self) -> Vec<Refused> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.values().cloned().collect()
    }

    /// Up to where the index is whole. Whether it may answer is noted by the way.
    pub(super) async fn cursor(&self) -> Result<Option<i64>, WordsError> {
        let names = self.whose.names()?;
        let marks = self.server.marks(&names.live).await?;
        self.whose.note(&names, marks.born);
        Ok(marks.sealed)
    }

    pub(super) async fn apply(
        &self,
        writes: &[Write],
        reference: &Arc<Reference>,
        cursor: i64,
    ) -> Result<(), WordsError> {
        let index = &self.whose.names()?.live;
        // Documents for an index that is not there would make one, without our settings.
        self.cursor().await?.ok_or(WordsError::Unbuilt)?;
        self.write(index, writes, reference, self.patience).await?;
        let sealed = self.server.seal(index, cursor).await?;
        self.settle(sealed, self.patience).await?;
        Ok(())
    }

    pub(super) async fn write(
        &self,
        index: &str,
        writes: &[Write],
        reference: &Arc<Reference>,
        patience: Duration,
    ) -> Result<(), WordsError> {
        self.settle_pending(patience).await?;
        let gone: Vec<Uuid> = writes.iter().filter_map(deleted).collect();
        if !gone.is_empty() {
            let keys: Vec<String> = gone.iter().flat_map(keys).collect();
            let removed = self.server.remove(index, &keys).await?;
            self.settle(removed, patience).await?;
            self.no_longer_refused(&gone);
        }
        let entries: Vec<Arc<Entry>> = writes.iter().filter_map(upserted).cloned().collect();
        for batch in entries.chunks(BATCH) {
            self.put(index, batch, reference, patience).await?;
        }
        Ok(())
    }

    /// Writes the entries, or finds out which of them cannot be written.
    pub(super) async fn put(
        &self,
        index: &str,
        entries: &[Arc<Entry>],
        reference: &Arc<Reference>,
        patience: Duration,
    ) -> Result<(), WordsError> {
        let mut halves = vec![entries];
        while let Some(half) = halves.pop() {
            let documents = Documents::new(Arc::clone(reference));
            let Made { documents, .. } = made(half.to_vec(), documents).await?;
            let done = match self.server.add(index, &*documents).await {
                Ok(added) => self.settle(added, patience).await,
                Err(undone) => Err(undone),
            };
            match done {
                Ok(()) => {
                    let ids: Vec<Uuid> = half.iter().map(|entry| entry.id).collect();
                    self.no_longer_refused(&ids);
                }
                Err(Undone::Refused(said)) => match half {
                    [] => {}
                    [entry] => self.refuse(entry, said.code),
                    _ => {
                        let (first, second) = half.split_at(half.len() / 2);
                        halves.extend([second, first]);
                    }
                },
                Err(undone) => return Err(undone.into()),
            }
        }
        Ok(())
    }

    fn refuse(&self, entry: &Entry, code: String) {
        tracing::error!(
            listing = %entry.id, version = entry.version, code,
            "Meilisearch refuses a listing; it is not found by its present words"
        );
        let refused = Refused {
            id: entry.id,
            version: entry.version,
            code,
        };
        let mut all = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(entry.id, refused);
    }

    pub(super) fn no_longer_refused(&self, ids: &[Uuid]) {
        let mut all = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.is_empty() {
            for id in ids {
                all.remove(id);
            }
        }
    }

    pub(super) async fn settle(&self, task: Enqueued, patience: Duration) -> Result<(), Undone> {
        let done = self.server.done(task, patience).await;
        if let Err(Undone::Waiting) = &done {
            *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        }
        done
    }

    async fn settle_pending(&self, patience: Duration) -> Result<(), WordsError> {
        let pending = self
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(task) = pending else { return Ok(()) };
        match self.settle(task, patience).await {
            Err(Undone::Waiting) => Err(WordsError::Stalled),
            // However it ended: what it should have done is done again.
            _ => Ok(()),
        }
    }

    /// Which of the listings the index does not hold as it should.
    pub(super) async fn differing(
        &self,
        entries: &[Arc<Entry>],
        reference: &Arc<Reference>,
    ) -> Result<Vec<Uuid>, WordsError> {
        let wanted: Vec<String> = entries.iter().flat_map(|entry| keys(&entry.id)).collect();
        let index = &self.whose.names()?.live;
        let held = self.server.parts(index, &wanted).await?;
        let held: BTreeMap<&str, &Part> =
            held.iter().map(|part| (part.key.as_str(), part)).collect();
        let documents = Documents::new(Arc::clone(reference));
        let should = parts_for(entries.to_vec(), documents).await?;
        let differs = |parts: &[Part]| {
            let mut parts = parts.iter();
            parts.any(|part| held.get(part.key.as_str()) != Some(&part))
        };
        let differing = should.iter().filter(|(_, parts)| differs(parts));
        Ok(differing.map(|(entry, _)| entry.id).collect())
    }

    /// What the index holds.
    pub(super) async fn held(&self) -> Result<Held, WordsError> {
        let index = &self.whose.names()?.live;
        let mut held = Held::default();
        let mut offset = 0;
        loop {
            let (page, more) = self.server.versions(index, offset, KEYS).await?;
            for (key, version) in page {
                held.add(key, version);
            }
            if !more {
                return Ok(held);
            }
            offset += KEYS;
        }
    }

    /// Removes the documents with these keys.
    pub(super) async fn remove(&self, keys: &[String]) -> Result<(), WordsError> {
        let index = &self.whose.names()?.live;
        let removed = self.server.remove(index, keys).await?;
        Ok(self.settle(removed, self.patience).await?)
    }

    pub(super) async fn begin(self: Arc<Self>) -> Result<Box<dyn Rebuild>, WordsError> {
        let names = self.whose.names()?;
        self.settle_pending(self.patience).await?;
        self.server
            .create(&names.next, self.long_patience())
            .await?;
        // Who is refused shows again.
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clear();
        drop(refused);
        Ok(Box::new(Filling::of(self, names)))
    }
}

/// What an index holds, as far as keys and versions tell.
#[derive(Debug, Default)]
pub struct Held {
    listings: BTreeMap<Uuid, (u32, i64, bool)>,
    pub(super) foreign: Vec<String>,
}

impl Held {
    fn add(&mut self, key: String, version: i64) {
        let Some(id) = owner(&key) else {
            self.foreign.push(key);
            return;
        };
        let (count, first, alike) = self.listings.entry(id).or_insert((0, version, true));
        *count += 1;
        *alike &= *first == version;
    }

    /// Whether it holds what is nobody's.
    #[must_use]
    pub fn has_foreign(&self) -> bool {
        !self.foreign.is_empty()
    }

    /// The version of every listing; none where its parts are not all there or not of one version.
    #[must_use]
    pub fn versions(&self) -> BTreeMap<Uuid, Option<i64>> {
        let whole = |&(count, version, alike): &(u32, i64, bool)| {
            Some(version).filter(|_| alike && count == PARTS)
        };
        let listings = self.listings.iter();
        listings.map(|(id, parts)| (*id, whole(parts))).collect()
    }
}

fn deleted(write: &Write) -> Option<Uuid> {
    match write {
        Write::Delete { id } => Some(*id),
        Write::Upsert(_) => None,
    }
}

pub(super) fn upserted(write: &Write) -> Option<&Arc<Entry>> {
    match write {
        Write::Upsert(entry) => Some(entry),
        Write::Delete { .. } => None,
    }
}
