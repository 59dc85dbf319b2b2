//! Tests of whole schedules: situations that people meet, properties, and a second opinion.

mod meetings;
mod openings;
mod properties;
mod rrule_oracle;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::*;

const WORKDAYS: &str = "mo tu we th fr";
const EVERY_DAY: &str = "mo tu we th fr sa su";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn days(codes: &str) -> Weekdays {
    codes
        .split(' ')
        .map(|code| Weekdays::parse_day(code).unwrap())
        .collect()
}

fn empty(zone: &str) -> ScheduleParts {
    ScheduleParts {
        zone: TimeZone::parse(zone).unwrap(),
        always_open: false,
        openings: vec![],
        sessions: vec![],
        closures: vec![],
        by_appointment: false,
    }
}

fn open(zone: &str, openings: &[(&str, &str, &str)], closures: &[(&str, &str)]) -> Schedule {
    let openings = openings.iter();
    let closures = closures.iter();
    Schedule::new(ScheduleParts {
        openings: openings
            .map(|(on, from, to)| Opening::parse(days(on).iter(), from, to).unwrap())
            .collect(),
        closures: closures
            .map(|(from, until)| Closure::new(day(from), day(until)).unwrap())
            .collect(),
        ..empty(zone)
    })
    .unwrap()
}

fn meets(zone: &str, session: Session, closures: &[(&str, &str)]) -> Schedule {
    let closures = closures.iter();
    Schedule::new(ScheduleParts {
        sessions: vec![session],
        closures: closures
            .map(|(from, until)| Closure::new(day(from), day(until)).unwrap())
            .collect(),
        ..empty(zone)
    })
    .unwrap()
}

fn session(starts: &str, minutes: u16, rule: &str) -> Session {
    session_but(starts, minutes, rule, &[], &[])
}

fn session_but(starts: &str, minutes: u16, rule: &str, except: &[&str], extra: &[&str]) -> Session {
    let rule = (!rule.is_empty()).then(|| Recurrence::parse(rule).unwrap());
    let except = except.iter().map(|date| day(date)).collect();
    let extra: Vec<DateTime> = extra.iter().map(|at| at.parse().unwrap()).collect();
    Session::new(starts.parse().unwrap(), minutes, rule, except, extra).unwrap()
}

fn open_until(text: &str) -> OpenState {
    OpenState::Open {
        until: Some(at(text)),
    }
}

fn opens_at(text: &str) -> OpenState {
    OpenState::Closed {
        opens: Some(at(text)),
    }
}
