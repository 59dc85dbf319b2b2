//! Recurrence rules: the part of RFC 5545 that meetings need, parsed once and written canonically.
//!
//! Invariants: daily, weekly or monthly; an interval of at least one; parts that the standard
//! leaves without meaning (a numbered weekday in a weekly rule, positions in a daily one) are
//! refused; the canonical text parses back to an equal rule. Which dates a rule falls on is
//! `expansion`'s. Hours, years and weeks of the year are deliberately absent.

use std::fmt::{self, Write};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::Weekdays;
use super::rule_parts::{
    Parts, parse_end, parse_interval, parse_numbers, parse_week_start, parse_weekdays,
};
use super::zone::TimeZone;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) month_days: Vec<i8>,
    pub(super) weekdays: Vec<RuleDay>,
    pub(super) positions: Vec<i8>,
    pub(super) week_start: Weekday,
    pub(super) end: End,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
}

/// A weekday of a rule: each one of the period, or in a month the nth from its start or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RuleDay {
    pub(super) nth: Option<i8>,
    pub(super) day: Weekday,
}

/// Where a rule ends; whatever it names is still part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Never,
    Count(u16),
    Date(Date),
    Local(DateTime),
    Instant(Timestamp),
}

/// What was expected of a rule where it is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceFault {
    #[error("parts NAME=VALUE joined by ';', each once, such as FREQ=WEEKLY;BYDAY=MO")]
    Shape,
    #[error("no parts but FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYSETPOS, COUNT, UNTIL and WKST")]
    Part,
    #[error("FREQ of DAILY, WEEKLY or MONTHLY")]
    Frequency,
    #[error("INTERVAL from 1 to 366")]
    Interval,
    #[error(
        "BYDAY of MO, TU, WE, TH, FR, SA, SU; in a monthly rule also as 1MO to 5MO or -1MO to -5MO"
    )]
    Weekdays,
    #[error("BYMONTHDAY from 1 to 31 or -31 to -1, and not in a weekly rule")]
    MonthDays,
    #[error(
        "BYSETPOS from 1 to 31 or -31 to -1, in a weekly or monthly rule beside BYDAY or BYMONTHDAY"
    )]
    Positions,
    #[error("WKST of MO, TU, WE, TH, FR, SA or SU")]
    WeekStart,
    #[error("COUNT from 1 to 1000, and not together with UNTIL")]
    Count,
    #[error("UNTIL as a date 20261231 or a local time 20261231T190000, with a final Z in UTC")]
    Until,
}

impl Recurrence {
    /// Parses the value of an RRULE property, without the property's name.
    pub fn parse(text: &str) -> Result<Recurrence, RecurrenceFault> {
        let text = text.to_ascii_uppercase();
        let parts = Parts::split(&text)?;
        let frequency = match parts.frequency {
            Some("DAILY") => Frequency::Daily,
            Some("WEEKLY") => Frequency::Weekly,
            Some("MONTHLY") => Frequency::Monthly,
            _ => return Err(RecurrenceFault::Frequency),
        };
        let mut rule = Recurrence {
            frequency,
            interval: parse_interval(parts.interval)?,
            month_days: parse_numbers(parts.month_days, 31).ok_or(RecurrenceFault::MonthDays)?,
            weekdays: parse_weekdays(parts.weekdays).ok_or(RecurrenceFault::Weekdays)?,
            positions: parse_numbers(parts.positions, 31).ok_or(RecurrenceFault::Positions)?,
            week_start: parse_week_start(parts.week_start)?,
            end: parse_end(parts.count, parts.until)?,
            text: String::new(),
        };
        rule.check_meaning()?;
        rule.text = rule.canonical();
        Ok(rule)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn check_meaning(&mut self) -> Result<(), RecurrenceFault> {
        let monthly = self.frequency == Frequency::Monthly;
        if !monthly && self.weekdays.iter().any(|term| term.nth.is_some()) {
            return Err(RecurrenceFault::Weekdays);
        }
        if self.frequency == Frequency::Weekly && !self.month_days.is_empty() {
            return Err(RecurrenceFault::MonthDays);
        }
        let choice = !self.weekdays.is_empty() || !self.month_days.is_empty();
        let positions_mean_something = choice && self.frequency != Frequency::Daily;
        if !self.positions.is_empty() && !positions_mean_something {
            return Err(RecurrenceFault::Positions);
        }
        // Where a week begins shows only in which weeks are skipped, and in positions within one.
        let weeks_matter = self.interval > 1 || !self.positions.is_empty();
        if self.frequency != Frequency::Weekly || !weeks_matter {
            self.week_start = Weekday::Monday;
        }
        Ok(())
    }

    /// Whether a wall-clock time lies after the end that the rule names. A count is not looked at
    /// here: it is counted once, when a session is made.
    pub(super) fn is_over_by(&self, local: DateTime, zone: &TimeZone) -> bool {
        match self.end {
            End::Never | End::Count(_) => false,
            End::Date(last) => local.date() > last,
            End::Local(last) => local > last,
            End::Instant(last) => zone.instant(local).is_none_or(|at| at > last),
        }
    }

    fn canonical(&self) -> String {
        let mut text = String::from(match self.frequency {
            Frequency::Daily => "FREQ=DAILY",
            Frequency::Weekly => "FREQ=WEEKLY",
            Frequency::Monthly => "FREQ=MONTHLY",
        });
        if self.interval > 1 {
            let _ = write!(text, ";INTERVAL={}", self.interval);
        }
        push_list(&mut text, "BYMONTHDAY", &self.month_days);
        push_list(&mut text, "BYDAY", &self.weekdays);
        push_list(&mut text, "BYSETPOS", &self.positions);
        if self.week_start != Weekday::Monday {
            let _ = write!(
                text,
                ";WKST={}",
                RuleDay {
                    nth: None,
                    day: self.week_start
                }
            );
        }
        let _ = match self.end {
            End::Never => Ok(()),
            End::Count(count) => write!(text, ";COUNT={count}"),
            End::Date(date) => write!(text, ";UNTIL={}", date.strftime("%Y%m%d")),
            End::Local(local) => write!(text, ";UNTIL={}", local.strftime("%Y%m%dT%H%M%S")),
            End::Instant(at) => write!(text, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ")),
        };
        text
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for RuleDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(&Weekdays::code(self.day).to_ascii_uppercase())
    }
}

fn push_list<T: fmt::Display>(text: &mut String, name: &str, values: &[T]) {
    for (i, value) in values.iter().enumerate() {
        let _ = match i {
            0 => write!(text, ";{name}={value}"),
            _ => write!(text, ",{value}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_rules_canonically() {
        for (given, canonical) in [
            ("freq=weekly", "FREQ=WEEKLY"),
            (
                "BYDAY=WE,MO,WE;INTERVAL=1;FREQ=WEEKLY;WKST=SU",
                "FREQ=WEEKLY;BYDAY=MO,WE",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU",
            ),
            (
                "FREQ=MONTHLY;BYDAY=-1FR,+1MO",
                "FREQ=MONTHLY;BYDAY=-1FR,1MO",
            ),
            (
                "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
            ),
            (
                "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU",
                "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
            ),
            ("FREQ=DAILY;COUNT=010", "FREQ=DAILY;COUNT=10"),
            ("FREQ=DAILY;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231"),
            (
                "FREQ=DAILY;UNTIL=20261231T190000",
                "FREQ=DAILY;UNTIL=20261231T190000",
            ),
            (
                "FREQ=DAILY;UNTIL=20261231t190000z",
                "FREQ=DAILY;UNTIL=20261231T190000Z",
            ),
        ] {
            let rule = Recurrence::parse(given).unwrap();
            assert_eq!(rule.as_str(), canonical);
            assert_eq!(Recurrence::parse(rule.as_str()), Ok(rule));
        }
    }

    #[test]
    fn says_what_was_expected() {
        use RecurrenceFault as F;
        for (given, fault) in [
            ("", F::Shape),
            ("WEEKLY", F::Shape),
            ("FREQ=", F::Shape),
            ("FREQ=DAILY;", F::Shape),
            ("FREQ=DAILY;FREQ=DAILY", F::Shape),
            ("RRULE:FREQ=DAILY", F::Part),
            ("FREQ=DAILY;BYHOUR=9", F::Part),
            ("BYDAY=MO", F::Frequency),
            ("FREQ=YEARLY", F::Frequency),
            ("FREQ=DAILY;INTERVAL=0", F::Interval),
            ("FREQ=DAILY;INTERVAL=367", F::Interval),
            ("FREQ=WEEKLY;BYDAY=1MO", F::Weekdays),
            ("FREQ=MONTHLY;BYDAY=6MO", F::Weekdays),
            ("FREQ=MONTHLY;BYDAY=MO,", F::Weekdays),
            ("FREQ=MONTHLY;BYDAY=周一", F::Weekdays),
            ("FREQ=WEEKLY;BYMONTHDAY=1", F::MonthDays),
            ("FREQ=MONTHLY;BYMONTHDAY=32", F::MonthDays),
            ("FREQ=MONTHLY;BYMONTHDAY=0", F::MonthDays),
            ("FREQ=MONTHLY;BYSETPOS=1", F::Positions),
            ("FREQ=DAILY;BYDAY=MO;BYSETPOS=1", F::Positions),
            ("FREQ=WEEKLY;WKST=XX", F::WeekStart),
            ("FREQ=DAILY;COUNT=0", F::Count),
            ("FREQ=DAILY;COUNT=5;UNTIL=20261231", F::Count),
            ("FREQ=DAILY;UNTIL=20261331", F::Until),
            ("FREQ=DAILY;UNTIL=2026-12-31", F::Until),
            ("FREQ=DAILY;UNTIL=20261231T190000X", F::Until),
        ] {
            assert_eq!(Recurrence::parse(given), Err(fault), "{given}");
        }
    }
}
