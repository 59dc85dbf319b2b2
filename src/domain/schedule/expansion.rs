//! The dates on which a recurrence rule falls.
//!
//! A period (a day, a week, a month) is its first date and a mask of the days in it, so looking
//! ahead from any date begins in the period that holds it: a rule that began decades ago costs no
//! more than one of yesterday. A count, which would need all of the past, is turned into a last
//! date when a session is made. Work is bounded: after `EMPTY_PERIODS` periods without a date the
//! rule is taken to have ended.

use jiff::civil::Date;

use super::calendar::{days_between, first_of_month, month_number, plus_days};
use super::recurrence::{Frequency, Recurrence, RuleDay};

/// The sparsest rules that anyone means (a fifth Monday on 29 February, a Monday on the 31st of a
/// daily rule) have gaps of some hundreds of periods.
const EMPTY_PERIODS: u32 = 5000;

/// The days of one period: bit n is the nth day after the first.
#[derive(Debug, Clone, Copy)]
struct Period {
    first: Date,
    days: u32,
}

/// The dates of a rule in order.
pub(super) struct Dates<'r> {
    rule: &'r Recurrence,
    start: Date,
    number: i64,
    period: Option<Period>,
}

impl Recurrence {
    /// The dates from `from` on of the rule as it began on `start`, without regard to its end.
    pub(super) fn dates(&self, start: Date, from: Date) -> Dates<'_> {
        let from = from.max(start);
        let number = self.period_number(start, from);
        let period = self.period(start, number).map(|period| {
            let past = days_between(period.first, from).clamp(0, 32);
            let days = u32::MAX
                .checked_shl(past.unsigned_abs() as u32)
                .unwrap_or(0);
            Period {
                days: period.days & days,
                ..period
            }
        });
        Dates {
            rule: self,
            start,
            number,
            period,
        }
    }

    /// The number, counted from that of `start`, of the last period that begins by `date`.
    fn period_number(&self, start: Date, date: Date) -> i64 {
        let units = match self.frequency {
            Frequency::Daily => days_between(start, date),
            Frequency::Weekly => days_between(start, date) + self.days_into_week(start),
            Frequency::Monthly => month_number(date) - month_number(start),
        };
        let span = if self.frequency == Frequency::Weekly {
            7
        } else {
            1
        };
        units.div_euclid(span * self.interval)
    }

    fn period(&self, start: Date, number: i64) -> Option<Period> {
        let steps = number.checked_mul(self.interval)?;
        match self.frequency {
            Frequency::Daily => {
                let first = plus_days(start, steps)?;
                let month = first_of_month(month_number(first))?;
                let kept = self.month_days.is_empty()
                    || self.month_days(first) >> days_between(month, first) & 1 == 1;
                let days = self.weekdays_from(first, 1).unwrap_or(1);
                Some(Period {
                    first,
                    days: if kept { days } else { 0 },
                })
            }
            Frequency::Weekly => {
                let into_week = self.days_into_week(start);
                let first = plus_days(start, steps.checked_mul(7)? - into_week)?;
                let days = self.weekdays_from(first, 7).unwrap_or(1 << into_week);
                Some(Period {
                    first,
                    days: self.pick(days),
                })
            }
            Frequency::Monthly => {
                let first = first_of_month(month_number(start).checked_add(steps)?)?;
                Some(Period {
                    first,
                    days: self.pick(self.days_of_month(start, first)),
                })
            }
        }
    }

    fn days_of_month(&self, start: Date, first: Date) -> u32 {
        let weekdays = self.weekdays_from(first, first.days_in_month());
        match (self.month_days.is_empty(), weekdays) {
            (true, None) => {
                let all = u32::MAX >> (32 - first.days_in_month());
                all & 1 << (start.day() - 1)
            }
            (true, Some(weekdays)) => weekdays,
            (false, weekdays) => self.month_days(first) & weekdays.unwrap_or(u32::MAX),
        }
    }

    /// The mask of the rule's days of the month that a date lies in; negative ones from its end.
    fn month_days(&self, in_month: Date) -> u32 {
        let length = in_month.days_in_month();
        self.month_days.iter().fold(0, |mask, day| {
            let index = if *day > 0 { day - 1 } else { length + day };
            if (0..length).contains(&index) {
                mask | 1 << index
            } else {
                mask
            }
        })
    }

    /// The mask of the rule's weekdays in the days from `first`; none where the rule names none.
    fn weekdays_from(&self, first: Date, length: i8) -> Option<u32> {
        if self.weekdays.is_empty() {
            return None;
        }
        let masks = self
            .weekdays
            .iter()
            .map(|term| weekday_mask(term, first, length));
        Some(masks.fold(0, |all, mask| all | mask))
    }

    fn days_into_week(&self, date: Date) -> i64 {
        i64::from(self.week_start.until(date.weekday()))
    }

    /// Keeps the nth days of a period's mask, counted from its start or its end.
    fn pick(&self, days: u32) -> u32 {
        if self.positions.is_empty() {
            return days;
        }
        let count = days.count_ones() as i8;
        let mut rest = days;
        let mut picked = 0;
        for index in 0..count {
            let lowest = rest & rest.wrapping_neg();
            rest ^= lowest;
            if self.positions.contains(&(index + 1)) || self.positions.contains(&(index - count)) {
                picked |= lowest;
            }
        }
        picked
    }
}

fn weekday_mask(term: &RuleDay, first: Date, length: i8) -> u32 {
    let earliest = first.weekday().until(term.day);
    let each = (earliest..length)
        .step_by(7)
        .fold(0_u32, |mask, index| mask | 1 << index);
    let Some(nth) = term.nth else { return each };
    let count = each.count_ones() as i8;
    let index = if nth > 0 { nth - 1 } else { count + nth };
    if (0..count).contains(&index) {
        1 << (earliest + 7 * index)
    } else {
        0
    }
}

impl Iterator for Dates<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        for _ in 0..EMPTY_PERIODS {
            let period = self.period.as_mut()?;
            if period.days != 0 {
                let index = period.days.trailing_zeros();
                period.days &= period.days - 1;
                return plus_days(period.first, i64::from(index));
            }
            self.number += 1;
            self.period = self.rule.period(self.start, self.number);
        }
        self.period = None;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn dates(rule: &str, start: Date, from: Date, count: usize) -> Vec<String> {
        let rule = Recurrence::parse(rule).unwrap();
        rule.dates(start, from)
            .take(count)
            .map(|date| date.to_string())
            .collect()
    }

    #[test]
    fn falls_on_the_days_that_people_mean() {
        let start = date(2026, 1, 5);
        let first_mondays = dates("FREQ=MONTHLY;BYDAY=1MO", start, date(2026, 6, 2), 3);
        assert_eq!(first_mondays, ["2026-07-06", "2026-08-03", "2026-09-07"]);
        let last_workdays = dates(
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            start,
            date(2026, 5, 1),
            2,
        );
        assert_eq!(last_workdays, ["2026-05-29", "2026-06-30"]);
        let fortnightly = dates(
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
            start,
            date(2026, 1, 9),
            3,
        );
        assert_eq!(fortnightly, ["2026-01-19", "2026-01-22", "2026-02-02"]);
        let month_ends = dates("FREQ=MONTHLY;BYMONTHDAY=-1", date(2026, 1, 31), start, 3);
        assert_eq!(month_ends, ["2026-01-31", "2026-02-28", "2026-03-31"]);
        let short_months_skipped = dates("FREQ=MONTHLY", date(2026, 1, 31), start, 3);
        assert_eq!(
            short_months_skipped,
            ["2026-01-31", "2026-03-31", "2026-05-31"]
        );
        let every_third_day = dates("FREQ=DAILY;INTERVAL=3", start, date(2026, 1, 9), 2);
        assert_eq!(every_third_day, ["2026-01-11", "2026-01-14"]);
        let friday_13th = dates("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", start, start, 2);
        assert_eq!(friday_13th, ["2026-02-13", "2026-03-13"]);
    }

    #[test]
    fn a_rule_that_never_falls_ends() {
        let never = "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31";
        assert!(dates(never, date(2026, 2, 1), date(2026, 2, 1), 1).is_empty());
    }
}
