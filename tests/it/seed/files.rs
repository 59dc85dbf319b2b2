//! The files as they lie in the repository.

use std::fs;
use std::path::Path;

use haven::domain::listing::{Kind, Listing, Reference};
use haven::exchange;
use serde_json::Value;

/// A line of a file of listings.
pub struct Line {
    /// File and line, for messages.
    pub at: String,
    pub json: Value,
    pub listing: Listing,
}

impl Line {
    pub fn key(&self) -> (Kind, String) {
        (self.listing.kind(), self.listing.slug.to_string())
    }
}

pub fn text(file: &str) -> String {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(top.join(file)).unwrap()
}

/// The rows of a table of tab-separated values, by column.
pub fn table(file: &str) -> Vec<Vec<(String, String)>> {
    let text = text(file);
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), head.len(), "{file}: {line}");
        head.iter()
            .zip(cells)
            .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
            .collect()
    };
    lines.map(row).collect()
}

/// The cell of a row of `table`.
pub fn cell<'a>(row: &'a [(String, String)], column: &str) -> &'a str {
    &row.iter().find(|(name, _)| name == column).unwrap().1
}

pub const LISTINGS: [(&str, Kind); 4] = [
    ("helplines", Kind::Helpline),
    ("hubs", Kind::Hub),
    ("organisations", Kind::Organisation),
    ("support-groups", Kind::SupportGroup),
];

/// Every listing; all that is wrong with any is told at once.
pub fn listings() -> Vec<Line> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (name, kind) in LISTINGS {
        let file = format!("seed-data/listings/{name}.ndjson");
        for (index, json) in text(&file).lines().enumerate() {
            let at = format!("{name}.ndjson:{}", index + 1);
            let parsed = exchange::listing::Listing::from_json(json).and_then(|wire| wire.parse());
            match parsed {
                Ok(listing) => {
                    assert_eq!(listing.kind(), kind, "{at}");
                    let json = serde_json::from_str(json).unwrap();
                    lines.push(Line { at, json, listing });
                }
                Err(found) => faults.push(format!("{at}: {found:?}")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    lines
}

/// Kind and slug of what a listing names.
pub fn named(reference: &Reference) -> (Kind, String) {
    match reference {
        Reference::Slug(kind, slug) => (*kind, slug.to_string()),
        Reference::Id(id) => panic!("a seed listing names {id} by its id"),
    }
}
