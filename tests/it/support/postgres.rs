//! A Postgres of one test's own, to be stopped, killed and started as the test likes.

use std::os::unix::fs::PermissionsExt;

use haven::store::{
    PoolSettings, Store,
    cluster::{Binaries, Cluster},
};
use rustix::process::{Pid, Signal, kill_process};

/// The server with its directory; the name is there so that no other test can mean it.
pub struct OwnPostgres {
    pub cluster: Cluster,
    dir: tempfile::TempDir,
}

impl OwnPostgres {
    pub async fn start() -> Self {
        let dir = tempfile::tempdir_in(super::cluster_parent()).unwrap();
        // The server runs as another user, who has to come by.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let binaries = Binaries::find(dir.path()).unwrap();
        let cluster = Cluster::start(dir.path(), &binaries, &|_| {})
            .await
            .unwrap();
        Self { cluster, dir }
    }

    pub fn url(&self) -> &str {
        self.cluster.url()
    }

    pub fn store(&self) -> Store {
        Store::new(self.url(), &PoolSettings::default()).unwrap()
    }

    /// What it wrote to its own log.
    pub fn log(&self) -> Vec<u8> {
        let log = self.dir.path().join("postgres.log");
        std::fs::read(&log).unwrap()
    }

    /// Where everything of it lies.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.cluster.pid()).unwrap()
    }

    /// Stops or continues every process of it: each that serves a connection has a group of its own.
    pub fn signal_all(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
        let own = self.cluster.pid().to_string();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let Some((_, rest)) = stat.rsplit_once(") ") else {
                continue;
            };
            if rest.split(' ').nth(1) == Some(&*own) {
                let pid = entry.file_name().to_str().and_then(|pid| pid.parse().ok());
                // It may have ended since.
                let _ = kill_process(pid.and_then(Pid::from_raw).unwrap(), signal);
            }
        }
    }

    /// As a power cut would end it.
    pub async fn kill(&mut self) {
        kill_process(self.pid(), Signal::KILL).unwrap();
        self.cluster.died().await;
    }

    pub async fn start_again(&mut self) {
        self.cluster.restart(&|_| {}).await.unwrap();
    }
}
