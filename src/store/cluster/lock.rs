//! The lock on the data directory: one Haven at a time.
//!
//! It is a `flock`, so the kernel releases it however the holder ends; the process number in the file only lets the
//! refusal say who holds it, and is never trusted for more.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::ClusterError;
use super::home::make_dir;

/// Holds the data directory until it is dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

/// Takes the lock on `data_dir`, making the directory where there is none.
pub fn lock(data_dir: &Path) -> Result<DataDirLock, ClusterError> {
    make_dir(data_dir)?;
    let path = data_dir.join("lock");
    let at = |cause| ClusterError::at(&path, cause);
    // Not truncated on opening: until the lock is ours, the text is the other holder's.
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(at)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let holder = file.read_to_string(&mut text).ok();
            return Err(ClusterError::Locked {
                dir: data_dir.to_owned(),
                holder: holder.and_then(|_| text.trim().parse().ok()),
            });
        }
        Err(TryLockError::Error(cause)) => return Err(at(cause)),
    }
    file.set_len(0).map_err(at)?;
    writeln!(file, "{}", std::process::id()).map_err(at)?;
    Ok(DataDirLock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_and_names_the_holder() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("not/yet/there");
        let held = lock(&data_dir).unwrap();
        let refusal = lock(&data_dir).unwrap_err();
        assert!(
            matches!(refusal, ClusterError::Locked { holder: Some(pid), .. } if pid == std::process::id()),
            "{refusal}"
        );
        drop(held);
        lock(&data_dir).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_told_in_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let refusal = lock(&file.join("data")).unwrap_err().to_string();
        assert!(refusal.contains("HAVEN_DATA_DIR"), "{refusal}");
    }
}
