//! Taking letters that are due, for one who sends them, and what becomes of them.
//!
//! Invariant: letters that went out together go out together again. Deliberately absent: what a letter says (`app::post`).

use diesel::{dsl::sql, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::letter::{TRIES, Waiting, addressed};
use crate::{
    domain::account::LetterPurpose,
    store::{
        StoreError, WriteTx,
        schema::{letter, letter_link},
    },
};

/// A letter that could not be sent is tried again after a minute, then two, four… up to about a day.
const LONGEST_PAUSE_DOUBLINGS: u32 = 10;

#[derive(Queryable, Selectable)]
#[diesel(table_name = letter)]
struct WaitingRow {
    id: Uuid,
    purpose: String,
    email: String,
    payload: Value,
    link_minutes: Option<i32>,
    created_at: jiff_diesel::Timestamp,
    attempts: i32,
    gathered: Option<Uuid>,
}

impl WriteTx<'_> {
    /// Takes a letter that is due, for nobody else to send. With one that is gathered come those that were written to the
    /// same address for the same reason in the same moment, `most` in all; those that went out together before go together
    /// again.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn take_letters(
        &mut self,
        most: u8,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        // Two who send would take one another's share of what belongs together.
        self.one_at_a_time("letters").await?;
        let due = letter::sent_at
            .is_null()
            .and(letter::used_at.is_null())
            .and(letter::attempts.lt(TRIES))
            .and(letter::next_try_at.le(now.to_diesel()));
        // Somebody sits and waits for most letters, but not for those of which there may be thousands.
        let of_many = sql::<sql_types::Bool>("purpose in ('reminder', 'lapse', 'notice')");
        // Of what is gathered that comes first which is to be read first.
        let first_read = sql::<sql_types::Bool>("payload -> 'order' desc nulls last");
        let due = letter::table.filter(due);
        let due = due.order((of_many, first_read, letter::id));
        let first: Option<WaitingRow> = due
            .clone()
            .select(WaitingRow::as_select())
            .for_update()
            .skip_locked()
            .first(self.connection)
            .await
            .optional()?;
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let gathered = first.gathered.unwrap_or(first.id);
        let mut rows = Vec::new();
        if LetterPurpose::parse(&first.purpose).is_some_and(LetterPurpose::is_gathered) {
            let same = letter::gathered.is_not_distinct_from(first.gathered);
            let reason = letter::purpose.eq(&first.purpose);
            let moment = letter::created_at.eq(first.created_at);
            let beside = letter::email.eq(&first.email).and(reason).and(moment);
            rows = due
                .filter(beside.and(same).and(letter::id.ne(first.id)))
                .limit(i64::from(most) - 1)
                .select(WaitingRow::as_select())
                .for_update()
                .skip_locked()
                .load(self.connection)
                .await?;
        }
        rows.insert(0, first);
        let mut taken = Vec::new();
        for row in rows {
            taken.push(self.take(row, gathered, now).await?);
        }
        Ok(taken)
    }

    async fn take(
        &mut self,
        row: WaitingRow,
        gathered: Uuid,
        now: Timestamp,
    ) -> Result<Waiting, StoreError> {
        let WaitingRow {
            id,
            payload,
            link_minutes,
            attempts,
            ..
        } = row;
        let (purpose, email) = addressed(&row.purpose, &row.email)?;
        let doublings = attempts.unsigned_abs().min(LONGEST_PAUSE_DOUBLINGS);
        let after = |minutes: i64| (now + SignedDuration::from_mins(minutes)).to_diesel();
        let expires = link_minutes.map(|minutes| after(minutes.into()));
        diesel::update(letter::table.find(id))
            .set((
                letter::attempts.eq(letter::attempts + 1),
                letter::next_try_at.eq(after(1 << doublings)),
                letter::link_expires_at.eq(expires),
                letter::gathered.eq(gathered),
            ))
            .execute(self.connection)
            .await?;
        Ok(Waiting {
            id,
            gathered,
            purpose,
            email,
            payload,
            link_minutes,
            last: attempts + 1 >= TRIES,
        })
    }

    /// Keeps the hash of a link that goes out with the letter.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn link(&mut self, letter: Uuid, hash: &str) -> Result<(), StoreError> {
        diesel::insert_into(letter_link::table)
            .values((letter_link::hash.eq(hash), letter_link::letter.eq(letter)))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// When the letters go out that were written for that reason in that moment, and were not tried yet.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn send_at(
        &mut self,
        purpose: LetterPurpose,
        written: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let of_it = letter::purpose.eq(purpose.as_str());
        let untried = letter::attempts.eq(0).and(letter::sent_at.is_null());
        let letters = letter::created_at.eq(written.to_diesel()).and(of_it);
        diesel::update(letter::table.filter(letters.and(untried)))
            .set(letter::next_try_at.eq(at.to_diesel()))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Notes that letters were sent.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn letters_sent(&mut self, ids: &[Uuid], now: Timestamp) -> Result<(), StoreError> {
        let update = diesel::update(letter::table.filter(letter::id.eq_any(ids)));
        update
            .set(letter::sent_at.eq(now.to_diesel()))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
