//! A meeting: once or by a recurrence rule, with exceptions and extra dates.
//!
//! Invariants: the first date is one that the rule itself falls on (RFC 5545 leaves any other
//! without meaning); whole minutes; exceptions and extra dates are in order, each once. Times are
//! the wall clock of the schedule's zone. An exception takes away what the rule (or the single
//! start) puts on that day, never an extra date: so a meeting is moved within its day by both.

use jiff::civil::{Date, DateTime};

use crate::domain::fault::{Fault, FaultCode};

use super::calendar::{is_plausible, is_whole_minute};
use super::recurrence::{End, Recurrence};

/// One a day for a year; a longer list is a rule that was not written as one.
const MOST_DATES: usize = 366;

/// A session lasts a week at most, which bounds how far back one in progress is looked for.
const MOST_MINUTES: u16 = 7 * 24 * 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    starts: DateTime,
    minutes: u16,
    rule: Option<Recurrence>,
    except: Vec<Date>,
    extra: Vec<DateTime>,
    last: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionFault {
    #[error("a local date and time in whole minutes, between 1970 and 2199")]
    Starts,
    #[error("a first date on which the rule falls, such as {0}")]
    StartsOffRule(Date),
    #[error("a length from 1 to 10080 minutes")]
    Minutes,
    #[error("a rule that falls on a date from the first one on")]
    RuleNeverFalls,
    #[error("at most 366 exceptions")]
    ManyExceptions,
    #[error("a date between 1970 and 2199")]
    Except(usize),
    #[error("at most 366 extra dates")]
    ManyExtraDates,
    #[error("a local date and time in whole minutes, between 1970 and 2199")]
    Extra(usize),
}

impl SessionFault {
    /// Where in the session it lies, as the tail of a JSON pointer.
    pub fn pointer(self) -> String {
        match self {
            SessionFault::Starts | SessionFault::StartsOffRule(_) => "/starts".to_owned(),
            SessionFault::Minutes => "/minutes".to_owned(),
            SessionFault::RuleNeverFalls => "/rule".to_owned(),
            SessionFault::ManyExceptions => "/except".to_owned(),
            SessionFault::Except(index) => format!("/except/{index}"),
            SessionFault::ManyExtraDates => "/extra".to_owned(),
            SessionFault::Extra(index) => format!("/extra/{index}"),
        }
    }

    /// The fault as it is told to whoever sent the input, which lies at `base`.
    pub fn under(self, base: &str) -> Fault {
        let pointer = format!("{base}{}", self.pointer());
        Fault::new(pointer, self.code(), self.to_string())
    }

    fn code(self) -> FaultCode {
        match self {
            SessionFault::StartsOffRule(_) | SessionFault::RuleNeverFalls => {
                FaultCode::Contradiction
            }
            SessionFault::ManyExceptions | SessionFault::ManyExtraDates => FaultCode::TooLong,
            SessionFault::Starts
            | SessionFault::Minutes
            | SessionFault::Except(_)
            | SessionFault::Extra(_) => FaultCode::OutOfRange,
        }
    }
}

impl Session {
    pub fn new(
        starts: DateTime,
        minutes: u16,
        rule: Option<Recurrence>,
        mut except: Vec<Date>,
        mut extra: Vec<DateTime>,
    ) -> Result<Session, Vec<SessionFault>> {
        let mut faults = Vec::new();
        if !is_plausible_start(starts) {
            faults.push(SessionFault::Starts);
        } else if let Some(fault) = rule.as_ref().and_then(|rule| rule_fault(rule, starts)) {
            faults.push(fault);
        }
        if !(1..=MOST_MINUTES).contains(&minutes) {
            faults.push(SessionFault::Minutes);
        }
        if except.len() > MOST_DATES {
            faults.push(SessionFault::ManyExceptions);
        }
        if extra.len() > MOST_DATES {
            faults.push(SessionFault::ManyExtraDates);
        }
        let dates = except.iter().take(MOST_DATES).enumerate();
        faults.extend(
            dates
                .filter(|(_, date)| !is_plausible(**date))
                .map(|(i, _)| SessionFault::Except(i)),
        );
        let dates = extra.iter().take(MOST_DATES).enumerate();
        faults.extend(
            dates
                .filter(|(_, at)| !is_plausible_start(**at))
                .map(|(i, _)| SessionFault::Extra(i)),
        );
        if !faults.is_empty() {
            return Err(faults);
        }
        except.sort_unstable();
        except.dedup();
        extra.sort_unstable();
        extra.dedup();
        let last = rule.as_ref().and_then(|rule| last_counted(rule, starts));
        Ok(Session {
            starts,
            minutes,
            rule,
            except,
            extra,
            last,
        })
    }

    pub fn starts(&self) -> DateTime {
        self.starts
    }

    pub fn minutes(&self) -> u16 {
        self.minutes
    }

    pub fn rule(&self) -> Option<&Recurrence> {
        self.rule.as_ref()
    }

    pub fn except(&self) -> &[Date] {
        &self.except
    }

    pub fn extra(&self) -> &[DateTime] {
        &self.extra
    }

    pub(super) fn is_excepted(&self, date: Date) -> bool {
        self.except.binary_search(&date).is_ok()
    }

    /// Whether a date comes after the last one that the rule's count allows.
    pub(super) fn is_counted_out(&self, date: Date) -> bool {
        self.last.is_some_and(|last| date > last)
    }
}

fn is_plausible_start(at: DateTime) -> bool {
    is_plausible(at.date()) && is_whole_minute(at.time())
}

fn rule_fault(rule: &Recurrence, starts: DateTime) -> Option<SessionFault> {
    let start = starts.date();
    let Some(first) = rule.dates(start, start).next() else {
        return Some(SessionFault::RuleNeverFalls);
    };
    let ended = match rule.end {
        End::Date(last) => first > last,
        End::Local(last) => first.to_datetime(starts.time()) > last,
        End::Never | End::Count(_) | End::Instant(_) => false,
    };
    match ended {
        true => Some(SessionFault::RuleNeverFalls),
        false => (first != start).then_some(SessionFault::StartsOffRule(first)),
    }
}

fn last_counted(rule: &Recurrence, starts: DateTime) -> Option<Date> {
    let End::Count(count) = rule.end else {
        return None;
    };
    rule.dates(starts.date(), starts.date())
        .nth(usize::from(count).checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn rule(text: &str) -> Option<Recurrence> {
        Some(Recurrence::parse(text).unwrap())
    }

    #[test]
    fn names_every_fault() {
        let odd = date(2026, 1, 5).at(19, 0, 30, 0);
        let late = date(3026, 1, 5);
        let faults = Session::new(odd, 0, None, vec![late], vec![odd]).unwrap_err();
        let pointers: Vec<String> = faults.iter().map(|fault| fault.pointer()).collect();
        assert_eq!(pointers, ["/starts", "/minutes", "/except/0", "/extra/0"]);
    }

    #[test]
    fn the_first_date_must_be_one_of_the_rule() {
        let tuesday = date(2026, 1, 6).at(19, 0, 0, 0);
        let off = Session::new(tuesday, 60, rule("FREQ=WEEKLY;BYDAY=MO"), vec![], vec![]);
        let faults = off.unwrap_err();
        assert_eq!(faults, [SessionFault::StartsOffRule(date(2026, 1, 12))]);
        assert_eq!(
            faults[0].to_string(),
            "a first date on which the rule falls, such as 2026-01-12"
        );
        for never in [
            "FREQ=WEEKLY;UNTIL=20251231",
            "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=28",
        ] {
            let faults = Session::new(tuesday, 60, rule(never), vec![], vec![]).unwrap_err();
            assert_eq!(faults, [SessionFault::RuleNeverFalls], "{never}");
        }
    }

    #[test]
    fn a_count_becomes_a_last_date() {
        let monday = date(2026, 1, 5).at(19, 0, 0, 0);
        let six = Session::new(monday, 60, rule("FREQ=WEEKLY;COUNT=6"), vec![], vec![]).unwrap();
        assert!(!six.is_counted_out(date(2026, 2, 9)));
        assert!(six.is_counted_out(date(2026, 2, 16)));
    }
}
