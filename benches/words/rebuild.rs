//! A whole index built afresh, and put in the place of the one that answers, while 200 listings a second are written and
//! somebody asks all the time. Nobody may see an empty or half index, and nothing may be lost.
//!
//! The listings are written as an import does: several in a transaction, by several writers. `HAVEN_REBUILD_LISTINGS`
//! makes the index smaller, for trying this out in a debug build.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use haven::{domain::actor::Actor, search::words::Words};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    Measured,
    bed::{Bed, until_current},
    compare,
    support::{
        Haven,
        sample::{self, text},
    },
    writers::Writers,
};

const LISTINGS: u32 = 20_000;

/// Listings with a word that nothing else has, and that nobody writes meanwhile.
const STEADY: usize = 300;
const WORD: &str = "amber";

/// Together a little more than 200 listings a second, so that a lot may be late.
const WRITTEN: usize = 4_000;
const WRITERS: usize = 4;
const AT_ONCE: usize = 10;
const PACE: Duration = Duration::from_millis(160);
const A_SECOND: f64 = 200.0;

const BUDGET_MS: u64 = 2_000;

/// Longest that building may take to begin, and to end.
const BEGUN: Duration = Duration::from_secs(60);
const BUILT: Duration = Duration::from_secs(900);

/// Between two looks at how far it is, and between two searches.
const LOOK: Duration = Duration::from_millis(20);

pub async fn measure() -> Measured {
    let listings = std::env::var("HAVEN_REBUILD_LISTINGS").ok();
    let listings = listings.and_then(|text| text.parse().ok());
    let listings = listings.unwrap_or(LISTINGS);
    let bed = Bed::of(listings).await?;
    let store = bed.postgres.store();
    for number in 0..STEADY {
        let steady = sample::hub(&format!("{WORD}-{number}")).with("/name", text("Amber Room"));
        let steady = steady.publication();
        store
            .write(Actor::Operator, async |tx| tx.publish(steady).await)
            .await?;
    }
    // Every search meets the index.
    let haven = bed
        .on_server("haven", &bed.server.url(), BUDGET_MS, Some(0))
        .await;
    until_current(&haven, "meilisearch", BUILT).await;
    let writers = Writers {
        listings: WRITTEN,
        writers: WRITERS,
        at_once: AT_ONCE,
        pace: PACE,
        confirmed: AtomicUsize::new(0),
    };
    let over = AtomicBool::new(false);
    let building = async {
        let built = built(&haven, &store, &bed, &writers).await;
        over.store(true, Ordering::Release);
        built
    };
    let (model, built, seen) = tokio::join!(
        writers.write(&store, &over),
        building,
        look_on(&haven, &over)
    );
    let (written, took) = built?;
    let reached = written as f64 / took.as_secs_f64();
    println!(
        "{listings} listings built afresh in {took:.1?}; {written} writes meanwhile, {reached:.0} a second (floor {A_SECOND}); {} searches, fewest found {} of {STEADY}, {} degraded or failed",
        seen.searches, seen.fewest, seen.failed
    );
    let mut held = reached >= A_SECOND && seen.failed == 0 && seen.fewest >= STEADY as u64;
    for part in ["follower", "meilisearch"] {
        until_current(&haven, part, Duration::from_secs(120)).await;
    }
    let faults = compare::everything(&bed, &store, &model, vec![("haven", haven)]).await?;
    held &= faults.is_empty();
    for fault in &faults {
        println!("! {fault}");
    }
    Ok(held)
}

/// Has the index built afresh once the writers write, and says how much was written meanwhile, and how long it took.
async fn built(
    haven: &Haven,
    store: &haven::store::Store,
    bed: &Bed,
    writers: &Writers,
) -> Result<(usize, Duration), Box<dyn std::error::Error + Send + Sync>> {
    let engine = bed.server.engine("haven");
    engine.set_origin(Some(store.place().await?.0));
    let name = engine.index_name().ok_or("no index has a name")?;
    let asked = Instant::now();
    while writers.confirmed.load(Ordering::Relaxed) == 0 {
        sleep(LOOK).await;
    }
    // An index that is ahead of the log is another log's.
    while !is_building(haven).await {
        let ahead = store.write(Actor::Operator, async |tx| {
            tx.put_followed_to(&name, i64::MAX / 2).await
        });
        ahead.await?;
        if asked.elapsed() > BEGUN {
            return Err("nothing is built".into());
        }
        sleep(LOOK).await;
    }
    let began = Instant::now();
    let before = writers.confirmed.load(Ordering::Relaxed);
    while is_building(haven).await {
        if began.elapsed() > BUILT {
            return Err("building does not end".into());
        }
        sleep(LOOK).await;
    }
    let written = writers.confirmed.load(Ordering::Relaxed) - before;
    Ok((written, began.elapsed()))
}

async fn is_building(haven: &Haven) -> bool {
    let status = haven.get("/status").await.json();
    let mut parts = status["parts"].as_array().unwrap().iter();
    let part = parts.find(|part| part["name"] == "meilisearch");
    part.is_some_and(|part| !part["rebuilding"].is_null())
}

/// What somebody saw who asked for the steady listings all the time.
#[derive(Default)]
struct Seen {
    searches: usize,
    fewest: u64,
    failed: usize,
}

async fn look_on(haven: &Haven, over: &AtomicBool) -> Seen {
    let mut seen = Seen {
        fewest: u64::MAX,
        ..Seen::default()
    };
    while !over.load(Ordering::Acquire) {
        let reply = haven.get(&format!("/v1/search?q={WORD}")).await;
        let answer: Value = reply.json();
        seen.searches += 1;
        seen.fewest = seen
            .fewest
            .min(answer["total"]["value"].as_u64().unwrap_or(0));
        seen.failed += usize::from(reply.status != 200 || answer["degraded"] != false);
        sleep(LOOK).await;
    }
    seen
}
