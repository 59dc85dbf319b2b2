//! A server that fails is left alone for a while, so that it costs nobody their patience; whether it is back is found
//! out beside the requests, not by them.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// Failures that weigh this much together open the breaker: each counts two, each success takes one off.
const TOO_MUCH: u32 = 6;

/// Whether the server is asked.
#[derive(Default)]
pub(super) struct Breaker {
    open: AtomicBool,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    weight: u32,
    succeeded: Option<Instant>,
    /// Whether it seems to hang.
    doubted: bool,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing yet, or nothing new.
    Bearable,
    /// The server seems to hang; somebody should make sure.
    Doubtful,
    /// It is left alone from now on.
    Failing,
}

impl Breaker {
    /// Whether the server is left alone.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(super) fn succeeded(&self) {
        let mut record = self.record();
        record.weight = record.weight.saturating_sub(1);
        record.succeeded = Some(Instant::now());
        record.doubted = false;
    }

    /// Notes a failure. A server that let one wait in vain for `waited`, and meanwhile answered nobody else, seems to
    /// hang; one that did so twice does.
    pub(super) fn failed(&self, waited: Option<Duration>) -> Verdict {
        let mut record = self.record();
        record.weight = (record.weight + 2).min(TOO_MUCH);
        let last = record.succeeded.map(|at| at.elapsed());
        let hangs = waited.is_some_and(|waited| last.is_none_or(|last| last >= waited));
        let fails = record.weight >= TOO_MUCH || hangs && record.doubted;
        record.doubted |= hangs;
        drop(record);
        match (fails, hangs) {
            (true, _) if self.open() => Verdict::Failing,
            (false, true) => Verdict::Doubtful,
            _ => Verdict::Bearable,
        }
    }

    /// Leaves the server alone; whether it was not before.
    pub(super) fn open(&self) -> bool {
        !self.open.swap(true, Ordering::AcqRel)
    }

    /// The server answers again.
    pub(super) fn close(&self) {
        *self.record() = Record {
            weight: 0,
            succeeded: Some(Instant::now()),
            doubted: false,
        };
        self.open.store(false, Ordering::Release);
    }

    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_when_failures_prevail_and_once() {
        let breaker = Breaker::default();
        for _ in 0..20 {
            assert_eq!(breaker.failed(None), Verdict::Bearable);
            breaker.succeeded();
            breaker.succeeded();
        }
        for _ in 0..2 {
            assert_eq!(breaker.failed(None), Verdict::Bearable);
        }
        assert_eq!(breaker.failed(None), Verdict::Failing, "three in a row");
        assert!(breaker.is_open());
        assert_eq!(breaker.failed(None), Verdict::Bearable, "it is known");
        breaker.close();
        assert!(!breaker.is_open());
        assert_eq!(breaker.failed(None), Verdict::Bearable);
    }

    #[test]
    fn who_waited_in_vain_while_nobody_was_answered_doubts_and_the_second_is_sure() {
        let (breaker, minute) = (Breaker::default(), Some(Duration::from_secs(60)));
        breaker.succeeded();
        assert_eq!(breaker.failed(minute), Verdict::Bearable, "others were");
        assert_eq!(breaker.failed(Some(Duration::ZERO)), Verdict::Doubtful);
        // A search that costs nothing was answered.
        breaker.succeeded();
        assert_eq!(breaker.failed(Some(Duration::ZERO)), Verdict::Doubtful);
        assert!(!breaker.is_open());
        assert_eq!(breaker.failed(Some(Duration::ZERO)), Verdict::Failing);
        // And one that was not opens it too, once.
        let breaker = Breaker::default();
        assert_eq!(breaker.failed(minute), Verdict::Doubtful, "nobody ever was");
        assert!(breaker.open() && !breaker.open() && breaker.is_open());
    }
}
