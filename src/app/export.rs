//! Giving every published listing back, in the format in which listings come in.
//!
//! What survives the way through a file into another directory: kinds, slugs, sources, the ids of places and contacts,
//! and all that is public. What does not: ids and versions of listings, their earlier revisions and slugs, and whatever
//! is confidential. A backup keeps all of that.

use std::io::{self, Write};

use crate::{
    app::AppError,
    store::{Store, StoreError},
};

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// Writes the published listings, one a line, all as they are at one moment; says how many there were.
///
/// # Errors
/// Where writing fails, or the database.
pub async fn listings(store: &Store, into: &mut dyn Write) -> Result<u64, ExportError> {
    store
        .export(|listing| Ok(writeln!(into, "{}", listing.to_json())?))
        .await
}
