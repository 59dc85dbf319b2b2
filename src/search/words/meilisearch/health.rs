//! Whether a server is one that we can work with, for whoever runs it.

use serde_json::Value;

use super::{super::WordsError, Meilisearch, form::settings};

/// What the key must allow. It is for all indexes: the server gives the right to see its version to no other key.
pub const RIGHTS: &[&str] = &[
    "search",
    "documents.add",
    "documents.get",
    "documents.delete",
    "indexes.create",
    "indexes.get",
    "indexes.delete",
    "indexes.swap",
    "settings.get",
    "settings.update",
    "tasks.get",
    "version",
];

/// The oldest server whose answers this adapter was written for.
const OLDEST: (u32, u32) = (1, 50);

/// What a look at the server found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub version: String,
    /// Where the version is older than what this was written for.
    pub too_old: bool,
    /// The place in the change log up to which the index is whole; none where it is not built.
    pub cursor: Option<i64>,
    /// Settings of the index that are not as they should be.
    pub foreign_settings: Vec<String>,
    /// Rights that the key lacks, as far as reading tells.
    pub lacking: Vec<&'static str>,
}

impl Meilisearch {
    /// Looks at the server without changing anything; at the index too, where it is known of which directory it is.
    ///
    /// # Errors
    /// Where it is out of reach or refuses the key altogether.
    pub async fn health(&self) -> Result<Health, WordsError> {
        let server = &self.0.server;
        let mut lacking = Vec::new();
        let version = allowed(server.version().await, "version", &mut lacking)?;
        let version = version.unwrap_or_else(|| "unknown".to_owned());
        allowed(server.search_nothing().await, "search", &mut lacking)?;
        allowed(server.look_at_tasks().await, "tasks.get", &mut lacking)?;
        let prefix = &self.0.whose.prefix;
        let listed = server.indexes(prefix).await;
        allowed(listed, "indexes.get", &mut lacking)?;
        // Whether it may look at documents and settings shows at any index, there or not.
        let names = self.0.whose.names();
        let index = names.as_ref().map_or(prefix, |names| &names.live);
        let marks = allowed(server.marks(index).await, "documents.get", &mut lacking)?;
        let held = match server.settings(index).await {
            Err(WordsError::Unbuilt) => None,
            other => allowed(other, "settings.get", &mut lacking)?,
        };
        Ok(Health {
            too_old: is_too_old(&version),
            version,
            cursor: marks.and_then(|marks| marks.sealed),
            foreign_settings: held.map(|held| foreign(&held)).unwrap_or_default(),
            lacking,
        })
    }
}

/// The settings that are not as they should be.
fn foreign(held: &Value) -> Vec<String> {
    let wanted = settings();
    let wanted = wanted.as_object().into_iter().flatten();
    wanted
        .filter(|(name, value)| held.get(name) != Some(value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What was asked for, or the note that the key does not allow it.
fn allowed<T>(
    asked: Result<T, WordsError>,
    right: &'static str,
    lacking: &mut Vec<&'static str>,
) -> Result<Option<T>, WordsError> {
    match asked {
        Ok(value) => Ok(Some(value)),
        Err(WordsError::Unavailable(why)) if why.ends_with("invalid_api_key") => {
            lacking.push(right);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) < OLDEST,
        // A version that the key does not show.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_too_old;

    #[test]
    fn versions_are_numbers() {
        for (version, old) in [
            ("1.50.0", false),
            ("1.9.2", true),
            ("2.0.0", false),
            ("unknown", false),
        ] {
            assert_eq!(is_too_old(version), old, "{version}");
        }
    }
}
