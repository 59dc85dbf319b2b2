//! Batches: drafts that were handed in as one. What happens to a batch happens to all of its drafts.

use std::collections::HashMap;

use diesel::{pg::Pg, prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{
    alike::Traits,
    read::{self, Draft, DraftRow, Seen, seen},
};
use crate::{
    domain::{
        actor::Scope,
        draft::{DraftState, MemberRole},
        id,
        listing::Kind,
    },
    store::{
        Store, StoreError, WriteTx,
        schema::{batch, draft, listing, membership},
    },
};

/// A batch, as one person sees it.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: Uuid,
    pub organisation: Uuid,
    pub state: DraftState,
    pub version: i64,
    pub reason: Option<String>,
    pub author: Option<Uuid>,
    pub submitted_by: Option<Uuid>,
    pub assigned_to: Option<Uuid>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub submitted_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    /// What the person who looks is in its organisation.
    pub role: Option<MemberRole>,
}

/// A batch to be handed in.
#[derive(Debug)]
pub struct NewBatch {
    pub organisation: Uuid,
    pub author: Uuid,
    /// Under which it is given.
    pub licence: String,
    pub rows: Vec<NewRow>,
}

/// One of its drafts.
#[derive(Debug)]
pub struct NewRow {
    pub row: i32,
    pub listing: Uuid,
    pub kind: Kind,
    pub base: Option<i64>,
    pub body: Value,
    pub traits: Traits,
}

/// What becomes of a batch.
#[derive(Clone, Copy, Debug)]
pub enum BatchChange<'a> {
    /// Handed in again by somebody, each draft standing on what is public of its listing now.
    Submit {
        by: Uuid,
        /// Since when it waits, where it does already.
        since: Option<Timestamp>,
        /// Under which it is given.
        licence: &'a str,
    },
    Withdraw,
    Decide(Decision<'a>),
}

/// What a moderator decides.
#[derive(Clone, Copy, Debug)]
pub enum Decision<'a> {
    Approve,
    Reject {
        reason: &'a str,
    },
    /// With so many remarks on single values.
    RequestChanges {
        reason: Option<&'a str>,
        remarks: usize,
    },
}

impl<'a> Decision<'a> {
    pub(super) fn state(self) -> DraftState {
        match self {
            Self::Approve => DraftState::Approved,
            Self::Reject { .. } => DraftState::Rejected,
            Self::RequestChanges { .. } => DraftState::ChangesRequested,
        }
    }

    /// What stands as the reason from now on; none where the former one stays.
    pub(super) fn reason(self) -> Option<Option<&'a str>> {
        match self {
            Self::Approve => None,
            Self::Reject { reason } => Some(Some(reason)),
            Self::RequestChanges { reason, .. } => Some(reason),
        }
    }
}

impl BatchChange<'_> {
    fn state(self) -> DraftState {
        match self {
            Self::Submit { .. } => DraftState::Submitted,
            Self::Withdraw => DraftState::Withdrawn,
            Self::Decide(decision) => decision.state(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = batch, check_for_backend(Pg))]
struct BatchRow {
    id: Uuid,
    organisation: Uuid,
    state: String,
    version: i64,
    reason: Option<String>,
    author: Option<Uuid>,
    submitted_by: Option<Uuid>,
    assigned_to: Option<Uuid>,
    created_at: jiff_diesel::Timestamp,
    changed_at: jiff_diesel::Timestamp,
    submitted_at: jiff_diesel::Timestamp,
    decided_at: Option<jiff_diesel::Timestamp>,
}

/// The batches of these ids that a scope covers. Moderators see all but what was taken back: each was handed in.
async fn covered(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    ids: &[Uuid],
) -> Result<Vec<Batch>, StoreError> {
    let own = membership::organisation
        .eq(batch::organisation)
        .and(membership::account.eq(scope.account()));
    let rows: Vec<(BatchRow, Option<String>)> = batch::table
        .left_join(membership::table.on(own))
        .filter(batch::id.eq_any(ids))
        .select((BatchRow::as_select(), membership::role.nullable()))
        .load(connection)
        .await?;
    let moderates = matches!(scope, Scope::Directory(_));
    let seen = rows
        .into_iter()
        .filter(|(row, role)| role.is_some() || moderates && !read::THEIRS.contains(&&*row.state));
    seen.map(|(row, role)| {
        let state = DraftState::parse(&row.state);
        Ok(Batch {
            id: row.id,
            organisation: row.organisation,
            state: state.ok_or_else(|| StoreError::corrupt("a batch", "its state"))?,
            version: row.version,
            reason: row.reason,
            author: row.author,
            submitted_by: row.submitted_by,
            assigned_to: row.assigned_to,
            created_at: row.created_at.to_jiff(),
            changed_at: row.changed_at.to_jiff(),
            submitted_at: row.submitted_at.to_jiff(),
            decided_at: row.decided_at.map(|at| at.to_jiff()),
            role: role.as_deref().and_then(MemberRole::parse),
        })
    })
    .collect()
}

impl Store {
    /// The batch of that id, where the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_batch(&self, scope: Scope, id: Uuid) -> Result<Option<Batch>, StoreError> {
        Ok(self.list_batches(scope, &[id]).await?.pop())
    }

    /// The batches of these ids that the scope covers.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_batches(&self, scope: Scope, ids: &[Uuid]) -> Result<Vec<Batch>, StoreError> {
        covered(&mut *self.connection().await?, scope, ids).await
    }

    /// The drafts of a batch, by their rows, where the scope covers them.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_rows(&self, scope: Scope, of: Uuid) -> Result<Vec<Draft>, StoreError> {
        let mut connection = self.connection().await?;
        let found: Vec<Seen> = seen!(scope)
            .filter(draft::batch.eq(of))
            .order(draft::batch_row)
            .load(&mut connection)
            .await?;
        read::whole(&mut connection, found).await
    }
}

impl WriteTx<'_> {
    /// Hands a batch in; `None` where one of its listings has a draft that is open.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn open_batch(
        &mut self,
        new: &NewBatch,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = id::fresh(now);
        let at = now.to_diesel();
        let state = DraftState::Submitted.as_str();
        let row = (
            batch::id.eq(id),
            batch::organisation.eq(new.organisation),
            batch::state.eq(state),
            batch::version.eq(1),
            batch::author.eq(new.author),
            batch::submitted_by.eq(new.author),
            batch::created_at.eq(at),
            batch::changed_at.eq(at),
            batch::submitted_at.eq(at),
        );
        diesel::insert_into(batch::table)
            .values(row)
            .execute(self.connection)
            .await?;
        let rows: Vec<_> = new
            .rows
            .iter()
            .map(|row| {
                (
                    draft::id.eq(id::fresh(now)),
                    draft::listing.eq(row.listing),
                    draft::organisation.eq(new.organisation),
                    draft::kind.eq(row.kind.as_str()),
                    draft::state.eq(state),
                    draft::version.eq(1),
                    draft::base.eq(row.base),
                    draft::body.eq(&row.body),
                    row.traits.columns(),
                    draft::author.eq(new.author),
                    draft::submitted_by.eq(new.author),
                    draft::created_at.eq(at),
                    draft::changed_at.eq(at),
                    draft::submitted_at.eq(at),
                    draft::licence.eq(&new.licence),
                    draft::batch.eq(id),
                    draft::batch_row.eq(row.row),
                )
            })
            .collect();
        let opened = diesel::insert_into(draft::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok((opened == new.rows.len()).then_some(id))
    }

    /// Changes the batch that has that version, with its drafts, and raises it; false where it has another one by now.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn change_batch(
        &mut self,
        id: Uuid,
        version: i64,
        change: BatchChange<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const DRAFTS: &str = "
            update draft set state = $2, version = draft.version + 1, changed_at = $3,
                decided_at = case when $4 then $3 else decided_at end,
                submitted_by = coalesce($5, submitted_by), licence = coalesce($6, licence),
                submitted_at = case when $5 is null then submitted_at else $7 end,
                base = case when $5 is null then base else (select version from listing where id = draft.listing) end
            where batch = $1";
        let at = now.to_diesel();
        let state = change.state();
        let (mut by, mut licence, mut reason, mut decided) = (None, None, None, false);
        let mut handed_in = at;
        match change {
            BatchChange::Submit {
                by: account,
                since,
                licence: given,
            } => {
                (by, licence) = (Some(account), Some(given));
                handed_in = since.map_or(at, |since| since.to_diesel());
            }
            BatchChange::Withdraw => {}
            BatchChange::Decide(decision) => {
                decided = true;
                reason = decision.reason();
            }
        }
        let known = batch::table.filter(batch::id.eq(id).and(batch::version.eq(version)));
        let raised = (
            batch::version.eq(batch::version + 1),
            batch::changed_at.eq(at),
            batch::state.eq(state.as_str()),
            reason.map(|reason| batch::reason.eq(reason)),
            decided.then(|| batch::decided_at.eq(at)),
            by.map(|by| {
                (
                    batch::submitted_by.eq(by),
                    batch::submitted_at.eq(handed_in),
                )
            }),
        );
        let changed = diesel::update(known)
            .set(raised)
            .execute(self.connection)
            .await?;
        if changed != 1 {
            return Ok(false);
        }
        diesel::sql_query(DRAFTS)
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Text, _>(state.as_str())
            .bind::<sql_types::Timestamptz, _>(at)
            .bind::<sql_types::Bool, _>(decided)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(by)
            .bind::<sql_types::Nullable<sql_types::Text>, _>(licence)
            .bind::<sql_types::Timestamptz, _>(handed_in)
            .execute(self.connection)
            .await?;
        Ok(true)
    }

    /// Something was typed in one of its rows: it is of another version.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn touch_batch(&mut self, id: Uuid) -> Result<(), StoreError> {
        diesel::update(batch::table.find(id))
            .set(batch::version.eq(batch::version + 1))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// The batch of that id, for nobody else to change until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_batch(
        &mut self,
        scope: Scope,
        id: Uuid,
    ) -> Result<Option<Batch>, StoreError> {
        let held: Option<Uuid> = batch::table
            .find(id)
            .select(batch::id)
            .for_update()
            .first(self.connection)
            .await
            .optional()?;
        match held {
            Some(id) => Ok(covered(self.connection, scope, &[id]).await?.pop()),
            None => Ok(None),
        }
    }

    /// The versions that listings have now, for nobody to change until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_versions(&mut self, of: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
        let rows: Vec<(Uuid, i64)> = listing::table
            .filter(listing::id.eq_any(of))
            .order(listing::id)
            .select((listing::id, listing::version))
            .for_update()
            .load(self.connection)
            .await?;
        Ok(rows.into_iter().collect())
    }
}
