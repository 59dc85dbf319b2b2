//! CSV as spreadsheets write it: with a comma, a semicolon or a tab, and with line breaks in quotes.

use serde::Deserialize;
use uuid::Uuid;

use super::{
    Given, MOST_COLUMNS, MOST_ROWS, Row, Sheet, SheetFault, cells,
    columns::{self, Column, Form},
};
use crate::domain::fault::FaultCode;

/// What stands between cells in what is given out: spreadsheets of many languages expect a semicolon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    #[default]
    Comma,
    Semicolon,
}

impl Separator {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }
}

/// Reads a file; its first record has the headings.
pub(super) fn read(text: &str) -> Sheet {
    let mut sheet = Sheet {
        columns: Vec::new(),
        rows: Vec::new(),
        faults: Vec::new(),
    };
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        let expected = "as many quotes that close as open";
        let fault = SheetFault::new("", "", FaultCode::Malformed, expected);
        sheet.faults.push(fault);
        return sheet;
    }
    // A line that tells spreadsheets what separates.
    let (text, told) = match text.strip_prefix("sep=") {
        Some(rest) => (
            rest.split_once('\n').map_or("", |(_, rest)| rest),
            rest.chars().next(),
        ),
        None => (text, None),
    };
    let sep = told.is_some();
    let separator = told.unwrap_or_else(|| separator(text));
    let mut records = records(text, separator).into_iter();
    match records.next() {
        Some(cells) => headings(&mut sheet, &cells),
        None => {
            let expected = "a row of headings";
            let fault = SheetFault::new("", "", FaultCode::Required, expected);
            sheet.faults.push(fault);
        }
    }
    for (cells, number) in records.zip(if sep { 3.. } else { 2.. }) {
        if cells.iter().any(|cell| !cell.is_empty()) {
            let row = row(&sheet.columns, number, cells);
            sheet.rows.push(row);
        }
    }
    sheet
}

/// The cells of each record. Spreadsheets count rows: a row with a line break in it is one, and so is an empty one.
fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut rows) = (false, 0);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' if quoted => quoted = false,
            // Somebody wrote it by hand, with a space after each separator.
            '"' if cell.trim().is_empty() => (cell, quoted) = (String::new(), true),
            _ if quoted => cell.push(c),
            _ if c == separator => cells.push(cells::plain(&std::mem::take(&mut cell))),
            '\r' | '\n' => {
                if c == '\r' && rest.peek() == Some(&'\n') {
                    rest.next();
                }
                cells.push(cells::plain(&std::mem::take(&mut cell)));
                let cells = std::mem::take(&mut cells);
                let full = cells.iter().any(|cell| !cell.is_empty());
                records.push(if full { cells } else { Vec::new() });
                rows += usize::from(full);
                // With the headings, one more than may be: that tells that there are too many.
                if rows > MOST_ROWS + 1 {
                    return records;
                }
            }
            _ => cell.push(c),
        }
    }
    if !cells.is_empty() || !cell.is_empty() {
        cells.push(cells::plain(&cell));
        records.push(cells);
    }
    records
}

/// What stands most often in the first line; no heading holds any of these.
fn separator(text: &str) -> char {
    let line = text.lines().next().unwrap_or_default();
    let count = |separator: &char| line.chars().filter(|own| own == separator).count();
    let all = ['\t', ';', ','];
    all.into_iter().max_by_key(count).unwrap_or(',')
}

fn headings(sheet: &mut Sheet, cells: &[String]) {
    // Columns that a spreadsheet leaves empty at the end.
    let used = cells.iter().rposition(|cell| !cell.is_empty());
    let cells = &cells[..used.map_or(0, |last| last + 1)];
    if cells.len() > MOST_COLUMNS {
        let expected = format!("at most {MOST_COLUMNS} columns");
        let fault = SheetFault::new("", "", FaultCode::TooLong, expected);
        sheet.faults.push(fault);
        return;
    }
    let mut known: Vec<Column> = Vec::new();
    for (at, heading) in cells.iter().enumerate() {
        let mut fault = |code, expected: &str| {
            let fault = SheetFault::new(heading, "", code, expected);
            sheet.faults.push(fault);
        };
        match columns::find(heading) {
            Some(column) => {
                let same = |own: &Column| {
                    (&own.at, own.form, &own.language)
                        == (&column.at, column.form, &column.language)
                };
                if known.iter().any(same) {
                    fault(FaultCode::Repeated, "each heading once");
                }
                known.push(column);
            }
            None if heading.is_empty() => {
                let expected = format!("a heading for column {}, which has none", at + 1);
                fault(FaultCode::Unknown, &expected);
            }
            None => fault(FaultCode::Unknown, "a heading of GET /v1/sheets/columns"),
        }
    }
    sheet.columns = known;
}

fn row(columns: &[Column], number: u32, mut cells: Vec<String>) -> Row {
    for (column, cell) in columns.iter().zip(&mut cells) {
        *cell = cells::folded(column.form, cell);
    }
    let mut row = Row {
        number,
        listing: None,
        version: None,
        given: Given::Cells(Vec::new()),
        faults: Vec::new(),
    };
    if cells
        .iter()
        .skip(columns.len())
        .any(|cell| !cell.is_empty())
    {
        let expected = "no more cells than headings";
        let fault = SheetFault::new("", "", FaultCode::TooLong, expected);
        row.faults.push(fault);
    }
    for (column, cell) in columns.iter().zip(&cells) {
        if cell.is_empty() {
            continue;
        }
        match column.form {
            Form::Listing => row.listing = keep(&mut row.faults, column, Uuid::parse_str(cell)),
            Form::Version => row.version = keep(&mut row.faults, column, cells::whole(cell)),
            _ => {}
        }
    }
    row.given = Given::Cells(cells);
    row
}

fn keep<T, E>(faults: &mut Vec<SheetFault>, column: &Column, read: Result<T, E>) -> Option<T> {
    if read.is_err() {
        let expected = "what was given out, or nothing";
        let fault = SheetFault::new(&column.heading, "", FaultCode::Malformed, expected);
        faults.push(fault);
    }
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        let sheet = read(text);
        assert_eq!(sheet.faults, []);
        let cells = |row: Row| match row.given {
            Given::Cells(cells) => (row.number, cells),
            Given::Whole(_) => panic!("a whole listing"),
        };
        sheet.rows.into_iter().map(cells).collect()
    }

    #[test]
    fn rows_are_counted_as_spreadsheets_count() {
        let text = "kind,slug\r\nhub,\"a\r\nb\"\r\n\r\n,\r\nhub,c\r\n";
        let expected = vec![
            (2, vec!["hub".to_owned(), "a\nb".to_owned()]),
            (5, vec!["hub".to_owned(), "c".to_owned()]),
        ];
        assert_eq!(rows(text), expected);
        assert_eq!(rows(&text.replace(',', ";")), expected);
        assert_eq!(rows(&text.replace(',', "\t")), expected);
        let numbered = |text: &str| -> Vec<u32> { rows(text).iter().map(|row| row.0).collect() };
        assert_eq!(numbered("kind\n\nhub\n\nhub"), [3, 5]);
        let by_hand = "kind, slug\nhub, \"a, b\"\n";
        assert_eq!(
            rows(by_hand),
            [(2, vec!["hub".to_owned(), "a, b".to_owned()])]
        );
        assert_eq!(read("listing,version\n,4.0\n").rows[0].version, Some(4));
        let told = format!("sep=;\r\n{}", text.replace(',', ";"));
        assert_eq!(numbered(&told), [3, 6]);
    }

    #[test]
    fn says_what_is_wrong_with_the_whole() {
        let codes = |text: &str| -> Vec<FaultCode> {
            let faults = read(text).faults;
            faults.iter().map(|fault| fault.fault.code).collect()
        };
        assert_eq!(codes(""), [FaultCode::Required]);
        assert_eq!(codes("kind,nmae\n"), [FaultCode::Unknown]);
        assert_eq!(codes("kind,,slug\n"), [FaultCode::Unknown]);
        assert_eq!(codes("kind,Kind\n"), [FaultCode::Repeated]);
        assert_eq!(codes("kind\n\"hub\n"), [FaultCode::Malformed]);
        let row = &read("kind\nhub,clinic\n").rows[0];
        assert_eq!(row.faults[0].fault.code, FaultCode::TooLong);
        let row = &read("listing,version\nx,y\n").rows[0];
        assert_eq!(row.faults.len(), 2);
    }
}
