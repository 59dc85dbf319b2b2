//! Whether the database answers, and how busy the pool is.
//!
//! The question goes over a connection of its own: a pool that is exhausted is not a database that is away. A database
//! that takes connections and says nothing is the worst kind of outage, because everybody waits for it: while somebody
//! keeps watch, nobody is sent to it any more, until it speaks again.

use std::time::Duration;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, sleep, timeout},
};

use super::{PoolSettings, Store, connect, error::StoreError};

/// How long the database may be silent. Its answer to this question takes less than a millisecond.
const SILENCE: Duration = Duration::from_secs(2);

/// How long the watch rests between two questions.
const REST: Duration = Duration::from_secs(1);

/// How busy the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// How many connections there may be.
    pub limit: usize,
    /// How many there are.
    pub size: usize,
    pub in_use: usize,
    /// How many wait for a connection.
    pub waiting: usize,
}

/// What is known of the database's health.
pub(super) struct Health {
    asking: Mutex<Asking>,
    /// True while the watch finds that the database takes connections and says nothing.
    silent: watch::Sender<bool>,
}

#[derive(Default)]
struct Asking {
    connection: Option<AsyncPgConnection>,
    /// When it was last asked to the end, and what it said.
    found: Option<(Instant, Answer)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Silence,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            asking: Mutex::new(Asking::default()),
            silent: watch::Sender::new(false),
        }
    }

    pub(super) fn is_silent(&self) -> bool {
        *self.silent.borrow()
    }

    /// Waits until the watch finds the database silent.
    pub(super) async fn silenced(&self) {
        let mut silent = self.silent.subscribe();
        // The sender is ours, so it cannot be gone.
        let _ = silent.wait_for(|silent| *silent).await;
    }
}

/// Nobody is kept from the database by a watch that has ended.
struct OnWatch<'a>(&'a Health);

impl Drop for OnWatch<'_> {
    fn drop(&mut self) {
        self.0.silent.send_replace(false);
    }
}

impl Store {
    /// Whether the database answers, found out within two seconds and shared by all who ask meanwhile.
    pub async fn answers(&self) -> bool {
        self.ask().await == Answer::Yes
    }

    /// Asks the database every second, for as long as this is polled, and keeps everybody from one that is silent.
    pub async fn watch_over(&self) {
        let watch = OnWatch(&self.health);
        let mut before = Answer::Yes;
        loop {
            let now = self.ask().await;
            if now != before {
                match now {
                    Answer::Yes => tracing::info!("the database answers again"),
                    Answer::No => tracing::warn!("the database does not answer"),
                    Answer::Silence => {
                        tracing::warn!("the database takes connections and is silent")
                    }
                }
                before = now;
            }
            watch.0.silent.send_if_modified(|silent| {
                std::mem::replace(silent, now == Answer::Silence) != (now == Answer::Silence)
            });
            sleep(REST).await;
        }
    }

    /// How busy the pool is.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState {
            limit: status.max_size,
            size: status.size,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
        }
    }

    async fn ask(&self) -> Answer {
        let asked = Instant::now();
        let mut asking = self.health.asking.lock().await;
        if let Some((_, answer)) = asking.found.filter(|(at, _)| *at > asked) {
            return answer;
        }
        // Taken out: a connection on which a question was given up is not asked again.
        let connection = asking.connection.take();
        let answer = match timeout(SILENCE, self.question(connection)).await {
            Ok(Ok(connection)) => {
                asking.connection = Some(connection);
                Answer::Yes
            }
            Ok(Err(error)) => {
                tracing::debug!(error = error.root(), "the database did not answer");
                Answer::No
            }
            Err(_) => Answer::Silence,
        };
        asking.found = Some((Instant::now(), answer));
        answer
    }

    /// Asks on the connection, or on a new one where it is dead: a server that started anew cut the old.
    async fn question(
        &self,
        connection: Option<AsyncPgConnection>,
    ) -> Result<AsyncPgConnection, StoreError> {
        if let Some(mut connection) = connection
            && is_answered(&mut connection).await.is_ok()
        {
            return Ok(connection);
        }
        let patient = PoolSettings {
            // Silence is told by the clock of whoever asks here, and not by an error.
            wait: SILENCE * 2,
            ..PoolSettings::default()
        };
        let config = connect::configure(&self.url, &patient)?;
        let mut connection = connect::establish(&config).await?;
        is_answered(&mut connection).await?;
        Ok(connection)
    }
}

async fn is_answered(connection: &mut AsyncPgConnection) -> Result<(), StoreError> {
    diesel::sql_query("select 1").execute(connection).await?;
    Ok(())
}
