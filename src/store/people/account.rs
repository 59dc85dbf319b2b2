//! Accounts. Their second factors are beside.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::forget::{invitations_of, of_nobody};
use crate::{
    domain::{
        account::EmailAddress,
        actor::{Role, Scope},
        id,
    },
    store::{
        Store, StoreError, WriteTx,
        schema::{account, idempotency, letter},
    },
};

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: Uuid,
    pub email: EmailAddress,
    pub name: String,
    pub password: Option<SecretString>,
    pub role: Option<Role>,
    pub second_factor: Option<SecondFactor>,
    pub created_at: Timestamp,
}

/// A second factor; until it is confirmed it is not asked for.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    pub secret: SecretString,
    pub confirmed: bool,
    /// The last step whose code was used.
    pub step: i64,
}

/// An account to be.
#[derive(Debug)]
pub struct NewAccount {
    pub email: EmailAddress,
    pub name: String,
    /// The hash of a password.
    pub password: Option<SecretString>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = account)]
pub(super) struct AccountRow {
    id: Uuid,
    email: String,
    name: String,
    password: Option<String>,
    role: Option<String>,
    totp_secret: Option<String>,
    totp_confirmed: bool,
    totp_step: i64,
    created_at: jiff_diesel::Timestamp,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        let corrupt = |why: &str| StoreError::corrupt(format!("account {}", row.id), why);
        let email = EmailAddress::parse(&row.email).map_err(|_| corrupt("its address"))?;
        let role = row
            .role
            .as_deref()
            .map(|text| Role::parse(text).ok_or_else(|| corrupt("its role")));
        let second_factor = row.totp_secret.map(|secret| SecondFactor {
            secret: secret.into(),
            confirmed: row.totp_confirmed,
            step: row.totp_step,
        });
        Ok(Self {
            id: row.id,
            email,
            role: role.transpose()?,
            name: row.name,
            password: row.password.map(Into::into),
            second_factor,
            created_at: row.created_at.to_jiff(),
        })
    }
}

/// Accounts with their addresses.
pub(in crate::store) fn addressed(
    rows: Vec<(Uuid, String)>,
) -> Result<Vec<(Uuid, EmailAddress)>, StoreError> {
    let read = |(id, email): (Uuid, String)| {
        let email = EmailAddress::parse(&email);
        Ok((
            id,
            email.map_err(|_| StoreError::corrupt("an account", "its address"))?,
        ))
    };
    rows.into_iter().map(read).collect()
}

diesel::define_sql_function! {
    /// Addresses are one whatever their case.
    #[sql_name = "lower"]
    fn lowered(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

impl Store {
    /// The account of that address.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_account_of(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> = account::table
            .filter(lowered(account::email).eq(lowered(email.as_str())))
            .select(AccountRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        row.map(Account::try_from).transpose()
    }

    /// The account of that id.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> = account::table
            .find(id)
            .select(AccountRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        row.map(Account::try_from).transpose()
    }
}

impl Store {
    /// Which of these accounts are there still.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_present_accounts(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        Ok(account::table
            .filter(account::id.eq_any(ids))
            .select(account::id)
            .load(&mut self.connection().await?)
            .await?)
    }
}

impl Store {
    /// Everybody who looks after the directory, by address; for administrators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_appointed(&self, scope: Scope) -> Result<Vec<Account>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let rows: Vec<AccountRow> = account::table
            .filter(account::role.is_not_null())
            .order(account::email)
            .select(AccountRow::as_select())
            .load(&mut self.connection().await?)
            .await?;
        rows.into_iter().map(Account::try_from).collect()
    }
}

impl WriteTx<'_> {
    /// Everybody who looks after the directory.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_moderators(&mut self) -> Result<Vec<(Uuid, EmailAddress)>, StoreError> {
        let rows: Vec<(Uuid, String)> = account::table
            .filter(account::role.is_not_null())
            .order(account::id)
            .select((account::id, account::email))
            .load(self.connection)
            .await?;
        addressed(rows)
    }

    /// Everybody who appoints others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_administrators(&mut self) -> Result<Vec<Uuid>, StoreError> {
        Ok(account::table
            .filter(account::role.eq(Role::Administrator.as_str()))
            .select(account::id)
            .load(self.connection)
            .await?)
    }

    /// Deletes an account with all that hangs on it: the letters to its address and those by which it invited others, the
    /// answers that are kept for its repeats, and what never became public where it was the last one who kept it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn delete_account(
        &mut self,
        id: Uuid,
        email: &EmailAddress,
    ) -> Result<(), StoreError> {
        let letters = letter::table.filter(lowered(letter::email).eq(lowered(email.as_str())));
        diesel::delete(letters).execute(self.connection).await?;
        invitations_of(self.connection, id).await?;
        // Answers lie under the name of the actor, which nothing refers to.
        let answers = idempotency::table.filter(idempotency::actor.eq(format!("account/{id}")));
        diesel::delete(answers).execute(self.connection).await?;
        diesel::delete(account::table.find(id))
            .execute(self.connection)
            .await?;
        of_nobody(self.connection).await?;
        Ok(())
    }

    /// The address of an account, where it is there still.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn email_of(&mut self, id: Uuid) -> Result<Option<EmailAddress>, StoreError> {
        let email: Option<String> = account::table
            .find(id)
            .select(account::email)
            .first(self.connection)
            .await
            .optional()?;
        let read = |email: String| EmailAddress::parse(&email);
        let read = email.map(read).transpose();
        read.map_err(|_| StoreError::corrupt(format!("account {id}"), "its address"))
    }

    /// The account of an address.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn account_of(&mut self, email: &EmailAddress) -> Result<Option<Uuid>, StoreError> {
        Ok(account::table
            .filter(lowered(account::email).eq(lowered(email.as_str())))
            .select(account::id)
            .first(self.connection)
            .await
            .optional()?)
    }

    /// Makes an account; where there is one of that address already, nothing, and `None`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn create_account(
        &mut self,
        new: &NewAccount,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = id::fresh(now);
        let row = (
            account::id.eq(id),
            account::email.eq(new.email.as_str()),
            account::name.eq(&new.name),
            account::password.eq(new.password.as_ref().map(ExposeSecret::expose_secret)),
            account::created_at.eq(now.to_diesel()),
        );
        let made = diesel::insert_into(account::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok((made == 1).then_some(id))
    }

    /// What an account is in the directory, where that is its password still; nothing else becomes of it before this
    /// transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_password(
        &mut self,
        id: Uuid,
        hash: &SecretString,
    ) -> Result<Option<Option<Role>>, StoreError> {
        let same = account::password.eq(hash.expose_secret());
        let held: Option<Option<String>> = account::table
            .filter(account::id.eq(id).and(same))
            .select(account::role)
            .for_no_key_update()
            .first(self.connection)
            .await
            .optional()?;
        Ok(held.map(|role| role.as_deref().and_then(Role::parse)))
    }

    /// Gives an account another password, by its hash.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_password(
        &mut self,
        account: Uuid,
        hash: &SecretString,
    ) -> Result<bool, StoreError> {
        let update = diesel::update(account::table.find(account));
        let changed = update.set(account::password.eq(hash.expose_secret()));
        Ok(changed.execute(self.connection).await? == 1)
    }

    /// Gives an account another address.
    ///
    /// # Errors
    /// `Constraint` where another account has it; any error of the database.
    pub async fn set_email(
        &mut self,
        account: Uuid,
        email: &EmailAddress,
    ) -> Result<bool, StoreError> {
        let update = diesel::update(account::table.find(account));
        let changed = update.set(account::email.eq(email.as_str()));
        Ok(changed.execute(self.connection).await? == 1)
    }

    /// Calls somebody otherwise.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_name(&mut self, account: Uuid, name: &str) -> Result<bool, StoreError> {
        let update = diesel::update(account::table.find(account));
        let changed = update.set(account::name.eq(name));
        Ok(changed.execute(self.connection).await? == 1)
    }

    /// Makes somebody something in the directory, or nothing any more.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_role(
        &mut self,
        account: Uuid,
        role: Option<Role>,
    ) -> Result<bool, StoreError> {
        let update = diesel::update(account::table.find(account));
        let changed = update.set(account::role.eq(role.map(Role::as_str)));
        Ok(changed.execute(self.connection).await? == 1)
    }
}
