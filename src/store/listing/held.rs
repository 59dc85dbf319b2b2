//! What a listing names stays what was approved, for as long as it is named in the same words: the slug may be that of
//! another listing by now. Of what lapsed nothing is known of that, and its slugs are looked up anew.

use std::collections::HashMap;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Publication, WriteTx};
use crate::{
    domain::listing::Reference,
    exchange::listing::Listing,
    store::{document::Document, error::StoreError},
};

const PRESENT: &str = "
    select p.id, r.body, p.document from published p
    join listing l on l.id = p.id join revision r on r.listing = l.id and r.version = l.version
    where p.id = any($1)";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
    #[diesel(sql_type = sql_types::Jsonb)]
    document: Document,
}

impl WriteTx<'_> {
    /// Names by their ids what the listings of these ids name in the same words as what is public of them.
    pub(super) async fn hold_references(
        &mut self,
        ids: &[Uuid],
        wave: &mut [(usize, Publication)],
    ) -> Result<(), StoreError> {
        let naming = wave.iter().any(|(_, publication)| {
            let mut all = publication.listing.references();
            all.any(|named| matches!(named, Reference::Slug(..)))
        });
        if !naming {
            return Ok(());
        }
        let rows: Vec<Row> = diesel::sql_query(PRESENT)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .load(self.connection)
            .await?;
        let mut present = HashMap::with_capacity(rows.len());
        for Row { id, body, document } in rows {
            let corrupt = |error| StoreError::corrupt(format!("listing {id}"), error);
            let body: Listing = serde_json::from_value(body).map_err(corrupt)?;
            let public: Listing = serde_json::from_str(&document.0).map_err(corrupt)?;
            present.insert(id, (body, public));
        }
        for (id, (_, publication)) in ids.iter().zip(wave) {
            let Some((before, public)) = present.get(id) else {
                continue;
            };
            let held = publication.body.named_as(before, public);
            let named = publication.listing.references_mut();
            for (named, id) in named.zip(held) {
                if let (Reference::Slug(..), Some(id)) = (&*named, id) {
                    *named = Reference::Id(id);
                }
            }
        }
        Ok(())
    }
}
