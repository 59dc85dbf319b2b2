//! A listing a line, as JSON; beside it, where one likes, which listing it is and which version was seen.

use serde_json::Value;
use uuid::Uuid;

use super::{Given, MOST_ROWS, Row, Sheet, SheetFault};
use crate::{domain::fault::FaultCode, exchange::faults::integer};

/// Reads a file. Empty lines are passed over.
pub(super) fn read(text: &str) -> Sheet {
    let lines = text.lines().zip(1..);
    // One more than may be tells that there are too many.
    let full = lines
        .filter(|(line, _)| !line.trim().is_empty())
        .take(MOST_ROWS + 1);
    Sheet {
        columns: Vec::new(),
        rows: full.map(|(line, number)| row(line, number)).collect(),
        faults: Vec::new(),
    }
}

fn row(line: &str, number: u32) -> Row {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, expected: &str| {
        let fault = SheetFault::new("", pointer, FaultCode::Malformed, expected);
        faults.push(fault);
    };
    let mut body: Value = serde_json::from_str(line).unwrap_or_default();
    let (mut listing, mut version) = (None, None);
    match body.as_object_mut() {
        Some(object) => {
            if let Some(given) = object.remove("listing") {
                listing = given.as_str().and_then(|id| Uuid::parse_str(id).ok());
                if listing.is_none() {
                    fault("/listing", "the id of a listing");
                }
            }
            if let Some(given) = object.remove("version") {
                version = integer(&given);
                if version.is_none() {
                    fault("/version", "the version that was given out");
                }
            }
        }
        None => fault("", "a JSON object on one line"),
    }
    Row {
        number,
        listing,
        version,
        given: Given::Whole(body),
        faults,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_listing() {
        let text = "{\"kind\": \"hub\", \"version\": 3}\r\n\n{\"kind\"\n[1]\n{\"listing\": 7}\n";
        let sheet = read(text);
        let told: Vec<_> = sheet
            .rows
            .iter()
            .map(|row| (row.number, row.version, row.faults.len()))
            .collect();
        assert_eq!(
            told,
            [(1, Some(3), 0), (3, None, 1), (4, None, 1), (5, None, 1)]
        );
        assert_eq!(sheet.rows[0].names(&[]), (Some("hub"), None));
    }
}
