//! The answers of random schedules held against brute force, in fortnights with a clock change.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::domain::schedule::calendar::{days_between, plus_days, plus_minutes};
use crate::domain::schedule::*;

/// Zones and the local dates on which their clocks change; the last has no change.
const CHANGES: [(&str, Date); 5] = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Dhaka", date(2026, 5, 4)),
];

/// The change comes in the middle of the fortnight.
const FORTNIGHT: i64 = 14;

/// Days that the brute force looks at: far enough past the fortnight for any answer within it.
const WINDOW: i64 = FORTNIGHT + 22;

#[derive(Debug, Clone)]
struct Case {
    schedule: Schedule,
    change: Date,
}

impl Case {
    fn date(&self, day: i64) -> Date {
        plus_days(self.change, day - FORTNIGHT / 2).unwrap()
    }

    fn instant(&self, minute: i64) -> Timestamp {
        self.schedule
            .zone()
            .instant(plus_minutes(self.date(0), minute).unwrap())
            .unwrap()
    }

    fn is_closed(&self, date: Date) -> bool {
        self.schedule
            .closures()
            .iter()
            .any(|run| run.from() <= date && date <= run.until())
    }

    /// The open minutes of the wall clock, counted from the first midnight.
    fn open_minutes(&self) -> BTreeSet<i64> {
        let mut open = BTreeSet::new();
        for day in (-2..WINDOW).filter(|day| !self.is_closed(self.date(*day))) {
            let weekday = self.date(day).weekday();
            for opening in self
                .schedule
                .openings()
                .iter()
                .filter(|o| o.days().contains(weekday))
            {
                let minute = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
                let (from, closes) = (minute(opening.opens()), minute(opening.closes()));
                let until = if closes > from { closes } else { closes + 1440 };
                open.extend((from..until).map(|minute| day * 1440 + minute));
            }
        }
        open.retain(|minute| !self.is_closed(self.date(minute.div_euclid(1440))));
        open
    }

    /// The open minutes joined into stretches, as instants; no end where it is never reached.
    fn stretches(&self, open: &BTreeSet<i64>) -> Vec<(Timestamp, Option<Timestamp>)> {
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for minute in open {
            match runs.last_mut() {
                Some((_, until)) if until == minute => *until += 1,
                _ => runs.push((*minute, minute + 1)),
            }
        }
        let placed = runs.into_iter().map(|(from, until)| {
            let ends = (until < WINDOW * 1440).then(|| self.instant(until));
            (self.instant(from), ends)
        });
        placed
            .filter(|(from, until)| until.is_none_or(|until| *from < until))
            .collect()
    }

    /// All meetings that touch the window, by trying every day.
    fn meetings(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut meetings = Vec::new();
        for session in self.schedule.sessions() {
            let start = session.starts();
            let regular = (0..).map_while(|day| plus_days(start.date(), day));
            let regular = regular.take_while(|date| *date < self.date(WINDOW));
            let regular = regular.filter(|date| falls_weekly(session, *date));
            let regular = regular.filter(|date| !session.except().contains(date));
            let all = regular.map(|date| date.to_datetime(start.time()));
            for at in all.chain(session.extra().iter().copied()) {
                if !self.is_closed(at.date()) {
                    let starts = self.schedule.zone().instant(at).unwrap();
                    let length = SignedDuration::from_mins(session.minutes().into());
                    meetings.push((starts, starts + length));
                }
            }
        }
        meetings.sort();
        meetings
    }
}

/// A weekly rule worked out from its text alone.
fn falls_weekly(session: &Session, date: Date) -> bool {
    let Some(rule) = session.rule() else {
        return date == session.starts().date();
    };
    let part = |name: &str| {
        rule.as_str()
            .split(';')
            .find_map(|part| part.strip_prefix(name))
    };
    let interval: i64 = part("INTERVAL=").map_or(1, |n| n.parse().unwrap());
    let monday =
        |date: Date| plus_days(date, -i64::from(date.weekday().to_monday_zero_offset())).unwrap();
    let weeks = days_between(monday(session.starts().date()), monday(date)) / 7;
    let code = Weekdays::code(date.weekday()).to_uppercase();
    weeks % interval == 0 && part("BYDAY=").unwrap().contains(&code)
}

fn day_sets() -> impl Strategy<Value = Weekdays> {
    let all: Vec<_> = Weekdays::ALL.iter().collect();
    prop_oneof![
        1 => Just(Weekdays::ALL),
        3 => proptest::sample::subsequence(all, 1..=7).prop_map(|days| days.into_iter().collect()),
    ]
}

fn times() -> impl Strategy<Value = Time> {
    let near_a_change = (0..4_i8, 0..60_i8);
    let any = (0..24_i8, proptest::sample::select(vec![0_i8, 15, 30, 59]));
    prop_oneof![near_a_change, any, Just((0, 0))].prop_map(|(h, m)| Time::constant(h, m, 0, 0))
}

fn openings() -> impl Strategy<Value = Vec<Opening>> {
    let opening = (day_sets(), times(), times());
    vec(
        opening.prop_map(|(days, from, to)| Opening::new(days.iter(), from, to).unwrap()),
        0..5,
    )
}

/// Closures as days of the window.
fn closures() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let closure = (-1..FORTNIGHT, 0..4_i64).prop_map(|(from, more)| (from, from + more));
    prop_oneof![Just(Vec::new()), vec(closure, 0..3)]
}

/// A weekly meeting: how long ago it began, its time, length and rule, exceptions, extra dates.
type Meeting = (i64, Time, u16, String, Vec<i64>, Vec<i64>);

fn sessions() -> impl Strategy<Value = Vec<Meeting>> {
    let rule = (1..4_u8, day_sets()).prop_map(|(interval, days)| {
        let days: Vec<_> = days
            .iter()
            .map(|day| Weekdays::code(day).to_uppercase())
            .collect();
        format!("FREQ=WEEKLY;INTERVAL={interval};BYDAY={}", days.join(","))
    });
    let length = prop_oneof![1..240_u16, Just(3000)];
    vec(
        (
            0..400_i64,
            times(),
            length,
            rule,
            vec(0..WINDOW, 0..4),
            vec(0..FORTNIGHT, 0..3),
        ),
        0..3,
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let change = proptest::sample::select(CHANGES.to_vec());
    (change, openings(), closures(), sessions()).prop_map(
        |((zone, change), openings, closed, met)| {
            let date = |day: i64| plus_days(change, day - FORTNIGHT / 2).unwrap();
            let closures = closed.into_iter();
            let sessions = met
                .into_iter()
                .map(|(ago, time, minutes, rule, except, extra)| {
                    let rule = Recurrence::parse(&rule).unwrap();
                    let start = rule.dates(date(-ago), date(-ago)).next().unwrap();
                    let except = except.into_iter().map(date).collect();
                    let extra = extra
                        .into_iter()
                        .map(|day| date(day).to_datetime(time))
                        .collect();
                    Session::new(start.to_datetime(time), minutes, Some(rule), except, extra)
                        .unwrap()
                });
            let schedule = Schedule::new(ScheduleParts {
                zone: TimeZone::parse(zone).unwrap(),
                always_open: false,
                openings,
                sessions: sessions.collect(),
                closures: closures
                    .map(|(from, to)| Closure::new(date(from), date(to)).unwrap())
                    .collect(),
                by_appointment: false,
            });
            Case {
                schedule: schedule.unwrap(),
                change,
            }
        },
    )
}

fn answers(schedule: &Schedule, now: Timestamp) -> (OpenState, Option<SessionTime>, bool) {
    let next = schedule.next_session(now);
    let in_progress = next.as_ref().is_some_and(|next| next.is_in_progress(now));
    (schedule.open_state(now), next, in_progress)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn open_or_not_is_as_minute_by_minute(case in cases()) {
        let open = case.open_minutes();
        let stretches = case.stretches(&open);
        let midnight = case.instant(0);
        let change = case.instant(FORTNIGHT / 2 * 1440);
        for minute in 0..FORTNIGHT * 1440 {
            let now = midnight + SignedDuration::from_mins(minute);
            let next = stretches.iter().find(|(_, until)| until.is_none_or(|until| until > now));
            let expected = match next {
                _ if case.schedule.openings().is_empty() => OpenState::Unknown,
                Some((from, until)) if *from <= now => OpenState::Open { until: *until },
                next => OpenState::Closed { opens: next.map(|(from, _)| *from) },
            };
            let state = case.schedule.open_state(now);
            prop_assert_eq!(state, expected, "at {}", now);
            if now.duration_since(change).abs() > SignedDuration::from_hours(5) {
                let local = case.schedule.zone().local(now);
                let on_the_wall = days_between(case.date(0), local.date()) * 1440
                    + i64::from(local.hour()) * 60 + i64::from(local.minute());
                prop_assert_eq!(state.is_open(), open.contains(&on_the_wall), "at {}", local);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn the_next_session_is_that_of_trying_every_day(case in cases(), minutes in vec(0..FORTNIGHT * 1440, 20)) {
        let meetings = case.meetings();
        for minute in minutes {
            let now = case.instant(0) + SignedDuration::from_mins(minute);
            let expected = meetings.iter().filter(|(_, ends)| *ends > now).min();
            let next = case.schedule.next_session(now);
            let next = next.filter(|next| next.local.date() < case.date(WINDOW));
            prop_assert_eq!(next.as_ref().map(|next| (next.starts, next.ends)), expected.copied(), "at {}", now);
        }
    }

    #[test]
    fn nothing_changes_before_the_next_change(case in cases(), minute in 0..FORTNIGHT * 1440, share in 0..1000_i32) {
        let mut now = case.instant(0) + SignedDuration::from_mins(minute);
        for _ in 0..8 {
            let Some(change) = case.schedule.next_change(now) else { break };
            prop_assert!(change > now);
            let here = answers(&case.schedule, now);
            let between = now + change.duration_since(now) * share / 1000;
            for later in [between, change - SignedDuration::from_nanos(1)] {
                prop_assert_eq!(&answers(&case.schedule, later), &here, "{} and {}", now, later);
                prop_assert_eq!(case.schedule.next_change(later), Some(change));
            }
            prop_assert_ne!(&answers(&case.schedule, change), &here, "at {}", change);
            now = change;
        }
    }
}
