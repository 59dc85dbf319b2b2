//! How long engines outside of this process were waited for, over all the questions of one search.
//!
//! A search may ask several questions one after another: other readings of its words, wider ones where little is found.
//! Each may be answered in time, and all together far too late; so what one question was waited for is taken from the
//! next. Questions that are made of one another by `clone` share it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The time that was waited, shared by the questions of a search.
#[derive(Clone, Debug, Default)]
pub struct Waited(Arc<AtomicU64>);

impl Waited {
    /// Notes that so much longer was waited.
    pub fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_add(micros, Ordering::Relaxed);
    }

    /// What is left of a budget.
    #[must_use]
    pub fn left_of(&self, budget: Duration) -> Duration {
        budget.saturating_sub(Duration::from_micros(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_waited_is_shared_by_what_was_cloned() {
        let budget = Duration::from_millis(300);
        let one = Waited::default();
        one.clone().add(Duration::from_millis(100));
        assert_eq!(one.left_of(budget), Duration::from_millis(200));
        one.add(Duration::from_secs(1));
        assert_eq!(one.left_of(budget), Duration::ZERO);
        assert_eq!(Waited::default().left_of(budget), budget);
    }
}
