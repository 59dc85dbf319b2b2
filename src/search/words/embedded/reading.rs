//! What a volume's questions are asked of.
//!
//! Invariants: it holds every commit from when `reload` has returned, and never an older one again; it follows
//! to the segments that merging left, also where nothing is committed any more: else questions would look into more segments
//! than there are, and what those hold of listings that are gone would stay in memory and on the disk. What cannot be opened
//! then is opened with the next change.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    Index, IndexReader, ReloadPolicy, Searcher, TantivyError,
    directory::{Directory, WatchCallback, WatchHandle},
};

/// Decompressed blocks of stored payloads that a reader keeps; they are read only in sequence.
pub(super) const CACHED_BLOCKS: usize = 2;

/// The segments in use, which follow those on the disk for as long as this lives.
pub(super) struct Reading {
    current: Arc<Current>,
    _watch: WatchHandle,
}

struct Current {
    index: Index,
    reader: IndexReader,
    /// Held while segments are opened and taken into use, so that nobody puts older ones in their place.
    turn: Mutex<()>,
}

impl Reading {
    pub(super) fn of(index: &Index) -> Result<Self, TantivyError> {
        let reader = index
            .reader_builder()
            // The engine's own way to follow takes no turns.
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(CACHED_BLOCKS)
            .try_into()?;
        let current = Arc::new(Current {
            index: index.clone(),
            reader,
            turn: Mutex::default(),
        });
        let followed = current.clone();
        let watch = WatchCallback::new(move || {
            if let Err(error) = followed.reload() {
                tracing::warn!(%error, "merged segments of the embedded index could not be opened");
            }
        });
        Ok(Self {
            _watch: index.directory().watch(watch)?,
            current,
        })
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.current.reader.searcher()
    }

    /// Takes the last commit into use.
    pub(super) fn reload(&self) -> Result<(), TantivyError> {
        self.current.reload()
    }
}

impl Current {
    fn reload(&self) -> Result<(), TantivyError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.is_up_to_date()? {
            // What was found lately in the same segments need not be looked for again.
            true => Ok(()),
            false => self.reader.reload(),
        }
    }

    fn is_up_to_date(&self) -> Result<bool, TantivyError> {
        let metas = self.index.searchable_segment_metas()?;
        let on_disk = metas
            .iter()
            .map(|segment| (segment.id(), segment.delete_opstamp()));
        let searcher = self.reader.searcher();
        Ok(on_disk.collect::<BTreeMap<_, _>>() == *searcher.generation().segments())
    }
}
