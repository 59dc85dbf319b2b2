//! When something is open and when it meets: local wall-clock times in an IANA zone.
//!
//! Invariants: every type here is made by a constructor that checks it and says what it expected;
//! no value depends on now but through the parameter of a question; the answers are right across
//! clock changes, and each holds unchanged until [`Schedule::next_change`]; the work of a question
//! is bounded, whatever the rules. Deliberately absent: texts (the caller keeps the reason of a
//! closure beside it), wire and table forms, and any clock.

mod calendar;
mod closure;
mod expansion;
mod hours;
mod next_session;
mod opening;
mod recurrence;
mod rule_parts;
mod session;
mod weekdays;
mod zone;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use closure::{Closure, ClosureFault};
pub use hours::OpenState;
pub use next_session::SessionTime;
pub use opening::{Opening, OpeningFault};
pub use recurrence::{Recurrence, RecurrenceFault};
pub use session::{Session, SessionFault};
pub use weekdays::Weekdays;
pub use zone::{TimeZone, TimeZoneFault};

use super::fault::{Fault, FaultCode};
use closure::ClosedDays;
use hours::Hours;

/// More lines than this are not hours that a person wrote down.
const MOST_LINES: usize = 100;

/// The stated times of one place, listing or contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    parts: ScheduleParts,
    hours: Hours,
    closed: ClosedDays,
}

/// What a schedule is made of, each part already checked by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleParts {
    pub zone: TimeZone,
    pub always_open: bool,
    pub openings: Vec<Opening>,
    pub sessions: Vec<Session>,
    pub closures: Vec<Closure>,
    pub by_appointment: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleFault {
    #[error("no openings beside `always_open`")]
    OpeningsOfAlwaysOpen,
    #[error("at most 100 openings")]
    ManyOpenings,
    #[error("at most 100 sessions")]
    ManySessions,
    #[error("at most 100 closures")]
    ManyClosures,
}

impl ScheduleFault {
    /// Where in the schedule it lies, as the tail of a JSON pointer.
    pub fn pointer(self) -> &'static str {
        match self {
            ScheduleFault::OpeningsOfAlwaysOpen | ScheduleFault::ManyOpenings => "/openings",
            ScheduleFault::ManySessions => "/sessions",
            ScheduleFault::ManyClosures => "/closures",
        }
    }

    /// The fault as it is told to whoever sent the input, which lies at `base`.
    pub fn under(self, base: &str) -> Fault {
        let pointer = format!("{base}{}", self.pointer());
        Fault::new(pointer, self.code(), self.to_string())
    }

    fn code(self) -> FaultCode {
        match self {
            ScheduleFault::OpeningsOfAlwaysOpen => FaultCode::Contradiction,
            ScheduleFault::ManyOpenings
            | ScheduleFault::ManySessions
            | ScheduleFault::ManyClosures => FaultCode::TooLong,
        }
    }
}

impl Schedule {
    pub fn new(parts: ScheduleParts) -> Result<Schedule, Vec<ScheduleFault>> {
        let contradictory = parts.always_open && !parts.openings.is_empty();
        let faults: Vec<ScheduleFault> = [
            (contradictory, ScheduleFault::OpeningsOfAlwaysOpen),
            (
                parts.openings.len() > MOST_LINES,
                ScheduleFault::ManyOpenings,
            ),
            (
                parts.sessions.len() > MOST_LINES,
                ScheduleFault::ManySessions,
            ),
            (
                parts.closures.len() > MOST_LINES,
                ScheduleFault::ManyClosures,
            ),
        ]
        .into_iter()
        .filter_map(|(holds, fault)| holds.then_some(fault))
        .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let hours = Hours::of(&parts.openings, parts.always_open);
        let closed = ClosedDays::of(&parts.closures);
        Ok(Schedule {
            parts,
            hours,
            closed,
        })
    }

    /// Whether it is open, by the stated hours; sessions and appointments have no part in it.
    pub fn open_state(&self, now: Timestamp) -> OpenState {
        self.hours.state(&self.closed, &self.parts.zone, now)
    }

    /// The session in progress, else the next to come; the earliest start where there are several.
    pub fn next_session(&self, now: Timestamp) -> Option<SessionTime> {
        let question = next_session::Question {
            closed: &self.closed,
            zone: &self.parts.zone,
            now,
        };
        question.next_of(&self.parts.sessions)
    }

    /// The next instant at which an answer changes: it opens or closes, or a session begins (and
    /// is then in progress) or ends. Strictly before it, both answers are those given for now.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let hours = self.open_state(now).changes_at();
        let session = self.next_session(now);
        let session = session.map(|next| {
            if next.starts > now {
                next.starts
            } else {
                next.ends
            }
        });
        hours.into_iter().chain(session).min()
    }

    pub fn zone(&self) -> &TimeZone {
        &self.parts.zone
    }

    pub fn is_always_open(&self) -> bool {
        self.parts.always_open
    }

    pub fn openings(&self) -> &[Opening] {
        &self.parts.openings
    }

    pub fn sessions(&self) -> &[Session] {
        &self.parts.sessions
    }

    pub fn closures(&self) -> &[Closure] {
        &self.parts.closures
    }

    pub fn is_by_appointment(&self) -> bool {
        self.parts.by_appointment
    }
}
