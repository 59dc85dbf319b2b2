//! What the use cases of people with accounts work with.

use tokio::sync::Notify;

use crate::{
    app::{attempts::Attempts, keys::Memory},
    credentials::password::Hasher,
};

/// Hashing of passwords, the bell of the post, the count of what went wrong, and the terms for what is handed in.
#[derive(Debug, Default)]
pub struct Staff {
    licence: Licence,
    pub(in crate::app) hasher: Hasher,
    pub(in crate::app) bell: Notify,
    pub(in crate::app) attempts: Attempts,
    pub(in crate::app) keys: Memory,
}

/// Under which whoever hands something in gives it, an SPDX identifier.
#[derive(Debug)]
struct Licence(String);

impl Default for Licence {
    fn default() -> Self {
        Self("CC-BY-4.0".to_owned())
    }
}

impl Staff {
    /// What is handed in is given under this licence, an SPDX identifier.
    #[must_use]
    pub fn under(licence: String) -> Self {
        Self {
            licence: Licence(licence),
            ..Self::default()
        }
    }

    /// The licence under which whoever hands something in gives it.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.licence.0
    }

    /// Waits until a letter was written in this process.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }
}
