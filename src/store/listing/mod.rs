//! Publishing a listing: its tables, its approved revision, its public document and the change, in one transaction.

mod children;
mod existing;
mod resolve;
mod row;
mod withdraw;

use diesel::{prelude::*, query_dsl::methods::FilterDsl, upsert::excluded};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use self::existing::Existing;
use super::{
    document::Document,
    error::StoreError,
    schema::{former_slug, published, revision},
    write::WriteTx,
};
use crate::{
    domain::{change::Operation, fault::Fault, id, listing::Listing},
    exchange,
};

/// A listing to publish.
pub struct Publication {
    /// The listing as typed: becomes the revision's body.
    pub body: exchange::listing::Listing,
    /// The same, parsed.
    pub listing: Listing,
    pub now: Timestamp,
}

/// What publishing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created(Uuid),
    Changed(Uuid),
    /// The latest revision says the same already.
    Unchanged(Uuid),
}

/// Why a listing could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishFault {
    /// Something in the listing does not fit what is there.
    #[error("the listing does not fit what is there")]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Store(#[from] StoreError),
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

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = published)]
struct PublishedRow<'a> {
    kind: &'a str,
    id: Uuid,
    number: i32,
    slug: &'a str,
    version: i64,
    document: Document,
}

impl WriteTx<'_> {
    /// Publishes a listing as an approved revision. The same listing is found again by its sources; the same body
    /// again changes nothing.
    ///
    /// # Errors
    /// `Faults` where it names what is not there, or takes a slug or source of another listing.
    pub async fn publish(&mut self, publication: Publication) -> Result<Outcome, PublishFault> {
        let Publication {
            body,
            mut listing,
            now,
        } = publication;
        let faults = self.resolve(&mut listing).await?;
        if !faults.is_empty() {
            return Err(PublishFault::Faults(faults));
        }
        let existing = self.existing(&listing).await?;
        Ok(self.revise(existing, &body, listing, now).await?)
    }

    /// Writes a listing whose references are resolved as a new revision of the one that exists, or as the first.
    async fn revise(
        &mut self,
        existing: Option<Existing>,
        body: &exchange::listing::Listing,
        mut listing: Listing,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let body =
            serde_json::to_value(body).map_err(|error| StoreError::corrupt("a listing", error))?;
        if let Some(existing) = &existing
            && self.latest_body(existing).await?.as_ref() == Some(&body)
        {
            return Ok(Outcome::Unchanged(existing.id));
        }
        let id = existing
            .as_ref()
            .map_or_else(|| id::fresh(now), |existing| existing.id);
        let version = existing.as_ref().map_or(1, |existing| existing.version + 1);
        self.identify_children(id, existing.is_some(), &mut listing, now)
            .await?;
        let number = self.put_listing(id, version, &listing).await?;
        self.put_details(id, &listing).await?;
        self.put_children(id, existing.is_some(), &listing).await?;
        let former = existing.as_ref().map(|existing| existing.slug.as_str());
        self.keep_former_slug(id, former, &listing).await?;
        self.put_revision(id, version, &body, now).await?;
        if self.put_published(id, number, version, &listing).await? {
            self.changed(listing.kind().subject(), id.to_string(), Operation::Upsert);
        }
        Ok(if existing.is_some() {
            Outcome::Changed(id)
        } else {
            Outcome::Created(id)
        })
    }

    async fn put_revision(
        &mut self,
        listing: Uuid,
        version: i64,
        body: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = RevisionInsert {
            id: id::fresh(now),
            listing,
            version,
            format: exchange::listing::FORMAT.try_into().unwrap_or(i16::MAX),
            body,
            state: "approved",
            author: self.actor.as_str(),
            approved_at: now.to_diesel(),
        };
        diesel::insert_into(revision::table)
            .values(&row)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Says whether the public form changed. Where it did not, it keeps its version and nothing is logged: not even
    /// that something was moved may be read from what is public.
    async fn put_published(
        &mut self,
        id: Uuid,
        number: i32,
        version: i64,
        listing: &Listing,
    ) -> Result<bool, StoreError> {
        let document = exchange::listing::Listing::from(&listing.clone().redacted()).to_json();
        let row = PublishedRow {
            kind: listing.kind().as_str(),
            id,
            number,
            slug: listing.slug.as_str(),
            version,
            document: Document(document),
        };
        let upsert = diesel::insert_into(published::table)
            .values(&row)
            .on_conflict(published::id)
            .do_update()
            .set(&row);
        let differs = published::document.is_distinct_from(excluded(published::document));
        let written = FilterDsl::filter(upsert, differs)
            .execute(self.connection)
            .await?;
        Ok(written > 0)
    }

    /// A slug that changed goes on leading here; the new one leads nowhere else any more.
    async fn keep_former_slug(
        &mut self,
        id: Uuid,
        former: Option<&str>,
        listing: &Listing,
    ) -> Result<(), StoreError> {
        let kind = listing.kind().as_str();
        let current = former_slug::table.find((kind, listing.slug.as_str()));
        diesel::delete(current).execute(self.connection).await?;
        if let Some(former) = former.filter(|former| *former != listing.slug.as_str()) {
            let row = (
                former_slug::kind.eq(kind),
                former_slug::slug.eq(former),
                former_slug::listing.eq(id),
            );
            diesel::insert_into(former_slug::table)
                .values(row)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }
}
