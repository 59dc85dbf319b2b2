//! Claims: somebody says that a published listing is theirs to keep.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{actor::Scope, draft::ClaimState, id},
    store::{Store, StoreError, WriteTx, schema::claim},
};

/// A claim that nobody has decided, or has.
#[derive(Clone, Debug)]
pub struct Claim {
    pub id: Uuid,
    pub organisation: Uuid,
    pub account: Uuid,
    pub state: ClaimState,
    pub grounds: String,
    pub created_at: Timestamp,
}

type Row = (Uuid, Uuid, Uuid, String, String, jiff_diesel::Timestamp);

const COLUMNS: (
    claim::id,
    claim::organisation,
    claim::account,
    claim::state,
    claim::grounds,
    claim::created_at,
) = (
    claim::id,
    claim::organisation,
    claim::account,
    claim::state,
    claim::grounds,
    claim::created_at,
);

fn read((id, organisation, account, state, grounds, created_at): Row) -> Result<Claim, StoreError> {
    let state = ClaimState::parse(&state);
    Ok(Claim {
        id,
        organisation,
        account,
        state: state.ok_or_else(|| StoreError::corrupt("a claim", "its state"))?,
        grounds,
        created_at: created_at.to_jiff(),
    })
}

impl Store {
    /// The claims that wait for a moderator, the oldest first. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_claims(&self, scope: Scope, limit: i64) -> Result<Vec<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = claim::table
            .filter(claim::state.eq(ClaimState::Open.as_str()))
            .order((claim::created_at, claim::id))
            .select(COLUMNS)
            .limit(limit)
            .load(&mut self.connection().await?)
            .await?;
        rows.into_iter().map(read).collect()
    }
}

impl Store {
    /// The claims of these ids. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_claims_of(
        &self,
        scope: Scope,
        ids: &[Uuid],
    ) -> Result<Vec<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = claim::table
            .filter(claim::id.eq_any(ids))
            .select(COLUMNS)
            .load(&mut self.connection().await?)
            .await?;
        rows.into_iter().map(read).collect()
    }
}

impl WriteTx<'_> {
    /// Notes a claim; `None` where the account has one on it that is open.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn open_claim(
        &mut self,
        organisation: Uuid,
        account: Uuid,
        grounds: &str,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = id::fresh(now);
        let row = (
            claim::id.eq(id),
            claim::organisation.eq(organisation),
            claim::account.eq(account),
            claim::state.eq(ClaimState::Open.as_str()),
            claim::grounds.eq(grounds),
            claim::created_at.eq(now.to_diesel()),
        );
        let opened = diesel::insert_into(claim::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok((opened == 1).then_some(id))
    }

    /// Decides a claim that is open; `None` where it is not, or the scope is not of the whole directory.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn decide_claim(
        &mut self,
        scope: Scope,
        id: Uuid,
        state: ClaimState,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(None);
        }
        let open = claim::table.filter(
            claim::id
                .eq(id)
                .and(claim::state.eq(ClaimState::Open.as_str())),
        );
        let row: Option<Row> = diesel::update(open)
            .set((
                claim::state.eq(state.as_str()),
                claim::decided_at.eq(now.to_diesel()),
            ))
            .returning(COLUMNS)
            .get_result(self.connection)
            .await
            .optional()?;
        row.map(read).transpose()
    }
}
