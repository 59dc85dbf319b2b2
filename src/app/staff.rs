//! What the use cases of people with accounts work with.

use std::{collections::HashMap, sync::Mutex};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    app::{AppError, keys::Memory},
    credentials::password::Hasher,
    domain::account::EmailAddress,
};

/// Hashing of passwords, the bell of the post, the count of what went wrong, and the terms for what is handed in.
#[derive(Debug, Default)]
pub struct Staff {
    licence: Licence,
    pub(in crate::app) hasher: Hasher,
    pub(in crate::app) bell: Notify,
    pub(in crate::app) failures: Failures,
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

/// So many wrong passwords or codes for one address.
const FEW: u32 = 10;
/// In so many minutes.
const WHILE_M: i64 = 15;
/// So many addresses are watched; beyond, the memory of all is cleared, which costs a guesser more than it gives.
const WATCHED: usize = 100_000;

/// Counts wrong passwords and codes by address, in memory.
#[derive(Debug, Default)]
pub struct Failures(Mutex<HashMap<u64, (Timestamp, u32)>>);

impl Failures {
    /// As what an address is counted, however it is typed.
    pub(in crate::app) fn of(email: &EmailAddress) -> u64 {
        xxh3_64(email.as_str().to_lowercase().as_bytes())
    }

    /// Refuses where an address failed too often of late.
    ///
    /// # Errors
    /// `TooMany`.
    pub(in crate::app) fn check(&self, of: u64, now: Timestamp) -> Result<(), AppError> {
        let all = self.lock();
        match all.get(&of) {
            Some((since, count)) if *count >= FEW => {
                let left = (*since + SignedDuration::from_mins(WHILE_M)).duration_since(now);
                match u32::try_from(left.as_secs()) {
                    Ok(retry_after_s) if retry_after_s > 0 => {
                        Err(AppError::TooMany { retry_after_s })
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Notes a failure.
    pub(in crate::app) fn note(&self, of: u64, now: Timestamp) {
        let mut all = self.lock();
        if all.len() >= WATCHED {
            all.clear();
        }
        let entry = all.entry(of).or_insert((now, 0));
        if now.duration_since(entry.0) > SignedDuration::from_mins(WHILE_M) {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, (Timestamp, u32)>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
