//! The engine in the process: an index in the data directory that needs no server and survives a restart.
//!
//! It keeps each entry's payload too, so that the catalogue can be rebuilt from it while Postgres is away. What cannot
//! be read (damage, another version) counts as absent and is rebuilt; only a directory that another process writes, or
//! that the system refuses, is an error. Pushed-down conditions are deliberately ignored.

mod board;
mod cells;
mod lookup;
mod postings;
mod rank;
mod reading;
mod schema;
mod shelf;
mod tokens;
mod topics;
mod volume;

/// How matches are weighed, for the other engine too: one order whoever answers.
pub(in crate::search::words) mod score {
    pub(in crate::search::words) use super::{
        lookup::{Grade, is_compared, is_sound_forgiven, is_sound_of_beginning, typos_allowed},
        rank::{MOST_UNITS, UNIT, weight, worth},
    };
}

#[cfg(test)]
mod tests;

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use futures_util::future::{BoxFuture, FutureExt};
use tantivy::TantivyError;
use uuid::Uuid;

use self::{
    rank::rank,
    shelf::Shelf,
    volume::{OpenError, Stroke, Volume},
};
use super::{Index, Match, Rebuild, Words, WordsError, WordsQuestion, Write, document::Documents};
use crate::search::{
    entry::{Decoder, Entry},
    reference::Reference,
};

/// The embedded engine. Clones share one index.
#[derive(Clone)]
pub struct Embedded(Arc<Inner>);

struct Inner {
    shelf: Shelf,
    /// The volume in use; none until the first rebuild has finished.
    volume: RwLock<Option<Arc<Volume>>>,
    /// The database of the volumes that are begun from now on.
    origin: Mutex<Option<i64>>,
}

impl Embedded {
    /// Opens the index in `directory`, which is made where it is absent. An index that cannot be used is left aside
    /// until a rebuild replaces it.
    pub fn open(directory: &Path) -> Result<Self, WordsError> {
        let shelf = Shelf::open(directory)?;
        let volume = match shelf.current() {
            Some(number) => match Volume::open(number, &shelf.path(number)) {
                Ok(volume) => Some(Arc::new(volume)),
                Err(error) => {
                    tracing::info!(%error, "the embedded index must be rebuilt");
                    None
                }
            },
            None => None,
        };
        Ok(Self(Arc::new(Inner {
            shelf,
            volume: RwLock::new(volume),
            origin: Mutex::default(),
        })))
    }

    /// Of which database the index in use is; none where that was not said when it was begun.
    #[must_use]
    pub fn origin(&self) -> Option<i64> {
        self.0.volume().and_then(|volume| volume.origin)
    }

    /// Says of which database an index is that is begun from now on. One of another database answers no more: its numbers
    /// are of other listings.
    pub fn set_origin(&self, origin: i64) {
        let mut volume = self
            .0
            .volume
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if volume
            .as_ref()
            .is_some_and(|volume| volume.origin != Some(origin))
        {
            *volume = None;
        }
        drop(volume);
        let mut slot = self.0.origin.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(origin);
    }

    /// Every entry that the index holds, for the catalogue.
    pub fn entries(
        &self,
        decode: &Decoder,
    ) -> impl Iterator<Item = Result<Entry, WordsError>> + use<> {
        let decode = decode.clone();
        let payloads = self
            .0
            .volume()
            .map(|volume| volume.payloads())
            .into_iter()
            .flatten();
        payloads.map(move |payload| {
            Entry::from_payload(&payload?, &decode).map_err(|e| WordsError::Damaged(e.to_string()))
        })
    }

    fn search(&self, question: &WordsQuestion) -> Result<Vec<Match>, WordsError> {
        let volume = self.0.volume().ok_or(WordsError::Unbuilt)?;
        let searcher = volume.searcher();
        let state = searcher.generation().generation_id();
        if let Some(matches) = volume.recent.get(state, &question.query) {
            return Ok(matches.to_vec());
        }
        let matches = rank(&searcher, &volume.fields, &question.query.units)?;
        volume.recent.put(state, &question.query, &matches);
        Ok(matches)
    }
}

impl Inner {
    fn volume(&self) -> Option<Arc<Volume>> {
        self.volume
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn create(&self) -> Result<Volume, WordsError> {
        self.shelf
            .sweep(self.volume().map(|volume| volume.number))?;
        let number = self.shelf.next()?;
        let origin = *self.origin.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Volume::create(number, &self.shelf.path(number), origin)?)
    }

    fn take_into_use(&self, volume: Volume) -> Result<(), WordsError> {
        let number = volume.number;
        self.shelf.choose(number)?;
        let former = self
            .volume
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(Arc::new(volume));
        if let Some(former) = former {
            former.close();
        }
        // What is left lying is swept before the next rebuild.
        if let Err(error) = self.shelf.sweep(Some(number)) {
            tracing::warn!(%error, "a former embedded index could not be removed");
        }
        Ok(())
    }
}

impl Words for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn find<'a>(
        &'a self,
        question: &'a WordsQuestion,
    ) -> BoxFuture<'a, Result<Vec<Match>, WordsError>> {
        // Well under a millisecond of work: handing it to another thread would cost more.
        async move { self.search(question) }.boxed()
    }

    fn most(&self) -> usize {
        usize::MAX
    }

    fn generation(&self) -> u64 {
        self.0.volume().map_or(0, |volume| volume.number)
    }
}

impl Index for Embedded {
    fn cursor(&self) -> BoxFuture<'_, Result<Option<i64>, WordsError>> {
        let cursor = self
            .0
            .volume()
            .map_or(Ok(None), |volume| volume.cursor().map_err(WordsError::from));
        async move { cursor }.boxed()
    }

    fn apply(
        &self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
        cursor: i64,
    ) -> BoxFuture<'_, Result<(), WordsError>> {
        let volume = self.0.volume();
        blocking(move || {
            let strokes = strokes(&writes, &mut Documents::new(reference), |_| false);
            Ok(volume
                .ok_or(WordsError::Unbuilt)?
                .write(&strokes, Some(cursor))?)
        })
    }

    fn begin_rebuild(&self) -> BoxFuture<'_, Result<Box<dyn Rebuild>, WordsError>> {
        let inner = self.0.clone();
        blocking(move || {
            let volume = Some(Arc::new(inner.create()?));
            let documents = None;
            Ok(Box::new(Filling {
                inner,
                volume,
                documents,
                highest: None,
            }) as Box<dyn Rebuild>)
        })
    }
}

/// A volume that is being filled.
struct Filling {
    inner: Arc<Inner>,
    /// None after a batch failed.
    volume: Option<Arc<Volume>>,
    /// None before the first batch.
    documents: Option<Documents>,
    /// The highest id so far: whatever comes in the order of ids has no former version here.
    highest: Option<Uuid>,
}

impl Rebuild for Filling {
    fn add(
        &mut self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
    ) -> BoxFuture<'_, Result<(), WordsError>> {
        async move {
            let volume = self.volume.take().ok_or(WordsError::Unbuilt)?;
            let mut documents = match self.documents.take() {
                Some(documents) => documents.with(reference),
                None => Documents::new(reference),
            };
            let mut highest = self.highest;
            let filled = blocking(move || {
                let is_new = |id| {
                    let is_new = highest < Some(id);
                    highest = highest.max(Some(id));
                    is_new
                };
                volume.write(&strokes(&writes, &mut documents, is_new), None)?;
                Ok((volume, documents, highest))
            });
            let (volume, documents, highest) = filled.await?;
            self.volume = Some(volume);
            self.documents = Some(documents);
            self.highest = highest;
            Ok(())
        }
        .boxed()
    }

    fn finish(mut self: Box<Self>, cursor: i64) -> BoxFuture<'static, Result<(), WordsError>> {
        blocking(move || {
            let volume = self
                .volume
                .take()
                .and_then(Arc::into_inner)
                .ok_or(WordsError::Unbuilt)?;
            volume.write(&[], Some(cursor))?;
            self.inner.take_into_use(volume)
        })
    }
}

fn strokes(
    writes: &[Write],
    documents: &mut Documents,
    mut is_new: impl FnMut(Uuid) -> bool,
) -> Vec<Stroke> {
    let stroke = |write: &Write| match write {
        Write::Upsert(entry) if is_new(entry.id) => Stroke::Add(Box::new(documents.of(entry))),
        Write::Upsert(entry) => Stroke::Put(Box::new(documents.of(entry))),
        Write::Delete { id } => Stroke::Remove(*id),
    };
    writes.iter().map(stroke).collect()
}

/// Runs work that waits for the disk on a thread that may wait.
fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WordsError> + Send + 'static,
) -> BoxFuture<'static, Result<T, WordsError>> {
    async move {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| WordsError::Damaged(e.to_string()))?
    }
    .boxed()
}

impl From<TantivyError> for WordsError {
    fn from(error: TantivyError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<io::Error> for WordsError {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<OpenError> for WordsError {
    fn from(error: OpenError) -> Self {
        Self::Damaged(error.to_string())
    }
}
