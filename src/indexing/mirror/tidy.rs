//! Removing from the server what nobody needs any more, and showing that this directory lives.

use jiff::SignedDuration;

use super::{super::IndexingError, Mirror};
use crate::search::words::Index;

/// How often it is looked for. A process of another version may follow for its index a while longer.
const OFTEN: SignedDuration = SignedDuration::from_hours(1);

impl Mirror {
    /// Removes indexes that may go, when this process begins to lead, after a rebuild, and every hour.
    pub(super) async fn tidy_in_time(&mut self, name: &str) {
        let due = |at| self.now().duration_since(at) >= OFTEN;
        if !self.tidied.is_none_or(due) {
            return;
        }
        self.tidied = Some(self.now());
        if let Err(error) = self.tidy(name).await {
            tracing::warn!(%error, "a former index could not be removed from Meilisearch");
        }
    }

    async fn tidy(&mut self, name: &str) -> Result<(), IndexingError> {
        for former in self.index.former().await? {
            // What this process follows for is nobody else's, and nothing of it is being filled.
            let is_own = former.follower == name;
            let lead = self.store.lead(&former.follower).await?;
            if lead.is_none() && !is_own {
                continue;
            }
            self.must_lead(name).await?;
            self.index.remove_index(&former.name).await?;
            drop(lead);
            tracing::info!(
                index = former.name,
                "a former index is removed from Meilisearch"
            );
        }
        Ok(())
    }

    /// Writes to the index without changing anything, by which other directories on the server see that it is needed.
    pub(super) async fn touch(&mut self) -> Result<(), IndexingError> {
        let (name, cursor) = (self.index.index_name(), self.index.cursor().await?);
        match name.zip(cursor) {
            Some((name, cursor)) => self.apply(&name, Vec::new(), cursor).await,
            None => Ok(()),
        }
    }
}
