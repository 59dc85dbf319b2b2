//! Many listings of one organisation in one file: as CSV, for spreadsheets, or as NDJSON, a listing a line.
//!
//! A row of CSV changes what its columns say and nothing else: what has no column stays. A line of NDJSON is the whole
//! listing. Invariant: a file that was given out and comes back untouched changes nothing, whatever a spreadsheet did to
//! its quotes, separators and line breaks. Deliberately absent: what becomes of a row; see `app::batches`.

mod apply;
mod bytes;
mod cells;
mod columns;
mod csv;
mod gaps;
mod ndjson;
mod spoiled;
mod times;
mod write;

use serde_json::Value;
use uuid::Uuid;

pub use apply::{Applied, apply};
pub use bytes::{NoText, text_of};
pub use columns::{Column, ColumnAnswer, Form as CellForm, described, find};
pub use csv::Separator;
pub use gaps::{Gaps, is_within};
pub use write::{Present, template, to_csv, to_ndjson};

use crate::domain::fault::{Fault, FaultCode};

/// So many rows at once.
pub const MOST_ROWS: usize = 300;
/// So many columns at most.
const MOST_COLUMNS: usize = 300;

/// What is wrong, and where in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// The heading of the column, of CSV.
    pub column: Option<String>,
    /// Its pointer goes into the listing of the row.
    pub fault: Fault,
}

impl SheetFault {
    fn new(
        column: &str,
        pointer: impl Into<String>,
        code: FaultCode,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            column: (!column.is_empty()).then(|| column.to_owned()),
            fault: Fault::new(pointer, code, expected),
        }
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct Sheet {
    /// The columns of CSV, in their order; none of NDJSON.
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What is wrong with the file as a whole.
    pub faults: Vec<SheetFault>,
}

/// A row that holds something.
#[derive(Debug)]
pub struct Row {
    /// As spreadsheets and editors count: the first is 1.
    pub number: u32,
    /// The listing that it is about, where it says so.
    pub listing: Option<Uuid>,
    /// The version of it that its sender saw.
    pub version: Option<i64>,
    pub given: Given,
    pub faults: Vec<SheetFault>,
}

/// What a row says.
#[derive(Debug)]
pub enum Given {
    /// A cell for each column.
    Cells(Vec<String>),
    /// The whole listing.
    Whole(Value),
}

/// The two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    NdJson,
}

impl Sheet {
    /// Reads a file.
    #[must_use]
    pub fn read(form: Form, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut sheet = match form {
            Form::Csv => csv::read(text),
            Form::NdJson => ndjson::read(text),
        };
        if sheet.rows.len() > MOST_ROWS {
            let expected = format!("at most {MOST_ROWS} rows");
            let fault = SheetFault::new("", "", FaultCode::TooLong, expected);
            sheet.faults.push(fault);
            sheet.rows.truncate(MOST_ROWS);
        } else if sheet.rows.is_empty() && sheet.faults.is_empty() {
            let fault = SheetFault::new("", "", FaultCode::Required, "a row below the headings");
            sheet.faults.push(fault);
        }
        sheet
    }

    /// The column to which a pointer into a listing belongs.
    #[must_use]
    pub fn column_of(&self, pointer: &str) -> Option<&str> {
        let below =
            |column: &&Column| is_within(pointer, &column.at) || is_within(&column.at, pointer);
        let exact = self.columns.iter().filter(|column| !column.at.is_empty());
        let found = exact.filter(below);
        let found = found.max_by_key(|column| column.at.len().min(pointer.len()));
        Some(found?.heading.as_str())
    }
}

impl Sheet {
    /// The heading of the column that is of that form.
    #[must_use]
    pub fn heading_of(&self, form: CellForm) -> Option<&str> {
        let column = self.columns.iter().find(|column| column.form == form);
        Some(column?.heading.as_str())
    }
}

impl Row {
    /// What the row says of its kind and slug, by which a listing is known where no id is given.
    #[must_use]
    pub fn names<'r>(&'r self, columns: &[Column]) -> (Option<&'r str>, Option<&'r str>) {
        match &self.given {
            Given::Whole(body) => (body["kind"].as_str(), body["slug"].as_str()),
            Given::Cells(cells) => {
                let cell = |at: &str| {
                    let index = columns.iter().position(|column| column.at == at)?;
                    cells.get(index).map(String::as_str)
                };
                (cell("/kind"), cell("/slug"))
            }
        }
    }
}
