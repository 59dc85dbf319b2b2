//! Keys of apps.

use std::cmp::Reverse;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::{Timestamp, civil::Date};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{account::KeyScope, id},
    store::{Store, StoreError, WriteTx, schema::api_key},
};

/// A key as its owner sees it.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: Uuid,
    pub account: Uuid,
    pub name: String,
    /// So much of it as may be shown.
    pub prefix: String,
    pub scopes: Vec<KeyScope>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_on: Option<Date>,
}

/// A key to be.
#[derive(Debug)]
pub struct NewKey<'a> {
    pub account: Uuid,
    pub name: &'a str,
    pub prefix: &'a str,
    pub hash: &'a str,
    pub scopes: &'a [KeyScope],
    pub expires_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_key)]
struct KeyRow {
    id: Uuid,
    account: Uuid,
    name: String,
    prefix: String,
    scopes: Vec<String>,
    created_at: jiff_diesel::Timestamp,
    expires_at: jiff_diesel::Timestamp,
    last_used_on: Option<jiff_diesel::Date>,
}

impl TryFrom<KeyRow> for Key {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let scopes: Option<Vec<KeyScope>> = row
            .scopes
            .iter()
            .map(|scope| KeyScope::parse(scope))
            .collect();
        Ok(Self {
            id: row.id,
            account: row.account,
            name: row.name,
            prefix: row.prefix,
            scopes: scopes.ok_or_else(|| StoreError::corrupt("a key", "its scopes"))?,
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            last_used_on: row.last_used_on.map(|day| day.to_jiff()),
        })
    }
}

impl Store {
    /// The key with that hash, where it is in force.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_key(&self, hash: &str, now: Timestamp) -> Result<Option<Key>, StoreError> {
        let row: Option<KeyRow> = api_key::table
            .filter(
                api_key::hash
                    .eq(hash)
                    .and(api_key::expires_at.gt(now.to_diesel())),
            )
            .select(KeyRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        row.map(Key::try_from).transpose()
    }

    /// The keys of an account, the newest first; of many those that are in force longest.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_keys(&self, account: Uuid) -> Result<Vec<Key>, StoreError> {
        let mut rows: Vec<KeyRow> = api_key::table
            .filter(api_key::account.eq(account))
            .order((api_key::expires_at.desc(), api_key::id.desc()))
            .select(KeyRow::as_select())
            .limit(100)
            .load(&mut self.connection().await?)
            .await?;
        rows.sort_by_key(|row| Reverse(row.id));
        rows.into_iter().map(Key::try_from).collect()
    }
}

impl WriteTx<'_> {
    /// Keeps a key, by its hash.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn create_key(
        &mut self,
        new: &NewKey<'_>,
        now: Timestamp,
    ) -> Result<Uuid, StoreError> {
        let id = id::fresh(now);
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        let row = (
            api_key::id.eq(id),
            api_key::account.eq(new.account),
            api_key::name.eq(new.name),
            api_key::prefix.eq(new.prefix),
            api_key::hash.eq(new.hash),
            api_key::scopes.eq(scopes),
            api_key::created_at.eq(now.to_diesel()),
            api_key::expires_at.eq(new.expires_at.to_diesel()),
        );
        diesel::insert_into(api_key::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(id)
    }

    /// How many keys of this account are in force.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_keys(&mut self, account: Uuid, now: Timestamp) -> Result<i64, StoreError> {
        let own = api_key::account.eq(account);
        Ok(api_key::table
            .filter(own.and(api_key::expires_at.gt(now.to_diesel())))
            .count()
            .get_result(self.connection)
            .await?)
    }

    /// Takes a key of this account out of force; whether there was one.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn revoke_key(&mut self, account: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let own = api_key::table.filter(api_key::id.eq(id).and(api_key::account.eq(account)));
        Ok(diesel::delete(own).execute(self.connection).await? == 1)
    }

    /// Takes all keys of this account out of force; how many there were.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn revoke_keys(&mut self, account: Uuid) -> Result<usize, StoreError> {
        let own = api_key::table.filter(api_key::account.eq(account));
        Ok(diesel::delete(own).execute(self.connection).await?)
    }

    /// Notes the day on which a key was used.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn touch_key(&mut self, id: Uuid, today: Date) -> Result<(), StoreError> {
        let update = diesel::update(api_key::table.find(id));
        update
            .set(api_key::last_used_on.eq(today.to_diesel()))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
