//! Publishes listings under ids that were given out for them, all or none. They may name each other in any order.

use uuid::Uuid;

use super::{Publication, WriteTx, known::Known, refusal, withdraw, write::Writing};
use crate::{domain::fault::Fault, store::error::StoreError};

/// Why they could not be published.
#[derive(Debug, thiserror::Error)]
pub enum TogetherFault {
    /// What does not fit what is there, by the place of each listing among them.
    #[error("some listings do not fit what is there")]
    Faults(Vec<(usize, Vec<Fault>)>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A listing that waits: its place, its id, and what it is to say.
type Waiting = (usize, Uuid, Publication);

impl WriteTx<'_> {
    /// Publishes them. After a fault nothing more can be done in this transaction.
    ///
    /// # Errors
    /// `Faults` where one names what is not there, or takes a slug or source of another listing.
    pub async fn publish_together(
        &mut self,
        publications: Vec<(Uuid, Publication)>,
    ) -> Result<(), TogetherFault> {
        let numbered = publications.into_iter().enumerate();
        let mut waiting: Vec<Waiting> = numbered
            .map(|(index, (id, publication))| (index, id, publication))
            .collect();
        while !waiting.is_empty() {
            let (ready, refused) = self.ready(waiting).await?;
            if ready.is_empty() {
                let faults = refused.into_iter().map(|(waits, faults)| (waits.0, faults));
                return Err(TogetherFault::Faults(faults.collect()));
            }
            self.put_ready(ready).await?;
            // What was refused may have named something that is there now.
            waiting = refused.into_iter().map(|(waits, _)| waits).collect();
        }
        Ok(())
    }

    /// Those that can be written now, and the others with what stands in their way.
    async fn ready(
        &mut self,
        waiting: Vec<Waiting>,
    ) -> Result<(Vec<Writing>, Vec<(Waiting, Vec<Fault>)>), StoreError> {
        let (mut ids, mut wave) = (Vec::new(), Vec::new());
        for (index, id, publication) in waiting {
            ids.push(id);
            wave.push((index, publication));
        }
        self.hold_references(&ids, &mut wave).await?;
        let known = Known::load(self.connection, &wave, None).await?;
        let merged = self.merged_away(&ids).await?;
        let (mut ready, mut refused) = (Vec::new(), Vec::new());
        for (id, (index, mut publication)) in ids.into_iter().zip(wave) {
            let mut faults = known.resolve(&mut publication.listing);
            faults.extend(known.taken_from(id, &publication.listing));
            faults.extend(merged.contains(&id).then(withdraw::merged));
            match faults.is_empty() {
                true => ready.push((index, id, publication)),
                false => refused.push(((index, id, publication), faults)),
            }
        }
        let mut writings = Vec::with_capacity(ready.len());
        for (index, id, publication) in ready {
            writings.push(self.writing_as(index, id, publication).await?);
        }
        Ok((writings, refused))
    }

    async fn put_ready(&mut self, mut ready: Vec<Writing>) -> Result<(), TogetherFault> {
        self.put_as_one(&mut ready).await?;
        for writing in &mut ready {
            self.lead_back(writing).await?;
        }
        Ok(())
    }

    /// Writes them as one; where the database refuses that, it says of which.
    async fn put_as_one(&mut self, ready: &mut [Writing]) -> Result<(), TogetherFault> {
        let part = self.begin_part().await?;
        match self.put(ready).await {
            Ok(()) => return Ok(self.keep_part(part).await?),
            Err(error) if refusal::is_of_the_listing(&error) => self.undo_part(part).await?,
            Err(error) => return Err(error.into()),
        }
        for writing in ready {
            if let Err(error) = self.put(std::slice::from_mut(writing)).await {
                if !refusal::is_of_the_listing(&error) {
                    return Err(error.into());
                }
                let faults = vec![refusal::fault(&error)];
                return Err(TogetherFault::Faults(vec![(writing.index, faults)]));
            }
        }
        Ok(())
    }
}
