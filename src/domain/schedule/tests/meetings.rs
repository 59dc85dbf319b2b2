//! Sessions and whole schedules, in situations that people meet.

use super::*;
use crate::domain::fault::FaultCode;

#[test]
fn a_weekly_meeting_stays_at_its_hour() {
    let rule = "FREQ=WEEKLY;BYDAY=MO";
    let york = meets(
        "America/New_York",
        session("2026-01-05T19:00", 90, rule),
        &[],
    );
    for (now, starts) in [
        ("2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z"), // in progress from its first second
        ("2026-03-03T01:29:59Z", "2026-03-03T00:00:00Z"),
        ("2026-03-03T01:30:00Z", "2026-03-09T23:00:00Z"), // summer time since 8 March
        ("2026-11-01T12:00:00Z", "2026-11-03T00:00:00Z"), // winter time since 1 November
    ] {
        let next = york.next_session(at(now)).unwrap();
        assert_eq!(next.starts, at(starts), "{now}");
        assert_eq!(
            (next.local.hour(), next.local.weekday()),
            (19, jiff::civil::Weekday::Monday)
        );
        assert_eq!(next.ends.duration_since(next.starts).as_mins(), 90);
        assert_eq!(next.is_in_progress(at(now)), next.starts <= at(now));
    }
    let london = meets(
        "Europe/London",
        session("2026-03-22T01:30", 60, "FREQ=WEEKLY"),
        &[],
    );
    let in_the_gap = london.next_session(at("2026-03-28T12:00:00Z")).unwrap();
    assert_eq!(
        in_the_gap.local.datetime(),
        "2026-03-29T02:30".parse().unwrap()
    );
}

#[test]
fn exceptions_closures_and_extra_dates() {
    let weekly = session_but(
        "2026-01-05T19:00",
        60,
        "FREQ=WEEKLY",
        &["2026-01-12", "2026-01-19"],
        &["2026-01-19T20:00", "2026-01-28T10:00"],
    );
    let schedule = meets(
        "Asia/Shanghai",
        weekly,
        &[("2026-01-26", "2026-01-28"), ("2026-02-02", "2026-02-05")],
    );
    let next = |now: &str| {
        schedule
            .next_session(at(now))
            .unwrap()
            .local
            .datetime()
            .to_string()
    };
    assert_eq!(next("2026-01-01T00:00:00Z"), "2026-01-05T19:00:00");
    assert_eq!(next("2026-01-05T12:00:00Z"), "2026-01-19T20:00:00"); // moved by an hour
    assert_eq!(next("2026-01-19T13:00:00Z"), "2026-02-09T19:00:00"); // two closures on the way
}

#[test]
fn rules_end_where_they_say() {
    let last = |rule: &str| {
        let schedule = meets("Asia/Jakarta", session("2026-01-05T19:00", 60, rule), &[]);
        let mut now = at("2026-01-01T00:00:00Z");
        let mut last = None;
        while let Some(next) = schedule.next_session(now) {
            now = next.ends;
            last = Some(next.local.date().to_string());
        }
        last.unwrap_or_default()
    };
    assert_eq!(last(""), "2026-01-05");
    assert_eq!(last("FREQ=WEEKLY;COUNT=3"), "2026-01-19");
    assert_eq!(last("FREQ=WEEKLY;UNTIL=20260119"), "2026-01-19");
    assert_eq!(last("FREQ=WEEKLY;UNTIL=20260119T190000"), "2026-01-19");
    assert_eq!(last("FREQ=WEEKLY;UNTIL=20260119T185900"), "2026-01-12");
    assert_eq!(last("FREQ=WEEKLY;UNTIL=20260119T120000Z"), "2026-01-19");
    assert_eq!(last("FREQ=WEEKLY;UNTIL=20260119T115959Z"), "2026-01-12");
}

#[test]
fn rules_of_long_ago_are_still_found() {
    let schedule = meets(
        "Asia/Hong_Kong",
        session("1970-01-07T19:00", 60, "FREQ=WEEKLY;INTERVAL=2"),
        &[],
    );
    let next = schedule.next_session(at("2199-06-01T00:00:00Z")).unwrap();
    assert_eq!(next.local.date().to_string(), "2199-06-05");
    let ended = meets(
        "Asia/Hong_Kong",
        session("1970-01-07T19:00", 60, "FREQ=DAILY;COUNT=1000"),
        &[],
    );
    assert_eq!(ended.next_session(at("2026-06-01T00:00:00Z")), None);
}

#[test]
fn the_next_change_is_the_nearest_of_all() {
    let both = Schedule::new(ScheduleParts {
        openings: vec![Opening::parse(days(WORKDAYS).iter(), "09:00", "17:00").unwrap()],
        sessions: vec![session("2026-05-04T16:30", 60, "FREQ=WEEKLY")],
        ..empty("Asia/Dhaka")
    })
    .unwrap();
    let mut now = at("2026-05-04T00:00:00Z");
    for change in ["03:00", "10:30", "11:00", "11:30"] {
        now = both.next_change(now).unwrap();
        assert_eq!(now, at(&format!("2026-05-04T{change}:00Z")));
    }
    assert_eq!(both.next_change(now), Some(at("2026-05-05T03:00:00Z")));
}

#[test]
fn the_ends_of_time_are_answered_too() {
    let hours = open("Europe/London", &[(EVERY_DAY, "09:00", "17:00")], &[]);
    let weekly = meets(
        "Europe/London",
        session("2026-01-05T19:00", 60, "FREQ=WEEKLY"),
        &[],
    );
    for now in [Timestamp::MIN, Timestamp::MAX] {
        let _ = (
            hours.open_state(now),
            hours.next_change(now),
            weekly.next_session(now),
        );
    }
}

#[test]
fn contradictions_are_refused() {
    let opening = Opening::parse(days("mo").iter(), "09:00", "17:00").unwrap();
    let faults = Schedule::new(ScheduleParts {
        always_open: true,
        openings: vec![opening],
        closures: vec![Closure::new(day("2026-05-01"), day("2026-05-01")).unwrap(); 101],
        ..empty("Asia/Dhaka")
    })
    .unwrap_err();
    assert_eq!(
        faults,
        [
            ScheduleFault::OpeningsOfAlwaysOpen,
            ScheduleFault::ManyClosures
        ]
    );
    let told = faults[0].under("/places/0/schedule");
    assert_eq!(told.pointer, "/places/0/schedule/openings");
    assert_eq!(told.code, FaultCode::Contradiction);
}
