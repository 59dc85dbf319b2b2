//! Holiday closures: runs of whole local days on which nothing takes place.
//!
//! What a closed day means: nothing is open from its first instant to its last, and what would
//! have begun on it does not take place at all. So an opening of the evening before is cut at
//! local midnight, and one of a closed evening brings no small hours on the morning after: better
//! to say closed at a door that is open than to send someone to one that is not.
//! The reason that a closure gives is text, and is kept beside it by the caller.

use jiff::civil::Date;

use crate::domain::fault::{Fault, FaultCode};

use super::calendar::{is_plausible, plus_days};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closure {
    from: Date,
    until: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClosureFault {
    #[error("a date between 1970 and 2199")]
    From,
    #[error("the last closed day, between 1970 and 2199 and not before `from`")]
    Until,
}

impl ClosureFault {
    /// Where in the closure it lies, as the tail of a JSON pointer.
    pub fn pointer(self) -> &'static str {
        match self {
            ClosureFault::From => "/from",
            ClosureFault::Until => "/until",
        }
    }

    /// The fault as it is told to whoever sent the input, which lies at `base`.
    pub fn under(self, base: &str) -> Fault {
        let pointer = format!("{base}{}", self.pointer());
        Fault::new(pointer, self.code(), self.to_string())
    }

    fn code(self) -> FaultCode {
        FaultCode::OutOfRange
    }
}

impl Closure {
    /// Both days are closed, and all between them.
    pub fn new(from: Date, until: Date) -> Result<Closure, Vec<ClosureFault>> {
        let mut faults = Vec::new();
        if !is_plausible(from) {
            faults.push(ClosureFault::From);
        }
        if !is_plausible(until) || until < from {
            faults.push(ClosureFault::Until);
        }
        if faults.is_empty() {
            Ok(Closure { from, until })
        } else {
            Err(faults)
        }
    }

    pub fn from(&self) -> Date {
        self.from
    }

    pub fn until(&self) -> Date {
        self.until
    }
}

/// The closed days of a schedule: apart from one another and in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClosedDays(Box<[ClosedRun]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ClosedRun {
    from: Date,
    reopens: Date,
}

impl ClosedDays {
    pub(super) fn of(closures: &[Closure]) -> ClosedDays {
        let mut runs: Vec<ClosedRun> = closures
            .iter()
            .filter_map(|closure| {
                Some(ClosedRun {
                    from: closure.from,
                    reopens: plus_days(closure.until, 1)?,
                })
            })
            .collect();
        runs.sort_by_key(|run| run.from);
        runs.dedup_by(|next, run| {
            let touches = next.from <= run.reopens;
            if touches {
                run.reopens = run.reopens.max(next.reopens);
            }
            touches
        });
        ClosedDays(runs.into_boxed_slice())
    }

    /// For a closed day, the first day after it that is not.
    pub(super) fn reopening(&self, date: Date) -> Option<Date> {
        let after = self.0.partition_point(|run| run.from <= date);
        let run = self.0.get(after.checked_sub(1)?)?;
        (date < run.reopens).then_some(run.reopens)
    }

    /// The first closed day after a day that is not closed.
    pub(super) fn next_after(&self, date: Date) -> Option<Date> {
        let after = self.0.partition_point(|run| run.from <= date);
        self.0.get(after).map(|run| run.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn closures_that_overlap_or_touch_are_one() {
        let of = |from, until| Closure::new(from, until).unwrap();
        let closed = ClosedDays::of(&[
            of(date(2026, 12, 28), date(2026, 12, 31)),
            of(date(2026, 12, 24), date(2026, 12, 27)),
            of(date(2026, 12, 25), date(2026, 12, 25)),
            of(date(2027, 4, 2), date(2027, 4, 2)),
        ]);
        assert_eq!(closed.reopening(date(2026, 12, 23)), None);
        assert_eq!(closed.reopening(date(2026, 12, 24)), Some(date(2027, 1, 1)));
        assert_eq!(closed.reopening(date(2026, 12, 31)), Some(date(2027, 1, 1)));
        assert_eq!(closed.reopening(date(2027, 1, 1)), None);
        assert_eq!(closed.next_after(date(2027, 1, 1)), Some(date(2027, 4, 2)));
        assert_eq!(closed.next_after(date(2027, 4, 3)), None);
    }

    #[test]
    fn names_every_fault() {
        assert_eq!(
            Closure::new(date(2026, 5, 2), date(2026, 5, 1)),
            Err(vec![ClosureFault::Until])
        );
        let both = Closure::new(date(1, 1, 1), date(9999, 12, 31)).unwrap_err();
        assert_eq!(both, [ClosureFault::From, ClosureFault::Until]);
    }
}
