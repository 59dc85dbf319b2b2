//! The time of a question, as something that is passed in.
//!
//! Invariant: nothing below the command line asks the operating system what time it is; whoever
//! needs now takes a [`Clock`] or a timestamp. The system clock is deliberately absent: it is wired
//! in `cli`. [`FixedClock`] is public because the integration tests move time with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// A clock that stands still until it is moved. It holds whole microseconds.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn new(now: Timestamp) -> FixedClock {
        FixedClock(AtomicI64::new(now.as_microsecond()))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves the clock by a duration, backwards when that is negative.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        // Only an absurd advance leaves the range of timestamps; the clock then stands at its end.
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_until_it_is_moved() {
        let start: Timestamp = "2026-03-29T00:59:00Z".parse().unwrap();
        let clock = Arc::new(FixedClock::new(start));
        assert_eq!(clock.now(), start);
        clock.advance(SignedDuration::from_mins(2));
        assert_eq!(clock.now(), "2026-03-29T01:01:00Z".parse().unwrap());
        clock.set(start);
        assert_eq!(Clock::now(&clock), start);
    }
}
