//! Making the documents of listings, on a thread that may take its time: whoever answers searches meanwhile, or carries
//! their answers, is not held up.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{
    super::{WordsError, document::Documents},
    form::{Part, parts},
};
use crate::search::entry::Entry;

/// The documents of listings as they are sent, and what made them, to make others.
pub(super) struct Made {
    pub(super) documents: Box<RawValue>,
    pub(super) by: Documents,
}

/// The documents of these listings.
pub(super) async fn made(entries: Vec<Arc<Entry>>, by: Documents) -> Result<Made, WordsError> {
    let making = tokio::task::spawn_blocking(move || {
        let mut by = by;
        let parts = entries.iter().flat_map(|entry| parts(entry, &mut by));
        let parts: Vec<Part> = parts.collect();
        let documents = serde_json::value::to_raw_value(&parts);
        documents.map(|documents| Made { documents, by })
    });
    let made = making.await.map_err(|error| damaged(&error))?;
    made.map_err(|error| damaged(&error))
}

/// The parts of these listings, to be compared with.
pub(super) async fn parts_for(
    entries: Vec<Arc<Entry>>,
    mut by: Documents,
) -> Result<Vec<(Arc<Entry>, Vec<Part>)>, WordsError> {
    let making = tokio::task::spawn_blocking(move || {
        let with_parts = |entry: Arc<Entry>| {
            let parts = parts(&entry, &mut by);
            (entry, parts)
        };
        entries.into_iter().map(with_parts).collect()
    });
    making.await.map_err(|error| damaged(&error))
}

fn damaged(error: &dyn std::error::Error) -> WordsError {
    WordsError::Damaged(error.to_string())
}
