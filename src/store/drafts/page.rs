//! Pages of drafts: of one's organisations, and of what one typed. A page is short where its drafts are large. And how large
//! a batch is, which is no page: it is looked at and decided whole.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::read::{Draft, DraftRow, Seen, joined, seen, whole};
use crate::{
    domain::{actor::Scope, draft::DraftState},
    store::{
        Store, StoreError, WriteTx,
        schema::{draft, listing, membership},
    },
};

/// A page holds so many bytes of what is typed, as JSON; but one draft at least.
const PAGE_BYTES: i64 = 4 * 1024 * 1024;

/// A draft with how large it is.
#[derive(QueryableByName)]
pub(super) struct Measured {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = sql_types::Int8)]
    pub bytes: i64,
}

const PAGE: &str = "
    select id, octet_length(body::text)::bigint as bytes from draft
    where organisation in (select organisation from membership where account = $1)
        and ($2 is null or organisation = $2) and ($3 is null or id < $3)
        and ($5 is null or listing = $5) and state = any($6)
    order by id desc limit $4";

/// Which drafts are wanted.
#[derive(Clone, Debug)]
pub struct DraftFilter {
    pub organisation: Option<Uuid>,
    pub listing: Option<Uuid>,
    pub states: Vec<DraftState>,
    /// The last one of the page before.
    pub before: Option<Uuid>,
    pub limit: u16,
}

/// What others typed is no longer theirs to see once they left.
const TYPED: &str = "
    select id, octet_length(body::text)::bigint as bytes from draft
    where (author = $1 or submitted_by = $1) and ($3 is null or id < $3)
        and (exists (select from membership where membership.organisation = draft.organisation and account = $1)
            or author = $1 and not exists (select from audit where subject = 'draft/' || draft.id
                and action = 'change_draft' and actor <> $2))
    order by id desc limit $4";

const OF_BATCH: &str =
    "select id, octet_length(body::text)::bigint as bytes from draft where batch = $1";

impl Store {
    /// A page of those drafts of the organisations that the scope's account keeps which are wanted, the latest first; and
    /// whether more follow.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_drafts(
        &self,
        scope: Scope,
        wanted: &DraftFilter,
    ) -> Result<(Vec<Draft>, bool), StoreError> {
        let mut connection = self.connection().await?;
        let limit = wanted.limit;
        let states: Vec<&str> = wanted.states.iter().map(|state| state.as_str()).collect();
        let measured: Vec<Measured> = diesel::sql_query(PAGE)
            .bind::<sql_types::Uuid, _>(scope.account())
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(wanted.organisation)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(wanted.before)
            .bind::<sql_types::Int8, _>(i64::from(limit) + 1)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(wanted.listing)
            .bind::<sql_types::Array<sql_types::Text>, _>(states)
            .load(&mut connection)
            .await?;
        let (ids, more) = page(&measured, limit);
        let found: Vec<Seen> = seen!(scope)
            .filter(draft::id.eq_any(ids))
            .order(draft::id.desc())
            .load(&mut connection)
            .await?;
        Ok((whole(&mut connection, found).await?, more))
    }

    /// A page of what the scope's account typed or handed in, the latest first, wherever it is; and whether more follows. Of an
    /// organisation that they left, what they began and nobody else has typed in.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_typed(
        &self,
        scope: Scope,
        before: Option<Uuid>,
        limit: u16,
    ) -> Result<(Vec<Draft>, bool), StoreError> {
        let account = scope.account();
        let mut connection = self.connection().await?;
        let measured: Vec<Measured> = diesel::sql_query(TYPED)
            .bind::<sql_types::Uuid, _>(account)
            .bind::<sql_types::Text, _>(format!("account/{account}"))
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(before)
            .bind::<sql_types::Int8, _>(i64::from(limit) + 1)
            .load(&mut connection)
            .await?;
        let (ids, more) = page(&measured, limit);
        let found: Vec<Seen> = joined!(scope)
            .filter(draft::id.eq_any(ids))
            .order(draft::id.desc())
            .load(&mut connection)
            .await?;
        Ok((whole(&mut connection, found).await?, more))
    }
}

impl WriteTx<'_> {
    /// How many bytes the drafts of a batch hold in all, as JSON.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn measure_batch(&mut self, id: Uuid) -> Result<i64, StoreError> {
        let rows: Vec<Measured> = diesel::sql_query(OF_BATCH)
            .bind::<sql_types::Uuid, _>(id)
            .load(self.connection)
            .await?;
        Ok(rows.iter().map(|row| row.bytes).sum())
    }
}

/// Those of the first drafts that one page holds, and whether more follow.
fn page(measured: &[Measured], limit: u16) -> (Vec<Uuid>, bool) {
    let mut bytes = 0;
    let fits = |one: &&Measured| {
        bytes += one.bytes;
        bytes <= PAGE_BYTES || bytes == one.bytes
    };
    let ids = measured.iter().take(limit.into()).take_while(fits);
    let ids: Vec<Uuid> = ids.map(|one| one.id).collect();
    let more = measured.len() > ids.len();
    (ids, more)
}
