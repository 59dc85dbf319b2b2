//! `haven openapi`: writes the OpenAPI document and the list of operations.

use std::path::Path;

use crate::{cli::Failure, http};

/// Writes both files into `folder`.
pub(in crate::cli) fn write(folder: &Path) -> Result<(), Failure> {
    let document = http::document().to_pretty_json()?;
    for (name, text) in [
        ("haven.json", document + "\n"),
        ("operations.txt", http::operations()),
    ] {
        let path = folder.join(name);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| {
                Failure::new(format!("{} cannot be written: {error}", path.display()))
            })?;
    }
    Ok(())
}
