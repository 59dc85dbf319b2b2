//! Finding the listing that a publication is about.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{PublishFault, WriteTx};
use crate::{
    domain::{
        fault::{Fault, FaultCode},
        listing::Listing,
    },
    store::{
        error::StoreError,
        schema::{listing, revision, source},
    },
};

/// A listing that is there already.
#[derive(Queryable)]
pub(super) struct Existing {
    pub id: Uuid,
    pub kind: String,
    pub slug: String,
    pub version: i64,
}

impl WriteTx<'_> {
    /// The listing with one of these sources; a slug that is another's is a fault.
    pub(super) async fn existing(
        &mut self,
        new: &Listing,
    ) -> Result<Option<Existing>, PublishFault> {
        let mut found: Option<Uuid> = None;
        for (position, of) in new.sources.iter().enumerate() {
            let id: Option<Uuid> = source::table
                .find((&of.name, &of.external_id))
                .select(source::listing)
                .first(self.connection)
                .await
                .optional()
                .map_err(StoreError::from)?;
            if found.is_some() && id.is_some() && found != id {
                let expected = "a source of this listing, not of another";
                return Err(fault(
                    format!("/sources/{position}"),
                    FaultCode::Taken,
                    expected,
                ));
            }
            found = found.or(id);
        }
        let columns = (listing::id, listing::kind, listing::slug, listing::version);
        let by_slug: Option<Existing> = listing::table
            .filter(
                listing::kind
                    .eq(new.kind().as_str())
                    .and(listing::slug.eq(new.slug.as_str())),
            )
            .select(columns)
            .first(self.connection)
            .await
            .optional()
            .map_err(StoreError::from)?;
        if let Some(by_slug) = &by_slug
            && found != Some(by_slug.id)
        {
            return Err(fault(
                "/slug".to_owned(),
                FaultCode::Taken,
                "a slug that no other listing has",
            ));
        }
        let Some(id) = found else { return Ok(None) };
        let Some(existing) = self.hold(id).await? else {
            return Ok(None);
        };
        if existing.kind != new.kind().as_str() {
            return Err(fault(
                "/kind".to_owned(),
                FaultCode::Contradiction,
                "the kind that the listing has",
            ));
        }
        Ok(Some(existing))
    }

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

    pub(super) async fn latest_body(
        &mut self,
        existing: &Existing,
    ) -> Result<Option<Value>, StoreError> {
        Ok(revision::table
            .filter(
                revision::listing
                    .eq(existing.id)
                    .and(revision::version.eq(existing.version)),
            )
            .select(revision::body)
            .first(self.connection)
            .await
            .optional()?)
    }
}

fn fault(pointer: String, code: FaultCode, expected: &str) -> PublishFault {
    PublishFault::Faults(vec![Fault::new(pointer, code, expected)])
}
