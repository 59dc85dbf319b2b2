//! What is given out to be filled or changed: headings alone, or with the listings that are there.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    cells,
    columns::{self, Column, Form, TABLE},
    csv::Separator,
};

/// A listing as it is now.
#[derive(Clone, Debug)]
pub struct Present {
    pub listing: Uuid,
    pub version: i64,
    pub body: Value,
}

/// So many contacts and links have columns, even where nobody has as many.
const CONTACTS: usize = 3;
const LINKS: usize = 2;

/// Headings without a row.
#[must_use]
pub fn template(separator: Separator) -> Vec<u8> {
    to_csv(&[], separator)
}

/// The listings as CSV that spreadsheets read as UTF-8.
#[must_use]
pub fn to_csv(listings: &[Present], separator: Separator) -> Vec<u8> {
    let columns = columns_for(listings);
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator.byte())
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut bytes);
    // Writing to memory cannot fail.
    let _ = writer.write_record(columns.iter().map(|column| &column.heading));
    for present in listings {
        let cells = columns.iter().map(|column| cell(column, present));
        let _ = writer.write_record(cells);
    }
    let _ = writer.flush();
    drop(writer);
    bytes
}

/// The listings as NDJSON: whole, with id and version. Where their facts come from is not theirs to change.
#[must_use]
pub fn to_ndjson(listings: &[Present]) -> Vec<u8> {
    let mut text = String::new();
    for present in listings {
        let mut body = present.body.clone();
        if let Some(object) = body.as_object_mut() {
            object.remove("sources");
            object.insert("listing".to_owned(), json!(present.listing));
            object.insert("version".to_owned(), json!(present.version));
        }
        text.push_str(&body.to_string());
        text.push('\n');
    }
    text.into_bytes()
}

fn cell(column: &Column, present: &Present) -> String {
    let value = match column.form {
        Form::Listing => return present.listing.to_string(),
        Form::Version => return present.version.to_string(),
        Form::SourceLanguage => present.body.pointer("/name/source"),
        Form::Localised => localised(column, &present.body),
        _ => present.body.pointer(&column.at),
    };
    let text = value.and_then(|value| cells::write(column.form, value));
    cells::guarded(&text.unwrap_or_default())
}

fn localised<'b>(column: &Column, body: &'b Value) -> Option<&'b Value> {
    let text = body.pointer(&column.at)?;
    let language = column.language.as_deref().or(text["source"].as_str())?;
    let mut texts = text["text"].as_object()?.iter();
    Some(texts.find(|(tag, _)| tag.eq_ignore_ascii_case(language))?.1)
}

fn columns_for(listings: &[Present]) -> Vec<Column> {
    let longest = |at: &str| {
        let lists = listings.iter().map(|present| present.body.pointer(at));
        let lengths = lists.map(|list| list.and_then(Value::as_array).map_or(0, Vec::len));
        lengths.max().unwrap_or_default()
    };
    let contacts = longest("/contacts").clamp(CONTACTS, 50);
    let links = longest("/links").clamp(LINKS, 50);
    let mut headings: Vec<String> = Vec::new();
    let numbered = |headings: &mut Vec<String>, prefix: &str, count: usize| {
        for number in 1..=count {
            let own = TABLE
                .iter()
                .filter(|(heading, ..)| heading.starts_with(prefix));
            headings.extend(own.map(|(heading, ..)| heading.replace('#', &number.to_string())));
        }
    };
    for (heading, at, form, ..) in TABLE {
        match (*heading, form) {
            ("contact_#", _) => numbered(&mut headings, "contact_#", contacts),
            ("link_#", _) => numbered(&mut headings, "link_#", links),
            (heading, _) if heading.contains('#') => {}
            (heading, Form::Localised) => {
                headings.push(heading.to_owned());
                let tags = translations(listings, at);
                headings.extend(tags.iter().map(|tag| format!("{heading}:{tag}")));
            }
            (heading, _) => headings.push(heading.to_owned()),
        }
    }
    headings
        .iter()
        .filter_map(|heading| columns::find(heading))
        .collect()
}

/// The languages into which somebody translated the text; the one in which it was written has the plain column.
fn translations(listings: &[Present], at: &str) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    for present in listings {
        let Some(text) = present.body.pointer(at) else {
            continue;
        };
        let source = text["source"].as_str().unwrap_or_default();
        let texts = text["text"].as_object().into_iter().flatten();
        let others = texts.filter(|(tag, _)| !tag.eq_ignore_ascii_case(source));
        tags.extend(others.map(|(tag, _)| tag.clone()));
    }
    tags
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::sheet::{Form as File, Given, Sheet, apply};

    fn text() -> impl Strategy<Value = String> {
        // Quotes, separators, line breaks, formulas, scripts.
        "[ -~\n\r\tআঘ书'=+@-]{1,12}".prop_filter("not empty", |text| !text.trim().is_empty())
    }

    prop_compose! {
        fn body()(name in text(), bengali in text(), other in text(), number in "[+0-9 -]{3,12}", names in proptest::collection::vec(text(), 0..3),
            contacts in 0_usize..5, lat in -90.0_f64..90.0) -> Value {
            json!({"kind": "hub", "slug": "a-hub", "name": {"source": "bn", "text": {"bn": bengali, "en": name}},
                "summary": {"source": "en", "text": {"en": other}}, "also_known_as": names,
                "contacts": vec![json!({"channel": "voice", "value": number, "public": false}); contacts],
                "places": [{"area": "bd", "point": {"lat": lat, "lon": 1.0}, "schedule": {"openings":
                    [{"days": ["mo"], "opens": "09:00", "closes": "10:00"}], "closures": [{"from": "2026-01-01", "until": "2026-01-02"}]}}],
                "hub_details": {"kind": "clinic"}})
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_given_out_comes_back_as_it_was(bodies in proptest::collection::vec(body(), 1..4), semicolon: bool) {
            let present: Vec<Present> = bodies.iter().map(|body| Present {
                listing: Uuid::from_u128(7), version: 3, body: body.clone()
            }).collect();
            let separator = if semicolon { Separator::Semicolon } else { Separator::Comma };
            let csv = String::from_utf8(to_csv(&present, separator)).unwrap();
            let sheet = Sheet::read(File::Csv, &csv);
            prop_assert_eq!(&sheet.faults, &[]);
            prop_assert_eq!(sheet.rows.len(), bodies.len());
            for (row, body) in sheet.rows.iter().zip(&bodies) {
                let Given::Cells(cells) = &row.given else { panic!("no cells") };
                let applied = apply(&sheet.columns, cells, Some(body));
                prop_assert_eq!(applied.faults, vec![]);
                prop_assert_eq!(&applied.body, body);
                prop_assert_eq!((row.listing, row.version), (Some(Uuid::from_u128(7)), Some(3)));
            }
        }
    }

    #[test]
    fn lines_come_back_as_they_went() {
        let present = Present {
            listing: Uuid::from_u128(7),
            version: 3,
            body: json!({"kind": "hub", "sources": [], "slug": "a"}),
        };
        let text = String::from_utf8(to_ndjson(&[present])).unwrap();
        let sheet = Sheet::read(File::NdJson, &text);
        let row = &sheet.rows[0];
        assert_eq!(
            (row.listing, row.version),
            (Some(Uuid::from_u128(7)), Some(3))
        );
        assert!(
            matches!(&row.given, Given::Whole(body) if *body == json!({"kind": "hub", "slug": "a"}))
        );
    }
}
