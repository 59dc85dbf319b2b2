//! The reference data follows the log: areas, topics, emergency numbers, national lines.
//!
//! It is small and everything in it hangs together, so any change of it loads it whole.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use super::IndexingError;
use crate::{
    domain::change::{Change, LoggedChange, Subject},
    search::{
        ask::Directory,
        entry::Decoder,
        reference::{Reference, ReferenceData},
    },
    store::Store,
};

/// How many entries of the log are looked at in one go.
const BATCH: i64 = 1_000;

/// Whether a change of this kind is one of the reference data. National lines are helplines.
pub(super) fn concerns_reference(change: &Change) -> bool {
    match change.subject {
        Subject::Topic | Subject::Area | Subject::EmergencyNumber | Subject::Helpline => true,
        Subject::Organisation | Subject::Hub | Subject::SupportGroup => false,
    }
}

/// Keeps the directory's reference data current.
pub(super) struct ReferenceFollower {
    pub(super) store: Store,
    pub(super) directory: Arc<Directory>,
    pub(super) decode: Decoder,
    /// GeoJSON texts of the boundaries, which are no part of the database.
    pub(super) boundaries: Vec<&'static str>,
    /// Where the data is kept for a start without the database.
    pub(super) snapshot: Option<PathBuf>,
    /// Up to where the log was looked through: nothing up to here is missing from the data.
    pub(super) current_to: Option<i64>,
}

impl ReferenceFollower {
    /// Loads the data anew if the log, which ends at `head`, has a change of it. Says whether it did.
    pub(super) async fn step(&mut self, head: i64, now: Timestamp) -> Result<bool, IndexingError> {
        // Data that is ahead of the log comes from another database.
        let Some(mut looked) = self.current_to.filter(|to| *to <= head) else {
            return self.load(now).await.map(|()| true);
        };
        loop {
            let changes = self.store.changes_after(looked, BATCH).await?;
            if changes
                .iter()
                .any(|logged| concerns_reference(&logged.change))
            {
                return self.load(now).await.map(|()| true);
            }
            let Some(last) = changes.last() else {
                return Ok(false);
            };
            looked = last.sequence;
            self.current_to = Some(looked);
        }
    }

    /// Whether some of `changes` is one of the reference data that this does not hold yet.
    pub(super) fn lacks(&self, changes: &[LoggedChange]) -> bool {
        let unseen = |logged: &&LoggedChange| self.current_to.is_none_or(|to| logged.sequence > to);
        changes
            .iter()
            .filter(unseen)
            .any(|logged| concerns_reference(&logged.change))
    }

    /// Loads everything, puts it into use, then keeps it on disk.
    pub(super) async fn load(&mut self, now: Timestamp) -> Result<(), IndexingError> {
        let rows = self.store.reference().await?;
        let cursor = rows.cursor;
        if rows.areas.is_empty() && rows.topics.is_empty() && rows.emergency.is_empty() {
            // A database that nobody has filled yet; whom to call in danger is known without it.
            self.current_to = Some(cursor);
            return Ok(());
        }
        let data = ReferenceData {
            areas: rows.areas,
            topics: rows.topics,
            emergency: rows.emergency,
            national_lines: rows
                .national_lines
                .into_iter()
                .map(|line| (line.id, line.version, line.document))
                .collect(),
            as_of: now,
            cursor: Some(cursor),
        };
        let (boundaries, decode, snapshot) = (
            self.boundaries.clone(),
            self.decode.clone(),
            self.snapshot.clone(),
        );
        let built = tokio::task::spawn_blocking(move || {
            let kept = snapshot.map(|path| data.save(&path)).transpose();
            Ok::<_, IndexingError>((Reference::build(data, &boundaries, &decode)?, kept))
        });
        let (reference, kept) = built
            .await
            .map_err(|error| IndexingError::Catalogue(error.to_string()))??;
        self.directory.replace_reference(reference);
        self.current_to = Some(cursor);
        kept?;
        Ok(())
    }
}
