//! How late this worker runs: how long a task that is ready waits until it gets its turn.
//!
//! A worker answers one request at a time, so requests beyond its powers do not show in any count: they lie in a queue
//! that nobody sees. A beat that should come every 20 ms tells how long that queue is, also while it is being worked off.
//! One beat that is late tells nothing: something took long, and may be over. A queue stands where the next one is late
//! as well.

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
    /// How late the beat before it came.
    before: Duration,
}

impl Beat {
    /// How late the worker runs at `now`: the less late of the last two beats, one that is overdue among them.
    fn lateness(self, now: Instant) -> Duration {
        let overdue = now.saturating_duration_since(self.at).saturating_sub(BEAT);
        self.late.min(self.before.max(overdue))
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
            let before = LAST.get().map_or(Duration::ZERO, |last| last.late);
            LAST.set(Some(Beat {
                at: now,
                late,
                before,
            }));
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
    fn only_two_late_beats_in_turn_are_a_queue() {
        let at = Instant::now();
        let ms = Duration::from_millis;
        let lateness = |before, late, after| {
            let beat = Beat {
                at,
                late: ms(late),
                before: ms(before),
            };
            beat.lateness(at + ms(after))
        };
        assert_eq!(lateness(0, 0, 15), ms(0));
        assert_eq!(lateness(0, 0, 500), ms(0), "something takes long");
        assert_eq!(lateness(0, 80, 1), ms(0), "and is over");
        assert_eq!(lateness(0, 80, 120), ms(80), "the next is overdue too");
        assert_eq!(lateness(0, 80, 60), ms(40));
        assert_eq!(lateness(60, 80, 1), ms(60));
        assert_eq!(lateness(80, 0, 500), ms(0), "worked off");
    }
}
