//! Open or not, in situations that people meet.

use super::*;

#[test]
fn office_hours_with_a_lunch_break() {
    let clinic = open(
        "Asia/Dhaka",
        &[(WORKDAYS, "09:00", "12:30"), (WORKDAYS, "13:30", "17:00")],
        &[],
    );
    // Monday 4 May 2026, six hours ahead of UTC.
    assert_eq!(
        clinic.open_state(at("2026-05-04T02:59:59Z")),
        opens_at("2026-05-04T03:00:00Z")
    );
    assert_eq!(
        clinic.open_state(at("2026-05-04T03:00:00Z")),
        open_until("2026-05-04T06:30:00Z")
    );
    assert_eq!(
        clinic.open_state(at("2026-05-04T06:30:00Z")),
        opens_at("2026-05-04T07:30:00Z")
    );
    assert_eq!(
        clinic.open_state(at("2026-05-08T11:00:00Z")),
        opens_at("2026-05-11T03:00:00Z")
    );
}

#[test]
fn midnight_joins_what_two_days_state() {
    let line = open(
        "Asia/Dhaka",
        &[("fr", "23:00", "24:00"), ("sa", "00:00", "03:00")],
        &[],
    );
    assert_eq!(
        line.open_state(at("2026-05-08T17:30:00Z")),
        open_until("2026-05-08T21:00:00Z")
    );
    let line = open("Asia/Dhaka", &[("fr", "15:00", "03:00")], &[]);
    assert_eq!(
        line.open_state(at("2026-05-08T20:00:00Z")),
        open_until("2026-05-08T21:00:00Z")
    );
    assert_eq!(
        line.open_state(at("2026-05-08T21:00:00Z")),
        opens_at("2026-05-15T09:00:00Z")
    );
}

#[test]
fn always_open_ends_only_at_a_closure() {
    let now = at("2026-05-08T20:00:00Z");
    let stated = Schedule::new(ScheduleParts {
        always_open: true,
        ..empty("Asia/Dhaka")
    })
    .unwrap();
    assert_eq!(stated.open_state(now), OpenState::Open { until: None });
    assert_eq!(stated.next_change(now), None);
    let written_out = open(
        "Asia/Dhaka",
        &[(EVERY_DAY, "08:00", "20:00"), (EVERY_DAY, "20:00", "08:00")],
        &[],
    );
    assert_eq!(written_out.open_state(now), OpenState::Open { until: None });

    let patched = [
        (EVERY_DAY, "04:00", "03:30"),
        (EVERY_DAY, "00:00", "00:01"),
        (EVERY_DAY, "00:02", "04:00"),
    ];
    let patched = open("Asia/Dhaka", &patched, &[]);
    assert_eq!(patched.open_state(now), OpenState::Open { until: None });

    let holiday = open(
        "Asia/Dhaka",
        &[(EVERY_DAY, "00:00", "24:00")],
        &[("2027-03-26", "2027-03-26")],
    );
    assert_eq!(holiday.open_state(now), open_until("2027-03-25T18:00:00Z"));
    assert_eq!(
        holiday.open_state(at("2027-03-25T18:00:00Z")),
        opens_at("2027-03-26T18:00:00Z")
    );
}

#[test]
fn nothing_stated_is_unknown() {
    let now = at("2026-05-08T20:00:00Z");
    let unknown = open("Asia/Dhaka", &[], &[("2026-05-09", "2026-05-09")]);
    assert_eq!(unknown.open_state(now), OpenState::Unknown);
    assert_eq!(
        (unknown.next_session(now), unknown.next_change(now)),
        (None, None)
    );
}

#[test]
fn a_closed_day_cuts_the_night_before_and_takes_its_own_night_with_it() {
    // Nights of Thursday to Saturday; Friday 8 May is closed.
    let nights = open(
        "Asia/Dhaka",
        &[("th fr sa", "20:00", "04:00")],
        &[("2026-05-08", "2026-05-08")],
    );
    assert_eq!(
        nights.open_state(at("2026-05-07T17:00:00Z")),
        open_until("2026-05-07T18:00:00Z")
    );
    assert_eq!(
        nights.open_state(at("2026-05-07T19:00:00Z")),
        opens_at("2026-05-09T14:00:00Z")
    );
    assert_eq!(
        nights.open_state(at("2026-05-08T20:00:00Z")),
        opens_at("2026-05-09T14:00:00Z")
    );
}

#[test]
fn long_closures_are_looked_past() {
    let closures = [("2026-05-01", "2026-12-31"), ("2027-01-01", "2028-02-29")];
    let mondays = open("Asia/Jakarta", &[("mo", "09:00", "10:00")], &closures);
    assert_eq!(
        mondays.open_state(at("2026-06-01T02:30:00Z")),
        opens_at("2028-03-06T02:00:00Z")
    );
    let for_good = open(
        "Asia/Jakarta",
        &[("mo", "09:00", "10:00")],
        &[("2026-05-01", "2199-12-31")],
    );
    assert_eq!(
        for_good.open_state(at("2026-06-01T02:30:00Z")),
        opens_at("2200-01-06T02:00:00Z")
    );
}

#[test]
fn opening_hours_follow_the_wall_clock_through_clock_changes() {
    // London goes forward on 29 March 2026 at 01:00 and back on 25 October at 02:00.
    let nights = open("Europe/London", &[(EVERY_DAY, "22:00", "06:00")], &[]);
    assert_eq!(
        nights.open_state(at("2026-03-28T23:00:00Z")),
        open_until("2026-03-29T05:00:00Z")
    );
    assert_eq!(
        nights.open_state(at("2026-10-24T23:00:00Z")),
        open_until("2026-10-25T06:00:00Z")
    );
    // A Sunday quarter of an hour that a change swallows is left out that week.
    let swallowed = open("Europe/London", &[("su", "01:30", "02:15")], &[]);
    assert_eq!(
        swallowed.open_state(at("2026-03-29T00:00:00Z")),
        opens_at("2026-04-05T00:30:00Z")
    );
    // Hours without a gap keep none, though parts of them overlap within the lost hour.
    let whole = open(
        "Europe/London",
        &[(EVERY_DAY, "00:00", "02:15"), (EVERY_DAY, "01:30", "24:00")],
        &[],
    );
    assert_eq!(
        whole.open_state(at("2026-03-29T01:20:00Z")),
        OpenState::Open { until: None }
    );
}
