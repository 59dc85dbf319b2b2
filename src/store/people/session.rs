//! Sessions: who is signed in, and where.

use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use jiff::{Timestamp, civil::Date};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{
        account::Session,
        actor::{Person, Role},
        id,
    },
    store::{
        Store, StoreError, WriteTx,
        schema::{account, api_key, session},
    },
};

/// So many sessions one account has at most: what nobody could see could not be ended either.
const MOST: i64 = 100;

/// A session to be.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub account: Uuid,
    pub hash: &'a str,
    pub strong: bool,
    /// What signed in, in its own words.
    pub browser: &'a str,
    pub expires_at: Timestamp,
}

/// Somebody with a session that is in force.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub person: Person,
    pub last_used_on: Date,
}

type SessionRow = (
    Uuid,
    bool,
    String,
    jiff_diesel::Timestamp,
    jiff_diesel::Timestamp,
    jiff_diesel::Date,
);

impl Store {
    /// Who has the session with that hash, where it is in force. One that proved no second factor is not, where one is set
    /// up: it was opened before, or beside that.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_visitor(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Visitor>, StoreError> {
        let row: Option<(Uuid, Uuid, bool, Option<String>, jiff_diesel::Date)> = session::table
            .inner_join(account::table.on(account::id.eq(session::account)))
            .filter(
                session::hash
                    .eq(hash)
                    .and(session::expires_at.gt(now.to_diesel()))
                    .and(session::strong.or(account::totp_confirmed.eq(false))),
            )
            .select((
                session::id,
                account::id,
                session::strong,
                account::role,
                session::last_used_on,
            ))
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        Ok(
            row.map(|(session, account, strong, role, last_used_on)| Visitor {
                person: Person {
                    account,
                    role: role.as_deref().and_then(Role::parse),
                    strong,
                    session,
                    key: None,
                },
                last_used_on: last_used_on.to_jiff(),
            }),
        )
    }

    /// The sessions of an account that are in force, the newest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_sessions(
        &self,
        account: Uuid,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<SessionRow> = session::table
            .filter(
                session::account
                    .eq(account)
                    .and(session::expires_at.gt(now.to_diesel())),
            )
            .order(session::id.desc())
            .select((
                session::id,
                session::strong,
                session::browser,
                session::created_at,
                session::expires_at,
                session::last_used_on,
            ))
            .limit(MOST)
            .load(&mut self.connection().await?)
            .await?;
        let read =
            |(id, strong, browser, created_at, expires_at, last_used_on): SessionRow| Session {
                id,
                strong,
                browser,
                created_at: created_at.to_jiff(),
                expires_at: expires_at.to_jiff(),
                last_used_on: last_used_on.to_jiff(),
            };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// Whether somebody who was let in still is, as what they were then. A new password or another role waits until this
    /// transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn still_let_in(&mut self, person: &Person) -> Result<bool, StoreError> {
        let held: Option<Option<String>> = account::table
            .find(person.account)
            .select(account::role)
            .for_share()
            .first(self.connection)
            .await
            .optional()?;
        self.is_as_before(person, held).await
    }

    /// The same for what changes the account itself: nothing else that this person does goes on beside it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn still_let_in_alone(&mut self, person: &Person) -> Result<bool, StoreError> {
        let held: Option<Option<String>> = account::table
            .find(person.account)
            .select(account::role)
            .for_no_key_update()
            .first(self.connection)
            .await
            .optional()?;
        self.is_as_before(person, held).await
    }

    /// Asked once the account is held: what was ended or taken away while this waited for it is seen only now.
    async fn is_as_before(
        &mut self,
        person: &Person,
        role: Option<Option<String>>,
    ) -> Result<bool, StoreError> {
        let Some(role) = role else {
            return Ok(false);
        };
        if person.key.is_some() {
            let key = api_key::table.find(person.session);
            return Ok(diesel::select(exists(key))
                .get_result(self.connection)
                .await?);
        }
        let own = session::account.eq(person.account);
        let same = own.and(session::strong.eq(person.strong));
        let open = session::table.find(person.session).filter(same);
        let open: bool = diesel::select(exists(open))
            .get_result(self.connection)
            .await?;
        Ok(open && role.as_deref().and_then(Role::parse) == person.role)
    }

    /// Opens a session, and clears away those of the account that have run out; beyond so many, the oldest too.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn open_session(
        &mut self,
        new: &NewSession<'_>,
        today: Date,
        now: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let over = session::table.filter(
            session::account
                .eq(new.account)
                .and(session::expires_at.le(now.to_diesel())),
        );
        diesel::delete(over).execute(self.connection).await?;
        let id = id::fresh(now);
        let row = (
            session::id.eq(id),
            session::account.eq(new.account),
            session::hash.eq(new.hash),
            session::strong.eq(new.strong),
            session::browser.eq(new.browser),
            session::created_at.eq(now.to_diesel()),
            session::expires_at.eq(new.expires_at.to_diesel()),
            session::last_used_on.eq(today.to_diesel()),
        );
        diesel::insert_into(session::table)
            .values(row)
            .execute(self.connection)
            .await?;
        let beyond: Vec<Uuid> = session::table
            .filter(session::account.eq(new.account).and(session::id.ne(id)))
            .order(session::id.desc())
            .select(session::id)
            .offset(MOST - 1)
            .load(self.connection)
            .await?;
        diesel::delete(session::table.filter(session::id.eq_any(beyond)))
            .execute(self.connection)
            .await?;
        Ok(id)
    }

    /// Notes whether a session has proved the second factor that is set up.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_strength(&mut self, id: Uuid, strong: bool) -> Result<(), StoreError> {
        let update = diesel::update(session::table.find(id));
        update
            .set(session::strong.eq(strong))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Notes the day on which a session was used.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn touch_session(&mut self, id: Uuid, today: Date) -> Result<(), StoreError> {
        let update = diesel::update(session::table.find(id));
        update
            .set(session::last_used_on.eq(today.to_diesel()))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Ends a session of this account; whether there was one.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn end_session(&mut self, account: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let own = session::table.filter(session::id.eq(id).and(session::account.eq(account)));
        Ok(diesel::delete(own).execute(self.connection).await? == 1)
    }

    /// Ends all sessions of an account but one.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn end_other_sessions(&mut self, account: Uuid, but: Uuid) -> Result<(), StoreError> {
        let others = session::account.eq(account).and(session::id.ne(but));
        diesel::delete(session::table.filter(others))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn end_sessions(&mut self, account: Uuid) -> Result<(), StoreError> {
        let own = session::table.filter(session::account.eq(account));
        diesel::delete(own).execute(self.connection).await?;
        Ok(())
    }
}
