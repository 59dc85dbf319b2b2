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
    }

    /// Notes a failure; true where it is the one that opens the breaker. A server that let one wait in vain for
    /// `waited`, and meanwhile answered nobody else, hangs.
    pub(super) fn failed(&self, waited: Option<Duration>) -> bool {
        let mut record = self.record();
        record.weight = (record.weight + 2).min(TOO_MUCH);
        let last = record.succeeded.map(|at| at.elapsed());
        let hangs = waited.is_some_and(|waited| last.is_none_or(|last| last >= waited));
        (hangs || record.weight >= TOO_MUCH) && !self.open.swap(true, Ordering::AcqRel)
    }

    /// The server answers again.
    pub(super) fn close(&self) {
        *self.record() = Record {
            weight: 0,
            succeeded: Some(Instant::now()),
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
            assert!(!breaker.failed(None));
            breaker.succeeded();
            breaker.succeeded();
        }
        assert!(!breaker.failed(None) && !breaker.failed(None));
        assert!(breaker.failed(None), "three in a row");
        assert!(breaker.is_open() && !breaker.failed(None));
        breaker.close();
        assert!(!breaker.is_open() && !breaker.failed(None));
    }

    #[test]
    fn one_wait_in_vain_suffices_where_nobody_was_answered() {
        let breaker = Breaker::default();
        breaker.succeeded();
        assert!(
            !breaker.failed(Some(Duration::from_secs(60))),
            "others were answered"
        );
        assert!(breaker.failed(Some(Duration::ZERO)));
    }
}
