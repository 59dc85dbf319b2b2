//! Postgres: the only module that knows tables.
//!
//! All that changes anything goes through `WriteTx` (in `write`), which ends by writing the change log. Reads of
//! public data look at `published` only. Row types stay in here: what leaves is of `domain`.

/// Whose the listing `l` of a query is: its organisation's, or its own.
macro_rules! whose {
    () => {
        "case when l.kind = 'organisation' then l.id else coalesce(l.organisation, l.id) end"
    };
}

mod backup;
pub mod cluster;
mod connect;
mod document;
pub mod drafts;
mod error;
mod follower;
mod health;
mod inspect;
mod listing;
mod log;
mod migrate;
pub mod people;
mod reference;
#[rustfmt::skip]
pub(in crate::store) mod schema;
pub mod views;
mod write;

use std::{sync::Arc, time::Instant};

pub use backup::BackupError;
pub use connect::PoolSettings;
use diesel_async::{
    AsyncPgConnection, RunQueryDsl,
    pooled_connection::deadpool::{Object, Pool},
};
pub use error::StoreError;
pub use follower::Lead;
pub use health::PoolState;
pub use inspect::Inspection;
pub use listing::{
    Expired, Kept, Lapsed, NationalAlarms, NationalLine, Outcome, Publication, PublishFault,
    Published, Rehearsal, TakenOff, TogetherFault,
};
pub use log::Watch;
pub use write::WriteTx;

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool<AsyncPgConnection>,
    url: Arc<str>,
    health: Arc<health::Health>,
}

impl Store {
    /// A store at `url`; connects when it is first asked something, so that a directory starts without its database. Its
    /// connections are served by the runtime on which this is called, and end with it.
    ///
    /// # Errors
    /// `StoreError::Url` where the text is no address of a Postgres database; `Unavailable` outside a runtime.
    pub fn new(url: &str, settings: &PoolSettings) -> Result<Self, StoreError> {
        Ok(Self {
            pool: connect::pool(url, settings)?,
            url: url.into(),
            health: Arc::new(health::Health::new()),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Any error of the connection.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        diesel::sql_query("select 1")
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// Connects outside the pool, to learn exactly what keeps us from it.
    ///
    /// # Errors
    /// `Refused` where only a better address helps, `Unavailable` where the server does not answer.
    pub async fn reach(&self) -> Result<(), StoreError> {
        let config = connect::configure(&self.url, &PoolSettings::default())?;
        connect::establish(&config).await.map(drop)
    }

    pub(in crate::store) async fn connection(
        &self,
    ) -> Result<Object<AsyncPgConnection>, StoreError> {
        if self.health.is_silent() {
            return Err(StoreError::Unavailable("the database is silent".into()));
        }
        let asked = Instant::now();
        let connection = self.pool.get().await;
        metrics::histogram!("haven_pool_wait_seconds").record(asked.elapsed().as_secs_f64());
        Ok(connection?)
    }
}
