//! What is asked of both directories, and how they compare.

use std::{net::SocketAddr, time::Duration};

use crate::{
    Anything,
    load::{Turns, get, median, rate},
    support::Haven,
};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);

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

/// One round of a case on one directory.
struct Round {
    live: f64,
    asked: f64,
}

impl Round {
    async fn of(address: SocketAddr, path: &str) -> Anything<Self> {
        let of = |path: &str| Turns::of(vec![vec![get(address, path)]]);
        Ok(Self {
            live: rate(address, &of("/livez"), CONNECTIONS, ROUND, "").await?,
            asked: rate(address, &of(path), CONNECTIONS, ROUND, "").await?,
        })
    }

    fn ratio(&self) -> f64 {
        self.asked / self.live
    }
}

/// Prints how the second compares with the first; whether it is quick enough in all.
pub async fn compare(one: &Haven, three: &Haven) -> Anything<bool> {
    let hub = one.get("/v1/hubs?limit=1").await.json()["items"][0]["id"].clone();
    let hub = hub.as_str().ok_or("no hub")?;
    println!(
        "{:<30} {:>12} {:>8} {:>12} {:>8} {:>8}",
        "case", "one, a sec.", "ratio", "three, a s.", "ratio", "change"
    );
    let mut within = true;
    for (name, path) in CASES {
        let path = path.replace("{hub}", hub);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            before.push(Round::of(one.address, &path).await?);
            after.push(Round::of(three.address, &path).await?);
        }
        let changes = before.iter().zip(&after);
        let change = median(changes.map(|(b, a)| a.ratio() / b.ratio() - 1.0).collect());
        within &= change >= -MOST_SLOWER;
        let of =
            |rounds: &[Round], what: fn(&Round) -> f64| median(rounds.iter().map(what).collect());
        println!(
            "{name:<30} {:>12.0} {:>8.3} {:>12.0} {:>8.3} {:>+7.1}%",
            of(&before, |round| round.asked),
            of(&before, Round::ratio),
            of(&after, |round| round.asked),
            of(&after, Round::ratio),
            change * 100.0
        );
    }
    Ok(within)
}
