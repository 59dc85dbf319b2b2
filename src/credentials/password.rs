//! Passwords: argon2id, off the event loop, a few at a time.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// So many at once: each takes 19 MiB and a processor for its time.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub struct Hasher {
    slots: Arc<Semaphore>,
    /// The hash of no password at all, to check against where there is no account.
    nobody: Arc<str>,
}

/// The library refused.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(String);

impl Default for Hasher {
    fn default() -> Self {
        let none = hash_now(&super::token::mint());
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: none.unwrap_or_default().into(),
        }
    }
}

impl Hasher {
    /// What is stored of a password.
    ///
    /// # Errors
    /// Where the library refuses, which is a defect.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.apart(move || hash_now(&password)).await?
    }

    /// Whether it is the password of that hash. Without a hash it takes as long, and is not.
    ///
    /// # Errors
    /// As `hash`.
    pub async fn check(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, HashError> {
        let (there, nobody) = (stored.is_some(), Arc::clone(&self.nobody));
        let right = self.apart(move || {
            let stored = stored.as_deref().unwrap_or(&nobody);
            let given = password.expose_secret().as_bytes();
            PasswordHash::new(stored)
                .is_ok_and(|stored| Argon2::default().verify_password(given, &stored).is_ok())
        });
        Ok(right.await? && there)
    }

    async fn apart<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, HashError> {
        let told = |error: &dyn std::fmt::Display| HashError(error.to_string());
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|error| told(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        done.await.map_err(|error| told(&error))
    }
}

fn hash_now(password: &SecretString) -> Result<String, HashError> {
    Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn knows_a_password_again_and_nobodys_is_never_right() {
        let hasher = Hasher::default();
        let stored = hasher.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$") && !stored.contains("horse"));
        assert!(
            hasher
                .check("correct horse".into(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!hasher.check("battery".into(), Some(stored)).await.unwrap());
        assert!(!hasher.check("correct horse".into(), None).await.unwrap());
        assert!(PasswordHash::new(&hasher.nobody).is_ok());
    }
}
