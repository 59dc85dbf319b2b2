//! Cells: how a value of a listing is written in one, and what a spreadsheet made of it is read.
//!
//! A cell that a spreadsheet would take for a formula is given out behind an apostrophe, which is taken away again when
//! it comes back. What a spreadsheet spoils for good, such as a long number that it has rounded, is refused and never
//! guessed at.

use serde_json::{Value, json};

use super::{columns::Form, spoiled, times};
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

/// A cell as it is read, whatever its letters: telephones begin each cell with a capital, and pages that somebody copied
/// from hold signs that nobody sees. A text for people is left as it is.
pub(super) fn folded(form: Form, cell: &str) -> String {
    let visible = || cell.chars().filter(|c| !is_invisible(*c));
    match form {
        Form::Text | Form::Localised | Form::Texts => return cell.to_owned(),
        Form::Word | Form::Words => narrow(&visible().collect::<String>()).to_lowercase(),
        Form::Code => narrow(&visible().collect::<String>()).to_uppercase(),
        _ => visible().collect(),
    }
    .trim()
    .to_owned()
}

/// Joiners that Bengali needs are no such signs within a text, and mean nothing in a word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A value as a cell says it; nothing where it has no such form.
pub(super) fn write(form: Form, value: &Value) -> Option<String> {
    match (form, value) {
        (_, Value::Null) => None,
        (Form::Words | Form::Tags, Value::Array(words)) => joined(words, " "),
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
    if let Some(why) = spoiled::why(cell) {
        return Err(why);
    }
    let signs = narrow(cell);
    match form {
        Form::Words | Form::Tags => Ok(split(&signs, |c| c.is_whitespace() || ",;|、".contains(c))),
        Form::Texts => Ok(split(cell, |c| "|｜\n".contains(c))),
        Form::Whole => whole(&signs).map(|number| json!(number)),
        Form::Decimal => decimal(&signs).map(|number| json!(number)),
        Form::Truth => truth(&signs).map(|truth| json!(truth)),
        Form::Date => times::date(&signs).map(|date| json!(date)),
        Form::Moment => times::moment(&signs).map(|moment| json!(moment)),
        Form::Openings => times::openings(&signs),
        Form::Dialled => dialled(cell, &signs),
        _ => Ok(json!(cell)),
    }
}

/// Digits of any script, and signs as wide as an ideograph, as they are in ASCII: what is no text for people.
fn narrow(cell: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    ascii_digits(cell).chars().map(narrow).collect()
}

fn split(cell: &str, between: impl Fn(char) -> bool) -> Value {
    let words = cell.split(between).map(str::trim);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    json!(words)
}

/// A spreadsheet writes 13 as 13.0 where it was told to show a decimal.
pub(super) fn whole(cell: &str) -> Result<i64, &'static str> {
    let digits = cell.trim_start_matches('\'');
    // Never three noughts: those are thousands to many.
    let decimals = [".0", ",0", ".00", ",00"];
    let bare = decimals.iter().find_map(|end| digits.strip_suffix(end));
    bare.unwrap_or(digits).parse().map_err(|_| "a whole number")
}

/// With an exponent it was rounded, and `inf` is no number.
fn decimal(cell: &str) -> Result<f64, &'static str> {
    let digits = cell.trim_start_matches('\'').replace(',', ".");
    let plain = digits
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.".contains(c));
    let number = digits.parse().ok().filter(|_| plain);
    number.ok_or("a number such as 23.7461, with all its digits")
}

fn truth(cell: &str) -> Result<bool, &'static str> {
    match cell.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "ya" | "benar" | "হ্যাঁ" | "是" => Ok(true),
        "no" | "n" | "false" | "0" | "tidak" | "salah" | "না" | "否" => Ok(false),
        _ => Err("yes or no"),
    }
}

/// Numbers as they are dialled, of which spreadsheets make amounts: what they rounded cannot be read any more. What is no
/// number is taken as it stands.
fn dialled(cell: &str, signs: &str) -> Result<Value, &'static str> {
    let text = signs.strip_prefix('\'').unwrap_or(signs);
    if is_rounded(text) {
        return Err(
            "the number as it is dialled: the spreadsheet has rounded it; make the column text",
        );
    }
    let numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.,;/() \n\u{a0}".contains(c));
    if !numeric {
        return Ok(json!(cell));
    }
    let number = without_decimals(text);
    match number.contains([',', ';', '\n']) || is_several(number) {
        true => Err("one number, as it is dialled: another one has columns of its own"),
        false => Ok(json!(number)),
    }
}

/// Whether a stroke stands between two numbers, or two endings of one, and not after an area code.
fn is_several(text: &str) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let Some((area, local)) = text.split_once('/') else {
        return false;
    };
    let is_area = area.trim_start_matches('(').starts_with(['0', '+']) && digits(area) <= 6;
    !is_area || local.contains('/') || digits(local) < 5
}

/// `8.80171E+12`.
fn is_rounded(text: &str) -> bool {
    let Some((size, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |text: &str, signs: &str| {
        text.contains(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || signs.contains(c))
    };
    digits(size, "+-.,") && digits(power, "+-")
}

/// 1711000001.00 is 1711000001: noughts after the only sign of a number, which is that of decimals then.
fn without_decimals(text: &str) -> &str {
    let Some((whole, decimals)) = text.split_once(['.', ',']) else {
        return text;
    };
    let is_amount = whole
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'+');
    let noughts = (1..=2).contains(&decimals.len()) && decimals.bytes().all(|byte| byte == b'0');
    if is_amount && noughts { whole } else { text }
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
        assert_eq!(ok(Form::Dialled, "'01711000001"), json!("01711000001"));
        assert_eq!(ok(Form::Dialled, "1711000001.0"), json!("1711000001"));
        assert_eq!(ok(Form::Dialled, "০১৭১১"), json!("01711"));
        assert_eq!(ok(Form::Dialled, "a@b.org"), json!("a@b.org"));
        assert_eq!(ok(Form::Dialled, "1711000001.00"), json!("1711000001"));
        assert_eq!(
            ok(Form::Dialled, "＋８８０（１７１１）０００００１"),
            json!("+880(1711)000001")
        );
        for other in [
            "02.955.00",
            "01711-000001",
            "021/7221810",
            "event-2e",
            "wechat_e5",
        ] {
            assert_eq!(ok(Form::Dialled, other), json!(other));
        }
        for lost in [
            "8.80171E+12",
            "8,80171E+12",
            "8.80171e12",
            "1,711,000,001",
            "01711-000001, 01711-000002",
            "01711000001; 01711000002",
            "01711000001\n01711000002",
            "01711000001/01711000002",
            "01711000001/02",
            "999/119",
            "#NAME?",
        ] {
            assert!(read(Form::Dialled, lost).is_err(), "{lost}");
        }
        assert_eq!(
            (ok(Form::Whole, "13.0"), ok(Form::Whole, "100")),
            (json!(13), json!(100))
        );
        assert_eq!(ok(Form::Whole, "'7"), json!(7));
        for cell in ["1.5", "", "50.000", "1,000", "1.0000"] {
            assert!(read(Form::Whole, cell).is_err(), "{cell}");
        }
        assert_eq!(ok(Form::Decimal, "23,7461"), json!(23.7461));
        for lost in ["inf", "nan", "2.37E+01", "23°44'", "1.234.567"] {
            assert!(read(Form::Decimal, lost).is_err(), "{lost}");
        }
        assert_eq!(ok(Form::Whole, "১৩"), json!(13));
        assert_eq!(ok(Form::Whole, "１３"), json!(13));
        assert!(read(Form::Localised, "???? ???").is_err());
        assert_eq!(
            (ok(Form::Truth, "TRUE"), ok(Form::Truth, "tidak")),
            (json!(true), json!(false))
        );
        for words in ["a, b;c d", "a，b；c、d", "a\u{3000}b\nc|d"] {
            assert_eq!(ok(Form::Words, words), json!(["a", "b", "c", "d"]));
        }
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
}
