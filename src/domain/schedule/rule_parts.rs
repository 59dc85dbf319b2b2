//! The text of a recurrence rule taken apart, and each part read by itself.
//!
//! What the parts mean together is `recurrence`'s to check; its tests cover both.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz;

use super::Weekdays;
use super::recurrence::{End, RecurrenceFault, RuleDay};

#[derive(Default)]
pub(super) struct Parts<'t> {
    pub(super) frequency: Option<&'t str>,
    pub(super) interval: Option<&'t str>,
    pub(super) weekdays: Option<&'t str>,
    pub(super) month_days: Option<&'t str>,
    pub(super) positions: Option<&'t str>,
    pub(super) count: Option<&'t str>,
    pub(super) until: Option<&'t str>,
    pub(super) week_start: Option<&'t str>,
}

impl<'t> Parts<'t> {
    pub(super) fn split(text: &'t str) -> Result<Parts<'t>, RecurrenceFault> {
        if text.len() > 300 {
            return Err(RecurrenceFault::Shape);
        }
        let mut parts = Parts::default();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or(RecurrenceFault::Shape)?;
            let slot = match name {
                "FREQ" => &mut parts.frequency,
                "INTERVAL" => &mut parts.interval,
                "BYDAY" => &mut parts.weekdays,
                "BYMONTHDAY" => &mut parts.month_days,
                "BYSETPOS" => &mut parts.positions,
                "COUNT" => &mut parts.count,
                "UNTIL" => &mut parts.until,
                "WKST" => &mut parts.week_start,
                _ => return Err(RecurrenceFault::Part),
            };
            if value.is_empty() || slot.replace(value).is_some() {
                return Err(RecurrenceFault::Shape);
            }
        }
        Ok(parts)
    }
}

pub(super) fn parse_interval(text: Option<&str>) -> Result<i64, RecurrenceFault> {
    let interval = text
        .map_or(Some(1), parse_number)
        .filter(|n| (1..=366).contains(n));
    interval.map(i64::from).ok_or(RecurrenceFault::Interval)
}

pub(super) fn parse_week_start(text: Option<&str>) -> Result<Weekday, RecurrenceFault> {
    text.map_or(Some(Weekday::Monday), Weekdays::parse_day)
        .ok_or(RecurrenceFault::WeekStart)
}

pub(super) fn parse_end(count: Option<&str>, until: Option<&str>) -> Result<End, RecurrenceFault> {
    match (count, until) {
        (None, None) => Ok(End::Never),
        (None, Some(until)) => parse_until(until).ok_or(RecurrenceFault::Until),
        (Some(count), None) => parse_number(count)
            .and_then(|count| u16::try_from(count).ok())
            .filter(|count| (1..=1000).contains(count))
            .map(End::Count)
            .ok_or(RecurrenceFault::Count),
        (Some(_), Some(_)) => Err(RecurrenceFault::Count),
    }
}

fn parse_until(text: &str) -> Option<End> {
    match text.len() {
        8 => Date::strptime("%Y%m%d", text).ok().map(End::Date),
        15 => DateTime::strptime("%Y%m%dT%H%M%S", text)
            .ok()
            .map(End::Local),
        16 => {
            let utc = DateTime::strptime("%Y%m%dT%H%M%S", text.strip_suffix('Z')?).ok()?;
            tz::TimeZone::UTC.to_timestamp(utc).ok().map(End::Instant)
        }
        _ => None,
    }
}

/// Plain digits with at most a sign before them: no spaces, no other script.
fn parse_number(text: &str) -> Option<i16> {
    text.parse().ok()
}

/// A list of numbers from 1 to `most` or their negatives, put in order, each once.
pub(super) fn parse_numbers(text: Option<&str>, most: i16) -> Option<Vec<i8>> {
    let Some(text) = text else {
        return Some(Vec::new());
    };
    let mut numbers = Vec::new();
    for item in text.split(',') {
        let number = parse_number(item).filter(|n| *n != 0 && n.abs() <= most)?;
        numbers.push(i8::try_from(number).ok()?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

pub(super) fn parse_weekdays(text: Option<&str>) -> Option<Vec<RuleDay>> {
    let Some(text) = text else {
        return Some(Vec::new());
    };
    let mut terms = Vec::new();
    for item in text.split(',') {
        let (nth, code) = item.split_at_checked(item.len().checked_sub(2)?)?;
        let nth = match nth {
            "" => None,
            nth => Some(parse_number(nth).filter(|n| *n != 0 && n.abs() <= 5)?),
        };
        let nth = nth.map(i8::try_from).transpose().ok()?;
        terms.push(RuleDay {
            nth,
            day: Weekdays::parse_day(code)?,
        });
    }
    terms.sort_unstable_by_key(|term| (term.nth, term.day.to_monday_zero_offset()));
    terms.dedup();
    Some(terms)
}
