//! What moderators see beside a draft: how long things wait, who looks at what, and notes that only they read.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{draft::Noted, id},
    store::{
        Store, StoreError, WriteTx,
        schema::{draft, draft_note},
    },
};

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
    select (select count(distinct coalesce(batch, id)) from draft where state = 'submitted')
            + (select count(*) from claim where state = 'open') + (select count(*) from report where settled_at is null) as length,
        (select (percentile_cont(0.5) within group (order by extract(epoch from decided_at - submitted_at)) / 60)::bigint
         from (select decided_at, submitted_at from draft
               where decided_at is not null and submitted_at is not null and decided_at >= submitted_at
                   and (batch is null or batch_row = (select min(batch_row) from draft other where other.batch = draft.batch))
               order by decided_at desc limit 100) as latest) as usual_minutes";

impl Store {
    /// How many wait before that one; it is counted itself. `id` is the draft's, or that of its batch.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn position(&self, submitted_at: Timestamp, id: Uuid) -> Result<i64, StoreError> {
        const POSITION: &str = "
            select count(distinct coalesce(batch, id)) as length, null::bigint as usual_minutes from draft
            where state = 'submitted' and (submitted_at, coalesce(batch, id)) <= ($1, $2)";
        let row: WaitingRow = diesel::sql_query(POSITION)
            .bind::<sql_types::Timestamptz, _>(submitted_at.to_diesel())
            .bind::<sql_types::Uuid, _>(id)
            .get_result(&mut self.connection().await?)
            .await?;
        Ok(row.length)
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

    /// The notes on a draft or a batch, the oldest first. For moderators: whether the person is one was settled before.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_notes(&self, of: Uuid) -> Result<Vec<Note>, StoreError> {
        type Row = (Uuid, Option<Uuid>, String, jiff_diesel::Timestamp);
        let rows: Vec<Row> = draft_note::table
            .filter(draft_note::draft.eq(of).or(draft_note::batch.eq(of)))
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
    /// Adds a note to a draft, or to a batch.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn add_note(
        &mut self,
        to: Noted,
        author: Uuid,
        note: &str,
        now: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let id = id::fresh(now);
        let (draft, batch) = match to {
            Noted::Draft(draft) => (Some(draft), None),
            Noted::Batch(batch) => (None, Some(batch)),
        };
        let row = (
            draft_note::id.eq(id),
            draft_note::draft.eq(draft),
            draft_note::batch.eq(batch),
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
