//! Brings a database up to date, one process at a time, and confines the application to what it may do there.

use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Store, connect, error::StoreError};

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock of everybody who migrates this database.
const MIGRATION_LOCK: i64 = 4_815_926_534;

/// Makes the role under which the application works, named after the user of the database's address with `_app`, and
/// says what it may do: all but change the audit. A user who may not make roles works without; then a trigger alone
/// keeps the audit. Needs no memory of what it did before.
const CONFINE: &str = "
do $$
declare
    app text := session_user || '_app';
begin
    begin
        if not exists (select from pg_roles where rolname = app) then
            execute format('create role %I nologin', app);
        end if;
    exception
        when duplicate_object or unique_violation then null; -- made for another database of this server just now
    end;
    if not pg_has_role(session_user, app, 'member') then
        execute format('grant %I to %I', app, session_user);
    end if;
    execute format('grant usage on schema public to %I', app);
    execute format('grant select, insert, update, delete on all tables in schema public to %I', app);
    if to_regclass('public.audit') is not null then
        execute format('revoke update, delete on audit from %I', app);
    end if;
exception
    when insufficient_privilege then raise warning 'the application works without a role of its own: %', sqlerrm;
end $$";

impl Store {
    /// Runs what has not run yet, under an advisory lock; says how many migrations ran. Needs the multi-thread runtime.
    ///
    /// # Errors
    /// `Unavailable` where the database cannot be reached, `Migration` where a script fails.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let count = self
            .with_harness(|harness| Ok(harness.run_pending_migrations(MIGRATIONS)?.len()))
            .await?;
        self.confine().await?;
        Ok(count)
    }

    /// Confines the application's connections: they work as a role that can only insert into the audit and read it.
    /// Says whether there is such a role; a user who may not make roles works without.
    ///
    /// # Errors
    /// As `migrate`.
    pub async fn confine(&self) -> Result<bool, StoreError> {
        let settings = connect::PoolSettings::default();
        let config = connect::configure(&self.url, &settings)?;
        let mut connection = connect::establish(&config).await?;
        let lock = format!("select pg_advisory_lock({MIGRATION_LOCK})");
        diesel::sql_query(lock).execute(&mut connection).await?;
        diesel::sql_query(CONFINE).execute(&mut connection).await?;
        let confined = connect::assume_role(&mut connection).await?;
        if !confined {
            tracing::warn!(
                "the database's user may not make roles; the audit is kept by a trigger alone"
            );
        }
        Ok(confined)
    }

    /// Takes every migration back. What is stored is lost.
    ///
    /// # Errors
    /// As `migrate`.
    pub async fn revert(&self) -> Result<usize, StoreError> {
        self.with_harness(|harness| Ok(harness.revert_all_migrations(MIGRATIONS)?.len()))
            .await
    }

    async fn with_harness(
        &self,
        work: impl FnOnce(
            &mut AsyncMigrationHarness<diesel_async::AsyncPgConnection>,
        ) -> Result<usize, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<usize, StoreError> {
        let settings = connect::PoolSettings {
            statement_timeout: std::time::Duration::from_secs(3_600),
            wait: std::time::Duration::from_secs(5),
            ..Default::default()
        };
        let config = connect::configure(&self.url, &settings)?;
        let mut connection = connect::establish(&config).await?;
        let lock = format!("select pg_advisory_lock({MIGRATION_LOCK})");
        diesel::sql_query(lock).execute(&mut connection).await?;
        let mut harness = AsyncMigrationHarness::new(connection);
        // The lock goes with the connection.
        work(&mut harness).map_err(|error| StoreError::Migration(error.to_string()))
    }
}
