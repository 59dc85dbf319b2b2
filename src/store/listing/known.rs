//! What the directory holds of that which some listings name: one lookup of each sort for a whole batch.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::{Publication, WriteTx, claimed::Claimed, rehearsal::Rehearsal};
use crate::{
    domain::{
        fault::{Fault, FaultCode, Faults},
        listing::{Details, Kind, Listing, Reference},
        source::Source,
    },
    store::{
        error::StoreError,
        schema::{area, listing, revision, topic},
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
    sources: HashMap<(String, String), Uuid>,
    existing: HashMap<Uuid, Existing>,
    bodies: HashMap<Uuid, Value>,
    pub(super) claimed: Claimed,
    rehearsal: Option<&'r Rehearsal>,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
}

#[derive(QueryableByName)]
struct Sourced {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
}

const NAMED: &str = "
    select id, kind, slug from listing where id = any($1)
    union
    select l.id, l.kind, l.slug from unnest($2, $3) as wanted (kind, slug)
    join listing l on l.kind = wanted.kind and l.slug = wanted.slug";

const SOURCED: &str = "
    select s.name, s.external_id, s.listing from unnest($1, $2) as wanted (name, external_id)
    join source s on s.name = wanted.name and s.external_id = wanted.external_id";

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
        let topics: Vec<String> = topic::table
            .filter(topic::slug.eq_any(topics.into_iter().collect::<Vec<_>>()))
            .select(topic::slug)
            .load(connection)
            .await?;
        let areas: Vec<String> = area::table
            .filter(area::code.eq_any(areas.into_iter().collect::<Vec<_>>()))
            .select(area::code)
            .load(connection)
            .await?;
        self.topics.extend(topics);
        self.areas.extend(areas);
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
            for reference in listing.references() {
                match reference {
                    Reference::Id(id) => ids.push(*id),
                    Reference::Slug(kind, slug) => {
                        kinds.push(kind.as_str());
                        slugs.push(slug.as_str());
                    }
                }
            }
        }
        let found: Vec<Named> = diesel::sql_query(NAMED)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
            .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
            .load(connection)
            .await?;
        for Named { id, kind, slug } in found {
            let kind = Kind::parse(&kind);
            let kind = kind.ok_or_else(|| StoreError::corrupt("a listing", "its kind"))?;
            self.kinds.insert(id, kind);
            self.slugs.insert((kind, slug), id);
        }
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
        let found: Vec<Sourced> = diesel::sql_query(SOURCED)
            .bind::<sql_types::Array<sql_types::Text>, _>(names)
            .bind::<sql_types::Array<sql_types::Text>, _>(ids)
            .load(connection)
            .await?;
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
            self.resolve_one(
                reference,
                Some(Kind::Organisation),
                "/organisation",
                &mut faults,
            );
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
        faults.0
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
                kind.filter(|kind| fits(kind)).map(|_| *id)
            }
            Reference::Slug(kind, slug) => {
                let found = self.slugs.get(&(*kind, slug.as_str().to_owned())).copied();
                let rehearsed = self
                    .rehearsal
                    .is_some_and(|rehearsal| rehearsal.holds(*kind, slug));
                found.or_else(|| rehearsed.then(Uuid::nil))
            }
        };
        match found {
            Some(id) => *reference = Reference::Id(id),
            None => faults.add(
                at,
                FaultCode::NotFound,
                "a listing that is in the directory",
            ),
        }
    }

    fn check_topics(&self, new: &Listing, faults: &mut Faults) {
        for (i, slug) in new.topics.iter().enumerate() {
            if !self.topics.contains(slug.as_str()) {
                faults.add(
                    format!("/topics/{i}"),
                    FaultCode::NotFound,
                    "a topic of /v1/topics",
                );
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
                faults.add(pointer, FaultCode::NotFound, "an area of /v1/areas");
            }
        }
    }

    /// What of it is another's than the listing's of that id.
    pub(super) fn taken_from(&self, id: Uuid, new: &Listing) -> Vec<Fault> {
        let mut faults = Faults::default();
        let is_other = |holder: Option<&Uuid>| holder.is_some_and(|holder| *holder != id);
        if is_other(self.slugs.get(&(new.kind(), new.slug.as_str().to_owned()))) {
            let expected = "a slug that no other listing has";
            faults.add("/slug", FaultCode::Taken, expected);
        }
        for (position, of) in new.sources.iter().enumerate() {
            if is_other(self.sources.get(&(of.name.clone(), of.external_id.clone()))) {
                let expected = "a source of this listing, not of another";
                faults.add(format!("/sources/{position}"), FaultCode::Taken, expected);
            }
        }
        faults.0
    }

    /// The listing with one of these sources; a slug or a source that is another's is a fault.
    pub(super) fn existing(&self, new: &Listing) -> Result<Option<&Existing>, Fault> {
        let mut found: Option<Uuid> = None;
        for (
            position,
            Source {
                name, external_id, ..
            },
        ) in new.sources.iter().enumerate()
        {
            let id = self.sources.get(&(name.clone(), external_id.clone()));
            if found.is_some() && id.is_some() && found.as_ref() != id {
                return Err(Fault::new(
                    format!("/sources/{position}"),
                    FaultCode::Taken,
                    "a source of this listing, not of another",
                ));
            }
            found = found.or(id.copied());
        }
        let kind = new.kind();
        let by_slug = self.slugs.get(&(kind, new.slug.as_str().to_owned()));
        let rehearsed = self
            .rehearsal
            .is_some_and(|rehearsal| rehearsal.is_of_another(new));
        if rehearsed || by_slug.is_some_and(|id| found.as_ref() != Some(id)) {
            return Err(Fault::new(
                "/slug",
                FaultCode::Taken,
                "a slug that no other listing has",
            ));
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
