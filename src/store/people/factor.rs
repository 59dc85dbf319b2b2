//! Second factors of accounts, and the recovery codes beside them.
//!
//! Invariant: a factor counts once a code of it was used, and only of the secret that whoever asks has read: one that was
//! taken off or replaced meanwhile is not confirmed by a code of its predecessor.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::store::{
    StoreError, WriteTx,
    schema::{account, recovery_code},
};

impl WriteTx<'_> {
    /// Keeps a second factor that has still to be confirmed. One that is confirmed stays, and this is false.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn propose_second_factor(
        &mut self,
        account: Uuid,
        secret: &SecretString,
    ) -> Result<bool, StoreError> {
        let open = account::table.filter(
            account::id
                .eq(account)
                .and(account::totp_confirmed.eq(false)),
        );
        let changed = diesel::update(open)
            .set((
                account::totp_secret.eq(secret.expose_secret()),
                account::totp_step.eq(0),
            ))
            .execute(self.connection)
            .await?;
        Ok(changed == 1)
    }

    /// Notes that the code of a step of this secret was used; false where it, or a later one, was used before, or another
    /// secret is in its place.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn use_step(
        &mut self,
        account: Uuid,
        secret: &SecretString,
        step: i64,
    ) -> Result<bool, StoreError> {
        let own = account::id.eq(account);
        let same = account::totp_secret.eq(secret.expose_secret());
        let fresh = account::table.filter(own.and(same).and(account::totp_step.lt(step)));
        let changed = diesel::update(fresh)
            .set((
                account::totp_step.eq(step),
                account::totp_confirmed.eq(true),
            ))
            .execute(self.connection)
            .await?;
        Ok(changed == 1)
    }

    /// Takes a second factor off, with its recovery codes; whether one was set up.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn take_second_factor(&mut self, account: Uuid) -> Result<bool, StoreError> {
        let confirmed = account::totp_confirmed.eq(true);
        let own = account::table.filter(account::id.eq(account).and(confirmed));
        let changed = diesel::update(own)
            .set((
                account::totp_secret.eq(None::<String>),
                account::totp_confirmed.eq(false),
                account::totp_step.eq(0),
            ))
            .execute(self.connection)
            .await?;
        let codes = recovery_code::table.filter(recovery_code::account.eq(account));
        diesel::delete(codes).execute(self.connection).await?;
        Ok(changed == 1)
    }

    /// Replaces the recovery codes, by their hashes.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_recovery_codes(
        &mut self,
        account: Uuid,
        hashes: &[String],
    ) -> Result<(), StoreError> {
        let former = recovery_code::table.filter(recovery_code::account.eq(account));
        diesel::delete(former).execute(self.connection).await?;
        let rows: Vec<_> = hashes
            .iter()
            .map(|hash| {
                (
                    recovery_code::account.eq(account),
                    recovery_code::hash.eq(hash),
                )
            })
            .collect();
        diesel::insert_into(recovery_code::table)
            .values(rows)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Uses a recovery code up; false where there is none such.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn use_recovery_code(
        &mut self,
        account: Uuid,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let code = recovery_code::table.find((account, hash));
        Ok(diesel::delete(code).execute(self.connection).await? == 1)
    }
}
