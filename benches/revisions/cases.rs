//! What is asked of both directories, and how they compare.

use std::time::Duration;

use url::form_urlencoded;

use crate::{
    Anything,
    load::{Turns, get, median, rate},
    support::Haven,
};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(500);

/// By so much of itself a rate may fall.
const MOST_SLOWER: f64 = 0.10;

/// What is asked; `{hub}` is the id of a hub.
const CASES: [(&str, &str); 11] = [
    ("detail by id", "/v1/hubs/{hub}"),
    ("list of 20", "/v1/hubs?limit=20"),
    ("first page of the feed", "/v1/changes?limit=20"),
    (
        "text",
        "/v1/search?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE",
    ),
    ("text of two words", "/v1/search?q=grief%20jakarta"),
    (
        "suggest",
        "/v1/suggest?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7&near=23.81,90.41&lang=bn",
    ),
    ("radius 5 km", "/v1/search?near=23.71,90.41&radius=5000"),
    (
        "radius 50 km, nearest first",
        "/v1/search?near=31.23,121.47&radius=50000",
    ),
    (
        "filter",
        "/v1/search?kind=support_group&topic=depression&spoken=bn",
    ),
    (
        "filter, nearest first",
        "/v1/search?near=31.23,121.47&topic=anxiety",
    ),
    (
        "text and radius",
        "/v1/search?q=kecemasan&near=-6.2,106.82&radius=20000",
    ),
];

/// Everything that the golden set asks, so that hardly anything is answered out of memory.
fn typed() -> Anything<Vec<String>> {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/queries.tsv");
    let rows = std::fs::read_to_string(golden)?;
    let typed = rows
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').nth(3));
    let encoded =
        |words: &str| -> String { form_urlencoded::byte_serialize(words.as_bytes()).collect() };
    Ok(typed
        .map(|words| format!("/v1/search?q={}", encoded(words)))
        .collect())
}

/// Prints how the second compares with the first; whether it is quick enough in all.
pub async fn compare(one: &Haven, three: &Haven) -> Anything<bool> {
    let hub = one.get("/v1/hubs?limit=1").await.json()["items"][0]["id"].clone();
    let hub = hub.as_str().ok_or("no hub")?;
    println!(
        "{:<30} {:>14} {:>14} {:>8}",
        "case", "one, a second", "three", "change"
    );
    let mut within = true;
    let single = CASES.map(|(name, path)| (name, vec![path.replace("{hub}", hub)]));
    let many = [("text, 497 in turn", typed()?)];
    for (name, paths) in single.into_iter().chain(many) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // Whichever comes first finds the machine otherwise than the second does.
            let mut sides = [(one, &mut before), (three, &mut after)];
            if round % 2 == 1 {
                sides.reverse();
            }
            for (haven, rates) in sides {
                let asked = paths.iter().map(|path| vec![get(haven.address, path)]);
                let asked = Turns::of(asked.collect());
                rates.push(rate(haven.address, &asked, CONNECTIONS, ROUND, "").await?);
            }
        }
        let pairs = before.iter().zip(&after);
        let change = median(pairs.map(|(before, after)| after / before - 1.0).collect());
        within &= change >= -MOST_SLOWER;
        println!(
            "{name:<30} {:>14.0} {:>14.0} {:>+7.1}%",
            median(before),
            median(after),
            change * 100.0
        );
    }
    Ok(within)
}
