//! How far the follower is, for whoever asks after it.

use jiff::Timestamp;

use super::rebuild::Progress;

/// The state of the follower as it was last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The place in the log to which words index and catalogue are current; none before the first build.
    pub sequence: Option<i64>,
    /// Whether the catalogue answers; it does before the first words index is built, and is ahead of `sequence` while
    /// one is built.
    pub loaded: bool,
    /// The place in the log to which the reference data is current; none for the copy built into the program.
    pub reference: Option<i64>,
    /// The end of the log when it was last read.
    pub head: Option<i64>,
    /// When the follower last had all that had been written until then.
    pub current_at: Option<Timestamp>,
    /// What stops the follower now.
    pub failure: Option<Failure>,
    /// How far a rebuild is that is under way.
    pub rebuilding: Option<Progress>,
}

/// An error that has not passed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub reason: String,
    /// When the follower first met it.
    pub since: Timestamp,
}

impl Standing {
    /// How many entries of the log are still to be followed, as far as is known.
    #[must_use]
    pub fn lag(&self) -> Option<u64> {
        let behind = self.head?.saturating_sub(self.sequence?);
        Some(u64::try_from(behind).unwrap_or(0))
    }

    /// Notes an error; one that goes on keeps the time at which it began.
    pub(super) fn fail(&mut self, reason: String, now: Timestamp) {
        let since = self.failure.as_ref().map_or(now, |earlier| earlier.since);
        self.failure = Some(Failure { reason, since });
        self.rebuilding = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_the_time_when_it_began() {
        let mut standing = Standing {
            sequence: Some(3),
            head: Some(10),
            ..Standing::default()
        };
        standing.fail("out of reach".to_owned(), Timestamp::UNIX_EPOCH);
        standing.fail("still out of reach".to_owned(), Timestamp::MAX);
        let failure = standing.failure.clone().unwrap();
        assert_eq!(
            (failure.since, failure.reason.as_str()),
            (Timestamp::UNIX_EPOCH, "still out of reach")
        );
        assert_eq!(standing.lag(), Some(7));
        assert_eq!(Standing::default().lag(), None);
    }
}
