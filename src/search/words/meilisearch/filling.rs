//! An index that is being filled beside the one that is asked.
//!
//! Batches are sent ahead of their confirmation, since the server takes many that wait in one go, which is several times
//! quicker. A batch that is refused is sent again in parts, so nothing of a listing may be on its way twice: what names
//! one that is on its way, or removes one, waits until all is confirmed.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use futures_util::future::{BoxFuture, FutureExt};
use uuid::Uuid;

use super::{
    super::{Rebuild, WordsError, Write, document::Documents},
    form::Names,
    making::{Made, made},
    server::{Enqueued, Undone},
    writing::{Writing, upserted},
};
use crate::search::{entry::Entry, reference::Reference};

/// So many batches are sent ahead.
const AHEAD: usize = 8;

/// A batch on its way.
struct Sent {
    task: Enqueued,
    entries: Vec<Arc<Entry>>,
    reference: Arc<Reference>,
}

pub(super) struct Filling {
    writing: Arc<Writing>,
    names: Arc<Names>,
    sent: VecDeque<Sent>,
    /// None before the first batch.
    documents: Option<Documents>,
}

impl Filling {
    pub(super) const fn of(writing: Arc<Writing>, names: Arc<Names>) -> Self {
        Self {
            writing,
            names,
            sent: VecDeque::new(),
            documents: None,
        }
    }

    async fn send(
        &mut self,
        entries: Vec<Arc<Entry>>,
        reference: Arc<Reference>,
    ) -> Result<(), WordsError> {
        let documents = match self.documents.take() {
            Some(documents) => documents.with(Arc::clone(&reference)),
            None => Documents::new(Arc::clone(&reference)),
        };
        let Made { documents, by } = made(entries.clone(), documents).await?;
        self.documents = Some(by);
        let names = Arc::clone(&self.names);
        let task = match self.writing.server.add(&names.next, &*documents).await {
            Ok(task) => task,
            Err(Undone::Refused(_)) => {
                self.confirm_all_but(0).await?;
                let patience = self.writing.long_patience();
                let putting = self
                    .writing
                    .put(&names.next, &entries, &reference, patience);
                return putting.await;
            }
            Err(undone) => return Err(undone.into()),
        };
        self.sent.push_back(Sent {
            task,
            entries,
            reference,
        });
        self.confirm_all_but(AHEAD).await
    }

    async fn confirm_all_but(&mut self, most: usize) -> Result<(), WordsError> {
        while self.sent.len() > most {
            let Some(sent) = self.sent.pop_front() else {
                return Ok(());
            };
            match self
                .writing
                .settle(sent.task, self.writing.long_patience())
                .await
            {
                Ok(()) => {
                    let ids: Vec<Uuid> = sent.entries.iter().map(|entry| entry.id).collect();
                    self.writing.no_longer_refused(&ids);
                }
                Err(Undone::Refused(_)) => {
                    let (index, patience) = (&self.names.next, self.writing.long_patience());
                    self.writing
                        .put(index, &sent.entries, &sent.reference, patience)
                        .await?;
                }
                Err(undone) => return Err(undone.into()),
            }
        }
        Ok(())
    }

    /// Whether something of what is written is on its way already.
    fn is_under_way(&self, entries: &[Arc<Entry>]) -> bool {
        let sent = self.sent.iter().flat_map(|sent| &sent.entries);
        let sent: HashSet<Uuid> = sent.map(|entry| entry.id).collect();
        entries.iter().any(|entry| sent.contains(&entry.id))
    }
}

impl Rebuild for Filling {
    fn add(
        &mut self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
    ) -> BoxFuture<'_, Result<(), WordsError>> {
        async move {
            let entries: Vec<Arc<Entry>> = writes.iter().filter_map(upserted).cloned().collect();
            if entries.len() == writes.len() && !self.is_under_way(&entries) {
                return self.send(entries, reference).await;
            }
            self.confirm_all_but(0).await?;
            let (index, patience) = (&self.names.next, self.writing.long_patience());
            self.writing
                .write(index, &writes, &reference, patience)
                .await
        }
        .boxed()
    }

    fn finish(mut self: Box<Self>, cursor: i64) -> BoxFuture<'static, Result<(), WordsError>> {
        async move {
            self.confirm_all_but(0).await?;
            let Self { writing, names, .. } = *self;
            let Names { live, next } = &*names;
            let patience = writing.long_patience();
            let born = writing.server.mark_birth(next).await?;
            writing.settle(born, patience).await?;
            let sealed = writing.server.seal(next, cursor).await?;
            writing.settle(sealed, patience).await?;
            writing.server.swap(live, next, patience).await?;
            writing.whose.note(&names, true);
            Ok(())
        }
        .boxed()
    }
}
