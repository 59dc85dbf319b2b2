//! Reads JSON into a typed shape and names every fault at once, by JSON Pointer.
//!
//! serde stops at the first fault; here the faulty value is cut out and the rest is read again, so that somebody who
//! fills in a form learns of all that is wrong in one go. Shapes read this way have no required fields of serde's own:
//! what is missing is found when the shape is parsed.

mod expected;
#[cfg(test)]
mod walk;

use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use serde_path_to_error::{Path, Segment};

use crate::domain::{
    digits::whole,
    fault::{Fault, FaultCode},
};

/// After so many faults nobody reads on.
const MOST_FAULTS: usize = 50;

/// What a value is that is read, and so what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A listing: null is as good as absent.
    Listing,
    /// A request's own to the last of its values: what is left out is absent, and null is no value.
    Own,
    /// A request's own on the outside; what it holds of listings is kept as it was typed, and read later.
    Around,
}

/// Reads a listing, or says all that is wrong with it.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Vec<Fault>> {
    read_as(Body::Listing, value)
}

/// Reads `value` as `T`, or says all that is wrong with it.
pub fn read_as<T: DeserializeOwned>(body: Body, mut value: Value) -> Result<T, Vec<Fault>> {
    if !value.is_object() {
        return Err(vec![Fault::new("", FaultCode::Malformed, "a JSON object")]);
    }
    let mut found = Found::default();
    prepare(&mut value, Some(body), &mut String::new(), &mut found);
    let Found { mut faults, nulls } = found;
    let mut cuts = Vec::new();
    while faults.len() < MOST_FAULTS {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(read) if faults.is_empty() && nulls.is_empty() => return Ok(read),
            Ok(_) => break,
            Err(error) => error,
        };
        let steps = steps(error.path());
        let reason = error.inner().to_string();
        let (steps, fault) = describe(steps, &reason, &cuts);
        faults.push(fault);
        if steps.is_empty() || !cut(&mut value, &steps, &mut cuts) {
            break;
        }
    }
    // Of a key that there is not it is no use to say what its value should be.
    for at in nulls {
        let told = |fault: &Fault| {
            let below = at.strip_prefix(&*fault.pointer);
            !fault.pointer.is_empty()
                && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !faults.iter().any(told) {
            note(
                &at,
                "a value; leave the key out where there is none",
                &mut faults,
            );
        }
    }
    Err(faults)
}

/// No number may be as great: Postgres writes out all its digits, and of so many not every reader makes a number again.
const LARGEST: f64 = 1e300;

#[derive(Default)]
struct Found {
    faults: Vec<Fault>,
    /// Where null stands that is no value.
    nulls: Vec<String>,
}

/// Notes what JSON can write and Postgres cannot hold, and what is null where that is no value. Whole numbers are made such
/// where they are read now: 14.0 is one too, by JSON Schema.
fn prepare(value: &mut Value, body: Option<Body>, at: &mut String, found: &mut Found) {
    let length = at.len();
    let within = body.filter(|body| *body != Body::Around);
    match value {
        Value::String(text) if text.contains('\0') => {
            let expected = "text without the character U+0000";
            note(at, expected, &mut found.faults);
        }
        Value::Number(number) => match number.as_f64() {
            Some(size) if size.abs() >= LARGEST => {
                note(at, "a number nearer to zero than 1e300", &mut found.faults);
            }
            Some(size) if number.is_f64() && body.is_some() => {
                *number = whole(size).map_or(number.clone(), Number::from);
            }
            _ => {}
        },
        Value::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                at.push('/');
                at.push_str(&index.to_string());
                prepare(value, within, at, found);
                at.truncate(length);
            }
        }
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                at.push('/');
                at.push_str(&escaped(key));
                if key.contains('\0') {
                    let expected = "a key without the character U+0000";
                    note(at, expected, &mut found.faults);
                }
                let no_value = matches!(body, Some(Body::Own | Body::Around));
                if value.is_null() && no_value && found.nulls.len() < MOST_FAULTS {
                    found.nulls.push(at.clone());
                }
                prepare(value, within, at, found);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

fn note(at: &str, expected: &str, faults: &mut Vec<Fault>) {
    if faults.len() < MOST_FAULTS {
        faults.push(Fault::new(at, FaultCode::Malformed, expected));
    }
}

/// The whole number that a value is, also where it was written with a point.
pub(super) fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| whole(value.as_f64()?))
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// What serde said, as a fault; an unknown key is pointed at itself.
fn describe(mut steps: Vec<Step>, reason: &str, cuts: &[Vec<Step>]) -> (Vec<Step>, Fault) {
    if let Some(rest) = reason.strip_prefix("unknown field `") {
        // The key was sent, and may read like what follows it.
        let (key, known) = match rest.rsplit_once("`, expected ") {
            Some((key, known)) => (key, Some(known)),
            None => (rest.split('`').next().unwrap_or_default(), None),
        };
        let key = Step::Key(key.to_owned());
        if steps.last() != Some(&key) {
            steps.push(key);
        }
        let expected = match known {
            Some(known) => format!("no such key; known here: {}", expected::names(known)),
            None => "no such key".to_owned(),
        };
        let fault = Fault::new(pointer(&steps, cuts), FaultCode::Unknown, expected);
        return (steps, fault);
    }
    if let Some(rest) = reason.strip_prefix("missing field `") {
        let key = rest.split('`').next().unwrap_or_default();
        let mut missing = steps;
        missing.push(Step::Key(key.to_owned()));
        let fault = Fault::new(pointer(&missing, cuts), FaultCode::Required, "a value");
        return (Vec::new(), fault);
    }
    let expected = expected::expected(reason);
    let fault = Fault::new(pointer(&steps, cuts), FaultCode::Malformed, expected);
    (steps, fault)
}

/// RFC 6901; indices count what was cut out of the same list before them.
fn pointer(steps: &[Step], cuts: &[Vec<Step>]) -> String {
    let mut text = String::new();
    for (depth, step) in steps.iter().enumerate() {
        text.push('/');
        match step {
            Step::Key(key) => text.push_str(&escaped(key)),
            Step::Index(index) => {
                text.push_str(&original(*index, &steps[..depth], cuts).to_string())
            }
        }
    }
    text
}

fn original(index: usize, list: &[Step], cuts: &[Vec<Step>]) -> usize {
    let mut at = index;
    for cut in cuts.iter().rev() {
        if let Some((Step::Index(removed), parent)) = cut.split_last()
            && parent == list
            && *removed <= at
        {
            at += 1;
        }
    }
    at
}

fn cut(value: &mut Value, steps: &[Step], cuts: &mut Vec<Vec<Step>>) -> bool {
    let Some((last, parents)) = steps.split_last() else {
        return false;
    };
    let mut at = value;
    for step in parents {
        let next = match step {
            Step::Key(key) => at.get_mut(key.as_str()),
            Step::Index(index) => at.get_mut(*index),
        };
        let Some(next) = next else { return false };
        at = next;
    }
    match (last, at) {
        (Step::Key(key), Value::Object(map)) => map.remove(key).is_some(),
        (Step::Index(index), Value::Array(list)) if *index < list.len() => {
            list.remove(*index);
            cuts.push(steps.to_vec());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[allow(dead_code)]
    struct Shape {
        count: Option<u8>,
        names: Vec<String>,
        inner: Vec<Inner>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[allow(dead_code)]
    struct Inner {
        day: Option<jiff::civil::Date>,
    }

    #[test]
    fn names_every_fault_where_it_was_written() {
        let value = json!({
            "count": 300, "names": [1, "a", 2, 3], "inner": [{"day": "2026-02-30"}, {"dya": 1}], "a/b": 1
        });
        let faults = read::<Shape>(value).unwrap_err();
        let mut at: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        at.sort_unstable();
        assert_eq!(
            at,
            [
                "/a~1b",
                "/count",
                "/inner/0/day",
                "/inner/1/dya",
                "/names/0",
                "/names/2",
                "/names/3"
            ]
        );
        assert!(
            faults.iter().all(|fault| !fault.expected.contains("300")),
            "{faults:?}"
        );
    }

    #[test]
    fn what_no_database_holds_is_named() {
        let value = json!({
            "count": 300, "names": ["a", "b\0"], "inner": [{"a\0": 1}, {"b": 1.797_693_134_862_315_7e308}, {"c": -1e300}]
        });
        let faults = read::<Shape>(value).unwrap_err();
        let at: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            at[..4],
            ["/inner/0/a\0", "/inner/1/b", "/inner/2/c", "/names/1"]
        );
        assert!(at.contains(&"/count"), "{at:?}");
    }

    #[test]
    fn null_is_no_value_of_a_request_s_own() {
        let value = json!({"count": null, "inner": [{"day": null}]});
        assert!(read::<Shape>(value.clone()).is_ok());
        let at = |body, value: &Value| -> Vec<String> {
            let faults = read_as::<Shape>(body, value.clone()).unwrap_err();
            faults.into_iter().map(|fault| fault.pointer).collect()
        };
        assert_eq!(at(Body::Around, &value), ["/count"]);
        assert_eq!(at(Body::Own, &value), ["/count", "/inner/0/day"]);
        let misspelt = read_as::<Shape>(Body::Own, json!({"cuont": null})).unwrap_err();
        let told: Vec<FaultCode> = misspelt.iter().map(|fault| fault.code).collect();
        assert_eq!(told, [FaultCode::Unknown]);
    }

    #[test]
    fn what_a_request_holds_of_listings_is_left_as_it_was_typed() {
        #[derive(Deserialize)]
        struct Around {
            body: Value,
        }
        let value = json!({"body": {"lat": 24.0, "summary": null}});
        let read: Around = read_as(Body::Around, value.clone()).unwrap();
        assert_eq!(json!({"body": read.body}).to_string(), value.to_string());
    }

    #[test]
    fn a_whole_number_may_have_a_point() {
        let count = |value: Value| read::<Shape>(json!({"count": value})).map(|shape| shape.count);
        assert_eq!(count(json!(14.0)), Ok(Some(14)));
        assert_eq!(count(json!(-0.0)), Ok(Some(0)));
        assert!(count(json!(14.5)).is_err() && count(json!(256.0)).is_err());
    }

    #[test]
    fn other_than_an_object_is_one_fault() {
        assert_eq!(read::<Shape>(json!([1])).unwrap_err().len(), 1);
        assert!(read::<Shape>(json!({"count": 3})).is_ok());
    }
}
