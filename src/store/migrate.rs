//! Brings a database up to date, one process at a time.

use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Store, connect, error::StoreError};

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock of everybody who migrates this database.
const MIGRATION_LOCK: i64 = 4_815_926_534;

impl Store {
    /// Runs what has not run yet, under an advisory lock; says how many migrations ran. Needs the multi-thread runtime.
    ///
    /// # Errors
    /// `Unavailable` where the database cannot be reached, `Migration` where a script fails.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        self.with_harness(|harness| Ok(harness.run_pending_migrations(MIGRATIONS)?.len()))
            .await
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
