//! What the directory holds of that which some listings name: one lookup of each sort for a whole batch.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::{Publication, WriteTx, claimed::Claimed, lookup, rehearsal::Rehearsal};
use crate::{
    domain::{
        fault::{Fault, FaultCode, Faults},
        listing::{Details, Kind, Listing, Reference},
    },
    store::{
        error::StoreError,
        schema::{listing, revision},
    },
};

/// A listing that is there already.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Existing {
    pub id: Uuid,
    pub kind: String,
    pub slug: String,
    pub version: i64,
}

/// What was found for a batch.
#[derive(Default)]
pub(super) struct Known<'r> {
    topics: HashSet<String>,
    areas: HashSet<String>,
    kinds: HashMap<Uuid, Kind>,
    slugs: HashMap<(Kind, String), Uuid>,
    /// By the slugs and ids by which it was known before.
    former: HashMap<(Kind, String), Uuid>,
    sources: HashMap<(String, String), Uuid>,
    existing: HashMap<Uuid, Existing>,
    bodies: HashMap<Uuid, Value>,
    pub(super) claimed: Claimed,
    rehearsal: Option<&'r Rehearsal>,
}

/// Where the listing moved to.
fn target(listing: &Listing) -> Option<&str> {
    let status = listing.status.as_ref()?;
    Some(status.moved_to.as_ref()?.as_str())
}

impl<'r> Known<'r> {
    /// Looks everything up, and locks the listings that are there already.
    pub(super) async fn load(
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
        rehearsal: Option<&'r Rehearsal>,
    ) -> Result<Self, StoreError> {
        let mut known = Self {
            rehearsal,
            ..Self::default()
        };
        known.load_terms(connection, wave).await?;
        known.load_names(connection, wave).await?;
        known.load_sources(connection, wave).await?;
        known.load_existing(connection).await?;
        let existing = known.existing.keys().copied().collect();
        known.claimed = Claimed::load(connection, wave, existing).await?;
        Ok(known)
    }

    async fn load_terms(
        &mut self,
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
    ) -> Result<(), StoreError> {
        let listings = || wave.iter().map(|(_, publication)| &publication.listing);
        let topics: HashSet<&str> = listings()
            .flat_map(|listing| listing.topics.iter().map(|slug| slug.as_str()))
            .collect();
        let areas: HashSet<&str> = listings()
            .flat_map(|listing| {
                let covered = listing.coverage.iter().flat_map(|coverage| &coverage.areas);
                let places = listing.places.iter().map(|place| &place.area);
                places.chain(covered).map(|code| code.as_str())
            })
            .collect();
        let topics: Vec<&str> = topics.into_iter().collect();
        let areas: Vec<&str> = areas.into_iter().collect();
        self.topics
            .extend(lookup::topics(connection, &topics).await?);
        self.areas.extend(lookup::areas(connection, &areas).await?);
        Ok(())
    }

    /// Looks up the slugs of the listings themselves and all that they refer to.
    async fn load_names(
        &mut self,
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
    ) -> Result<(), StoreError> {
        let (mut ids, mut kinds, mut slugs) = (Vec::new(), Vec::new(), Vec::new());
        for (_, Publication { listing, .. }) in wave {
            kinds.push(listing.kind().as_str());
            slugs.push(listing.slug.as_str());
            let target = target(listing).map(|slug| (listing.kind(), slug));
            let named = listing
                .references()
                .filter_map(|reference| match reference {
                    Reference::Id(id) => {
                        ids.push(*id);
                        None
                    }
                    Reference::Slug(kind, slug) => Some((*kind, slug.as_str())),
                });
            for (kind, slug) in named.chain(target) {
                kinds.push(kind.as_str());
                slugs.push(slug);
            }
        }
        for found in lookup::named(connection, &ids, (&kinds, &slugs)).await? {
            self.kinds.insert(found.id, found.kind);
            self.slugs.insert((found.kind, found.slug), found.id);
        }
        self.load_former(connection, wave).await
    }

    /// Looks up what has another name now, or was merged, of that which is named and is not there. What one of the listings
    /// will be called is not what another one was called before.
    async fn load_former(
        &mut self,
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
    ) -> Result<(), StoreError> {
        let listings = || wave.iter().map(|(_, publication)| &publication.listing);
        let taken: HashSet<(Kind, &str)> = listings()
            .map(|listing| (listing.kind(), listing.slug.as_str()))
            .collect();
        let (mut ids, mut kinds, mut slugs) = (Vec::new(), Vec::new(), Vec::new());
        let mut missing = |kind: Kind, slug: &str| {
            let named = (kind, slug.to_owned());
            if !self.slugs.contains_key(&named) && !taken.contains(&(kind, slug)) {
                kinds.push(kind.as_str());
                slugs.push(named.1);
            }
        };
        for listing in listings() {
            if let Some(slug) = target(listing) {
                missing(listing.kind(), slug);
            }
            for reference in listing.references() {
                match reference {
                    Reference::Id(id) => ids.push(*id),
                    Reference::Slug(kind, slug) => missing(*kind, slug.as_str()),
                }
            }
        }
        ids.retain(|id| !self.kinds.contains_key(id));
        if ids.is_empty() && slugs.is_empty() {
            return Ok(());
        }
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let found = lookup::formerly_named(connection, &ids, (&kinds, &slugs)).await?;
        self.former = found
            .into_iter()
            .map(|found| ((found.kind, found.slug), found.id))
            .collect();
        Ok(())
    }

    async fn load_sources(
        &mut self,
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
    ) -> Result<(), StoreError> {
        let sources = wave
            .iter()
            .flat_map(|(_, publication)| &publication.listing.sources);
        let (names, ids): (Vec<&str>, Vec<&str>) = sources
            .map(|of| (of.name.as_str(), of.external_id.as_str()))
            .unzip();
        let found = lookup::sourced(connection, (&names, &ids)).await?;
        let keyed = found
            .into_iter()
            .map(|row| ((row.name, row.external_id), row.listing));
        self.sources.extend(keyed);
        Ok(())
    }

    async fn load_existing(
        &mut self,
        connection: &mut AsyncPgConnection,
    ) -> Result<(), StoreError> {
        let ids: HashSet<Uuid> = self.sources.values().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        // In one order, so that two who write the same listings wait for each other and do not lock each other out.
        let existing: Vec<Existing> = listing::table
            .filter(listing::id.eq_any(&ids))
            .order(listing::id)
            .select((listing::id, listing::kind, listing::slug, listing::version))
            .for_update()
            .load(connection)
            .await?;
        let bodies: Vec<(Uuid, Value)> = revision::table
            .inner_join(
                listing::table.on(listing::id
                    .eq(revision::listing)
                    .and(listing::version.eq(revision::version))),
            )
            .filter(listing::id.eq_any(&ids))
            .select((revision::listing, revision::body))
            .load(connection)
            .await?;
        self.existing
            .extend(existing.into_iter().map(|row| (row.id, row)));
        self.bodies.extend(bodies);
        Ok(())
    }

    /// The body of the listing's present revision.
    pub(super) fn body(&self, existing: &Existing) -> Option<&Value> {
        self.bodies.get(&existing.id)
    }

    /// Turns slugs of other listings into ids, and says what the listing names that is not there.
    pub(super) fn resolve(&self, new: &mut Listing) -> Vec<Fault> {
        let mut faults = Faults::default();
        if let Some(reference) = &mut new.organisation {
            let wanted = Some(Kind::Organisation);
            self.resolve_one(reference, wanted, "/organisation", &mut faults);
        }
        match &mut new.details {
            Details::Hub(hub) => {
                if let Some(reference) = &mut hub.part_of {
                    let at = "/hub_details/part_of";
                    self.resolve_one(reference, Some(Kind::Hub), at, &mut faults);
                }
            }
            Details::SupportGroup(group) => {
                for (i, reference) in group.refers_to.iter_mut().enumerate() {
                    let at = format!("/group_details/refers_to/{i}");
                    self.resolve_one(reference, None, &at, &mut faults);
                }
            }
            Details::Organisation(_) | Details::Helpline(_) => {}
        }
        self.check_topics(new, &mut faults);
        self.check_areas(new, &mut faults);
        self.check_target(new, &mut faults);
        faults.0
    }

    /// Where it moved to is another listing of its kind, or led to one.
    fn check_target(&self, new: &Listing, faults: &mut Faults) {
        let moved_to = new
            .status
            .as_ref()
            .and_then(|status| status.moved_to.as_ref());
        let Some(slug) = moved_to else { return };
        let named = (new.kind(), slug.as_str().to_owned());
        let found = self.slugs.contains_key(&named) || self.former.contains_key(&named);
        let rehearsed = self.rehearsal;
        let rehearsed = rehearsed.is_some_and(|rehearsal| rehearsal.holds(new.kind(), slug));
        if *slug == new.slug || !found && !rehearsed {
            faults.0.push(lookup::no_target());
        }
    }

    fn resolve_one(
        &self,
        reference: &mut Reference,
        wanted: Option<Kind>,
        at: &str,
        faults: &mut Faults,
    ) {
        let found = match &*reference {
            Reference::Id(id) => {
                let kind = self.kinds.get(id);
                let fits = |kind: &Kind| wanted.is_none_or(|wanted| wanted == *kind);
                let present = kind.filter(|kind| fits(kind)).map(|_| *id);
                let mut kinds = Kind::ALL.iter().filter(|kind| fits(kind));
                let mut merged =
                    || kinds.find_map(|kind| self.former.get(&(*kind, id.to_string())));
                present.or_else(|| merged().copied())
            }
            Reference::Slug(kind, slug) => {
                let named = (*kind, slug.as_str().to_owned());
                let found = self.slugs.get(&named).or_else(|| self.former.get(&named));
                let found = found.copied();
                let rehearsed = self
                    .rehearsal
                    .is_some_and(|rehearsal| rehearsal.holds(*kind, slug));
                found.or_else(|| rehearsed.then(Uuid::nil))
            }
        };
        match found {
            Some(id) => *reference = Reference::Id(id),
            None => faults.0.push(lookup::no_listing(at)),
        }
    }

    fn check_topics(&self, new: &Listing, faults: &mut Faults) {
        for (i, slug) in new.topics.iter().enumerate() {
            if !self.topics.contains(slug.as_str()) {
                faults.0.push(lookup::no_topic(format!("/topics/{i}")));
            }
        }
    }

    fn check_areas(&self, new: &Listing, faults: &mut Faults) {
        let places = new.places.iter().enumerate();
        let places = places.map(|(i, place)| (format!("/places/{i}/area"), &place.area));
        let covered = new.coverage.iter().flat_map(|coverage| &coverage.areas);
        let covered = covered.enumerate();
        let covered = covered.map(|(i, area)| (format!("/coverage/areas/{i}"), area));
        for (pointer, code) in places.chain(covered) {
            if !self.areas.contains(code.as_str()) {
                faults.0.push(lookup::no_area(pointer));
            }
        }
    }

    /// What of it is another's than the listing's of that id.
    pub(super) fn taken_from(&self, id: Uuid, new: &Listing) -> Vec<Fault> {
        let mut faults = Faults::default();
        let is_other = |holder: Option<&Uuid>| holder.is_some_and(|holder| *holder != id);
        if is_other(self.slugs.get(&(new.kind(), new.slug.as_str().to_owned()))) {
            faults.0.push(lookup::slug_taken());
        }
        for (position, of) in new.sources.iter().enumerate() {
            if is_other(self.sources.get(&(of.name.clone(), of.external_id.clone()))) {
                faults.0.push(lookup::source_taken(position));
            }
        }
        faults.0
    }

    /// The listing with one of these sources; a slug or a source that is another's is a fault.
    pub(super) fn existing(&self, new: &Listing) -> Result<Option<&Existing>, Fault> {
        let mut found: Option<Uuid> = None;
        for (position, of) in new.sources.iter().enumerate() {
            let id = self.sources.get(&(of.name.clone(), of.external_id.clone()));
            if found.is_some() && id.is_some() && found.as_ref() != id {
                return Err(lookup::source_taken(position));
            }
            found = found.or(id.copied());
        }
        let kind = new.kind();
        let by_slug = self.slugs.get(&(kind, new.slug.as_str().to_owned()));
        let rehearsed = self
            .rehearsal
            .is_some_and(|rehearsal| rehearsal.is_of_another(new));
        if rehearsed || by_slug.is_some_and(|id| found.as_ref() != Some(id)) {
            return Err(lookup::slug_taken());
        }
        let existing = found.and_then(|id| self.existing.get(&id));
        if existing.is_some_and(|existing| existing.kind != kind.as_str()) {
            return Err(Fault::new(
                "/kind",
                FaultCode::Contradiction,
                "the kind that the listing has",
            ));
        }
        Ok(existing)
    }
}

impl WriteTx<'_> {
    /// The listing of that id, for nobody else to write until this transaction ends.
    pub(super) async fn hold(&mut self, id: Uuid) -> Result<Option<Existing>, StoreError> {
        Ok(listing::table
            .find(id)
            .select((listing::id, listing::kind, listing::slug, listing::version))
            .for_update()
            .first(self.connection)
            .await
            .optional()?)
    }

    /// The body of the listing's present revision.
    pub(super) async fn latest_body(
        &mut self,
        existing: &Existing,
    ) -> Result<Option<Value>, StoreError> {
        let present = revision::listing
            .eq(existing.id)
            .and(revision::version.eq(existing.version));
        Ok(revision::table
            .filter(present)
            .select(revision::body)
            .first(self.connection)
            .await
            .optional()?)
    }
}
