//! Day and month arithmetic on civil dates, ending in `None` where the calendar does.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};

pub(super) const MINUTES_A_DAY: i64 = 24 * 60;

/// The years that a schedule may speak of: outside them a date is a slip of the pen, and inside
/// them no arithmetic of ours can run off the calendar.
pub(super) fn is_plausible(date: Date) -> bool {
    (1970..=2199).contains(&date.year())
}

pub(super) fn is_whole_minute(time: Time) -> bool {
    time.second() == 0 && time.subsec_nanosecond() == 0
}

pub(super) fn plus_days(date: Date, days: i64) -> Option<Date> {
    if days == 0 {
        return Some(date);
    }
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// Days from one date to another, negative when the second is earlier.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The wall-clock moment so many minutes after midnight of a date.
pub(super) fn plus_minutes(midnight: Date, minutes: i64) -> Option<DateTime> {
    let date = plus_days(midnight, minutes.div_euclid(MINUTES_A_DAY))?;
    let minute = minutes.rem_euclid(MINUTES_A_DAY);
    let hour = i8::try_from(minute / 60).ok()?;
    Some(date.at(hour, i8::try_from(minute % 60).ok()?, 0, 0))
}

/// Months since year 0, so that months can be counted by subtraction.
pub(super) fn month_number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

pub(super) fn first_of_month(number: i64) -> Option<Date> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    Date::new(year, month, 1).ok()
}
