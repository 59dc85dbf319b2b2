//! Starts the server on a cluster that is there, whatever an earlier one has left behind.
//!
//! `postmaster.pid` is never removed here: its last lines are how Postgres tells whether processes of a dead server
//! still touch the data. Where the process that it names is no server of ours, Postgres is told so instead (the
//! variable by which `pg_ctl` does the same).

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use super::account::Account;
use super::binaries::Binaries;
use super::home::Home;
use super::process::{Process, Program, inherited};
use super::report::{Fault, Report};
use super::{ClusterError, Step, settings};

/// Replaying all the log that the settings allow takes seconds; a slow disk may need minutes.
const START_LIMIT: Duration = Duration::from_secs(180);
const LEAVERS_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(4);

/// Everything that starting the server takes, the first time and again.
#[derive(Debug)]
pub(super) struct Server {
    pub home: Home,
    pub binaries: Binaries,
    pub account: Account,
    pub socket_dir: PathBuf,
}

/// What stands behind the process number in `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
enum Holder {
    /// No process, a dead one that nobody has reaped, or one that is no Postgres of this cluster.
    Gone,
    /// A live Postgres of this cluster.
    Alive,
    /// A live Postgres that cannot be looked at; Postgres itself decides.
    Unknown,
}

impl Server {
    /// Starts the server and returns when it takes connections.
    pub async fn launch(&self, say: &(dyn Fn(Step) + Sync)) -> Result<Process, ClusterError> {
        settings::write_access(&self.home, &self.account)?;
        let deadline = Instant::now() + LEAVERS_LIMIT;
        loop {
            let gone = self.settle(say).await?;
            say(Step::Starting);
            let (output, from) = self.home.open_log()?;
            let process = self.spawn(output, gone)?;
            if self.is_ready(&process).await? {
                return Ok(process);
            }
            let report = Report::since(&self.home, from);
            if !report.is_held_by_leavers() || Instant::now() > deadline {
                return Err(report.into_error(Fault::Start));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn spawn(&self, output: File, gone: Option<i32>) -> Result<Process, ClusterError> {
        let data = self.home.data();
        let dir = File::open(&data).map_err(|cause| ClusterError::at(&data, cause))?;
        let mut command = Command::new(&self.binaries.postgres);
        command.arg("-D").arg(inherited(&dir));
        command.args(settings::arguments(&self.socket_dir));
        let program = Program {
            command,
            account: &self.account,
            dir,
            input: "",
            output,
            on_our_death: Signal::INT,
            env: gone.map(|pid| ("PG_GRANDPARENT_PID", pid.to_string())),
        };
        program.spawn().map_err(|cause| ClusterError::Spawn {
            program: self.binaries.postgres.clone(),
            user: self.account.name.clone(),
            cause,
        })
    }

    /// Waits until the server says that it is ready; false when it has ended instead.
    async fn is_ready(&self, process: &Process) -> Result<bool, ClusterError> {
        let deadline = Instant::now() + START_LIMIT;
        let ended = process.exited();
        tokio::pin!(ended);
        loop {
            if tokio::time::timeout(POLL, &mut ended).await.is_ok() {
                return Ok(false);
            }
            let noted = PidFile::read(&self.home);
            if noted.is_some_and(|noted| noted.pid == process.pid() && noted.ready) {
                return Ok(true);
            }
            if Instant::now() > deadline {
                return Err(ClusterError::StartFailed {
                    said: format!("it was not ready after {} s", START_LIMIT.as_secs()),
                    log: self.home.log.clone(),
                });
            }
        }
    }

    /// Ends a live server that an earlier Haven left behind. Returns the number in `postmaster.pid` when no such
    /// server stands behind it.
    async fn settle(&self, say: &(dyn Fn(Step) + Sync)) -> Result<Option<i32>, ClusterError> {
        let Some(PidFile { pid, .. }) = PidFile::read(&self.home) else {
            return Ok(None);
        };
        for (signal, patience) in [(Signal::INT, 30), (Signal::QUIT, 5)] {
            match self.holder(pid) {
                Holder::Gone => return Ok(Some(pid)),
                Holder::Unknown => return Ok(None),
                Holder::Alive => {}
            }
            say(Step::EndingEarlier { pid });
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, signal);
            }
            let deadline = Instant::now() + Duration::from_secs(patience);
            while self.holder(pid) == Holder::Alive && Instant::now() < deadline {
                sleep(POLL).await;
            }
        }
        match self.holder(pid) {
            Holder::Alive => Err(ClusterError::OrphanStays { pid }),
            _ => Ok(Some(pid)),
        }
    }

    fn holder(&self, pid: i32) -> Holder {
        let proc = Path::new("/proc").join(pid.to_string());
        // A zombie's command line is empty.
        let Ok(line) = fs::read(proc.join("cmdline")) else {
            return Holder::Gone;
        };
        let line = String::from_utf8_lossy(&line);
        let mut arguments = line.split('\0');
        let name = arguments.next().unwrap_or_default();
        if !name.ends_with("postgres") && !name.ends_with("postmaster") {
            return Holder::Gone;
        }
        let socket_dir = self.socket_dir.to_string_lossy();
        if arguments.any(|argument| argument.ends_with(&*socket_dir)) {
            return Holder::Alive;
        }
        // Perhaps started by hand; a server works in its cluster's directory. As root without the right to trace
        // other users' processes this cannot be seen.
        let here = fs::metadata(self.home.data()).map(|dir| (dir.dev(), dir.ino()));
        match (fs::metadata(proc.join("cwd")), here) {
            (Ok(there), Ok(here)) if (there.dev(), there.ino()) == here => Holder::Alive,
            (Ok(_), Ok(_)) => Holder::Gone,
            _ => Holder::Unknown,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where a socket is left in it; the next start uses it then.
        let _ = fs::remove_dir(&self.socket_dir);
    }
}

/// What a server notes of itself in its cluster.
#[derive(Debug)]
pub(super) struct PidFile {
    pid: i32,
    pub ready: bool,
}

impl PidFile {
    pub fn read(home: &Home) -> Option<PidFile> {
        let text = fs::read_to_string(home.data().join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        // The eighth line; `starting`, `stopping`, `standby` or `ready`.
        let ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
        Some(PidFile { pid, ready })
    }
}
