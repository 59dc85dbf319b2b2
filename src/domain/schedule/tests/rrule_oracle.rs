//! Our expansion of recurrence rules held against the `rrule` crate's.
//!
//! The only file that names `rrule`: it is a second opinion in tests, not part of the program.
//! It reads the same texts, in UTC, so that clock changes stay out of the comparison.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rrule::RRuleSet;

use crate::domain::schedule::calendar::plus_days;
use crate::domain::schedule::recurrence::Recurrence;

const DATES: u16 = 40;

fn second_opinion(rule: &str, start: Date) -> Vec<Date> {
    let text = format!("DTSTART:{}T000000Z\nRRULE:{rule}", start.strftime("%Y%m%d"));
    let set: RRuleSet = text.parse().unwrap();
    let dates = set.all(DATES).dates;
    dates
        .iter()
        .map(|date| date.format("%Y-%m-%d").to_string().parse().unwrap())
        .collect()
}

fn joined<T: ToString>(name: &str, values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    if values.is_empty() {
        String::new()
    } else {
        format!(";{name}={}", values.join(","))
    }
}

fn days() -> impl Strategy<Value = Vec<&'static str>> {
    let all = vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    proptest::sample::subsequence(all, 0..=4)
}

fn month_days() -> impl Strategy<Value = Vec<i8>> {
    proptest::collection::vec(prop_oneof![1..=31_i8, -31..=-1_i8], 0..4)
}

fn positions() -> impl Strategy<Value = Vec<i8>> {
    proptest::collection::vec(prop_oneof![1..=4_i8, -3..=-1_i8], 0..3)
}

fn numbered_days() -> impl Strategy<Value = Vec<String>> {
    // The other crate refuses -5, though the standard has it.
    let number = prop_oneof![1..=5_i8, -4..=-1_i8];
    let term = (number, days()).prop_filter_map("a day", |(nth, days)| {
        Some(format!("{nth}{}", days.first()?))
    });
    proptest::collection::vec(term, 1..3)
}

fn rules() -> impl Strategy<Value = String> {
    let daily = (1..40_u16, days(), month_days()).prop_map(|(interval, days, month_days)| {
        let by = joined("BYDAY", &days) + &joined("BYMONTHDAY", &month_days);
        format!("FREQ=DAILY;INTERVAL={interval}{by}")
    });
    let week_starts = prop_oneof![Just("MO"), Just("SU"), Just("TH")];
    let weekly = (1..6_u16, days(), week_starts).prop_map(|(interval, days, week_start)| {
        let by = joined("BYDAY", &days);
        format!("FREQ=WEEKLY;INTERVAL={interval}{by};WKST={week_start}")
    });
    let monthly = (1..14_u16, days(), month_days(), positions()).prop_map(
        |(interval, days, month_days, positions)| {
            let by = joined("BYDAY", &days) + &joined("BYMONTHDAY", &month_days);
            let positions = if by.is_empty() { vec![] } else { positions };
            format!(
                "FREQ=MONTHLY;INTERVAL={interval}{by}{}",
                joined("BYSETPOS", &positions)
            )
        },
    );
    let numbered = (1..14_u16, numbered_days()).prop_map(|(interval, days)| {
        format!("FREQ=MONTHLY;INTERVAL={interval}{}", joined("BYDAY", &days))
    });
    prop_oneof![daily, weekly, monthly, numbered]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn dates_are_those_of_the_rrule_crate(rule in rules(), offset in 0..1500_i64, ahead in 0..900_i64) {
        let parsed = Recurrence::parse(&rule).unwrap();
        let asked = plus_days(date(2023, 1, 1), offset).unwrap();
        if let Some(start) = parsed.dates(asked, asked).next() {
            let ours: Vec<Date> = parsed.dates(start, start).take(DATES.into()).collect();
            // The other crate gives up on very sparse rules; what it does find must agree.
            let theirs = second_opinion(&rule, start);
            prop_assert_eq!(&ours[..theirs.len().min(ours.len())], &theirs[..], "{} from {}", rule, start);
            prop_assert_eq!(second_opinion(parsed.as_str(), start), theirs, "{} rewritten", rule);

            let from = plus_days(start, ahead).unwrap();
            let later: Vec<Date> = ours.iter().copied().filter(|date| *date >= from).collect();
            let skipped: Vec<Date> = parsed.dates(start, from).take(later.len()).collect();
            prop_assert_eq!(skipped, later, "{} from {} on", rule, from);
        }
    }
}
