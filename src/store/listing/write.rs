//! Writes listings whose references are resolved: a statement for each table.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, query_dsl::methods::FilterDsl, sql_types, upsert::excluded};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{Outcome, Publication, WriteTx, known::Existing, lapse::Former, lookup, refusal};
use crate::{
    domain::{
        change::Operation,
        id,
        listing::{Details, Kind, Listing},
    },
    exchange,
    store::{
        document::Document,
        error::StoreError,
        schema::{former_slug, published, revision},
    },
};

/// So many rows to a statement, of at most 30 columns: Postgres takes 65,535 parameters.
pub(super) const ROWS: usize = 2_000;

/// A listing on its way into the tables.
pub(super) struct Writing {
    /// Its place in the batch.
    pub index: usize,
    pub id: Uuid,
    pub version: i64,
    pub existing: Option<Existing>,
    pub listing: Listing,
    /// Dense number; known once its row is written.
    pub number: i32,
    pub now: Timestamp,
    /// What it had before it lapsed, where it comes back.
    pub former: Option<Former>,
    body: Value,
}

impl Writing {
    pub(super) fn new(
        index: usize,
        publication: Publication,
        existing: Option<Existing>,
    ) -> Result<Self, StoreError> {
        let Publication { body, listing, now } = publication;
        let body =
            serde_json::to_value(&body).map_err(|error| StoreError::corrupt("a listing", error))?;
        Ok(Self {
            index,
            id: existing
                .as_ref()
                .map_or_else(|| id::fresh(now), |existing| existing.id),
            version: existing.as_ref().map_or(1, |existing| existing.version + 1),
            existing,
            listing,
            number: 0,
            now,
            former: None,
            body,
        })
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self.existing {
            Some(_) => Outcome::Changed(self.id),
            None => Outcome::Created(self.id),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = revision)]
struct RevisionInsert<'a> {
    id: Uuid,
    listing: Uuid,
    version: i64,
    format: i16,
    body: &'a Value,
    state: &'a str,
    author: &'a str,
    approved_at: jiff_diesel::Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = published)]
struct PublishedRow<'a> {
    kind: &'a str,
    id: Uuid,
    number: i32,
    slug: &'a str,
    version: i64,
    document: Document,
}

#[derive(QueryableByName)]
struct LostName {
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
}

impl WriteTx<'_> {
    /// Writes all of them: no two are the same listing, and none names another of them.
    pub(super) async fn put(&mut self, writings: &mut [Writing]) -> Result<(), StoreError> {
        self.identify_children(writings).await?;
        self.put_listings(writings).await?;
        self.put_details(writings).await?;
        self.refuse_circles(writings).await?;
        self.put_children(writings).await?;
        self.keep_former_slugs(writings).await?;
        self.put_revisions(writings).await?;
        self.put_published(writings).await
    }

    /// Of two that contain each other neither could be taken off.
    async fn refuse_circles(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let parts = writings.iter().filter_map(|writing| {
            let of = match &writing.listing.details {
                Details::Hub(hub) => hub.part_of.as_ref(),
                Details::Organisation(_) => writing.listing.organisation.as_ref(),
                _ => None,
            };
            Some((writing.id, of?.id()?))
        });
        let parts: Vec<(Uuid, Uuid)> = parts.collect();
        let circular = lookup::circular(self.connection, &parts).await?;
        let at_fault = writings.iter().find(|one| circular.contains(&one.id));
        match at_fault {
            None => Ok(()),
            Some(one) => Err(refusal::in_a_circle(one.listing.kind())),
        }
    }

    async fn put_revisions(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let author = self.actor.name();
        let rows: Vec<_> = writings
            .iter()
            .map(|writing| RevisionInsert {
                id: id::fresh(writing.now),
                listing: writing.id,
                version: writing.version,
                format: exchange::listing::FORMAT.try_into().unwrap_or(i16::MAX),
                body: &writing.body,
                state: "approved",
                author: &author,
                approved_at: writing.now.to_diesel(),
            })
            .collect();
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(revision::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    /// Writes the public forms. One that is as it was keeps its version and nothing is logged: not even that something
    /// was moved may be read from what is public.
    async fn put_published(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let rows: Vec<_> = writings
            .iter()
            .map(|writing| PublishedRow {
                kind: writing.listing.kind().as_str(),
                id: writing.id,
                number: writing.number,
                slug: writing.listing.slug.as_str(),
                version: writing.version,
                document: Document(
                    exchange::listing::Listing::from(&writing.listing.clone().redacted()).to_json(),
                ),
            })
            .collect();
        let mut changed: HashSet<Uuid> = HashSet::with_capacity(rows.len());
        for rows in rows.chunks(ROWS) {
            let upsert = diesel::insert_into(published::table)
                .values(rows)
                .on_conflict(published::id)
                .do_update()
                .set((
                    published::kind.eq(excluded(published::kind)),
                    published::number.eq(excluded(published::number)),
                    published::slug.eq(excluded(published::slug)),
                    published::version.eq(excluded(published::version)),
                    published::document.eq(excluded(published::document)),
                ));
            let differs = published::document.is_distinct_from(excluded(published::document));
            let written: Vec<Uuid> = FilterDsl::filter(upsert, differs)
                .returning(published::id)
                .get_results(self.connection)
                .await?;
            changed.extend(written);
        }
        for writing in writings
            .iter()
            .filter(|writing| changed.contains(&writing.id))
        {
            let kind = writing.listing.kind();
            self.changed(kind.subject(), writing.id.to_string(), Operation::Upsert);
            if kind == Kind::Helpline {
                self.lines_changed(writing.now);
            }
        }
        Ok(())
    }

    /// A slug that changed goes on leading here; the new one leads nowhere else any more.
    async fn keep_former_slugs(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        const CURRENT: &str = "
            delete from former_slug using unnest($1, $2) as taken (kind, slug)
            where former_slug.kind = taken.kind and former_slug.slug = taken.slug
            returning former_slug.kind, former_slug.listing";
        let (kinds, slugs): (Vec<&str>, Vec<&str>) = writings
            .iter()
            .map(|writing| {
                (
                    writing.listing.kind().as_str(),
                    writing.listing.slug.as_str(),
                )
            })
            .unzip();
        let lost: Vec<LostName> = diesel::sql_query(CURRENT)
            .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
            .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
            .load(self.connection)
            .await?;
        for LostName { kind, listing } in lost {
            let kind = Kind::parse(&kind)
                .ok_or_else(|| StoreError::corrupt("a former slug", "its kind"))?;
            self.called_otherwise(kind, listing);
        }
        let former: Vec<_> = writings
            .iter()
            .filter_map(|writing| {
                let former = writing.existing.as_ref()?.slug.as_str();
                (former != writing.listing.slug.as_str()).then_some((
                    former_slug::kind.eq(writing.listing.kind().as_str()),
                    former_slug::slug.eq(former),
                    former_slug::listing.eq(writing.id),
                ))
            })
            .collect();
        if !former.is_empty() {
            diesel::insert_into(former_slug::table)
                .values(&former)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    /// Logs that other names lead to the listing than before, where anything that is followed knows of them: what an
    /// organisation was called finds what it provides.
    pub(super) fn called_otherwise(&mut self, kind: Kind, id: Uuid) {
        if kind == Kind::Organisation {
            self.changed(kind.subject(), id.to_string(), Operation::Upsert);
        }
    }

    /// The rows of `table` that belong to listings which are there already, by listing and position.
    pub(super) fn existing_of(writings: &[Writing]) -> Vec<Uuid> {
        let existing = writings.iter().filter(|writing| writing.existing.is_some());
        existing.map(|writing| writing.id).collect()
    }
}

/// Values by the listing that they belong to, in the order given.
pub(super) fn grouped<T>(rows: Vec<(Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (listing, value) in rows {
        groups.entry(listing).or_default().push(value);
    }
    groups
}
