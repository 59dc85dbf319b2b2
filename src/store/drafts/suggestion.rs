//! What feeds say of listings whose owners say otherwise. It is kept until somebody settles it or the feed agrees.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::id,
    store::{Store, StoreError, WriteTx, schema::suggestion},
};

/// What a feed says of a listing.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub id: Uuid,
    pub source: String,
    pub external_id: String,
    /// The listing as the feed has it, without its sources.
    pub body: Value,
    pub said_at: Timestamp,
}

/// One to be kept.
#[derive(Debug)]
pub(in crate::store) struct NewSuggestion {
    pub listing: Uuid,
    pub source: String,
    pub external_id: String,
    pub body: Value,
}

type Row = (Uuid, String, String, Value, jiff_diesel::Timestamp);

impl Store {
    /// What waits of a listing, the oldest first. Whether the person may know of it was settled before.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_suggestions(&self, listing: Uuid) -> Result<Vec<Suggestion>, StoreError> {
        let waits = suggestion::listing
            .eq(listing)
            .and(suggestion::settled_at.is_null());
        let rows: Vec<Row> = suggestion::table
            .filter(waits)
            .order((suggestion::said_at, suggestion::id))
            .select((
                suggestion::id,
                suggestion::source,
                suggestion::external_id,
                suggestion::body,
                suggestion::said_at,
            ))
            .limit(100)
            .load(&mut self.connection().await?)
            .await?;
        let read = |(id, source, external_id, body, said_at): Row| Suggestion {
            id,
            source,
            external_id,
            body,
            said_at: said_at.to_jiff(),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// Keeps what a feed says. The same again is no news, also where it was settled.
    pub(in crate::store) async fn suggest(
        &mut self,
        new: &NewSuggestion,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let at = now.to_diesel();
        let row = (
            suggestion::id.eq(id::fresh(now)),
            suggestion::listing.eq(new.listing),
            suggestion::source.eq(&new.source),
            suggestion::external_id.eq(&new.external_id),
            suggestion::body.eq(&new.body),
            suggestion::said_at.eq(at),
        );
        let known = (
            suggestion::listing,
            suggestion::source,
            suggestion::external_id,
        );
        let news = suggestion::body.is_distinct_from(&new.body);
        let upsert = diesel::insert_into(suggestion::table)
            .values(row)
            .on_conflict(known)
            .do_update()
            .set((
                suggestion::body.eq(&new.body),
                suggestion::said_at.eq(at),
                suggestion::settled_at.eq(None::<jiff_diesel::Timestamp>),
            ));
        diesel::query_dsl::methods::FilterDsl::filter(upsert, news)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// The feed says what is public.
    pub(in crate::store) async fn agree(
        &mut self,
        listing: Uuid,
        source: &str,
        external_id: &str,
    ) -> Result<(), StoreError> {
        let former = suggestion::table.filter(
            suggestion::listing
                .eq(listing)
                .and(suggestion::source.eq(source))
                .and(suggestion::external_id.eq(external_id)),
        );
        diesel::delete(former).execute(self.connection).await?;
        Ok(())
    }

    /// Settles one of a listing's; false where it does not wait.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn settle_suggestion(
        &mut self,
        listing: Uuid,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let waits = suggestion::table.filter(
            suggestion::id
                .eq(id)
                .and(suggestion::listing.eq(listing))
                .and(suggestion::settled_at.is_null()),
        );
        let settled = diesel::update(waits)
            .set(suggestion::settled_at.eq(now.to_diesel()))
            .execute(self.connection)
            .await?;
        Ok(settled == 1)
    }
}
