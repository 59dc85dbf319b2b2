//! What moderators see beside a draft: the queue, who looks at what, and notes that only they read.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::read::{self, Draft, DraftRow, Seen, seen};
use crate::{
    domain::{actor::Scope, draft::DraftState, id, listing::Kind},
    store::{
        Store, StoreError, WriteTx,
        schema::{draft, draft_note, listing, membership},
    },
};

/// Which drafts of the queue are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueFilter {
    pub kind: Option<Kind>,
    /// Looked at by this moderator; or by nobody.
    pub assigned_to: Option<Option<Uuid>>,
    pub submitted_before: Option<Timestamp>,
    /// The last one of the page before.
    pub after: Option<(Timestamp, Uuid)>,
    pub limit: i64,
}

/// How long things wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub length: i64,
    /// The median of the latest decisions, in minutes; none before the first.
    pub usual_minutes: Option<i64>,
}

/// What a moderator wrote for the others.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: Uuid,
    /// None where the account is gone.
    pub author: Option<Uuid>,
    pub note: String,
    pub created_at: Timestamp,
}

#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = sql_types::Int8)]
    length: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Int8>)]
    usual_minutes: Option<i64>,
}

const WAITING: &str = "
    select (select count(*) from draft where state = 'submitted') as length,
        (select (percentile_cont(0.5) within group (order by extract(epoch from decided_at - submitted_at)) / 60)::bigint
         from (select decided_at, submitted_at from draft
               where decided_at is not null and submitted_at is not null and decided_at >= submitted_at
               order by decided_at desc limit 100) as latest) as usual_minutes";

impl Store {
    /// What was handed in and waits, the oldest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_queue(
        &self,
        scope: Scope,
        filter: &QueueFilter,
    ) -> Result<Vec<Draft>, StoreError> {
        let mut connection = self.connection().await?;
        let mut query = seen!(scope).filter(draft::state.eq(DraftState::Submitted.as_str()));
        if let Some(kind) = filter.kind {
            query = query.filter(draft::kind.eq(kind.as_str()));
        }
        match filter.assigned_to {
            Some(Some(account)) => query = query.filter(draft::assigned_to.eq(account)),
            Some(None) => query = query.filter(draft::assigned_to.is_null()),
            None => {}
        }
        if let Some(before) = filter.submitted_before {
            query = query.filter(draft::submitted_at.le(before.to_diesel()));
        }
        if let Some((at, id)) = filter.after {
            let later = draft::submitted_at
                .gt(at.to_diesel())
                .or(draft::submitted_at.eq(at.to_diesel()).and(draft::id.gt(id)));
            query = query.filter(later.assume_not_null());
        }
        let found: Vec<Seen> = query
            .order((draft::submitted_at, draft::id))
            .limit(filter.limit)
            .load(&mut connection)
            .await?;
        read::whole(&mut connection, found).await
    }

    /// How many wait before that one; it is counted itself.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn position(&self, submitted_at: Timestamp, id: Uuid) -> Result<i64, StoreError> {
        let at = submitted_at.to_diesel();
        let before = draft::submitted_at
            .lt(at)
            .or(draft::submitted_at.eq(at).and(draft::id.le(id)));
        Ok(draft::table
            .filter(draft::state.eq(DraftState::Submitted.as_str()))
            .filter(before.assume_not_null())
            .count()
            .get_result(&mut self.connection().await?)
            .await?)
    }

    /// How long the queue is, and how long things usually wait.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn waiting(&self) -> Result<Waiting, StoreError> {
        let row: WaitingRow = diesel::sql_query(WAITING)
            .get_result(&mut self.connection().await?)
            .await?;
        Ok(Waiting {
            length: row.length,
            usual_minutes: row.usual_minutes,
        })
    }

    /// The notes on a draft, the oldest first. For moderators: whether the person is one was settled before.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_notes(&self, of: Uuid) -> Result<Vec<Note>, StoreError> {
        type Row = (Uuid, Option<Uuid>, String, jiff_diesel::Timestamp);
        let rows: Vec<Row> = draft_note::table
            .filter(draft_note::draft.eq(of))
            .order(draft_note::id)
            .select((
                draft_note::id,
                draft_note::author,
                draft_note::note,
                draft_note::created_at,
            ))
            .limit(500)
            .load(&mut self.connection().await?)
            .await?;
        let read = |(id, author, note, created_at): Row| Note {
            id,
            author,
            note,
            created_at: created_at.to_jiff(),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// Adds a note to a draft.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn add_note(
        &mut self,
        to: Uuid,
        author: Uuid,
        note: &str,
        now: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let id = id::fresh(now);
        let row = (
            draft_note::id.eq(id),
            draft_note::draft.eq(to),
            draft_note::author.eq(author),
            draft_note::note.eq(note),
            draft_note::created_at.eq(now.to_diesel()),
        );
        diesel::insert_into(draft_note::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(id)
    }

    /// Says who looks at a draft, or nobody. It is no change of the draft.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn assign(&mut self, of: Uuid, to: Option<Uuid>) -> Result<(), StoreError> {
        let update = diesel::update(draft::table.find(of));
        update
            .set(draft::assigned_to.eq(to))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
