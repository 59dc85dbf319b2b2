//! Forgetting what was kept for a while: answers to repeats, letters, sessions that ran out, drafts of nobody.
//!
//! Invariant: what something else is still told by stays. A reminder is what lets a listing lapse, and the letters of an
//! alarm are what keeps it from being told twice.

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::letter::TRIES;
use crate::{
    domain::confirmation::FURTHER_MONTHS,
    store::{StoreError, WriteTx, drafts::KEPT_H},
};

/// A letter with a link is kept for so many hours at least, also where its link was used: an address is written to so
/// many times an hour.
const LINKED_H: i64 = 24;
/// A letter that only tells something, in hours: of some things nobody is told more than once a week.
const NOTICE_H: i64 = 8 * 24;
/// A reminder, in months after it went out: so long it may be the reason why a listing lapses.
const REMINDER_MONTHS: i32 = FURTHER_MONTHS + 3;

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub answers: usize,
    pub letters: usize,
    pub sessions: usize,
    pub drafts: usize,
    pub former_members: usize,
}

const LETTERS: &str = "
    delete from letter where (sent_at is not null or used_at is not null or attempts >= $5 and next_try_at <= $2) and case
        when purpose = 'reminder' then coalesce(sent_at, created_at) + make_interval(months => $1) <= $2
        when link_minutes is not null then created_at <= $3 and (used_at is not null or link_expires_at <= $2)
        else created_at <= $4 and not exists (
            select from report where id::text = payload ->> 'report' and settled_at is null)
    end";

/// What never became public, of an organisation that nobody keeps any more: nobody can be asked about it, take it back or
/// see what became of it. What moderators type of such a listing stays.
const DRAFTS: &str = "
    delete from draft where state <> 'approved' and not by_moderator
        and not exists (select from membership where membership.organisation = draft.organisation)";
const BATCHES: &str = "
    delete from batch where state <> 'approved'
        and not exists (select from membership where membership.organisation = batch.organisation)";
/// Letters to others, whose addresses somebody who is gone gave.
const INVITATIONS: &str = "
    delete from letter where purpose = 'invitation' and payload ->> 'invited_by' = $1";

/// Until when somebody kept an organisation, once all that was begun by then is decided or taken back.
const FORMER_MEMBERS: &str = "
    delete from former_member f where ended_at <= $1
        and not exists (select from draft where draft.organisation = f.organisation and created_at <= f.ended_at
            and state in ('draft', 'submitted', 'changes_requested'))
        and not exists (select from batch where batch.organisation = f.organisation and created_at <= f.ended_at
            and state in ('draft', 'submitted', 'changes_requested'))";

impl WriteTx<'_> {
    /// Forgets what is of no use any more.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn forget(&mut self, now: Timestamp) -> Result<Forgotten, StoreError> {
        let before = |hours: i64| (now - SignedDuration::from_hours(hours)).to_diesel();
        let answers = diesel::sql_query("delete from idempotency where at <= $1")
            .bind::<sql_types::Timestamptz, _>(before(KEPT_H))
            .execute(self.connection)
            .await?;
        let letters = diesel::sql_query(LETTERS)
            .bind::<sql_types::Int4, _>(REMINDER_MONTHS)
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .bind::<sql_types::Timestamptz, _>(before(LINKED_H))
            .bind::<sql_types::Timestamptz, _>(before(NOTICE_H))
            .bind::<sql_types::Int4, _>(TRIES)
            .execute(self.connection)
            .await?;
        let sessions = diesel::sql_query("delete from session where expires_at <= $1")
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .execute(self.connection)
            .await?;
        // What was begun in the same moment is there by then.
        let former_members = diesel::sql_query(FORMER_MEMBERS)
            .bind::<sql_types::Timestamptz, _>(before(1))
            .execute(self.connection)
            .await?;
        Ok(Forgotten {
            former_members,
            answers,
            letters,
            sessions,
            drafts: of_nobody(self.connection).await?,
        })
    }
}

/// Forgets what never became public, of organisations that nobody keeps; how many drafts.
pub(super) async fn of_nobody(connection: &mut AsyncPgConnection) -> Result<usize, StoreError> {
    let drafts = diesel::sql_query(DRAFTS).execute(connection).await?;
    diesel::sql_query(BATCHES).execute(connection).await?;
    Ok(drafts)
}

/// Forgets the invitations that an account wrote.
pub(super) async fn invitations_of(
    connection: &mut AsyncPgConnection,
    account: Uuid,
) -> Result<(), StoreError> {
    diesel::sql_query(INVITATIONS)
        .bind::<sql_types::Text, _>(account.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
