//! Where the cluster's files are.
//!
//! ```text
//! <data_dir>/postgres/data       the cluster; it is there whole or not at all
//! <data_dir>/postgres/new-<pid>  one in the making, renamed when it is whole
//! <data_dir>/postgres/socket     the path of the socket's directory, kept from start to start
//! <data_dir>/postgres.log        what Postgres and initdb have to say
//! ```
//!
//! The socket lies in a private directory under `/tmp` and not beside the data, because a socket's path may have
//! 107 bytes only and must not lead through a directory that Postgres' user cannot walk.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::ClusterError;
use super::account::Account;

/// The log is set aside at a start that finds it longer than this.
const LOG_LIMIT: u64 = 4 << 20;

/// In order of preference; the first that can be written to is taken.
const SOCKET_PARENTS: [&str; 4] = ["/tmp", "/var/tmp", "/run", "/dev/shm"];

const PRIVATE: u32 = 0o700;

/// The paths of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Home {
    root: PathBuf,
    pub log: PathBuf,
}

/// Makes a private directory, and the ones above it, where there is none.
pub(super) fn make_dir(path: &Path) -> Result<(), ClusterError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(PRIVATE);
    builder
        .create(path)
        .map_err(|cause| ClusterError::at(path, cause))
}

impl Home {
    pub fn new(data_dir: &Path) -> Home {
        Home {
            root: data_dir.join("postgres"),
            log: data_dir.join("postgres.log"),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The major version of the cluster that is here.
    pub fn major(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("PG_VERSION")).ok()?;
        text.trim().parse().ok()
    }

    /// Owner and group of the cluster that is here.
    pub fn owner(&self) -> Result<Option<(u32, u32)>, ClusterError> {
        let data = self.data();
        match fs::metadata(&data) {
            Ok(found) => Ok(Some((found.uid(), found.gid()))),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(ClusterError::at(&data, cause)),
        }
    }

    /// An empty directory for a cluster in the making; what earlier attempts left is swept away.
    pub fn make_room(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        make_dir(&self.root)?;
        self.sweep();
        let room = self.root.join(format!("new-{}", std::process::id()));
        let at = |cause| ClusterError::at(&room, cause);
        DirBuilder::new().mode(PRIVATE).create(&room).map_err(at)?;
        account.take(&room).map_err(at)?;
        Ok(room)
    }

    /// Removes what is left of clusters that never became whole.
    pub fn sweep(&self) {
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b"new-") {
                // A failure costs room on the disk and nothing else; the next start tries again.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Makes the new cluster the one that counts, and the rename itself durable.
    pub fn move_in(&self, room: &Path) -> Result<(), ClusterError> {
        let data = self.data();
        fs::rename(room, &data)
            .and_then(|()| File::open(&self.root)?.sync_all())
            .map_err(|cause| ClusterError::at(&data, cause))
    }

    /// The log, open at its end, and how long it is.
    pub fn open_log(&self) -> Result<(File, u64), ClusterError> {
        let at = |cause| ClusterError::at(&self.log, cause);
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_LIMIT) {
            fs::rename(&self.log, self.log.with_extension("log.old")).map_err(at)?;
        }
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(at)?;
        let length = log.metadata().map_err(at)?.len();
        Ok((log, length))
    }

    /// The directory of the socket as the last start noted it.
    pub fn noted_socket_dir(&self) -> Option<PathBuf> {
        let inode = fs::metadata(&self.root).ok()?.ino();
        let noted = fs::read_to_string(self.root.join("socket")).ok()?;
        let noted = PathBuf::from(noted.trim_end());
        // A copied data directory must not meet the original in one socket.
        let own = noted.file_name()?.to_str()?.starts_with(&prefix(inode));
        own.then_some(noted)
    }

    /// The directory of the socket, there and private: the noted one if that can be had, else a new one.
    pub fn socket_dir(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        if let Some(noted) = self.noted_socket_dir()
            && make_private(&noted, account).is_ok()
        {
            return Ok(noted);
        }
        let at = |cause| ClusterError::at(&self.root, cause);
        let inode = fs::metadata(&self.root).map_err(at)?.ino();
        let chance = RandomState::new().hash_one(std::process::id());
        let name = format!("{}{:08x}", prefix(inode), chance >> 32);
        let mut fault = io::Error::from(io::ErrorKind::NotFound);
        for parent in SOCKET_PARENTS {
            let dir = Path::new(parent).join(&name);
            match make_private(&dir, account) {
                Ok(()) => {
                    let noted = format!("{}\n", dir.display());
                    fs::write(self.root.join("socket"), noted).map_err(at)?;
                    return Ok(dir);
                }
                Err(cause) => fault = cause,
            }
        }
        Err(ClusterError::at(Path::new(SOCKET_PARENTS[0]), fault))
    }

    /// Makes the directory of the socket again should it be gone; its path must stay the same.
    pub fn restore_socket_dir(&self, dir: &Path, account: &Account) -> Result<(), ClusterError> {
        make_private(dir, account).map_err(|cause| ClusterError::at(dir, cause))
    }

    /// Writes a file into the cluster for its user to read. One that is right already is left alone, so that a full
    /// disk does not keep the server from starting again.
    pub fn write(&self, name: &str, text: &str, account: &Account) -> Result<(), ClusterError> {
        let path = self.data().join(name);
        if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
            return Ok(());
        }
        let write = || {
            // Removed and made anew: as root, never write through a link that the cluster's user has laid.
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
                _ => {}
            }
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(text.as_bytes())?;
            account.take(&path)
        };
        write().map_err(|cause| ClusterError::at(&path, cause))
    }
}

fn prefix(inode: u64) -> String {
    format!("haven-{inode:x}-")
}

fn make_private(dir: &Path, account: &Account) -> io::Result<()> {
    match DirBuilder::new().mode(PRIVATE).create(dir) {
        Ok(()) => return account.take(dir),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(cause),
    }
    let found = fs::symlink_metadata(dir)?;
    if !found.is_dir() || found.uid() != account.uid {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::set_permissions(dir, Permissions::from_mode(PRIVATE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_directory_is_private_and_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::new(dir.path());
        make_dir(&dir.path().join("postgres")).unwrap();
        let account = Account::own();
        let first = home.socket_dir(&account).unwrap();
        assert_eq!(fs::metadata(&first).unwrap().mode() & 0o777, 0o700);
        fs::remove_dir(&first).unwrap();
        assert_eq!(home.socket_dir(&account).unwrap(), first);
        fs::remove_dir(&first).unwrap();
    }

    #[test]
    fn a_socket_directory_that_another_holds_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::new(dir.path());
        make_dir(&dir.path().join("postgres")).unwrap();
        let account = Account::own();
        let first = home.socket_dir(&account).unwrap();
        fs::remove_dir(&first).unwrap();
        std::os::unix::fs::symlink(dir.path(), &first).unwrap();
        let second = home.socket_dir(&account).unwrap();
        assert_ne!(second, first);
        fs::remove_file(&first).unwrap();
        fs::remove_dir(&second).unwrap();
    }
}
