//! The private Postgres cluster that Haven runs when it is given no server.
//!
//! - It lives in the data directory, is durable (fsync on), and is reached through a socket in a private directory
//!   only, by peer identity: there is no port, and no password to keep.
//! - It runs as an unprivileged user in its own process group, and is told to stop when Haven dies in whatever way.
//! - After any crash of either, the next start recovers by itself. A cluster is there whole or not at all.
//! - Nothing here locks the data directory: the caller takes [`lock`] first and holds it while the cluster runs.
//! - Nothing here connects to the database; the tests apart, this module knows no SQL but `CREATE DATABASE`.

mod account;
mod binaries;
mod create;
mod error;
mod home;
mod lock;
mod process;
mod report;
mod server;
mod settings;

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::timeout;

pub use binaries::Binaries;
pub use error::ClusterError;
pub use lock::{DataDirLock, lock};

use account::Account;
use home::{Home, make_dir};
use process::Process;
use server::{PidFile, Server};

const DATABASE: &str = "haven";
const ROLE: &str = "haven";

/// A fast shutdown writes a checkpoint, which a slow disk may take its time over.
const STOP_LIMIT: Duration = Duration::from_secs(20);
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// What a start is busy with, for whoever watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Making a new cluster; a second or so.
    Creating,
    /// Ending a server that an earlier Haven left behind.
    EndingEarlier { pid: i32 },
    /// Starting the server, recovery included.
    Starting,
}

/// The running cluster. Dropping it ends Postgres at once and safely; [`Cluster::stop`] is the tidy way.
#[derive(Debug)]
pub struct Cluster {
    // Before the server, so that it is dropped and ended first.
    process: Process,
    server: Server,
    url: String,
    created: bool,
}

impl Cluster {
    /// Starts the cluster in `data_dir`, making it first where there is none.
    pub async fn start(
        data_dir: &Path,
        binaries: &Binaries,
        say: &(dyn Fn(Step) + Sync),
    ) -> Result<Cluster, ClusterError> {
        make_dir(data_dir)?;
        // Absolute and without links, because it must mean the same from any working directory.
        let data_dir = fs::canonicalize(data_dir).map_err(|e| ClusterError::at(data_dir, e))?;
        let home = Home::new(&data_dir);
        let owner = home.owner()?;
        let account = Account::for_postgres(owner);
        if let Some((owner, _)) = owner {
            check(&home, owner, binaries, &account)?;
        } else {
            say(Step::Creating);
            create::create(&home, binaries, &account).await?;
        }
        home.sweep();
        let socket_dir = home.socket_dir(&account)?;
        let url = url(&socket_dir);
        let server = Server {
            home,
            binaries: binaries.clone(),
            account,
            socket_dir,
        };
        let process = server.launch(say).await?;
        Ok(Cluster {
            process,
            server,
            url,
            created: owner.is_none(),
        })
    }

    /// Where to connect. It stays the same over restarts, and holds no secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where to connect to the cluster that another process runs in `data_dir`, if one does and is ready.
    pub fn url_of_running(data_dir: &Path) -> Option<String> {
        let home = Home::new(data_dir);
        let socket_dir = home.noted_socket_dir()?;
        // The file may be a dead server's and the socket that of one still starting: both have to hold.
        PidFile::read(&home).filter(|noted| noted.ready)?;
        UnixStream::connect(socket_dir.join(".s.PGSQL.5432")).ok()?;
        Some(url(&socket_dir))
    }

    /// Whether this start made the cluster. A later start finds it made even when whatever should have followed,
    /// like migrations, was cut short: ask the database for that.
    pub fn created(&self) -> bool {
        self.created
    }

    /// The process number of the server.
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Waits for Postgres to end, which by itself it never does. To be followed by [`Cluster::restart`].
    pub async fn died(&self) -> ExitStatus {
        self.process.exited().await
    }

    /// Starts the server again, on the same URL, after it died.
    pub async fn restart(&mut self, say: &(dyn Fn(Step) + Sync)) -> Result<(), ClusterError> {
        // Dead already, unless the caller has reasons of its own.
        let _ = self.end().await;
        // The directory may have been what was lost.
        self.server
            .home
            .restore_socket_dir(&self.server.socket_dir, &self.server.account)?;
        self.process = self.server.launch(say).await?;
        Ok(())
    }

    /// Ends the sessions and stops the server, leaving a clean cluster.
    pub async fn stop(self) -> Result<(), ClusterError> {
        self.end().await
    }

    async fn end(&self) -> Result<(), ClusterError> {
        self.process.signal(Signal::INT);
        if timeout(STOP_LIMIT, self.process.exited()).await.is_ok() {
            return Ok(());
        }
        // Without a checkpoint; the next start replays the log.
        self.process.signal(Signal::QUIT);
        if timeout(KILL_LIMIT, self.process.exited()).await.is_ok() {
            return Ok(());
        }
        self.process.kill();
        let _ = timeout(KILL_LIMIT, self.process.exited()).await;
        Err(ClusterError::Killed)
    }
}

fn check(
    home: &Home,
    owner: u32,
    binaries: &Binaries,
    account: &Account,
) -> Result<(), ClusterError> {
    let dir = home.data();
    if owner != account.uid {
        let runs_as = account.uid;
        return Err(ClusterError::WrongOwner {
            dir,
            owner,
            runs_as,
        });
    }
    match home.major() {
        Some(cluster) if cluster != binaries.major => {
            Err(ClusterError::WrongVersion { cluster, dir })
        }
        _ => Ok(()),
    }
}

fn url(socket_dir: &Path) -> String {
    format!(
        "postgres:///{DATABASE}?host={}&user={ROLE}&sslmode=disable",
        socket_dir.display()
    )
}

#[cfg(test)]
mod tests;
