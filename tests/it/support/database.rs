//! A database for one test, dropped when the test lets go of it, also when it fails.

use std::sync::{Arc, LazyLock};

use haven::domain::actor::Actor;
use haven::domain::change::Removal;
use haven::domain::fault::Fault;
use haven::store::{Outcome, PoolSettings, PublishFault, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::Client;
use uuid::Uuid;

use super::clock::now;
use super::sample::Sample;
use super::server::{Server, connect, server};

/// So many databases at once: the server takes 60 connections, whatever the number of test threads.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(8)));

/// A database of its own with a store on it.
pub struct TestDb {
    pub store: Store,
    pub url: String,
    name: String,
    server: &'static Server,
    _permit: OwnedSemaphorePermit,
}

impl TestDb {
    /// A migrated database without a row.
    pub async fn new() -> Self {
        Self::with(true, 4).await
    }

    /// A migrated database with the reference data of `seed_reference`.
    pub async fn seeded() -> Self {
        let db = Self::new().await;
        super::seed_reference(&db.store).await;
        db
    }

    /// A database with nothing in it.
    pub async fn empty() -> Self {
        Self::with(false, 4).await
    }

    /// A migrated database without a row, whose store opens up to so many connections.
    pub async fn with_connections(connections: usize) -> Self {
        Self::with(true, connections).await
    }

    async fn with(migrated: bool, connections: usize) -> Self {
        let permit = Arc::clone(&AT_ONCE).acquire_owned().await.unwrap();
        let server = server().await;
        let (name, url) = server.create(migrated).await;
        let settings = PoolSettings {
            connections,
            ..PoolSettings::default()
        };
        Self {
            store: Store::new(&url, &settings).unwrap(),
            url,
            name,
            server,
            _permit: permit,
        }
    }

    /// A connection for SQL that the store has no words for.
    pub async fn sql(&self) -> Client {
        connect(&self.url).await
    }

    /// Publishes a listing in a transaction of its own, as an import by the operator does.
    pub async fn try_publish(&self, sample: &Sample) -> Result<Outcome, PublishFault> {
        let publication = sample.publication();
        self.store
            .write(Actor::Operator, async |tx| tx.publish(publication).await)
            .await
    }

    /// Publishes a listing that nothing speaks against.
    pub async fn publish(&self, sample: &Sample) -> Outcome {
        self.try_publish(sample).await.unwrap()
    }

    /// Publishes a new listing; its id.
    pub async fn create(&self, sample: &Sample) -> Uuid {
        match self.publish(sample).await {
            Outcome::Created(id) => id,
            other => panic!("a new listing was expected: {other:?}"),
        }
    }

    /// Takes a listing back; whether it was there.
    pub async fn try_withdraw(&self, id: Uuid, removal: Removal) -> Result<bool, PublishFault> {
        self.store
            .write(Actor::Operator, async |tx| {
                tx.withdraw(id, removal, now()).await
            })
            .await
    }

    /// Takes a listing back that is there.
    pub async fn withdraw(&self, id: Uuid, removal: Removal) {
        assert!(self.try_withdraw(id, removal).await.unwrap());
    }

    /// The faults for which a listing is refused.
    pub async fn refusal(&self, sample: &Sample) -> Vec<Fault> {
        match self.try_publish(sample).await {
            Err(PublishFault::Faults(faults)) => faults,
            other => panic!("faults were expected: {other:?}"),
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.server.drop_blocking(&self.name);
    }
}
