//! Drafts as those see them who may.

use diesel::{pg::Pg, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{
        actor::Scope,
        draft::{DraftState, MemberRole},
        listing::Kind,
    },
    store::{
        Store, StoreError, WriteTx,
        schema::{draft, draft_remark, listing, membership},
    },
};

/// A draft, as one person sees it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: Uuid,
    /// The id that the listing has, or will have.
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub state: DraftState,
    pub version: i64,
    /// The version of the listing on which it stands.
    pub base: Option<i64>,
    /// The version that the listing has now.
    pub current: Option<i64>,
    pub body: Value,
    pub reason: Option<String>,
    pub author: Option<Uuid>,
    pub submitted_by: Option<Uuid>,
    pub assigned_to: Option<Uuid>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    /// Under which it was handed in.
    pub licence: Option<String>,
    /// What it was handed in with, as one, and the row of the file that it was.
    pub batch: Option<Uuid>,
    pub row: Option<i32>,
    /// A moderator opened it, of a listing that nobody owned: moderators type in it.
    pub by_moderator: bool,
    /// What the person who looks is in its organisation.
    pub role: Option<MemberRole>,
    pub remarks: Vec<Remark>,
}

/// What a moderator says of one value.
#[derive(Clone, Debug)]
pub struct Remark {
    pub pointer: String,
    pub remark: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = draft, check_for_backend(Pg))]
pub(super) struct DraftRow {
    pub id: Uuid,
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: String,
    pub state: String,
    pub version: i64,
    pub base: Option<i64>,
    pub body: Value,
    pub reason: Option<String>,
    pub author: Option<Uuid>,
    pub submitted_by: Option<Uuid>,
    pub assigned_to: Option<Uuid>,
    pub created_at: jiff_diesel::Timestamp,
    pub changed_at: jiff_diesel::Timestamp,
    pub submitted_at: Option<jiff_diesel::Timestamp>,
    pub decided_at: Option<jiff_diesel::Timestamp>,
    pub licence: Option<String>,
    pub batch: Option<Uuid>,
    pub batch_row: Option<i32>,
    pub by_moderator: bool,
}

/// The states in which a draft is for those alone who type it.
pub(super) const THEIRS: [&str; 2] = [DraftState::Draft.as_str(), DraftState::Withdrawn.as_str()];

pub(super) type Seen = (DraftRow, Option<String>, Option<i64>);

/// All drafts, joined as `seen` has them. What the scope covers, the query says itself.
macro_rules! joined {
    ($scope:expr) => {{
        let scope: Scope = $scope;
        let own = membership::organisation
            .eq(draft::organisation)
            .and(membership::account.eq(scope.account()));
        draft::table
            .left_join(membership::table.on(own))
            .left_join(listing::table.on(listing::id.eq(draft::listing)))
            .select((
                DraftRow::as_select(),
                membership::role.nullable(),
                listing::version.nullable(),
            ))
            .into_boxed()
    }};
}
pub(super) use joined;

/// The drafts that a scope covers, joined with what the person is there and with the listing. Moderators see what was handed
/// in, also while it is mended on their word; what was taken back is for those alone who typed it. A macro, because
/// Diesel's type of it fills a page.
macro_rules! seen {
    ($scope:expr) => {{
        let scope: Scope = $scope;
        let all = $crate::store::drafts::read::joined!(scope);
        match scope {
            Scope::Member(_) => all.filter(membership::role.nullable().is_not_null()),
            Scope::Directory(_) => all.filter(
                membership::role
                    .nullable()
                    .is_not_null()
                    .or(draft::submitted_at
                        .is_not_null()
                        .and(draft::state.ne_all($crate::store::drafts::read::THEIRS)))
                    .or(draft::by_moderator),
            ),
        }
    }};
}
pub(super) use seen;

impl Store {
    /// The draft of that id, where the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_draft(&self, scope: Scope, id: Uuid) -> Result<Option<Draft>, StoreError> {
        let mut connection = self.connection().await?;
        let found: Option<Seen> = seen!(scope)
            .filter(draft::id.eq(id))
            .first(&mut connection)
            .await
            .optional()?;
        let read = whole(&mut connection, found.into_iter().collect()).await?;
        Ok(read.into_iter().next())
    }
}

impl WriteTx<'_> {
    /// The draft of that id, for nobody else to change until this transaction ends. Whether the actor may know of it was
    /// settled before.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_draft(
        &mut self,
        scope: Scope,
        id: Uuid,
    ) -> Result<Option<Draft>, StoreError> {
        let held: Option<Uuid> = draft::table
            .find(id)
            .select(draft::id)
            .for_update()
            .first(self.connection)
            .await
            .optional()?;
        if held.is_none() {
            return Ok(None);
        }
        let found: Option<Seen> = seen!(scope)
            .filter(draft::id.eq(id))
            .first(self.connection)
            .await
            .optional()?;
        let read = whole(self.connection, found.into_iter().collect()).await?;
        Ok(read.into_iter().next())
    }

    /// The drafts of a batch, by their rows, for nobody else to change until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_rows(&mut self, scope: Scope, of: Uuid) -> Result<Vec<Draft>, StoreError> {
        let _held: Vec<Uuid> = draft::table
            .filter(draft::batch.eq(of))
            .order(draft::id)
            .select(draft::id)
            .for_update()
            .load(self.connection)
            .await?;
        let found: Vec<Seen> = seen!(scope)
            .filter(draft::batch.eq(of))
            .order(draft::batch_row)
            .load(self.connection)
            .await?;
        whole(self.connection, found).await
    }
}

pub(super) fn kind_of(text: &str) -> Result<Kind, StoreError> {
    Kind::parse(text).ok_or_else(|| StoreError::corrupt("a draft", "its kind"))
}

/// Drafts with their remarks.
pub(super) async fn whole(
    connection: &mut AsyncPgConnection,
    rows: Vec<Seen>,
) -> Result<Vec<Draft>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|(row, ..)| row.id).collect();
    let remarks: Vec<(Uuid, String, String)> = draft_remark::table
        .filter(draft_remark::draft.eq_any(ids))
        .order((draft_remark::draft, draft_remark::position))
        .select((
            draft_remark::draft,
            draft_remark::pointer,
            draft_remark::remark,
        ))
        .load(connection)
        .await?;
    let of = |id: Uuid| {
        let own = remarks.iter().filter(|(draft, ..)| *draft == id);
        let remark = |(_, pointer, remark): &(Uuid, String, String)| Remark {
            pointer: pointer.clone(),
            remark: remark.clone(),
        };
        own.map(remark).collect()
    };
    rows.into_iter()
        .map(|(row, role, current)| {
            let state = DraftState::parse(&row.state);
            Ok(Draft {
                remarks: of(row.id),
                id: row.id,
                listing: row.listing,
                organisation: row.organisation,
                kind: kind_of(&row.kind)?,
                state: state.ok_or_else(|| StoreError::corrupt("a draft", "its state"))?,
                version: row.version,
                base: row.base,
                current,
                body: row.body,
                reason: row.reason,
                author: row.author,
                submitted_by: row.submitted_by,
                assigned_to: row.assigned_to,
                created_at: row.created_at.to_jiff(),
                changed_at: row.changed_at.to_jiff(),
                submitted_at: row.submitted_at.map(|at| at.to_jiff()),
                decided_at: row.decided_at.map(|at| at.to_jiff()),
                licence: row.licence,
                batch: row.batch,
                row: row.batch_row,
                by_moderator: row.by_moderator,
                role: role.as_deref().and_then(MemberRole::parse),
            })
        })
        .collect()
}
