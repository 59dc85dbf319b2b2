//! One index on disk: opening, writing, reading back.
//!
//! Invariants: the cursor lies in the commit that holds the changes up to it; a volume of another fingerprint, or a
//! damaged one, does not open; one process at a time writes, which the engine's own lock file ensures.

use std::{
    cmp::Reverse,
    iter,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexSettings, IndexWriter, Searcher, Segment, SegmentReader, TantivyDocument,
    TantivyError,
    directory::MmapDirectory,
    indexer::{IndexWriterOptions, LogMergePolicy},
    schema::{Field, Value},
};
use uuid::Uuid;

use super::{
    super::{document::Document, recent::Recent},
    reading::{CACHED_BLOCKS, Reading},
    schema::{Fields, fingerprint, schema, tokenizers},
};
use crate::wording::Query;

/// What a writer gathers in memory before it writes a segment: the least that the engine allows.
const WRITER_BYTES: usize = 15_000_000;

/// How much of the payloads is compressed together: listings are much alike.
const BLOCK_BYTES: usize = 128 * 1024;

fn settings() -> IndexSettings {
    IndexSettings {
        docstore_blocksize: BLOCK_BYTES,
        ..IndexSettings::default()
    }
}

/// Why a volume did not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("it was built by another version")]
    Foreign,
    #[error("a file is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Engine(#[from] TantivyError),
}

/// What a commit says about itself.
#[derive(Serialize, Deserialize)]
struct Seal {
    fingerprint: String,
    cursor: i64,
    /// The database whose log the cursor is a place in.
    #[serde(default)]
    origin: Option<i64>,
}

/// A change, ready for the engine.
pub(super) enum Stroke {
    /// What the volume has no version of. To remove one all the same would cost more than a kilobyte until the commit, in
    /// which the engine keeps the removal with a table for a ranking that nobody asked for.
    Add(Box<Document>),
    Put(Box<Document>),
    Remove(Uuid),
}

/// An open index.
pub(super) struct Volume {
    pub(super) number: u64,
    pub(super) fields: Fields,
    pub(super) origin: Option<i64>,
    /// What its searchers found lately.
    pub(super) recent: Recent<Query>,
    path: PathBuf,
    index: Index,
    reading: Reading,
    /// Opened at the first write, and anew after a failed one.
    writer: Mutex<Option<IndexWriter>>,
}

impl Volume {
    /// An empty index in the empty directory `path`.
    pub(super) fn create(number: u64, path: &Path, origin: Option<i64>) -> Result<Self, OpenError> {
        let (schema, _) = schema();
        let index = Index::builder()
            .schema(schema)
            .settings(settings())
            .tokenizers(tokenizers())
            .create_in_dir(path)?;
        Self::with(number, path, index, origin)
    }

    /// The finished index at `path`, whole and of this program's fingerprint.
    pub(super) fn open(number: u64, path: &Path) -> Result<Self, OpenError> {
        let mut index = Index::open_in_dir(path)?;
        index.set_tokenizers(tokenizers());
        let seal = seal(&index)?.ok_or(OpenError::Foreign)?;
        if seal.fingerprint != fingerprint() {
            return Err(OpenError::Foreign);
        }
        if let Some(file) = index.validate_checksum()?.into_iter().next() {
            return Err(OpenError::Damaged(file.display().to_string()));
        }
        Self::with(number, path, index, seal.origin)
    }

    fn with(
        number: u64,
        path: &Path,
        index: Index,
        origin: Option<i64>,
    ) -> Result<Self, OpenError> {
        let (_, fields) = schema();
        let reading = Reading::of(&index)?;
        Ok(Self {
            number,
            fields,
            origin,
            recent: Recent::default(),
            path: path.to_owned(),
            index,
            reading,
            writer: Mutex::new(None),
        })
    }

    /// The sequence up to which the volume holds the log; none before the first sealed commit.
    pub(super) fn cursor(&self) -> Result<Option<i64>, TantivyError> {
        Ok(seal(&self.index)?.map(|seal| seal.cursor))
    }

    /// The volume as it is after the last commit.
    pub(super) fn searcher(&self) -> Searcher {
        self.reading.searcher()
    }

    /// Writes the changes; with a cursor they are committed with it and become visible. After an error nothing since
    /// the last commit is kept.
    pub(super) fn write(
        &self,
        strokes: &[Stroke],
        cursor: Option<i64>,
    ) -> Result<(), TantivyError> {
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = match slot.take() {
            Some(writer) => writer,
            None => self.open_writer()?,
        };
        // A writer that failed is not put back: dropping it drops what it had gathered.
        self.write_with(&mut writer, strokes, cursor)?;
        *slot = Some(writer);
        drop(slot);
        if cursor.is_some() {
            self.reading.reload()
        } else {
            Ok(())
        }
    }

    fn write_with(
        &self,
        writer: &mut IndexWriter,
        strokes: &[Stroke],
        cursor: Option<i64>,
    ) -> Result<(), TantivyError> {
        for stroke in strokes {
            match stroke {
                Stroke::Add(document) => self.add(writer, document)?,
                Stroke::Put(document) => {
                    writer.delete_term(self.fields.id_term(document.id));
                    self.add(writer, document)?;
                }
                Stroke::Remove(id) => {
                    writer.delete_term(self.fields.id_term(*id));
                }
            }
        }
        if let Some(cursor) = cursor {
            let seal = Seal {
                fingerprint: fingerprint(),
                cursor,
                origin: self.origin,
            };
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(
                &serde_json::to_string(&seal)
                    .map_err(|e| TantivyError::InternalError(e.to_string()))?,
            );
            commit.commit()?;
        }
        Ok(())
    }

    fn add(&self, writer: &IndexWriter, document: &Document) -> Result<(), TantivyError> {
        writer.add_document(self.fields.fill(&self.index.schema(), document)?)?;
        Ok(())
    }

    /// One thread each to write and to merge, so that a small machine keeps answering meanwhile.
    fn open_writer(&self) -> Result<IndexWriter, TantivyError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        // A segment is rewritten once a third of it is deleted, so that payloads of old versions do not pile up.
        policy.set_del_docs_ratio_before_merge(0.33);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Ends writing, also in the background.
    pub(super) fn close(&self) {
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Err(error)) = writer.map(IndexWriter::wait_merging_threads) {
            tracing::debug!(%error, "a closing index was not merged");
        }
    }

    /// The stored payload of every listing as of the last commit, in no particular order.
    ///
    /// The files are opened apart from those that are searched, segment by segment: all payloads together are larger
    /// than all else that a process holds, and whatever stays open counts as its memory once it was read.
    pub(super) fn payloads(&self) -> impl Iterator<Item = Result<Vec<u8>, TantivyError>> + use<> {
        let payload = self.fields.payload;
        let segments = MmapDirectory::open(&self.path)
            .map_err(TantivyError::from)
            .and_then(Index::open)
            .and_then(|index| index.searchable_segments());
        let (mut segments, failed) = match segments {
            Ok(segments) => (segments, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        // The largest is read while there is the most room.
        segments.sort_by_key(|segment| Reverse(segment.meta().max_doc()));
        failed.into_iter().chain(
            segments
                .into_iter()
                .flat_map(move |segment| payloads_of(&segment, payload)),
        )
    }
}

type Payloads = Box<dyn Iterator<Item = Result<Vec<u8>, TantivyError>>>;

fn payloads_of(segment: &Segment, payload: Field) -> Payloads {
    let opened = SegmentReader::open(segment)
        .and_then(|reader| Ok((reader.get_store_reader(CACHED_BLOCKS)?, reader)));
    let (store, reader) = match opened {
        Ok(opened) => opened,
        Err(error) => return Box::new(iter::once(Err(error))),
    };
    Box::new((0..reader.max_doc()).filter_map(move |number| {
        if reader.is_deleted(number) {
            return None;
        }
        Some(store.get(number).map(|document: TantivyDocument| {
            let stored = document.get_first(payload);
            let bytes = stored.as_ref().and_then(|value| value.as_bytes());
            bytes.unwrap_or_default().to_vec()
        }))
    }))
}

fn seal(index: &Index) -> Result<Option<Seal>, TantivyError> {
    let payload = index.load_metas()?.payload;
    Ok(payload.and_then(|payload| serde_json::from_str(&payload).ok()))
}
