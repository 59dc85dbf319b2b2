//! What people look for, and from where: a few things very often, others hardly ever, and all of it from very many
//! places.
//!
//! Nine of ten type a query of the golden sets, which are what people with these troubles type; how often each is asked
//! for falls with its rank, as words do. One of ten types what nobody else does: the name of an area, of which most have
//! a handful of listings. Places are those of listings, evenly through the file.

use std::{collections::HashSet, path::Path};

use serde_json::Value;

/// What somebody types, and where they are.
#[derive(Clone)]
pub struct Wish {
    pub words: String,
    /// Latitude and longitude.
    pub at: (f64, f64),
}

/// One of so many types what nobody else does.
const ALONE: f64 = 10.0;

/// So many wishes at so many of the listings' places, always the same ones.
pub fn wishes(listings: &str, many: usize, places: usize) -> Vec<Wish> {
    let mut dice = Dice(5);
    let (typed, rare) = (typed(&mut dice), rare(&mut dice));
    let points = points(listings, places);
    let mut sums = Vec::with_capacity(typed.len());
    let mut sum = 0.0;
    for rank in 1..=typed.len() {
        sum += 1.0 / rank as f64;
        sums.push(sum);
    }
    let mut rare = rare.iter().cycle();
    let one = || {
        let words = if dice.below_one() * ALONE < 1.0 {
            rare.next().unwrap()
        } else {
            let thrown = dice.below_one() * sum;
            let rank = sums.partition_point(|upto| *upto < thrown);
            &typed[rank.min(typed.len() - 1)]
        };
        let at = points[(dice.below_one() * points.len() as f64) as usize];
        Wish {
            words: words.clone(),
            at,
        }
    };
    std::iter::repeat_with(one).take(many).collect()
}

/// How many different things are wished for, and how many by one alone.
pub fn spread(wishes: &[Wish]) -> (usize, usize) {
    let mut words: Vec<&str> = wishes.iter().map(|wish| &*wish.words).collect();
    words.sort_unstable();
    let same: Vec<usize> = words.chunk_by(|a, b| a == b).map(<[&str]>::len).collect();
    let alone = same.iter().filter(|many| **many == 1).count();
    (same.len(), alone)
}

/// What many type, the most frequent first.
fn typed(dice: &mut Dice) -> Vec<String> {
    let sets = ["tests/golden/queries.tsv", "tests/golden/second.tsv"];
    let rows = sets.iter().flat_map(|set| {
        let rows = read(set);
        let rows = rows.lines().skip(1);
        let queries = rows.filter_map(|row| row.split('\t').nth(3).map(str::to_owned));
        queries.collect::<Vec<String>>()
    });
    shuffled(rows, dice)
}

/// Names of areas in all languages.
fn rare(dice: &mut Dice) -> Vec<String> {
    let areas = read("seed-data/areas.ndjson");
    let names = areas.lines().flat_map(|line| {
        let area: Value = serde_json::from_str(line).unwrap();
        let by_language = area["names"].as_object().cloned().unwrap_or_default();
        let names = by_language.into_iter().flat_map(|(_, names)| match names {
            Value::Array(names) => names,
            name => vec![name],
        });
        let names = names.filter_map(|name| name.as_str().map(str::to_owned));
        names.collect::<Vec<String>>()
    });
    shuffled(names, dice)
}

/// Each once, in an order of chance.
fn shuffled(all: impl Iterator<Item = String>, dice: &mut Dice) -> Vec<String> {
    let mut known = HashSet::new();
    let mut all: Vec<String> = all.filter(|one| known.insert(one.clone())).collect();
    for last in (1..all.len()).rev() {
        all.swap(last, (dice.below_one() * (last + 1) as f64) as usize);
    }
    all
}

/// Points of so many listings.
fn points(listings: &str, many: usize) -> Vec<(f64, f64)> {
    let points = listings.lines().filter_map(|line| {
        let listing: Value = serde_json::from_str(line).ok()?;
        let point = &listing["places"][0]["point"];
        Some((point["lat"].as_f64()?, point["lon"].as_f64()?))
    });
    let points: Vec<(f64, f64)> = points.collect();
    let step = (points.len() / many).max(1);
    points.into_iter().step_by(step).take(many).collect()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// Chance that is the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut thrown = self.0;
        thrown = (thrown ^ (thrown >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        thrown = (thrown ^ (thrown >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        thrown ^ (thrown >> 31)
    }

    fn below_one(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
