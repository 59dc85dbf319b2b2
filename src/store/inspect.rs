//! What somebody should know of a database that Haven is to work on. Nothing is changed by looking.

use diesel::{QueryableByName, migration::MigrationSource, pg::Pg, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;

use super::{Store, error::StoreError, migrate::MIGRATIONS};

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// How many migrations of this program have not run there.
    pub pending: usize,
    /// How many have run there that this program does not know: a newer one was here.
    pub unknown: usize,
    /// The server's time.
    pub now: Timestamp,
    /// The setting by which the server writes the values of statements to its log, if one does.
    pub told_by: Option<&'static str>,
    /// The end of the change log; none before the migrations.
    pub head: Option<i64>,
}

#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = sql_types::Bool)]
    migrated: bool,
    #[diesel(sql_type = sql_types::Double)]
    epoch: f64,
    #[diesel(sql_type = sql_types::Bool)]
    values: bool,
    #[diesel(sql_type = sql_types::Bool)]
    statements: bool,
    #[diesel(sql_type = sql_types::Bool)]
    slow: bool,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = sql_types::Text)]
    version: String,
}

const FACTS: &str = "
    select to_regclass('__diesel_schema_migrations') is not null as migrated,
        extract(epoch from clock_timestamp())::float8 as epoch,
        current_setting('log_parameter_max_length', true) is distinct from '0' as \"values\",
        current_setting('log_statement') = 'all' as statements,
        current_setting('log_min_duration_statement') <> '-1' as slow";

impl Store {
    /// Looks the database over.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn inspect(&self) -> Result<Inspection, StoreError> {
        let mut connection = self.connection().await?;
        let facts: Facts = diesel::sql_query(FACTS).get_result(&mut connection).await?;
        let ran: Vec<Version> = if facts.migrated {
            let versions = "select version from __diesel_schema_migrations";
            diesel::sql_query(versions).load(&mut connection).await?
        } else {
            Vec::new()
        };
        drop(connection);
        let known = known()?;
        let has_run = |version: &String| ran.iter().any(|ran| ran.version == *version);
        let pending = known.iter().filter(|version| !has_run(version)).count();
        let unknown = ran
            .iter()
            .filter(|ran| !known.contains(&ran.version))
            .count();
        let now = Timestamp::from_microsecond((facts.epoch * 1e6) as i64);
        Ok(Inspection {
            pending,
            unknown,
            now: now.map_err(|error| StoreError::corrupt("the server's clock", error))?,
            told_by: match facts {
                Facts { values: false, .. } => None,
                Facts {
                    statements: true, ..
                } => Some("log_statement"),
                Facts { slow: true, .. } => Some("log_min_duration_statement"),
                _ => None,
            },
            head: if facts.migrated {
                self.head().await.ok()
            } else {
                None
            },
        })
    }
}

fn known() -> Result<Vec<String>, StoreError> {
    let told =
        |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(told)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}
