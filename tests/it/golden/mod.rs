//! The golden set: what people type, and what must come back.
//!
//! `make golden` prints the whole comparison; the tests hold what the embedded engine has reached.

pub mod haven;
pub mod judge;
mod plain;
pub mod set;

use std::collections::BTreeMap;

use self::set::{CLASSES, LANGUAGES, Names, Row, texts};
use crate::support::{TestApp, meilisearch::Meilisearch};

/// Shares below which the embedded engine must not fall.
const LEAST: f64 = 0.95;
const LEAST_OF_EACH: f64 = 0.90;

#[test]
fn the_set_is_whole() {
    let (rows, listings) = (set::rows("queries.tsv"), set::listings());
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "an id stands twice");
    for row in &rows {
        for name in row.first.iter().chain(&row.within3).chain(&row.never) {
            assert!(listings.contains_key(name), "{}: no {name}", row.id);
        }
        let told = !row.first.is_empty() || !row.within3.is_empty() || !row.crisis.is_empty();
        assert!(
            told || row.class == "no-answer",
            "{} demands nothing",
            row.id
        );
        assert!(!row.query.trim().is_empty(), "{} asks nothing", row.id);
    }
    let count = |of: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
    assert!(rows.len() >= 300);
    for language in LANGUAGES {
        assert!(count(&|row| row.language == language) >= 25, "{language}");
    }
    for class in CLASSES {
        assert!(count(&|row| row.class == class) >= 12, "{class}");
    }
    let unknown = |row: &Row| {
        !LANGUAGES.contains(&row.language.as_str()) || !CLASSES.contains(&row.class.as_str())
    };
    assert_eq!(count(&unknown), 0);
}

#[test]
fn outside_exact_the_words_are_nowhere_in_what_they_must_find() {
    let listings = set::listings();
    let (topics, areas) = (Names::of_topics(), Names::of_areas());
    let plain = |text: &str| {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    for row in set::rows("queries.tsv") {
        let typed = plain(&row.query);
        for name in row.first.iter().chain(&row.within3) {
            let texts: BTreeMap<_, _> = texts(&listings[name], &topics, &areas);
            let hold = |part: &str| texts[part].iter().any(|text| plain(text).contains(&typed));
            match row.class.as_str() {
                "exact" => assert!(hold("name"), "{}: {name} is not called so", row.id),
                "prefix" => assert!(
                    hold("name")
                        || !texts
                            .values()
                            .flatten()
                            .any(|text| plain(text).contains(&typed)),
                    "{}: {name} is not called so",
                    row.id
                ),
                _ => assert!(
                    !texts.keys().any(|part| hold(part)),
                    "{}: {:?} stands in {name}",
                    row.id,
                    row.query
                ),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_answers_as_the_set_says() {
    let rows = set::rows("queries.tsv");
    let app = TestApp::on(&haven::store().await.store).await;
    let column = haven::ask("embedded", &app, &rows).await;
    assert!(
        column
            .found
            .iter()
            .all(|found| found.engine != "meilisearch")
    );
    let below = judge::below(&rows, &column, LEAST, LEAST_OF_EACH);
    assert!(below.is_empty(), "see `make golden`:\n{}", below.join("\n"));
    let grave = judge::grave(&rows, &column, &set::ended());
    assert!(grave.is_empty(), "must never be there: {grave:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints the comparison: make golden"]
async fn report() {
    let file = std::env::var("HAVEN_GOLDEN_SET").unwrap_or_else(|_| "queries.tsv".to_owned());
    let rows = set::rows(&file);
    let app = TestApp::on(&haven::store().await.store).await;
    let mut columns = vec![haven::ask("embedded Haven", &app, &rows).await];
    match Meilisearch::find().await {
        Ok(server) => columns.push(plain::ask(&server, &rows).await),
        Err(why) => println!("\nplain Meilisearch was not asked: {why}"),
    }
    judge::print(&rows, &columns, &set::ended());
}
