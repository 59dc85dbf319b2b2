//! How late this worker runs: how long a task that is ready waits until it gets its turn.
//!
//! A worker answers one request at a time, so requests beyond its powers do not show in any count: they lie in a queue
//! that nobody sees. A beat that should come every 20 ms tells how long that queue is, also while it is being worked off.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use crate::telemetry::metrics as names;

/// The time between two beats.
const BEAT: Duration = Duration::from_millis(20);

#[derive(Clone, Copy)]
struct Beat {
    at: Instant,
    late: Duration,
}

impl Beat {
    /// How late the worker runs at `now`: as late as the last beat came, or as the next one is overdue.
    fn lateness(self, now: Instant) -> Duration {
        let overdue = now.saturating_duration_since(self.at).saturating_sub(BEAT);
        self.late.max(overdue)
    }
}

thread_local! {
    static LAST: Cell<Option<Beat>> = const { Cell::new(None) };
}

/// Begins to beat on this worker, for as long as it lives.
pub fn keep() {
    actix_web::rt::spawn(async {
        let mut due = Instant::now();
        loop {
            let now = Instant::now();
            let late = now.saturating_duration_since(due);
            LAST.set(Some(Beat { at: now, late }));
            metrics::histogram!(names::LATENESS).record(late.as_secs_f64());
            due = now + BEAT;
            tokio::time::sleep_until(due.into()).await;
        }
    });
}

/// How late this worker runs; nothing where it keeps no beat.
#[must_use]
pub fn lateness() -> Duration {
    LAST.get()
        .map_or(Duration::ZERO, |beat| beat.lateness(Instant::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beat_that_fails_to_come_tells_as_much_as_one_that_came_late() {
        let at = Instant::now();
        let on_time = Beat {
            at,
            late: Duration::ZERO,
        };
        let late = Beat {
            at,
            late: Duration::from_millis(80),
        };
        let ms = Duration::from_millis;
        assert_eq!(on_time.lateness(at + ms(15)), ms(0));
        assert_eq!(on_time.lateness(at + ms(120)), ms(100));
        assert_eq!(late.lateness(at + ms(1)), ms(80));
        assert_eq!(late.lateness(at + ms(120)), ms(100));
        assert_eq!(on_time.lateness(at - ms(5)), ms(0));
    }
}
