//! What reading a query costs, in each language, over the queries of the golden set.
//!
//! `cargo bench --bench wording` prints the time of one pass over all queries of a language, and how many it reads a
//! second; reading is what every search does with its words: danger, intents, topics and units.

use std::{collections::BTreeMap, error::Error, fs, hint::black_box};

use criterion::{Criterion, Throughput};
use haven::wording::{Danger, Intents, Synonyms, Vocabulary, query};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let vocabulary = vocabulary()?;
    let danger = Danger::parse(&fs::read_to_string("seed-data/danger.tsv")?)?;
    let intents = Intents::parse(&fs::read_to_string("seed-data/intents.tsv")?)?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("read a query");
    for (language, queries) in queries()? {
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(&language, |bencher| {
            bencher.iter(|| {
                for typed in &queries {
                    black_box(danger.said(typed));
                    black_box(intents.read(typed));
                    black_box(query(typed, &vocabulary));
                }
            });
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn vocabulary() -> Result<Vocabulary, Box<dyn Error>> {
    let mut names: Vec<(String, String)> = Vec::new();
    for line in fs::read_to_string("seed-data/topics.ndjson")?.lines() {
        let topic: Value = serde_json::from_str(line)?;
        let slug = topic["slug"].as_str().ok_or("a topic without a slug")?;
        let of = topic["names"].as_object().ok_or("a topic without names")?;
        let of = of.values().filter_map(Value::as_array).flatten();
        names.extend(of.filter_map(|name| Some((slug.to_owned(), name.as_str()?.to_owned()))));
    }
    let synonyms = Synonyms::parse(&fs::read_to_string("seed-data/synonyms.tsv")?)?;
    let names = names.iter().map(|(slug, name)| (&**slug, &**name));
    Ok(Vocabulary::build(names).with_synonyms(&synonyms))
}

/// The golden set's queries by language.
fn queries() -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let mut queries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string("tests/golden/queries.tsv")?
        .lines()
        .skip(1)
    {
        let mut cells = line.split('\t').skip(1);
        if let (Some(language), Some(query)) = (cells.next(), cells.nth(1)) {
            queries
                .entry(language.to_owned())
                .or_default()
                .push(query.to_owned());
        }
    }
    Ok(queries)
}
