//! The directories of one index: numbered volumes, one of which the file `current` names.
//!
//! Invariant: a volume is filled beside the one in use and taken into use by renaming one small file, so that a crash
//! leaves the old index or the new one, never a mixture. Whatever `current` does not name is rubbish of a crash.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

const CURRENT: &str = "current";
const PREFIX: &str = "volume-";

/// A directory with volumes in it.
#[derive(Debug)]
pub(super) struct Shelf {
    root: PathBuf,
}

impl Shelf {
    /// Opens the shelf at `root`, which is made where it is absent.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The volume in use; none where the shelf is new or its file is damaged.
    pub(super) fn current(&self) -> Option<u64> {
        let text = fs::read_to_string(self.root.join(CURRENT)).ok()?;
        text.trim().parse().ok()
    }

    /// Where the volume lies.
    pub(super) fn path(&self, volume: u64) -> PathBuf {
        self.root.join(format!("{PREFIX}{volume}"))
    }

    /// An empty directory for a volume that comes after every other.
    pub(super) fn next(&self) -> io::Result<u64> {
        let last = self
            .volumes()?
            .into_iter()
            .chain(self.current())
            .max()
            .unwrap_or(0);
        let volume = last + 1;
        fs::create_dir(self.path(volume))?;
        Ok(volume)
    }

    /// Takes the volume into use, durably.
    pub(super) fn choose(&self, volume: u64) -> io::Result<()> {
        let draft = self.root.join("current.new");
        let mut file = File::create(&draft)?;
        writeln!(file, "{volume}")?;
        file.sync_all()?;
        fs::rename(&draft, self.root.join(CURRENT))?;
        File::open(&self.root)?.sync_all()
    }

    /// Removes every volume but `kept`. Readers that have one open keep their mapped files.
    pub(super) fn sweep(&self, kept: Option<u64>) -> io::Result<()> {
        for volume in self.volumes()? {
            if Some(volume) != kept {
                fs::remove_dir_all(self.path(volume))?;
            }
        }
        Ok(())
    }

    fn volumes(&self) -> io::Result<Vec<u64>> {
        let mut found = Vec::new();
        for item in fs::read_dir(&self.root)? {
            let name = item?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
            found.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_only_the_chosen_stays() {
        let root = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(root.path()).unwrap();
        assert_eq!(shelf.current(), None);
        assert_eq!((shelf.next().unwrap(), shelf.next().unwrap()), (1, 2));
        shelf.choose(2).unwrap();
        shelf.sweep(Some(2)).unwrap();
        assert_eq!(Shelf::open(root.path()).unwrap().current(), Some(2));
        assert!(!shelf.path(1).exists() && shelf.path(2).exists());
        assert_eq!(shelf.next().unwrap(), 3);
    }

    #[test]
    fn a_damaged_pointer_is_no_volume() {
        let root = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(root.path()).unwrap();
        for damaged in ["", "two", "-1", "\0\0\0\0"] {
            fs::write(root.path().join(CURRENT), damaged).unwrap();
            assert_eq!(shelf.current(), None, "{damaged:?}");
        }
    }
}
