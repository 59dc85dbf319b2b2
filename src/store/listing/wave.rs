//! A batch of listings, published in waves: those first that name nothing which is still to come.
//!
//! A wave is written as a whole. Where the database refuses something of it, it is undone and written again listing by
//! listing, each in a part of its own: a listing at fault stops or half-writes no other.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    Outcome, Publication, PublishFault, Rehearsal, WriteTx,
    claimed::Differing,
    known::{Existing, Known},
    refusal, withdraw,
    write::Writing,
};
use crate::domain::actor::Actor;
use crate::{
    domain::fault::Fault,
    store::{Store, error::StoreError},
};

/// What became of each listing of a batch, in the order of the batch.
pub type Published = Vec<Result<Outcome, Vec<Fault>>>;

/// What is to be done with one listing of a wave.
enum Plan {
    Write(Option<Existing>),
    Unchanged(Uuid),
    /// Somebody keeps it.
    Claimed(Differing),
    /// It was merged into this one.
    Merged(Uuid),
    Faults(Vec<Fault>),
    /// An earlier one of the wave is the same listing.
    Later,
}

/// Takes out of `waiting` what can be written at once: of those that share a slug or a source, the first.
fn wave(waiting: &mut Vec<(usize, Publication)>) -> Vec<(usize, Publication)> {
    let mut taken: HashSet<(String, String)> = HashSet::new();
    let mut wave = Vec::with_capacity(waiting.len());
    let mut later = Vec::new();
    for (index, publication) in waiting.drain(..) {
        let listing = &publication.listing;
        // The bar keeps kinds apart from names of sources.
        let mut keys = vec![(format!("|{}", listing.kind()), listing.slug.to_string())];
        let sources = listing.sources.iter();
        keys.extend(sources.map(|of| (of.name.clone(), of.external_id.clone())));
        if keys.iter().any(|key| taken.contains(key)) {
            later.push((index, publication));
        } else {
            wave.push((index, publication));
        }
        taken.extend(keys);
    }
    *waiting = later;
    wave
}

fn plan(known: &Known<'_>, wave: &mut [(usize, Publication)]) -> Result<Vec<Plan>, StoreError> {
    let mut taken = HashSet::new();
    wave.iter_mut()
        .map(|(_, publication)| plan_one(known, publication, &mut taken))
        .collect()
}

fn plan_one(
    known: &Known<'_>,
    publication: &mut Publication,
    taken: &mut HashSet<Uuid>,
) -> Result<Plan, StoreError> {
    if let Ok(Some(existing)) = known.existing(&publication.listing)
        && known.claimed.holds_status(existing.id)
        && let Some(own) = known.body(existing)
    {
        publication.keep_status(own);
    }
    let faults = known.resolve(&mut publication.listing);
    let existing = match known.existing(&publication.listing) {
        Ok(existing) => existing,
        Err(_) if !faults.is_empty() => return Ok(Plan::Faults(faults)),
        Err(fault) => return Ok(Plan::Faults(vec![fault])),
    };
    if existing.is_some_and(|existing| !taken.insert(existing.id)) {
        return Ok(Plan::Later);
    }
    let own = existing.and_then(|existing| known.body(existing));
    if let (Some(existing), Some(own)) = (existing, own) {
        let said = known.claimed.said(existing.id);
        // A moderator changed it in this moment.
        if said.is_some_and(|keys| !publication.is_own() && publication.differs_in(keys, own)) {
            return Ok(Plan::Unchanged(existing.id));
        }
        let body = serde_json::to_value(&publication.body);
        let body = body.map_err(|error| StoreError::corrupt("a listing", error))?;
        if faults.is_empty() && *own == body {
            return Ok(Plan::Unchanged(existing.id));
        }
    }
    if existing.is_none()
        && let Some(into) = known.claimed.merged(&publication.listing)
    {
        return Ok(Plan::Merged(into));
    }
    let claimed = match existing {
        Some(existing) if known.claimed.holds(existing.id) => own.map(|own| (existing.id, own)),
        Some(_) => None,
        None => {
            let lapsed = known.claimed.lapsed(&publication.listing);
            lapsed.map(|(id, own)| (*id, own))
        }
    };
    Ok(match claimed {
        // What a feed says and is not written need not fit what is there: it may name what lapsed with it.
        Some((listing, own)) if faults.is_empty() || !publication.is_own() => {
            let own = own.clone();
            Plan::Claimed(Differing { listing, own })
        }
        _ if !faults.is_empty() => Plan::Faults(faults),
        _ => Plan::Write(existing.cloned()),
    })
}

impl Store {
    /// Says what publishing these would do, and changes nothing. `rehearsal` remembers it for the batches that follow.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn rehearse(
        &self,
        rehearsal: &mut Rehearsal,
        publications: Vec<Publication>,
    ) -> Result<Published, StoreError> {
        // Nothing is written, so nothing is logged.
        self.write(Actor::Operator, async |tx| {
            tx.in_waves(publications, Some(rehearsal)).await
        })
        .await
    }
}

impl WriteTx<'_> {
    /// Publishes a listing as an approved revision. The same listing is found again by its sources; the same body
    /// again changes nothing.
    ///
    /// # Errors
    /// `Faults` where it names what is not there, or takes a slug or source of another listing.
    pub async fn publish(&mut self, publication: Publication) -> Result<Outcome, PublishFault> {
        let mut wave = vec![(0, publication)];
        self.mind_moderators(&mut wave, false).await?;
        let known = Known::load(self.connection, &wave, None).await?;
        let plan = plan(&known, &mut wave)?.pop();
        let written = match (plan, wave.pop()) {
            (Some(Plan::Unchanged(id)), _) => return Ok(Outcome::Unchanged(id)),
            (Some(Plan::Merged(into)), _) => return Ok(Outcome::Claimed(into)),
            (Some(Plan::Faults(faults)), _) => return Err(PublishFault::Faults(faults)),
            (Some(Plan::Claimed(differing)), Some((_, publication))) => {
                self.hear(&differing, &publication).await?;
                return Ok(Outcome::Claimed(differing.listing));
            }
            (Some(Plan::Write(existing)), Some((_, publication))) => {
                let mut writing = [Writing::new(0, publication, existing)?];
                self.put_one(&mut writing).await?;
                let [writing] = writing;
                writing.outcome()
            }
            _ => return Err(StoreError::corrupt("a publication", "no plan of it").into()),
        };
        Ok(written)
    }

    /// Publishes a listing under an id that was given out for it: as its first revision, or as the next one, also of
    /// one that lapsed.
    ///
    /// # Errors
    /// `Faults` where it names what is not there, takes a slug or source of another listing, or was merged into one.
    pub async fn publish_as(
        &mut self,
        id: Uuid,
        publication: Publication,
    ) -> Result<(), PublishFault> {
        let mut wave = [(0, publication)];
        self.hold_references(&[id], &mut wave).await?;
        let known = Known::load(self.connection, &wave, None).await?;
        let mut faults = known.resolve(&mut wave[0].1.listing);
        faults.extend(known.taken_from(id, &wave[0].1.listing));
        faults.extend(
            self.merged_away(&[id])
                .await?
                .contains(&id)
                .then(withdraw::merged),
        );
        if !faults.is_empty() {
            return Err(PublishFault::Faults(faults));
        }
        let [(_, publication)] = wave;
        let mut writing = self.writing_as(0, id, publication).await?;
        self.put_one(std::slice::from_mut(&mut writing)).await?;
        Ok(self.lead_back(&mut writing).await?)
    }

    /// Writes one. What the database refuses of it is its fault.
    async fn put_one(&mut self, writing: &mut [Writing]) -> Result<(), PublishFault> {
        match self.put(writing).await {
            Err(error) if refusal::is_of_the_listing(&error) => {
                Err(PublishFault::Faults(vec![refusal::fault(&error)]))
            }
            written => Ok(written?),
        }
    }

    /// What is to be written of the listing of that id: its first revision, or the next one, also of one that lapsed.
    pub(super) async fn writing_as(
        &mut self,
        index: usize,
        id: Uuid,
        publication: Publication,
    ) -> Result<Writing, StoreError> {
        let existing = self.hold(id).await?;
        let comes_back = existing.is_none();
        let mut writing = Writing::new(index, publication, existing)?;
        writing.id = id;
        if comes_back && let Some(former) = self.take_lapsed(id).await? {
            writing.version = former.version + 1;
            former.identify(&mut writing.listing);
            writing.former = Some(former);
        }
        Ok(writing)
    }

    /// Writes the listing that exists as a new revision, found or not by its sources.
    pub(super) async fn revise(
        &mut self,
        existing: Existing,
        publication: Publication,
    ) -> Result<(), PublishFault> {
        let mut wave = [(0, publication)];
        let known = Known::load(self.connection, &wave, None).await?;
        let faults = known.resolve(&mut wave[0].1.listing);
        if !faults.is_empty() {
            return Err(PublishFault::Faults(faults));
        }
        let [(_, publication)] = wave;
        let mut writing = [Writing::new(0, publication, Some(existing))?];
        self.put_one(&mut writing).await
    }

    /// Publishes many listings, each as `publish` does. They may name each other in any order.
    ///
    /// # Errors
    /// Any error of the database; what it refuses of a listing is a fault of that listing.
    pub async fn publish_all(
        &mut self,
        publications: Vec<Publication>,
    ) -> Result<Published, StoreError> {
        self.in_waves(publications, None).await
    }

    async fn in_waves(
        &mut self,
        publications: Vec<Publication>,
        mut rehearsal: Option<&mut Rehearsal>,
    ) -> Result<Published, StoreError> {
        let mut done: Published = publications.iter().map(|_| Err(Vec::new())).collect();
        let mut waiting: Vec<_> = publications.into_iter().enumerate().collect();
        self.mind_moderators(&mut waiting, rehearsal.is_some())
            .await?;
        let (mut refused, mut progress) = (Vec::new(), false);
        while !waiting.is_empty() {
            let mut wave = wave(&mut waiting);
            let known = Known::load(self.connection, &wave, rehearsal.as_deref()).await?;
            let plans = plan(&known, &mut wave)?;
            drop(known);
            let mut writings = Vec::new();
            for ((index, publication), plan) in wave.into_iter().zip(plans) {
                match plan {
                    Plan::Unchanged(id) => done[index] = Ok(Outcome::Unchanged(id)),
                    Plan::Merged(into) => done[index] = Ok(Outcome::Claimed(into)),
                    Plan::Claimed(differing) => {
                        match &mut rehearsal {
                            // What owners hand in themselves is published, whatever feeds may.
                            Some(rehearsal) if publication.is_own() => {
                                rehearsal.note(&publication.listing);
                            }
                            Some(_) => {}
                            None => self.hear(&differing, &publication).await?,
                        }
                        done[index] = Ok(Outcome::Claimed(differing.listing));
                    }
                    Plan::Later => waiting.push((index, publication)),
                    Plan::Write(existing) => {
                        writings.push(Writing::new(index, publication, existing)?);
                    }
                    Plan::Faults(faults) => {
                        done[index] = Err(faults);
                        refused.push((index, publication));
                    }
                }
            }
            progress |= !writings.is_empty();
            match &mut rehearsal {
                Some(rehearsal) => {
                    for writing in &writings {
                        rehearsal.note(&writing.listing);
                        done[writing.index] = Ok(writing.outcome());
                    }
                }
                None => self.put_wave(writings, &mut done).await?,
            }
            if waiting.is_empty() && progress {
                // What was refused may have named something that is there now.
                (waiting, progress) = (std::mem::take(&mut refused), false);
            }
            waiting.sort_by_key(|(index, _)| *index);
        }
        Ok(done)
    }

    async fn put_wave(
        &mut self,
        mut writings: Vec<Writing>,
        done: &mut Published,
    ) -> Result<(), StoreError> {
        if writings.is_empty() {
            return Ok(());
        }
        let part = self.begin_part().await?;
        match self.put(&mut writings).await {
            Ok(()) => {
                self.keep_part(part).await?;
                for writing in writings {
                    done[writing.index] = Ok(writing.outcome());
                }
                return Ok(());
            }
            Err(error) if refusal::is_of_the_listing(&error) => self.undo_part(part).await?,
            Err(error) => return Err(error),
        }
        for writing in &mut writings {
            let part = self.begin_part().await?;
            match self.put(std::slice::from_mut(writing)).await {
                Ok(()) => {
                    self.keep_part(part).await?;
                    done[writing.index] = Ok(writing.outcome());
                }
                Err(error) if refusal::is_of_the_listing(&error) => {
                    self.undo_part(part).await?;
                    done[writing.index] = Err(vec![refusal::fault(&error)]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
