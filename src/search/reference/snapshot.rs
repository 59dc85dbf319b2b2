//! The reference data as a file, so that a start without Postgres answers with what was last known.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use super::ReferenceData;

/// The snapshot was not written or not read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("the snapshot's file: {0}")]
    File(#[from] io::Error),
    #[error("the snapshot's content: {0}")]
    Content(#[from] serde_json::Error),
}

impl ReferenceData {
    /// Writes the data to `path`: whole, or not at all.
    pub fn save(&self, path: &Path) -> Result<(), SnapshotError> {
        let beside = path.with_extension("new");
        let mut file = BufWriter::new(File::create(&beside)?);
        serde_json::to_writer(&mut file, self)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        fs::rename(&beside, path)?;
        Ok(())
    }

    /// Reads what `save` wrote; nothing where there is no file.
    pub fn load(path: &Path) -> Result<Option<Self>, SnapshotError> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
