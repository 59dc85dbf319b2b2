//! Letters that wait to be sent, and the single-use links in them.
//!
//! Invariant: a letter that goes out again, because nobody knows whether it arrived, has another link, and all of its
//! links work until one of them was used. Only their hashes are kept.

use std::fmt;

use diesel::{dsl::sql, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::account::lowered;
use crate::{
    domain::{
        account::{EmailAddress, LetterPurpose},
        id,
    },
    store::{
        Store, StoreError, WriteTx,
        schema::{letter, letter_link},
    },
};

/// A letter to be written. Its payload prints nothing.
pub struct NewLetter {
    pub purpose: LetterPurpose,
    pub email: EmailAddress,
    pub account: Option<Uuid>,
    pub payload: Value,
    /// How long its link works once it is sent; none for a letter without a link.
    pub link_minutes: Option<i32>,
}

/// A letter to be sent now. Its payload prints nothing.
pub struct Waiting {
    pub id: Uuid,
    /// With which it goes out, at every try.
    pub gathered: Uuid,
    pub purpose: LetterPurpose,
    pub email: EmailAddress,
    pub payload: Value,
    pub link_minutes: Option<i32>,
    /// It is not tried again.
    pub last: bool,
}

/// A link that works. Its payload prints nothing.
pub struct Link {
    pub purpose: LetterPurpose,
    pub email: EmailAddress,
    pub account: Option<Uuid>,
    pub payload: Value,
    pub expires_at: Timestamp,
}

macro_rules! prints {
    ($name:ident: $($shown:ident),+) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $(shown.field(stringify!($shown), &self.$shown);)+
                shown.finish_non_exhaustive()
            }
        }
    };
}

prints!(NewLetter: purpose, email, account, link_minutes);
prints!(Waiting: id, purpose, email, link_minutes, last);
prints!(Link: purpose, email, account, expires_at);

/// A letter that could not be sent is tried again after a minute, then two, four… up to about a day.
const LONGEST_PAUSE_DOUBLINGS: u32 = 10;
/// So many tries, which takes about five days: then nobody is going to read it any more.
pub(in crate::store) const TRIES: i32 = 16;

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

type LinkRow = (
    String,
    String,
    Option<Uuid>,
    Value,
    Option<jiff_diesel::Timestamp>,
);

impl Store {
    /// The link of that hash, where it works.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_link(&self, hash: &str, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let works = letter_link::hash.eq(hash).and(letter::used_at.is_null());
        let row: Option<LinkRow> = letter::table
            .inner_join(letter_link::table.on(letter_link::letter.eq(letter::id)))
            .filter(works.and(letter::link_expires_at.gt(now.to_diesel())))
            .select((
                letter::purpose,
                letter::email,
                letter::account,
                letter::payload,
                letter::link_expires_at,
            ))
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        row.map(link).transpose()
    }

    /// How many letters for these purposes were written to that address after `since`, however it was typed; only those of
    /// an account, where one is named.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_letters(
        &self,
        email: &EmailAddress,
        purposes: &[LetterPurpose],
        account: Option<Uuid>,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let purposes = purposes.iter().map(|purpose| purpose.as_str());
        let mut letters = letter::table
            .filter(
                lowered(letter::email)
                    .eq(lowered(email.as_str()))
                    .and(letter::purpose.eq_any(purposes))
                    .and(letter::created_at.gt(since.to_diesel())),
            )
            .into_boxed();
        if let Some(account) = account {
            letters = letters.filter(letter::account.eq(account));
        }
        Ok(letters
            .count()
            .get_result(&mut self.connection().await?)
            .await?)
    }
}

impl Store {
    /// With which of these letters some went out that are kept still.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_present_letters(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        // One that an earlier version sent went by itself.
        let of_any = letter::gathered
            .eq_any(ids)
            .or(letter::gathered.is_null().and(letter::id.eq_any(ids)));
        let found: Vec<(Uuid, Option<Uuid>)> = letter::table
            .filter(of_any)
            .select((letter::id, letter::gathered))
            .load(&mut self.connection().await?)
            .await?;
        let with = found
            .into_iter()
            .map(|(id, gathered)| gathered.unwrap_or(id));
        Ok(with.collect())
    }
}

impl WriteTx<'_> {
    /// Writes a letter; it is sent once this transaction is committed.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn post(&mut self, new: &NewLetter, now: Timestamp) -> Result<(), StoreError> {
        self.post_at(new, now, now).await
    }

    /// As `post`, to be sent from `at` on.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn post_at(
        &mut self,
        new: &NewLetter,
        now: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert_letter(new, now, at).await.map(drop)
    }

    async fn insert_letter(
        &mut self,
        new: &NewLetter,
        now: Timestamp,
        at: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let id = id::fresh(now);
        let row = (
            letter::id.eq(id),
            letter::purpose.eq(new.purpose.as_str()),
            letter::email.eq(new.email.as_str()),
            letter::account.eq(new.account),
            letter::payload.eq(&new.payload),
            letter::link_minutes.eq(new.link_minutes),
            letter::created_at.eq(now.to_diesel()),
            letter::next_try_at.eq(at.to_diesel()),
        );
        diesel::insert_into(letter::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(id)
    }

    /// As `post` where it `goes`; else nothing is left, and the database does as much for it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn post_if(
        &mut self,
        goes: bool,
        new: &NewLetter,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = self.insert_letter(new, now, now).await?;
        diesel::sql_query("delete from letter where id = $1 and not $2")
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Bool, _>(goes)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Takes a letter that is due, for nobody else to send, with the hash of the link that it will carry. With one that is
    /// gathered come those that were written to the same address for the same reason in the same moment, as far as there
    /// are hashes for their links; those that went out together before go together again.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn take_letters(
        &mut self,
        link_hashes: &[String],
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        // Two who send would take one another's share of what belongs together.
        self.one_at_a_time("letters").await?;
        let due = letter::sent_at
            .is_null()
            .and(letter::used_at.is_null())
            .and(letter::attempts.lt(TRIES))
            .and(letter::next_try_at.le(now.to_diesel()));
        // Of what is gathered that comes first which is to be read first.
        let first_read = sql::<sql_types::Bool>("payload -> 'order' desc nulls last");
        let due = letter::table.filter(due).order((first_read, letter::id));
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
            let more = i64::try_from(link_hashes.len()).unwrap_or(i64::MAX) - 1;
            rows = due
                .filter(beside.and(same).and(letter::id.ne(first.id)))
                .limit(more)
                .select(WaitingRow::as_select())
                .for_update()
                .skip_locked()
                .load(self.connection)
                .await?;
        }
        rows.insert(0, first);
        let mut taken = Vec::new();
        for (row, hash) in rows.into_iter().zip(link_hashes) {
            taken.push(self.take(row, gathered, hash, now).await?);
        }
        Ok(taken)
    }

    async fn take(
        &mut self,
        row: WaitingRow,
        gathered: Uuid,
        link_hash: &str,
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
        if link_minutes.is_some() {
            diesel::insert_into(letter_link::table)
                .values((letter_link::hash.eq(link_hash), letter_link::letter.eq(id)))
                .execute(self.connection)
                .await?;
        }
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

    /// Takes all other letters by which the account could be given a password out of force; none was used before.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn void_resets(&mut self, account: Uuid) -> Result<(), StoreError> {
        let purpose = letter::purpose.eq(LetterPurpose::ResetPassword.as_str());
        let others = letter::account.eq(account).and(letter::used_at.is_null());
        diesel::delete(letter::table.filter(others.and(purpose)))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Uses a link up; `None` where it does not work, or does not any more.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn use_link(
        &mut self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Link>, StoreError> {
        let works = letter_link::hash.eq(hash).and(letter::used_at.is_null());
        let row: Option<(Uuid, LinkRow)> = letter::table
            .inner_join(letter_link::table.on(letter_link::letter.eq(letter::id)))
            .filter(works.and(letter::link_expires_at.gt(now.to_diesel())))
            .select((
                letter::id,
                (
                    letter::purpose,
                    letter::email,
                    letter::account,
                    letter::payload,
                    letter::link_expires_at,
                ),
            ))
            .for_update()
            .first(self.connection)
            .await
            .optional()?;
        let Some((id, row)) = row else {
            return Ok(None);
        };
        // What a reminder says is no secret, and tells when one was asked last.
        let kept = row.0 == LetterPurpose::Reminder.as_str();
        let payload = if kept {
            row.3.clone()
        } else {
            Value::Object(Default::default())
        };
        diesel::update(letter::table.find(id))
            .set((
                letter::used_at.eq(now.to_diesel()),
                letter::payload.eq(payload),
            ))
            .execute(self.connection)
            .await?;
        link(row).map(Some)
    }
}

fn addressed(purpose: &str, email: &str) -> Result<(LetterPurpose, EmailAddress), StoreError> {
    let corrupt = |why: &str| StoreError::corrupt("a letter", why);
    let purpose = LetterPurpose::parse(purpose).ok_or_else(|| corrupt("its purpose"))?;
    let email = EmailAddress::parse(email).map_err(|_| corrupt("its address"))?;
    Ok((purpose, email))
}

fn link((purpose, email, account, payload, expires_at): LinkRow) -> Result<Link, StoreError> {
    let (purpose, email) = addressed(&purpose, &email)?;
    let expires_at = expires_at.map(|at| at.to_jiff());
    Ok(Link {
        purpose,
        email,
        account,
        payload,
        expires_at: expires_at.ok_or_else(|| StoreError::corrupt("a letter", "its link"))?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_letter_prints_neither_what_it_holds_nor_to_whom_it_goes() {
        let (email, payload) = (
            || EmailAddress::parse("rima@example.org").unwrap(),
            || json!({"name": "Rima"}),
        );
        let purpose = LetterPurpose::ConfirmAddress;
        let new = NewLetter {
            purpose,
            email: email(),
            account: None,
            payload: payload(),
            link_minutes: Some(60),
        };
        let waiting = Waiting {
            id: Uuid::nil(),
            gathered: Uuid::nil(),
            purpose,
            email: email(),
            payload: payload(),
            link_minutes: Some(60),
            last: false,
        };
        let link = Link {
            purpose,
            email: email(),
            account: None,
            payload: payload(),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        for shown in [
            format!("{new:?}"),
            format!("{waiting:?}"),
            format!("{link:?}"),
        ] {
            assert!(shown.contains("ConfirmAddress"), "{shown}");
            for secret in ["Rima", "rima"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
