//! What waits for moderators: drafts, batches, claims and reports in one order.

use std::collections::HashMap;

use diesel::{dsl::count_star, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::read::{self, Draft, DraftRow, Seen, seen};
use crate::{
    domain::{actor::Scope, draft::QueuePlace, listing::Kind},
    store::{
        Store, StoreError,
        schema::{draft, listing, membership},
    },
};

/// Which of what waits is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueFilter {
    /// `draft`, `batch`, `claim` or `report`.
    pub about: Option<&'static str>,
    pub kind: Option<Kind>,
    /// Looked at by this moderator; or by nobody.
    pub assigned_to: Option<Option<Uuid>>,
    pub since: Option<Timestamp>,
    /// The last one of the page before.
    pub after: Option<QueuePlace>,
    pub limit: i64,
}

/// Something that waits.
#[derive(Clone, Debug)]
pub struct Waits {
    pub about: String,
    pub id: Uuid,
    pub urgent: bool,
    pub since: Timestamp,
    pub assigned_to: Option<Uuid>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Text)]
    about: String,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Bool)]
    urgent: bool,
    #[diesel(sql_type = sql_types::Timestamptz)]
    since: jiff_diesel::Timestamp,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    assigned_to: Option<Uuid>,
}

/// Everything that waits for a moderator. The queue, its length and the place of one thing in it are of the same.
macro_rules! waiting {
    () => {
        "
        select 'draft' as about, id, false as urgent, submitted_at as since, assigned_to, array[kind] as kinds
        from draft where state = 'submitted' and batch is null
        union all
        select 'batch', id, false, submitted_at, assigned_to,
            array(select distinct kind from draft where draft.batch = batch.id)
        from batch where state = 'submitted'
        union all
        select 'claim', claim.id, false, claim.created_at, assigned_to, array[coalesce(listing.kind, lapsed.kind)]
        from claim left join listing on listing.id = claim.organisation left join lapsed on lapsed.listing = claim.organisation
        where state = 'open'
        union all
        select 'report', report.id, urgent, report.created_at, assigned_to, array[coalesce(listing.kind, lapsed.kind)]
        from report left join listing on listing.id = report.listing left join lapsed on lapsed.listing = report.listing
        where settled_at is null"
    };
}

const QUEUE: &str = concat!(
    "select about, id, urgent, since, assigned_to from (",
    waiting!(),
    ") as waiting
    where ($1 is null or about = $1) and ($2 is null or $2 = any(kinds))
        and (not $3 or assigned_to is not distinct from $4) and ($5 is null or since <= $5)
        and ($6 is null or (not urgent, since, id) > (not $7, $6, $8))
    order by not urgent, since, id limit $9"
);

const POSITIONS: &str = concat!(
    "select id, position from (
        select id, row_number() over (order by not urgent, since, id) as position from (",
    waiting!(),
    ") as waiting
    ) as placed where id = any($1)"
);

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Int8)]
    position: i64,
}

impl Store {
    /// The places of these drafts and batches among all that waits, where they wait; 1 is next.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn positions(&self, of: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
        if of.is_empty() {
            return Ok(HashMap::new());
        }
        let placed: Vec<Placed> = diesel::sql_query(POSITIONS)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(of)
            .load(&mut self.connection().await?)
            .await?;
        Ok(placed
            .into_iter()
            .map(|one| (one.id, one.position))
            .collect())
    }
}

impl Store {
    /// What waits: what is urgent first, then the oldest. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_queue(
        &self,
        scope: Scope,
        filter: &QueueFilter,
    ) -> Result<Vec<Waits>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let kind = filter.kind.map(Kind::as_str);
        let assigned_to = filter.assigned_to;
        let after = filter.after;
        let at = after.map(|(_, at, _)| at.to_diesel());
        let since = filter.since.map(|at| at.to_diesel());
        let rows: Vec<Row> = diesel::sql_query(QUEUE)
            .bind::<sql_types::Nullable<sql_types::Text>, _>(filter.about)
            .bind::<sql_types::Nullable<sql_types::Text>, _>(kind)
            .bind::<sql_types::Bool, _>(assigned_to.is_some())
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(assigned_to.flatten())
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(since)
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
            .bind::<sql_types::Bool, _>(after.is_some_and(|(urgent, ..)| urgent))
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(after.map(|(.., id)| id))
            .bind::<sql_types::Int8, _>(filter.limit)
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: Row| Waits {
            about: row.about,
            id: row.id,
            urgent: row.urgent,
            since: row.since.to_jiff(),
            assigned_to: row.assigned_to,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The drafts of these ids that the scope covers.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_drafts_of(
        &self,
        scope: Scope,
        ids: &[Uuid],
    ) -> Result<Vec<Draft>, StoreError> {
        let mut connection = self.connection().await?;
        let found: Vec<Seen> = seen!(scope)
            .filter(draft::id.eq_any(ids))
            .load(&mut connection)
            .await?;
        read::whole(&mut connection, found).await
    }

    /// How many drafts these batches have.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_rows(&self, of: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
        let rows: Vec<(Option<Uuid>, i64)> = draft::table
            .filter(draft::batch.eq_any(of))
            .group_by(draft::batch)
            .select((draft::batch, count_star()))
            .load(&mut self.connection().await?)
            .await?;
        let known = rows
            .into_iter()
            .filter_map(|(id, count)| Some((id?, count)));
        Ok(known.collect())
    }
}
