//! Guessing at passwords and codes: each try is counted before it is looked at, so that none slips through beside others.
//!
//! It is counted by the address and by whoever guesses, so that nobody is kept out of their account by somebody else; and,
//! more loosely, over all networks together, which does not hold for those from which somebody was let in for the address
//! that day. In memory, and gone with the process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use crate::{app::AppError, domain::account::EmailAddress};

/// So many wrong passwords or codes for one address, of one who guesses.
const FEW: u32 = 10;
/// So many for one address, of all networks together.
const MANY: u32 = 100;
/// In so many minutes.
const WHILE_M: i64 = 15;
/// So many addresses are watched; beyond, the memory of all is cleared, which costs a guesser more than it gives.
const WATCHED: usize = 100_000;

/// Whence somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// A network, as a number that says nothing of it.
    Network(u64),
    /// A session that is open: nobody is in one who did not know the password once, or found it open.
    Session(Uuid),
}

/// What was tried of late, by address; and from where somebody was let in, as addresses with networks, whose numbers are
/// others each day.
#[derive(Debug, Default)]
pub struct Attempts {
    tried: Mutex<HashMap<u64, Tried>>,
    let_in: Mutex<HashSet<(u64, u64)>>,
}

#[derive(Debug)]
struct Tried {
    all: Count,
    by: Vec<(Whence, Count)>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Timestamp,
    tries: u32,
}

/// A try that counts, unless it is taken back.
#[must_use]
#[derive(Debug)]
pub(in crate::app) struct Attempt<'a> {
    attempts: &'a Attempts,
    of: u64,
    whence: Whence,
}

impl Attempts {
    /// Counts a try.
    ///
    /// # Errors
    /// `TooMany` after many.
    pub(in crate::app) fn begin(
        &self,
        email: &EmailAddress,
        whence: Whence,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        let of = of(email);
        let mut watched = self.lock();
        if watched.len() >= WATCHED && !watched.contains_key(&of) {
            watched.clear();
        }
        let tried = watched.entry(of).or_insert_with(|| Tried::at(now));
        tried.pass(now);
        let by = tried.by.iter().find(|(own, _)| *own == whence);
        let refused = by.and_then(|(_, count)| count.full(FEW, now));
        let all = match whence {
            Whence::Network(network) if !self.knows(of, network) => tried.all.full(MANY, now),
            _ => None,
        };
        if let Some(retry_after_s) = refused.or(all) {
            return Err(AppError::TooMany { retry_after_s });
        }
        tried.add(whence, now);
        drop(watched);
        Ok(Attempt {
            attempts: self,
            of,
            whence,
        })
    }

    /// Forgets what was tried for an address: whoever reads its mailbox chose another password.
    pub(in crate::app) fn forget(&self, email: &EmailAddress) {
        self.lock().remove(&of(email));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Tried>> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashSet<(u64, u64)>> {
        self.let_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows(&self, of: u64, network: u64) -> bool {
        self.known().contains(&(of, network))
    }
}

/// As what an address is counted, however it is typed.
fn of(email: &EmailAddress) -> u64 {
    xxh3_64(email.as_str().to_lowercase().as_bytes())
}

impl Attempt<'_> {
    /// It was right, and somebody is let in.
    pub(in crate::app) fn let_in(self) {
        if let Whence::Network(network) = self.whence {
            let mut known = self.attempts.known();
            if known.len() >= WATCHED {
                known.clear();
            }
            known.insert((self.of, network));
        }
        self.take_back();
    }

    /// It was right, or was not looked at.
    pub(in crate::app) fn take_back(self) {
        let mut watched = self.attempts.lock();
        let Some(tried) = watched.get_mut(&self.of) else {
            return;
        };
        let by = tried.by.iter_mut().find(|(own, _)| *own == self.whence);
        if let Some((_, count)) = by {
            count.tries = count.tries.saturating_sub(1);
        }
        if matches!(self.whence, Whence::Network(_)) {
            tried.all.tries = tried.all.tries.saturating_sub(1);
        }
    }
}

impl Tried {
    fn at(now: Timestamp) -> Self {
        Self {
            all: Count::at(now),
            by: Vec::new(),
        }
    }

    /// Forgets what is over.
    fn pass(&mut self, now: Timestamp) {
        self.by.retain(|(_, count)| count.left(now).is_some());
        if self.all.left(now).is_none() {
            self.all = Count::at(now);
        }
    }

    fn add(&mut self, whence: Whence, now: Timestamp) {
        match self.by.iter_mut().find(|(own, _)| *own == whence) {
            Some((_, count)) => count.tries += 1,
            None => self.by.push((
                whence,
                Count {
                    since: now,
                    tries: 1,
                },
            )),
        }
        if matches!(whence, Whence::Network(_)) {
            self.all.tries += 1;
        }
    }
}

impl Count {
    fn at(since: Timestamp) -> Self {
        Self { since, tries: 0 }
    }

    /// The seconds until it is over; none where it is.
    fn left(&self, now: Timestamp) -> Option<u32> {
        let end = self.since + SignedDuration::from_mins(WHILE_M);
        let left = u32::try_from(end.duration_since(now).as_secs()).ok();
        left.filter(|seconds| *seconds > 0)
    }

    /// The seconds to wait, where there were as many tries as there may be.
    fn full(&self, most: u32, now: Timestamp) -> Option<u32> {
        self.left(now).filter(|_| self.tries >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> EmailAddress {
        EmailAddress::parse("rima@example.org").unwrap()
    }

    #[test]
    fn who_guesses_from_one_network_keeps_nobody_out_elsewhere() {
        let (attempts, now) = (Attempts::default(), Timestamp::UNIX_EPOCH);
        let begin = |whence, now| attempts.begin(&email(), whence, now).is_ok();
        for _ in 0..FEW {
            assert!(begin(Whence::Network(1), now));
        }
        assert!(!begin(Whence::Network(1), now));
        assert!(begin(Whence::Network(2), now));
        assert!(begin(Whence::Session(Uuid::nil()), now));
        let later = now + SignedDuration::from_mins(WHILE_M);
        assert!(begin(Whence::Network(1), later));
    }

    #[test]
    fn all_networks_together_are_stopped_too_and_sessions_are_not() {
        let (attempts, now) = (Attempts::default(), Timestamp::UNIX_EPOCH);
        let begin = |whence| attempts.begin(&email(), whence, now).is_ok();
        assert!((0..u64::from(MANY)).all(|network| begin(Whence::Network(network))));
        assert!(!begin(Whence::Network(u64::MAX)));
        assert!(begin(Whence::Session(Uuid::nil())));
        attempts.forget(&email());
        assert!(begin(Whence::Network(u64::MAX)));
    }

    #[test]
    fn who_was_let_in_is_not_kept_out_by_all_the_others() {
        let (attempts, now) = (Attempts::default(), Timestamp::UNIX_EPOCH);
        let begin = |network| attempts.begin(&email(), Whence::Network(network), now);
        begin(u64::MAX).unwrap().let_in();
        let tried = (0..u64::from(MANY)).map(begin);
        assert!(
            tried
                .map(|attempt| attempt.map(drop))
                .all(|tried| tried.is_ok())
        );
        assert!(begin(MANY.into()).is_err());
        // Guesses from there count as everywhere.
        assert!((0..FEW).all(|_| begin(u64::MAX).is_ok()));
        assert!(begin(u64::MAX).is_err());
    }

    #[test]
    fn what_was_right_is_taken_back() {
        let (attempts, now) = (Attempts::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..3 * FEW {
            let attempt = attempts.begin(&email(), Whence::Network(1), now);
            attempt.unwrap().take_back();
        }
    }
}
