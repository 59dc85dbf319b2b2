//! Reads from the log why a program of Postgres failed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::statvfs;

use super::ClusterError;
use super::home::Home;

/// A report longer than this is read from its beginning only; failures are short.
const LONGEST: u64 = 64 << 10;

/// A disk with less room than this is what made Postgres fail, even where it could not say so.
const FULL_BELOW: u64 = 1 << 20;

/// What was being done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Create,
    Start,
}

/// What was written to the log by one program.
#[derive(Debug)]
pub(super) struct Report<'a> {
    home: &'a Home,
    text: String,
}

impl Report<'_> {
    pub fn since(home: &Home, from: u64) -> Report<'_> {
        let mut bytes = Vec::new();
        if let Ok(mut log) = File::open(&home.log) {
            let _ = log.seek(SeekFrom::Start(from));
            let _ = log.take(LONGEST).read_to_end(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Report { home, text }
    }

    /// Whether processes of an earlier server still hold the cluster's shared memory; they leave within moments.
    pub fn is_held_by_leavers(&self) -> bool {
        self.text.contains("pre-existing shared memory block")
    }

    pub fn into_error(self, fault: Fault) -> ClusterError {
        if self.text.contains("No space left on device")
            || self.text.contains("Disk quota exceeded")
            || is_full(&self.home.data())
        {
            return ClusterError::DiskFull {
                path: self.home.data(),
            };
        }
        let said = reason(&self.text);
        let log = self.home.log.clone();
        match fault {
            Fault::Create => ClusterError::InitFailed { said, log },
            Fault::Start => ClusterError::StartFailed { said, log },
        }
    }
}

fn is_full(path: &Path) -> bool {
    // The nearest directory that exists: the cluster itself may not have come into being.
    path.ancestors()
        .find_map(|dir| statvfs(dir).ok())
        .is_some_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < FULL_BELOW)
}

/// The last line that tells of a fault, without its stamp.
fn reason(text: &str) -> String {
    const MARKS: [&str; 4] = ["FATAL:", "PANIC:", "ERROR:", "error:"];
    let marked = text.lines().rev().find_map(|line| {
        MARKS
            .iter()
            .find_map(|mark| line.split_once(mark))
            .map(|(_, reason)| reason)
    });
    let line = marked.or_else(|| text.lines().rev().find(|line| !line.trim().is_empty()));
    line.unwrap_or("it gave no reason")
        .trim()
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_last_line_that_tells_of_a_fault() {
        let said = "creating subdirectories ... ok\n\
                    initdb: error: could not change permissions: Operation not permitted\n\
                    initdb: removing contents of data directory\n";
        assert_eq!(
            reason(said),
            "could not change permissions: Operation not permitted"
        );
        assert_eq!(
            reason("2026-11-22 10:00:00 UTC [7] FATAL:  bogus data in lock file\n"),
            "bogus data in lock file"
        );
        assert_eq!(reason("killed.\n\n"), "killed");
        assert_eq!(reason(""), "it gave no reason");
    }
}
