//! One process changes the index at a time, and none builds for nothing.

use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::Value;

use crate::{
    faults::{Fault, FaultyWire},
    process::Process,
    support::{
        OwnPostgres, TestDb,
        sample::{self, text},
    },
    words_server::WordsServer,
};

/// Every answer to the builder comes so much later, so that there is time to interrupt it.
const LATER: Duration = Duration::from_millis(300);

/// What is awaited comes much sooner.
const SOON: Duration = Duration::from_secs(30);

async fn indexes(server: &WordsServer) -> Vec<String> {
    let all = server.call(Method::GET, "/indexes", None).await;
    let all = all["results"].as_array().unwrap().iter();
    let names = all.filter_map(|index| index["uid"].as_str().map(str::to_owned));
    names.collect()
}

pub async fn whoever_lost_the_lead_while_building_writes_nothing_more(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("one").with("/name", text("Amber Room")))
        .await;
    let wire = FaultyWire::to(server.address()).await;
    wire.set(Fault::Late(LATER));
    let engine = server.engine_through(wire.address, "haven", Duration::from_secs(5));
    let mut process = Process::on(&db, engine).await;
    process.follower.step().await.unwrap();
    let next = format!("{}_next", process.engine.index_name().unwrap());
    let stealing = async {
        let began = Instant::now();
        while !indexes(&server).await.contains(&next) {
            assert!(began.elapsed() < SOON, "nothing is built");
        }
        // As where its connection broke.
        let ended = "select pg_terminate_backend(pid) from pg_locks
            where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
        db.sql().await.execute(ended, &[]).await.unwrap()
    };
    let (stopped, ended) = tokio::join!(process.mirror.step(), stealing);
    assert_eq!(ended, 1, "one process leads");
    let stopped = stopped.unwrap_err().to_string();
    assert!(stopped.contains("another process follows"), "{stopped}");
    let stats = format!("/indexes/{next}/stats");
    let stats: Value = server.call(Method::GET, &stats, None).await;
    assert_eq!(stats["numberOfDocuments"], 0, "{stats}");
    wire.set(Fault::None);
    assert!(process.step().await.rebuilt);
    assert_eq!(process.found("amber").await, ["one"]);
    assert!(!indexes(&server).await.contains(&next));
}

pub async fn whoever_takes_over_an_index_that_is_ahead_of_it_does_not_build_it_again(
    server: WordsServer,
) {
    let db = TestDb::seeded().await;
    let amber = |slug: &str| sample::hub(slug).with("/name", text("Amber Room"));
    db.create(&amber("one")).await;
    let mut first = Process::on(&db, server.engine("haven")).await;
    let mut second = Process::on(&db, server.engine("haven")).await;
    // Before its own follower has looked at the log it knows nothing that it could do.
    let step = second.mirror.step().await.unwrap();
    assert!(!step.leading && !step.rebuilt, "{step:?}");
    second.follower.step().await.unwrap();
    assert!(first.step().await.rebuilt);
    db.create(&amber("two")).await;
    assert!(!first.step().await.rebuilt);
    drop(first);
    let began = Instant::now();
    let step = loop {
        // The database notices a moment later that the other's connection is gone.
        let step = second.mirror.step().await.unwrap();
        if step.leading {
            break step;
        }
        assert!(began.elapsed() < SOON, "nobody leads");
        tokio::task::yield_now().await;
    };
    assert!(!step.rebuilt && step.mended == 0, "{step:?}");
    assert_eq!(second.step().await.mended, 0);
    assert_eq!(second.ask("amber").await.total.value, 2);
    assert_eq!(second.mirror.compare_all().await.unwrap(), 0);
}

pub async fn a_database_that_hangs_is_told_of(server: WordsServer) {
    let postgres = OwnPostgres::start().await;
    let store = postgres.store();
    store.migrate().await.unwrap();
    let mut lead = store.lead("of something else").await.unwrap().unwrap();
    assert!(lead.is_held().await);
    let mut process = Process::of(store, server.engine("haven"));
    assert!(process.step().await.leading);
    postgres.signal_all(Signal::STOP);
    let began = Instant::now();
    assert!(!lead.is_held().await);
    assert!(process.mirror.step().await.is_err());
    assert!(process.mirror.standing().borrow().failure.is_some());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    postgres.signal_all(Signal::CONT);
}
