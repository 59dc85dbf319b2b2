//! Cells: how a value of a listing is written in one, and what a spreadsheet made of it is read.
//!
//! A cell that a spreadsheet would take for a formula is given out behind an apostrophe, which is taken away again when
//! it comes back. What a spreadsheet spoils for good, such as a long number that it has rounded, is refused and never
//! guessed at.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::columns::Form;
use crate::domain::digits::ascii_digits;

/// With one of these a formula begins, or something that a spreadsheet takes for one.
const DANGEROUS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text without space around it, with plain line breaks.
pub(super) fn normal(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim().to_owned()
}

/// A text as it may stand in a cell.
pub(super) fn guarded(text: &str) -> String {
    let text = normal(text);
    match text.starts_with(DANGEROUS) || text.starts_with('\'') {
        true => format!("'{text}"),
        false => text,
    }
}

/// The text that a cell holds, without the apostrophe of `guarded`.
pub(super) fn plain(cell: &str) -> String {
    let cell = normal(cell);
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(DANGEROUS) || rest.starts_with('\'') => rest.to_owned(),
        _ => cell,
    }
}

/// A value as a cell says it; nothing where it has no such form.
pub(super) fn write(form: Form, value: &Value) -> Option<String> {
    match (form, value) {
        (_, Value::Null) => None,
        (Form::Words, Value::Array(words)) => joined(words, " "),
        (Form::Texts, Value::Array(texts)) => joined(texts, "|"),
        (Form::Openings, Value::Array(openings)) => {
            let openings: Option<Vec<String>> = openings.iter().map(opening).collect();
            Some(openings?.join("; "))
        }
        (Form::Truth, Value::Bool(truth)) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn joined(values: &[Value], between: &str) -> Option<String> {
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    Some(texts?.join(between))
}

fn opening(value: &Value) -> Option<String> {
    let days: Option<Vec<&str>> = value["days"]
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect();
    let (opens, closes) = (value["opens"].as_str()?, value["closes"].as_str()?);
    Some(format!("{} {opens}-{closes}", days?.join(",")))
}

/// The value that a cell says.
///
/// # Errors
/// What was expected instead.
pub(super) fn read(form: Form, cell: &str) -> Result<Value, &'static str> {
    match form {
        Form::Words => Ok(split(cell, |c| c.is_whitespace() || ",;|".contains(c))),
        Form::Texts => Ok(split(cell, |c| "|\n".contains(c))),
        Form::Whole => whole(cell).map(|number| json!(number)),
        Form::Decimal => decimal(cell).map(|number| json!(number)),
        Form::Truth => truth(cell).map(|truth| json!(truth)),
        Form::Date => date(cell).map(|date| json!(date)),
        Form::Moment => moment(cell),
        Form::Openings => openings(cell),
        Form::Dialled => dialled(cell),
        _ => Ok(json!(cell)),
    }
}

fn split(cell: &str, between: impl Fn(char) -> bool) -> Value {
    let words = cell.split(between).map(str::trim);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    json!(words)
}

/// A spreadsheet writes 13 as 13.0 where it was told to show a decimal.
fn whole(cell: &str) -> Result<i64, &'static str> {
    let digits = ascii_digits(cell);
    let digits = digits.trim_start_matches('\'');
    // Never three noughts: those are thousands to many.
    let decimals = [".0", ",0", ".00", ",00"];
    let bare = decimals.iter().find_map(|end| digits.strip_suffix(end));
    bare.unwrap_or(digits).parse().map_err(|_| "a whole number")
}

fn decimal(cell: &str) -> Result<f64, &'static str> {
    let digits = ascii_digits(cell).replace(',', ".");
    let number: Result<f64, _> = digits.trim_start_matches('\'').parse();
    let number = number.ok().filter(|number| number.is_finite());
    number.ok_or("a number such as 23.7461")
}

fn truth(cell: &str) -> Result<bool, &'static str> {
    match cell.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "ya" | "হ্যাঁ" | "是" => Ok(true),
        "no" | "n" | "false" | "0" | "tidak" | "না" | "否" => Ok(false),
        _ => Err("yes or no"),
    }
}

/// Dates as they are here, and as a spreadsheet writes them where only one day can be meant.
fn date(cell: &str) -> Result<Date, &'static str> {
    const EXPECTED: &str = "a date such as 2026-12-25: year, month, day";
    let digits = ascii_digits(cell);
    let digits = digits.trim_start_matches('\'');
    let day = digits.split(['T', ' ']).next().unwrap_or_default();
    let between = day.chars().find(|c| !c.is_ascii_digit());
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let [one, two, three] = parts[..] else {
        return Err(EXPECTED);
    };
    let number = |text: &str| text.parse::<i16>().map_err(|_| EXPECTED);
    let (first, second, third) = (number(one)?, number(two)?, number(three)?);
    let (year, month, day) = match (one.len(), three.len(), between) {
        (4, ..) => (first, second, third),
        (_, 4, Some('.')) => (third, second, first),
        (_, 4, _) if first > 12 => (third, second, first),
        (_, 4, _) if second > 12 => (third, first, second),
        // The fifth of March, or the third of May.
        _ => return Err(EXPECTED),
    };
    let small = |number: i16| i8::try_from(number).map_err(|_| EXPECTED);
    Date::new(year, small(month)?, small(day)?).map_err(|_| EXPECTED)
}

fn moment(cell: &str) -> Result<Value, &'static str> {
    const EXPECTED: &str = "a local date and time such as 2026-01-05T19:00";
    let text = ascii_digits(cell).replacen(' ', "T", 1);
    let text = text.trim_start_matches('\'');
    let moment: DateTime = text.parse().map_err(|_| EXPECTED)?;
    match text.contains('T') {
        true => Ok(json!(moment.strftime("%Y-%m-%dT%H:%M").to_string())),
        false => Err(EXPECTED),
    }
}

fn openings(cell: &str) -> Result<Value, &'static str> {
    const EXPECTED: &str = "hours such as mo,we 15:00-19:00; sa 10:00-12:00";
    let read = |text: &str| -> Option<Value> {
        let text = ascii_digits(text.trim()).replace(['–', '—'], "-");
        let (days, hours) = text.rsplit_once(char::is_whitespace)?;
        let (opens, closes) = hours.split_once('-')?;
        let days: Vec<String> = days
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|day| !day.is_empty())
            .map(str::to_lowercase)
            .collect();
        Some(json!({"days": days, "opens": clock(opens), "closes": clock(closes)}))
    };
    let parts = cell
        .split([';', '\n'])
        .filter(|part| !part.trim().is_empty());
    let read: Option<Vec<Value>> = parts.map(read).collect();
    read.map(Value::Array).ok_or(EXPECTED)
}

/// 9:00 is 09:00.
fn clock(text: &str) -> String {
    let text = text.trim();
    match text.find(':') {
        Some(1) => format!("0{text}"),
        _ => text.to_owned(),
    }
}

/// Numbers as they are dialled, of which spreadsheets make amounts: what they rounded cannot be read any more.
fn dialled(cell: &str) -> Result<Value, &'static str> {
    let text = ascii_digits(cell);
    let text = text.strip_prefix('\'').unwrap_or(&text);
    let numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.,() eE\u{a0}".contains(c));
    if !numeric {
        return Ok(json!(cell));
    }
    if text.contains(['e', 'E']) {
        return Err(
            "the number as it is dialled: the spreadsheet has rounded it; make the column text",
        );
    }
    let whole = text.strip_suffix(".0").or(text.strip_suffix(",0"));
    Ok(json!(whole.unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_given_out_is_a_formula() {
        for text in ["=1+1", "+8801711", "-5", "@SUM", "'=1", "''", "'tis", "\tx"] {
            let cell = guarded(text);
            assert!(!cell.starts_with(DANGEROUS), "{cell}");
            assert_eq!(plain(&cell), text.trim(), "{cell}");
        }
        assert_eq!(plain("'tis"), "'tis");
        assert_eq!(plain(" a\r\nb\rc "), "a\nb\nc");
    }

    #[test]
    fn reads_what_spreadsheets_make_of_it() {
        let ok = |form, cell: &str| read(form, cell).unwrap();
        for cell in [
            "2026-12-25",
            "25.12.2026",
            "2026/12/25",
            "12/25/2026",
            "25/12/2026",
            "2026-12-25 00:00:00",
            "২০২৬-১২-২৫",
        ] {
            assert_eq!(ok(Form::Date, cell), json!("2026-12-25"), "{cell}");
        }
        for cell in ["05/03/2026", "46381", "25/12/26", "2026-02-30", "x"] {
            assert!(read(Form::Date, cell).is_err(), "{cell}");
        }
        assert_eq!(
            ok(Form::Moment, "2026-01-05 19:00:00"),
            json!("2026-01-05T19:00")
        );
        assert!(read(Form::Moment, "2026-01-05").is_err());
        assert_eq!(ok(Form::Dialled, "'01711000001"), json!("01711000001"));
        assert_eq!(ok(Form::Dialled, "1711000001.0"), json!("1711000001"));
        assert_eq!(ok(Form::Dialled, "০১৭১১"), json!("01711"));
        assert_eq!(ok(Form::Dialled, "a@b.org"), json!("a@b.org"));
        assert!(read(Form::Dialled, "8.80171E+12").is_err());
        assert_eq!(
            (ok(Form::Whole, "13.0"), ok(Form::Whole, "100")),
            (json!(13), json!(100))
        );
        assert_eq!(ok(Form::Whole, "'7"), json!(7));
        for cell in ["1.5", "", "50.000", "1,000", "1.0000"] {
            assert!(read(Form::Whole, cell).is_err(), "{cell}");
        }
        assert_eq!(ok(Form::Decimal, "23,7461"), json!(23.7461));
        assert!(read(Form::Decimal, "inf").is_err());
        assert_eq!(
            (ok(Form::Truth, "TRUE"), ok(Form::Truth, "tidak")),
            (json!(true), json!(false))
        );
        assert_eq!(ok(Form::Words, "a, b;c d"), json!(["a", "b", "c", "d"]));
        assert_eq!(ok(Form::Texts, "A, B | C"), json!(["A, B", "C"]));
    }

    /// What a spreadsheet takes from the front of a number, the number's country gives back.
    #[test]
    fn a_number_without_its_plus_or_zero_is_the_same() {
        use crate::domain::{
            contact::{Address, Channel},
            country::Country,
        };
        let bangladesh = Country::parse("BD").ok();
        for typed in [
            "+8801711000002",
            "8801711000002",
            "01711000002",
            "1711000002",
        ] {
            let read = Address::parse(Channel::Voice, typed, bangladesh);
            assert_eq!(
                read.ok().as_ref().map(Address::value),
                Some("+8801711000002"),
                "{typed}"
            );
        }
    }

    #[test]
    fn hours_come_back_as_they_went() {
        let value = json!([{"days": ["mo", "we"], "opens": "15:00", "closes": "03:00"},
            {"days": ["sa"], "opens": "09:00", "closes": "12:00"}]);
        let cell = write(Form::Openings, &value).unwrap();
        assert_eq!(cell, "mo,we 15:00-03:00; sa 09:00-12:00");
        assert_eq!(read(Form::Openings, &cell).unwrap(), value);
        assert_eq!(
            read(Form::Openings, "MO we 15:00–03:00\nsa 9:00-12:00").unwrap(),
            value
        );
        assert!(read(Form::Openings, "always").is_err());
    }
}
