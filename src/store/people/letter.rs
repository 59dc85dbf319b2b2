//! Letters that wait to be sent, and the single-use links in them.
//!
//! Invariant: a letter that goes out again, because nobody knows whether it arrived, has another link, and all of its
//! links work until one of them was used. Only their hashes are kept.

use std::fmt;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
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

/// So many tries, which takes about five days: then nobody is going to read it any more.
pub(in crate::store) const TRIES: i32 = 16;

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
    /// Lets nobody else write to the address until this transaction ends, where they ask for that, too.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn one_letter_at_a_time(&mut self, email: &EmailAddress) -> Result<(), StoreError> {
        let address = email.as_str().to_lowercase();
        self.one_at_a_time(&format!("letters to {address}")).await
    }

    /// How many letters for these purposes were written to that address after `since`, however it was typed; only those of
    /// an account, where one is named.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_letters(
        &mut self,
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
        Ok(letters.count().get_result(self.connection).await?)
    }

    /// How many letters for these purposes an account had written after `since`, to whichever address.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_letters_of(
        &mut self,
        account: Uuid,
        purposes: &[LetterPurpose],
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let purposes = purposes.iter().map(|purpose| purpose.as_str());
        let written = letter::table
            .filter(letter::account.eq(account))
            .filter(letter::purpose.eq_any(purposes))
            .filter(letter::created_at.gt(since.to_diesel()));
        Ok(written.count().get_result(self.connection).await?)
    }

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

    /// Takes all other letters by which the account could be given a password or another address out of force.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn void_links(&mut self, account: Uuid) -> Result<(), StoreError> {
        let purposes = [LetterPurpose::ResetPassword, LetterPurpose::NewAddress];
        let purpose = letter::purpose.eq_any(purposes.map(LetterPurpose::as_str));
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

pub(super) fn addressed(
    purpose: &str,
    email: &str,
) -> Result<(LetterPurpose, EmailAddress), StoreError> {
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
