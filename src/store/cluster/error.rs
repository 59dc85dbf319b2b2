//! What can go wrong with the private cluster, each told in one sentence that says what to do.
//!
//! The sentences are shown to whoever starts Haven, so they carry their cause themselves and have no `source()`.

use std::io;
use std::path::{Path, PathBuf};

use super::binaries::OLDEST_MAJOR;

/// Why the private cluster cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "Haven found no PostgreSQL to run its private database with: install it (apt-get install postgresql), or set DATABASE_URL to a server."
    )]
    BinariesMissing,

    #[error(
        "Haven found no {name} of PostgreSQL {at_least} or newer: install it (apt-get install postgresql-client)."
    )]
    ProgramMissing { name: &'static str, at_least: u32 },

    #[error(
        "Haven needs PostgreSQL {OLDEST_MAJOR} or newer and found only version {major} in {}: install a newer one (apt-get install postgresql), or set DATABASE_URL to a server.",
        dir.display()
    )]
    BinariesTooOld { major: u32, dir: PathBuf },

    #[error(
        "The private database in {} was made by PostgreSQL {cluster}, which is not installed here: install it (apt-get install postgresql-{cluster}), or set HAVEN_DATA_DIR to an empty directory.",
        dir.display()
    )]
    WrongVersion { cluster: u32, dir: PathBuf },

    #[error(
        "Haven may not write to {} ({cause}): give it that right, or set HAVEN_DATA_DIR to a directory of its own.",
        path.display()
    )]
    Unwritable { path: PathBuf, cause: io::Error },

    #[error(
        "The disk that holds {} is full: free some space, or set HAVEN_DATA_DIR to a directory on another disk.",
        path.display()
    )]
    DiskFull { path: PathBuf },

    #[error(
        "The private database in {} belongs to user {owner}, but Postgres would run as user {runs_as}: start Haven as its owner, or give it back (chown -R {runs_as}).",
        dir.display()
    )]
    WrongOwner {
        dir: PathBuf,
        owner: u32,
        runs_as: u32,
    },

    #[error(
        "Another Haven{} is using {}: stop it, or set HAVEN_DATA_DIR to another directory.",
        process(*.holder),
        dir.display()
    )]
    Locked { dir: PathBuf, holder: Option<u32> },

    #[error("Haven cannot use {} ({cause}): mend that, or set HAVEN_DATA_DIR to another directory.", path.display())]
    Unusable { path: PathBuf, cause: io::Error },

    #[error("Haven cannot run {} as user {user} ({cause}): check that this user may execute it.", program.display())]
    Spawn {
        program: PathBuf,
        user: String,
        cause: io::Error,
    },

    #[error("The private database could not be created ({said}): see {}.", log.display())]
    InitFailed { said: String, log: PathBuf },

    #[error("The private database did not start ({said}): see {}.", log.display())]
    StartFailed { said: String, log: PathBuf },

    #[error(
        "An earlier Postgres (process {pid}) still holds the private database and does not stop: end it with `kill -QUIT {pid}`, then start Haven again."
    )]
    OrphanStays { pid: i32 },

    #[error(
        "Postgres did not stop in time and was killed; nothing acknowledged is lost, and the next start recovers."
    )]
    Killed,
}

fn process(holder: Option<u32>) -> String {
    holder.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl ClusterError {
    /// The error that an I/O fault at `path` amounts to for whoever has to mend it.
    pub(super) fn at(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Unwritable { path, cause }
            }
            _ => Self::Unusable { path, cause },
        }
    }
}
