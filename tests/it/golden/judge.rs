//! What an engine brought against what a row demands, and the table of many of them.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use super::set::{CLASSES, LANGUAGES, Row};

/// What was brought for one row: listings as `kind/slug`, best first, at most twenty; and the crisis block.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub hits: Vec<String>,
    /// The country that comes first, `chooser`, or `none`.
    pub crisis: String,
    /// Who answered.
    pub engine: String,
}

/// One engine's answers to all rows, in the order of the rows.
pub struct Column {
    pub name: String,
    pub found: Vec<Found>,
}

/// How many of the first hits may not hold what must never be there.
pub const LOOKED_AT: usize = 20;

pub fn is_satisfied(row: &Row, found: &Found) -> bool {
    let first = row.first.is_empty()
        || found
            .hits
            .first()
            .is_some_and(|hit| row.first.contains(hit));
    let within = row.within3.is_empty()
        || found
            .hits
            .iter()
            .take(3)
            .any(|hit| row.within3.contains(hit));
    let crisis = row.crisis.is_empty() || row.crisis == found.crisis;
    let empty = row.class != "no-answer" || found.hits.is_empty();
    first && within && crisis && empty
}

/// What stands where it must not.
pub fn violations<'r>(row: &'r Row, found: &Found) -> Vec<&'r str> {
    let shown = &found.hits[..found.hits.len().min(LOOKED_AT)];
    let wrong = row.never.iter().filter(|name| shown.contains(name));
    wrong.map(String::as_str).collect()
}

/// Satisfied, and of how many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    pub satisfied: usize,
    pub of: usize,
}

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "there are hundreds of rows")]
    pub fn value(self) -> f64 {
        self.satisfied as f64 / self.of.max(1) as f64
    }
}

impl Column {
    pub fn share(&self, rows: &[Row], of: impl Fn(&Row) -> bool) -> Share {
        let mut share = Share::default();
        for (row, found) in rows.iter().zip(&self.found).filter(|(row, _)| of(row)) {
            share.of += 1;
            share.satisfied += usize::from(is_satisfied(row, found));
        }
        share
    }

    /// Rows with what stands there and must not, `kind/slug`.
    pub fn violations<'r>(&self, rows: &'r [Row]) -> Vec<(&'r Row, &'r str)> {
        let each = rows.iter().zip(&self.found);
        each.flat_map(|(row, found)| {
            violations(row, found)
                .into_iter()
                .map(move |name| (row, name))
        })
        .collect()
    }
}

/// Where an engine falls below these shares: over all, and in each language and class.
pub fn below(rows: &[Row], column: &Column, least: f64, least_of_each: f64) -> Vec<String> {
    let mut below = Vec::new();
    let mut hold = |what: &str, least: f64, of: &dyn Fn(&Row) -> bool| {
        let share = column.share(rows, of);
        if share.value() < least {
            below.push(format!(
                "{what}: {:.3} ({share:?}), at least {least}",
                share.value()
            ));
        }
    };
    hold("all", least, &|_| true);
    for language in LANGUAGES {
        hold(language, least_of_each, &|row| row.language == language);
    }
    for class in CLASSES {
        hold(class, least_of_each, &|row| row.class == class);
    }
    below
}

/// What must never be there where there is danger, or because it has ended.
pub fn grave<'r>(rows: &'r [Row], column: &Column, ended: &[String]) -> Vec<(&'r Row, &'r str)> {
    let grave = |(row, name): &(&Row, &str)| {
        row.class == "danger" || ended.iter().any(|ended| ended == name)
    };
    column.violations(rows).into_iter().filter(grave).collect()
}

/// Prints the shares side by side, what must not be there, and twenty failing rows of each engine.
pub fn print(rows: &[Row], columns: &[Column], ended: &[String]) {
    let line = |label: &str, of: &dyn Fn(&Row) -> bool| {
        print!("{label:<16}");
        for column in columns {
            let share = column.share(rows, of);
            print!(
                " {:>9.3} {:>4}/{:<4}",
                share.value(),
                share.satisfied,
                share.of
            );
        }
        println!();
    };
    print!("\n{:<16}", "");
    for column in columns {
        print!(" {:>19}", column.name);
    }
    println!();
    for language in LANGUAGES {
        line(language, &|row| row.language == language);
    }
    println!();
    for class in CLASSES {
        line(class, &|row| row.class == class);
    }
    println!();
    line("outside exact", &|row| row.class != "exact");
    line("all", &|_| true);
    for column in columns {
        print_violations(rows, column, ended);
    }
    for column in columns {
        print_failures(rows, column);
    }
}

fn print_violations(rows: &[Row], column: &Column, ended: &[String]) {
    let violations = column.violations(rows);
    let grave = violations
        .iter()
        .filter(|(row, name)| row.class == "danger" || ended.iter().any(|ended| ended == name));
    println!(
        "\n{}: {} of {} names in `never` stand among the first {LOOKED_AT}; in danger or ended: {}",
        column.name,
        violations.len(),
        rows.iter().map(|row| row.never.len()).sum::<usize>(),
        grave.count(),
    );
    for (row, name) in violations {
        println!("  {:<18} {} — {name}", row.id, row.query);
    }
}

fn print_failures(rows: &[Row], column: &Column) {
    const SHOWN: usize = 20;
    let mut failed: Vec<(&Row, &Found)> = rows
        .iter()
        .zip(&column.found)
        .filter(|(row, found)| !is_satisfied(row, found))
        .collect();
    let all = std::env::var("HAVEN_GOLDEN_ALL").is_ok();
    println!(
        "\n{}: {} rows failed{}",
        column.name,
        failed.len(),
        if all { "" } else { "; some of them" }
    );
    if !all {
        let chance = RandomState::new();
        failed.sort_by_key(|(row, _)| chance.hash_one(&row.id));
        failed.truncate(SHOWN);
        failed.sort_by_key(|(row, _)| &row.id);
    }
    for (row, found) in failed {
        let wanted = [
            row.first.join("|"),
            row.within3.join("|"),
            row.crisis.clone(),
        ];
        let wanted: Vec<&str> = wanted
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let shown: Vec<&str> = found.hits.iter().take(3).map(String::as_str).collect();
        println!(
            "  {:<18} {} {}\n      wanted {}\n      found  {} [{}]",
            row.id,
            row.query,
            row.near,
            wanted.join(" + "),
            shown.join(" "),
            found.crisis
        );
    }
}
