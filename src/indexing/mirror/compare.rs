//! Whether the index elsewhere holds what it should, and mending what it does not: somebody may have changed it behind
//! our back, or brought back an old copy.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    super::{IndexingError, follower::upsert, rebuild::PAGE},
    BATCH, Mirror, MirrorStep,
};
use crate::{
    domain::change::Change,
    search::{
        entry::Entry,
        words::{Index, Write},
    },
    store::views::Affected,
};

/// How often everything is compared, texts included.
const THOROUGH: SignedDuration = SignedDuration::from_hours(24);

impl Mirror {
    /// Compares versions when this process begins to lead, and everything once a day; either is a sign of life.
    pub(super) async fn compare_in_time(
        &mut self,
        step: &mut MirrorStep,
    ) -> Result<(), IndexingError> {
        match self.compared {
            None => step.mended = self.compare_versions().await?,
            Some(at) if self.now().duration_since(at) >= THOROUGH => {
                step.mended = self.compare_all().await?;
            }
            Some(_) => return Ok(()),
        }
        self.compared = Some(self.now());
        self.touch().await?;
        if step.mended > 0 {
            tracing::warn!(
                listings = step.mended,
                "the Meilisearch index was not as it should be, and is mended"
            );
        }
        Ok(())
    }

    /// Finds and mends what is missing, left over, or of another version. Says how many listings that were.
    ///
    /// # Errors
    /// As `step`.
    pub async fn compare_versions(&mut self) -> Result<usize, IndexingError> {
        let held = self.index.held().await?;
        if held.has_foreign() {
            self.must_lead(&self.index.index_name().unwrap_or_default())
                .await?;
            self.index.remove_foreign(&held).await?;
        }
        let held = held.versions();
        let should: BTreeMap<Uuid, i64> = self.directory.versions().into_iter().collect();
        let wrong = should
            .iter()
            .filter(|(id, version)| held.get(*id) != Some(&Some(**version)));
        let wrong: Vec<Uuid> = wrong.map(|(id, _)| *id).collect();
        let gone = held.into_keys().filter(|id| !should.contains_key(id));
        self.mend(wrong, gone.collect()).await
    }

    /// As `compare_versions`, and every document with what it should be.
    ///
    /// # Errors
    /// As `step`.
    pub async fn compare_all(&mut self) -> Result<usize, IndexingError> {
        let mut mended = self.compare_versions().await?;
        let mut after = None;
        loop {
            let page = self.store.published_page(after, PAGE).await?;
            let Some(last) = page.last().map(|row| row.id) else {
                return Ok(mended);
            };
            after = Some(last);
            let mut former = self.store.former_names(&page).await?;
            let writes = page.into_iter().map(|row| upsert(row, &mut former));
            let entries: Vec<Arc<Entry>> = writes.filter_map(entry).collect();
            let reference = self.directory.reference();
            let wrong = self.index.differing(&entries, &reference).await?;
            mended += self.mend(wrong, Vec::new()).await?;
        }
    }

    /// Listings that the log after `cursor` changes. Catalogue and database run ahead of the index: that it has these
    /// otherwise says nothing, and following the log is what mends it. None where they are too many to be named.
    async fn on_their_way(&self, cursor: i64) -> Result<Option<BTreeSet<Uuid>>, IndexingError> {
        let (mut all, mut after) = (BTreeSet::new(), cursor);
        loop {
            let changes = self.store.changes_after(after, BATCH).await?;
            let Some(last) = changes.last().map(|logged| logged.sequence) else {
                return Ok(Some(all));
            };
            after = last;
            let changes: Vec<Change> = changes.into_iter().map(|logged| logged.change).collect();
            let Affected::Listings(ids) = self.store.affected_by(&changes).await? else {
                return Ok(None);
            };
            all.extend(ids);
        }
    }

    /// Writes the listings again as they are published now; those that are not are removed like `gone`. What the log is
    /// about to change is left to it.
    async fn mend(
        &mut self,
        mut wrong: Vec<Uuid>,
        mut gone: Vec<Uuid>,
    ) -> Result<usize, IndexingError> {
        if wrong.is_empty() && gone.is_empty() {
            return Ok(0);
        }
        let (name, cursor) = (self.index.index_name(), self.index.cursor().await?);
        let (Some(name), Some(cursor)) = (name, cursor) else {
            return Ok(0);
        };
        let Some(on_their_way) = self.on_their_way(cursor).await? else {
            return Ok(0);
        };
        wrong.retain(|id| !on_their_way.contains(id));
        gone.retain(|id| !on_their_way.contains(id));
        let count = wrong.len() + gone.len();
        if count == 0 {
            return Ok(0);
        }
        let removals = |ids: &[Uuid]| -> Vec<Write> {
            ids.iter().map(|id| Write::Delete { id: *id }).collect()
        };
        self.apply(&name, removals(&gone), cursor).await?;
        for ids in wrong.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            let rows = self.store.published(ids).await?;
            let absent = ids
                .iter()
                .filter(|id| rows.binary_search_by_key(*id, |row| row.id).is_err());
            let absent: Vec<Uuid> = absent.copied().collect();
            let mut writes = removals(&absent);
            let mut former = self.store.former_names(&rows).await?;
            writes.extend(rows.into_iter().map(|row| upsert(row, &mut former)));
            self.apply(&name, writes, cursor).await?;
        }
        Ok(count)
    }
}

fn entry(write: Write) -> Option<Arc<Entry>> {
    match write {
        Write::Upsert(entry) => Some(entry),
        Write::Delete { .. } => None,
    }
}
