//! What moderators see beside what waits: how long things wait, who looks at what, and notes that only they read.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{actor::Scope, draft::Noted, id},
    store::{
        Store, StoreError, WriteTx,
        schema::{batch, claim, draft, moderator_note, report},
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

    /// The notes on it, the oldest first. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_notes(&self, scope: Scope, of: Noted) -> Result<Vec<Note>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        type Row = (Uuid, Option<Uuid>, String, jiff_diesel::Timestamp);
        let notes = moderator_note::table.into_boxed();
        let own = match of {
            Noted::Draft(id) => notes.filter(moderator_note::draft.eq(id)),
            Noted::Batch(id) => notes.filter(moderator_note::batch.eq(id)),
            Noted::Claim(id) => notes.filter(moderator_note::claim.eq(id)),
            Noted::Report(id) => notes.filter(moderator_note::report.eq(id)),
        };
        let rows: Vec<Row> = own
            .order(moderator_note::id)
            .select((
                moderator_note::id,
                moderator_note::author,
                moderator_note::note,
                moderator_note::created_at,
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
    /// Adds a note.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn add_note(
        &mut self,
        to: Noted,
        author: Uuid,
        text: &str,
        now: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let id = id::fresh(now);
        let (mut draft, mut batch, mut claim, mut report) = (None, None, None, None);
        match to {
            Noted::Draft(id) => draft = Some(id),
            Noted::Batch(id) => batch = Some(id),
            Noted::Claim(id) => claim = Some(id),
            Noted::Report(id) => report = Some(id),
        }
        let row = (
            moderator_note::id.eq(id),
            moderator_note::draft.eq(draft),
            moderator_note::batch.eq(batch),
            moderator_note::claim.eq(claim),
            moderator_note::report.eq(report),
            moderator_note::author.eq(author),
            moderator_note::note.eq(text),
            moderator_note::created_at.eq(now.to_diesel()),
        );
        diesel::insert_into(moderator_note::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(id)
    }

    /// Says who looks at it, or nobody. It is no change of what is looked at.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn assign(&mut self, of: Noted, to: Option<Uuid>) -> Result<(), StoreError> {
        let connection = &mut *self.connection;
        match of {
            Noted::Draft(id) => {
                let update = diesel::update(draft::table.find(id));
                update
                    .set(draft::assigned_to.eq(to))
                    .execute(connection)
                    .await?
            }
            Noted::Batch(id) => {
                let update = diesel::update(batch::table.find(id));
                update
                    .set(batch::assigned_to.eq(to))
                    .execute(connection)
                    .await?
            }
            Noted::Claim(id) => {
                let update = diesel::update(claim::table.find(id));
                update
                    .set(claim::assigned_to.eq(to))
                    .execute(connection)
                    .await?
            }
            Noted::Report(id) => {
                let update = diesel::update(report::table.find(id));
                update
                    .set(report::assigned_to.eq(to))
                    .execute(connection)
                    .await?
            }
        };
        Ok(())
    }
}
