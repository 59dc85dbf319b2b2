//! Days, moments and hours in cells: as they are here, and as a spreadsheet writes them where only one can be meant.
//!
//! Nothing that stands in a cell is passed over: a date with an hour beside it is no date.

use jiff::civil::{Date, DateTime, Time};
use serde_json::{Value, json};

const DATE: &str = "a date such as 2026-12-25: year, month, day";
const MOMENT: &str = "a local date and time such as 2026-01-05T19:00";
const OPENINGS: &str = "hours such as mo,we 15:00-19:00; sa 10:00-12:00";

/// A day; midnight is what a spreadsheet adds.
pub(super) fn date(cell: &str) -> Result<Date, &'static str> {
    let (day, time) = parted(cell);
    let midnight = time.is_none_or(|time| {
        let time = time.strip_suffix(".000").unwrap_or(time);
        ["00:00", "0:00", "00:00:00", "0:00:00", "12:00:00 AM"].contains(&time)
    });
    match midnight {
        true => day_of(day).ok_or(DATE),
        false => Err(DATE),
    }
}

/// A date and time by the clock on the wall.
pub(super) fn moment(cell: &str) -> Result<String, &'static str> {
    let read = || -> Option<DateTime> {
        let (day, time) = parted(cell);
        Some(day_of(day)?.to_datetime(time_of(time?)?))
    };
    let moment = read().ok_or(MOMENT)?;
    Ok(moment.strftime("%Y-%m-%dT%H:%M").to_string())
}

/// What stands before the first T or space, and what after it.
fn parted(cell: &str) -> (&str, Option<&str>) {
    let cell = cell.trim_start_matches('\'').trim();
    match cell.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (cell, None),
    }
}

/// 2026-12-25, 25.12.2026, 2026年12月25日; 12/25/2026, but not the fifth of March that may be the third of May.
fn day_of(text: &str) -> Option<Date> {
    let text = text.replace(['年', '月'], "-");
    let text = text.strip_suffix('日').unwrap_or(&text);
    let between = text.chars().find(|c| !c.is_ascii_digit());
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [one, two, three] = parts[..] else {
        return None;
    };
    let number = |text: &str| text.parse::<i16>().ok();
    let (first, second, third) = (number(one)?, number(two)?, number(three)?);
    let (year, month, day) = match (one.len(), three.len(), between) {
        (4, ..) => (first, second, third),
        (_, 4, Some('.')) => (third, second, first),
        (_, 4, _) if first > 12 || first == second => (third, second, first),
        (_, 4, _) if second > 12 => (third, first, second),
        _ => return None,
    };
    let small = |number: i16| i8::try_from(number).ok();
    Date::new(year, small(month)?, small(day)?).ok()
}

/// 19:00, 9:00, 19:00:00; a moment has no seconds.
fn time_of(text: &str) -> Option<Time> {
    let text = text.strip_suffix(".000").unwrap_or(text);
    let parts: Vec<&str> = text.split(':').collect();
    let (hour, minute) = match parts[..] {
        [hour, minute] | [hour, minute, "00"] => (hour, minute),
        _ => return None,
    };
    let plain = |text: &str, least: usize| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        (digits && (least..=2).contains(&text.len())).then(|| text.parse().ok())?
    };
    Time::new(plain(hour, 1)?, plain(minute, 2)?, 0, 0).ok()
}

/// The days of a week, and what people call them; the first is how they are written here.
const DAYS: [&[&str]; 7] = [
    &[
        "mo",
        "mon",
        "monday",
        "senin",
        "সোম",
        "সোমবার",
        "周一",
        "星期一",
    ],
    &[
        "tu",
        "tue",
        "tues",
        "tuesday",
        "selasa",
        "মঙ্গল",
        "মঙ্গলবার",
        "周二",
        "星期二",
    ],
    &[
        "we",
        "wed",
        "wednesday",
        "rabu",
        "বুধ",
        "বুধবার",
        "周三",
        "星期三",
    ],
    &[
        "th",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "kamis",
        "বৃহস্পতি",
        "বৃহস্পতিবার",
        "周四",
        "星期四",
    ],
    &[
        "fr",
        "fri",
        "friday",
        "jumat",
        "jum'at",
        "শুক্র",
        "শুক্রবার",
        "周五",
        "星期五",
    ],
    &[
        "sa",
        "sat",
        "saturday",
        "sabtu",
        "শনি",
        "শনিবার",
        "周六",
        "星期六",
    ],
    &[
        "su",
        "sun",
        "sunday",
        "minggu",
        "রবি",
        "রবিবার",
        "周日",
        "周天",
        "星期日",
        "星期天",
    ],
];

/// Weekdays with hours.
pub(super) fn openings(cell: &str) -> Result<Value, &'static str> {
    let read = |text: &str| -> Option<Value> {
        let text = text.replace(['–', '—', '~', '至', '到'], "-");
        // Nobody means the space around a dash.
        let text: Vec<&str> = text.split('-').map(str::trim).collect();
        let text = text.join("-").replace('週', "周");
        let (days, hours) = text.rsplit_once(char::is_whitespace)?;
        let (opens, closes) = hours.split_once('-')?;
        let given = days.split(|c: char| ",、".contains(c) || c.is_whitespace());
        let given = given.map(|day| day.trim_end_matches([':', '.']));
        let given = given.filter(|day| !day.is_empty());
        let days: Option<Vec<Vec<String>>> = given.map(days_of).collect();
        Some(json!({"days": days?.concat(), "opens": clock(opens), "closes": clock(closes)}))
    };
    let parts = cell
        .split([';', '\n'])
        .filter(|part| !part.trim().is_empty());
    let read: Option<Vec<Value>> = parts.map(read).collect();
    read.map(Value::Array).ok_or(OPENINGS)
}

/// A day, or all from one to another; what is no day stands as it was typed.
fn days_of(text: &str) -> Option<Vec<String>> {
    let text = text.to_lowercase();
    let number = |day: &str| DAYS.iter().position(|names| names.contains(&day));
    let name = |number: usize| DAYS[number % 7][0].to_owned();
    match text.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            // On from Sunday to Monday, where the days go over the end of a week.
            let over = if last < first { 7 } else { 0 };
            Some((first..=last + over).map(name).collect())
        }
        None => Some(vec![number(&text).map_or(text, name)]),
    }
}

/// 9:00 and 9.00 are 09:00.
fn clock(text: &str) -> String {
    let text = text.trim().replace('.', ":");
    match text.find(':') {
        Some(1) => format!("0{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sheet::{
        cells::{read, write},
        columns::Form,
    };

    #[test]
    fn a_day_is_what_only_one_day_can_be() {
        for cell in [
            "2026-12-25",
            "25.12.2026",
            "2026/12/25",
            "12/25/2026",
            "25/12/2026",
            "25-12-2026",
            "2026-12-25 00:00:00",
            "2026-12-25T00:00:00.000",
            "২০২৬-১২-২৫",
            "২৫/১২/২০২৬",
            "2026年12月25日",
            "２０２６／１２／２５",
            "'2026-12-25",
        ] {
            assert_eq!(read(Form::Date, cell), Ok(json!("2026-12-25")), "{cell}");
        }
        assert_eq!(read(Form::Date, "05/05/2026"), Ok(json!("2026-05-05")));
        for cell in [
            "05/03/2026",
            "46381",
            "25/12/26",
            "25-12-26",
            "2026-02-30",
            "2026-12-25 or later",
            "2026-12-25 15:00",
            "x",
        ] {
            assert!(read(Form::Date, cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_moment_loses_nothing() {
        for cell in [
            "2026-01-05T19:00",
            "2026-01-05 19:00:00",
            "2026/1/5 19:00",
            "২০২৬-০১-০৫ ১৯:০০",
            "5.1.2026 19:00",
        ] {
            let expected = Ok(json!("2026-01-05T19:00"));
            assert_eq!(read(Form::Moment, cell), expected, "{cell}");
        }
        for cell in [
            "2026-01-05",
            "1/5/2026 19:00",
            "2026-01-05T19:00:30",
            "2026-01-05T19:00+06:00",
            "2026-01-05T19:00Z",
            "2026-01-05 7:00 PM",
            "2026-01-05 24:00",
        ] {
            assert!(read(Form::Moment, cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn hours_come_back_as_they_went() {
        let value = json!([{"days": ["mo", "we"], "opens": "15:00", "closes": "03:00"},
            {"days": ["sa"], "opens": "09:00", "closes": "12:00"}]);
        let cell = write(Form::Openings, &value).unwrap();
        assert_eq!(cell, "mo,we 15:00-03:00; sa 09:00-12:00");
        for cell in [
            &*cell,
            "MO we 15:00–03:00\nsa 9:00-12:00",
            "mo，we １５：００－０３：００；sa 9：00～12：00",
            "mo,we ১৫:০০-০৩:০০; sa ৯:০০-১২:০০",
        ] {
            assert_eq!(read(Form::Openings, cell), Ok(value.clone()), "{cell}");
        }
        let week =
            json!([{"days": ["mo", "tu", "we", "th", "fr"], "opens": "09:00", "closes": "17:00"}]);
        for cell in [
            "mo-fr 09:00-17:00",
            "Mon - Fri 9:00 - 17:00",
            "Monday-Friday: 09.00-17.00",
            "Senin–Jumat 09:00–17:00",
            "সোমবার-শুক্রবার ০৯:০০-১৭:০০",
            "周一至周五 09:00-17:00",
            "Monday, Tue, wed, Thurs. fr 9:00-17:00",
        ] {
            assert_eq!(read(Form::Openings, cell), Ok(week.clone()), "{cell}");
        }
        let monday = json!([{"days": ["mo"], "opens": "09:00", "closes": "17:00"}]);
        assert_eq!(read(Form::Openings, "Monday 9:00-17:00"), Ok(monday));
        let over = json!([{"days": ["sa", "su", "mo"], "opens": "09:00", "closes": "17:00"}]);
        assert_eq!(read(Form::Openings, "sa-mo 09:00-17:00"), Ok(over));
        for cell in [
            "always",
            "mo-holiday 09:00-17:00",
            "mo-fr",
            "mo 9:00-12:00 13:00-17:00",
        ] {
            assert!(read(Form::Openings, cell).is_err(), "{cell}");
        }
    }
}
