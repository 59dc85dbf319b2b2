//! What feeds say of listings whose owners say otherwise. It is kept until somebody settles it or the feed agrees.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{actor::Scope, id},
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

/// What a feed says, and nobody was written to.
#[derive(Debug, QueryableByName)]
pub struct Untold {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    pub organisation: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    pub listing: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub slug: String,
}

/// No organisation is written to of it more often, in hours: a feed may say something else every day.
const PAUSE_H: i64 = 7 * 24;

const UNTOLD: &str = concat!(
    "with waits as (
        select s.id, s.listing, coalesce(l.slug, g.slug) as slug, coalesce(",
    whose!(),
    ", g.organisation) as organisation
        from suggestion s left join listing l on l.id = s.listing left join lapsed g on g.listing = s.listing
        where s.told_at is null and s.settled_at is null)
    select w.id, w.organisation, w.listing, w.slug from waits w
    where exists (select from membership m where m.organisation = w.organisation and m.role = 'owner')
        and not exists (select from letter where purpose = 'notice'
            and payload ->> 'suggestions_of' = w.organisation::text and created_at > $1)
    order by w.organisation, w.slug, w.id limit 5000"
);

/// What a scope covers: `$1` is its account, `$2` whether it is of the whole directory.
const WAITING: &str = concat!(
    "select s.id, s.source, s.external_id, s.body, s.said_at
    from suggestion s left join listing l on l.id = s.listing left join lapsed g on g.listing = s.listing
    where s.listing = $3 and s.settled_at is null
        and ($2 or exists (select from membership m where m.account = $1 and m.organisation = coalesce(",
    whose!(),
    ", g.organisation)))
    order by s.said_at, s.id limit 100"
);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    source: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
    #[diesel(sql_type = sql_types::Timestamptz)]
    said_at: jiff_diesel::Timestamp,
}

impl Store {
    /// What waits of a listing, the oldest first, where the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_suggestions(
        &self,
        scope: Scope,
        listing: Uuid,
    ) -> Result<Vec<Suggestion>, StoreError> {
        let rows: Vec<Row> = diesel::sql_query(WAITING)
            .bind::<sql_types::Uuid, _>(scope.account())
            .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
            .bind::<sql_types::Uuid, _>(listing)
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: Row| Suggestion {
            id: row.id,
            source: row.source,
            external_id: row.external_id,
            body: row.body,
            said_at: row.said_at.to_jiff(),
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
                suggestion::told_at.eq(None::<jiff_diesel::Timestamp>),
            ));
        diesel::query_dsl::methods::FilterDsl::filter(upsert, news)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// What waits and of which nobody was written to, by organisation; not of one that was written to lately.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_untold(&mut self, now: Timestamp) -> Result<Vec<Untold>, StoreError> {
        let since = now - SignedDuration::from_hours(PAUSE_H);
        Ok(diesel::sql_query(UNTOLD)
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .load(self.connection)
            .await?)
    }

    /// Notes that those who keep these listings were written to.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn told(&mut self, of: &[Uuid], now: Timestamp) -> Result<(), StoreError> {
        diesel::update(suggestion::table.filter(suggestion::id.eq_any(of)))
            .set(suggestion::told_at.eq(now.to_diesel()))
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
