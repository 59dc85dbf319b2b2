//! The database of the commands: the server that is set, or the private one.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::{Mutex, watch};

use crate::{
    cli::{Failure, progress::Progress},
    config::Settings,
    store::{
        PoolSettings, Store,
        cluster::{self, Binaries, Cluster, DataDirLock, Step},
    },
};

/// A database in use; the private one is stopped by `stop`.
pub(in crate::cli) struct Database {
    pub store: Store,
    private: Option<Private>,
}

struct Private {
    cluster: Arc<Mutex<Option<Cluster>>>,
    guard: tokio::task::JoinHandle<()>,
    stopping: watch::Sender<bool>,
    _lock: DataDirLock,
}

fn say(progress: &Progress) -> impl Fn(Step) + Sync + '_ {
    |step| match step {
        Step::Creating => progress.step("creating a private Postgres"),
        Step::EndingEarlier { .. } => progress.step("ending the Postgres of an earlier run"),
        Step::Starting => progress.step("starting Postgres"),
    }
}

/// Opens the database that the settings name. The private one belongs to one process at a time; a command beside a
/// running server uses the server's.
pub(in crate::cli) async fn open(
    settings: &Settings,
    progress: &Progress,
) -> Result<Database, Failure> {
    if let Some(url) = settings.database_address() {
        let store = Store::new(url, &PoolSettings::default()).map_err(|error| Failure {
            sentence: format!("DATABASE_URL cannot be used: {error}"),
            code: 2,
        })?;
        return Ok(Database {
            store,
            private: None,
        });
    }
    let lock = cluster::lock(&settings.data_dir)?;
    let binaries = Binaries::find(&settings.data_dir)?;
    let cluster = Cluster::start(&settings.data_dir, &binaries, &say(progress)).await?;
    let store = Store::new(cluster.url(), &PoolSettings::default())?;
    let cluster = Arc::new(Mutex::new(Some(cluster)));
    let (stopping, stop) = watch::channel(false);
    let guard = tokio::spawn(guard(Arc::clone(&cluster), stop));
    Ok(Database {
        store,
        private: Some(Private {
            cluster,
            guard,
            stopping,
            _lock: lock,
        }),
    })
}

/// As `open`, but beside a running server its database is used.
pub(in crate::cli) async fn open_beside(
    settings: &Settings,
    progress: &Progress,
) -> Result<Database, Failure> {
    let running = running(&settings.data_dir).filter(|_| settings.database_address().is_none());
    match running {
        Some(url) => Ok(Database {
            store: Store::new(&url, &PoolSettings::default())?,
            private: None,
        }),
        None => open(settings, progress).await,
    }
}

fn running(data_dir: &Path) -> Option<String> {
    Cluster::url_of_running(data_dir)
}

/// Starts the private server again when it dies while we serve.
async fn guard(cluster: Arc<Mutex<Option<Cluster>>>, mut stop: watch::Receiver<bool>) {
    let mut pause = Duration::from_millis(100);
    loop {
        let mut held = cluster.lock().await;
        let Some(running) = held.as_mut() else { return };
        tokio::select! {
            _ = stop.changed() => return,
            status = running.died() => tracing::error!(%status, "Postgres ended; starting it again"),
        }
        match running.restart(&|_| ()).await {
            Ok(()) => {
                tracing::info!("Postgres runs again");
                pause = Duration::from_millis(100);
            }
            Err(error) => {
                tracing::error!(%error, "Postgres did not start");
                tokio::select! {
                    _ = stop.changed() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(Duration::from_secs(30));
            }
        }
    }
}

impl Database {
    /// Whether this process runs the server.
    pub(in crate::cli) fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Stops the private server.
    pub(in crate::cli) async fn stop(self) -> Result<(), Failure> {
        let Some(private) = self.private else {
            return Ok(());
        };
        private.stopping.send_replace(true);
        if let Err(error) = private.guard.await {
            tracing::warn!(%error, "the watch over Postgres broke off");
        }
        if let Some(cluster) = private.cluster.lock().await.take() {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// `haven migrate`
pub(in crate::cli) async fn migrate(settings: &Settings) -> Result<(), Failure> {
    let progress = Progress::start();
    let database = open_beside(settings, &progress).await?;
    let done = database.store.migrate().await;
    progress.finish();
    database.stop().await?;
    let count = done?;
    println!("{count} migrations ran; the database is up to date");
    Ok(())
}

/// `haven doctor`
pub(in crate::cli) async fn doctor(settings: &Settings) -> Result<(), Failure> {
    println!("HAVEN_LISTEN    {}", settings.listen);
    println!("HAVEN_DATA_DIR  {}", settings.data_dir.display());
    let country = settings
        .country
        .as_deref()
        .unwrap_or("not set: crisis answers offer a choice");
    println!("HAVEN_COUNTRY   {country}");
    if settings.database_address().is_none() {
        println!("DATABASE_URL    not set: a private Postgres in the data directory is used");
        let binaries = Binaries::find(&settings.data_dir)?;
        println!(
            "Postgres        {} ({})",
            binaries.major,
            binaries.postgres.display()
        );
        match running(&settings.data_dir) {
            Some(_) => println!("                running"),
            None => {
                println!("                not running");
                return Ok(());
            }
        }
    } else {
        println!("DATABASE_URL    set");
    }
    let progress = Progress::start();
    let database = open_beside(settings, &progress).await?;
    progress.finish();
    database.store.ping().await?;
    println!(
        "database        answers; {} listings are published",
        database.store.published_count().await?
    );
    database.stop().await
}
