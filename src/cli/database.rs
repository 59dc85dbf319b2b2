//! The database of the commands: the server that is set, or the private one.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, watch};

use crate::{
    cli::{Failure, progress::Progress, say},
    config::Settings,
    store::{
        PoolSettings, Store, StoreError,
        cluster::{self, Binaries, Cluster, ClusterError, DataDirLock, Step},
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

fn say_step(progress: &Progress) -> impl Fn(Step) + Sync + '_ {
    |step| match step {
        Step::Creating => progress.step("creating a private Postgres"),
        Step::EndingEarlier { .. } => progress.step("ending the Postgres of an earlier run"),
        Step::Starting => progress.step("starting Postgres"),
    }
}

/// How long a command waits for a server that has taken the data directory but is not ready yet.
const STARTING: Duration = Duration::from_secs(20);

/// Opens the database that the settings name. The private one belongs to one process at a time; a command beside a
/// running server uses the server's.
pub(in crate::cli) async fn open(
    settings: &Settings,
    progress: &Progress,
) -> Result<Database, Failure> {
    match settings.database_address() {
        Some(url) => elsewhere(url),
        None => private(settings, cluster::lock(&settings.data_dir)?, progress).await,
    }
}

/// As `open`, but beside a running server its database is used, and one that is set has to answer now.
pub(in crate::cli) async fn open_beside(
    settings: &Settings,
    progress: &Progress,
) -> Result<Database, Failure> {
    if let Some(url) = settings.database_address() {
        let database = elsewhere(url)?;
        database.store.reach().await.map_err(told)?;
        return Ok(database);
    }
    let patience = Instant::now() + STARTING;
    loop {
        if let Some(url) = running(&settings.data_dir) {
            return Ok(Database {
                store: Store::new(&url, &PoolSettings::default())?,
                private: None,
            });
        }
        match cluster::lock(&settings.data_dir) {
            Ok(lock) => return private(settings, lock, progress).await,
            Err(ClusterError::Locked { .. }) if Instant::now() < patience => {
                progress.step("waiting for the Haven that starts there");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn elsewhere(url: &str) -> Result<Database, Failure> {
    Ok(Database {
        store: Store::new(url, &PoolSettings::default()).map_err(told)?,
        private: None,
    })
}

async fn private(
    settings: &Settings,
    lock: DataDirLock,
    progress: &Progress,
) -> Result<Database, Failure> {
    let binaries = Binaries::find(&settings.data_dir)?;
    let cluster = Cluster::start(&settings.data_dir, &binaries, &say_step(progress)).await?;
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

/// What an error of the server at `DATABASE_URL` means for whoever set that. The address is never repeated: it may
/// hold a password.
pub(in crate::cli) fn told(error: StoreError) -> Failure {
    match error {
        StoreError::Url(why) => Failure::of_setting(format!(
            "DATABASE_URL cannot be used ({why}): it should look like \
             postgres://user:password@host:5432/database, with signs like @ : / ? # in a password written as \
             %40 %3A %2F %3F %23"
        )),
        StoreError::Refused(why) => Failure::of_setting(format!(
            "the server of DATABASE_URL does not let Haven in ({why}): correct DATABASE_URL, or create that user or \
             database on the server"
        )),
        StoreError::Unavailable(_) => Failure::new(format!(
            "the server of DATABASE_URL does not answer ({}): check host and port in DATABASE_URL, and that the server \
             runs",
            error.root()
        )),
        error => error.into(),
    }
}

/// Where the private server of another process is, if one runs.
pub(in crate::cli) fn running(data_dir: &Path) -> Option<String> {
    Cluster::url_of_running(data_dir)
}

/// The longest wait between two tries to start the private server again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

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
        let restarted = tokio::select! {
            _ = stop.changed() => return,
            restarted = running.restart(&|_| ()) => restarted,
        };
        match restarted {
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
                pause = (pause * 2).min(LONGEST_PAUSE);
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
    say(format_args!(
        "{count} migrations ran; the database is up to date"
    ));
    Ok(())
}
