//! The index follows the log through everything that may befall its server.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use haven::{
    domain::{actor::Actor, change::Removal},
    search::ask::{Directory, Question},
    store::PublishFault,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::{
    faults::{Fault, FaultyWire},
    process::Process,
    support::{
        TestDb,
        sample::{self, text},
        seed_reference,
    },
    words_server::WordsServer,
};

pub async fn what_is_published_is_found_and_what_is_withdrawn_is_gone(server: WordsServer) {
    let db = TestDb::seeded().await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    let first = process.step().await;
    assert!(first.leading && first.rebuilt);
    db.create(&sample::organisation("listeners")).await;
    let room = sample::hub("room").with("/organisation", json!("listeners"));
    let id = db
        .create(&room.clone().with("/name", text("Zanzibarish Lantern")))
        .await;
    let step = process.step().await;
    assert!(!step.rebuilt && step.changes >= 2, "{step:?}");
    assert_eq!(process.found("zanzibarish").await, ["room"]);
    db.publish(&sample::organisation("listeners").with("/name", text("Zephyrine Trust")))
        .await;
    process.step().await;
    assert!(
        process
            .found("zephyrine")
            .await
            .contains(&"room".to_owned())
    );
    db.withdraw(id, Removal::Withdrawn).await;
    process.step().await;
    assert!(process.found("zanzibarish").await.is_empty());
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    assert_eq!(process.mirror.standing().borrow().lag(), Some(0));
}

pub async fn one_process_follows_at_a_time_and_another_takes_over(server: WordsServer) {
    let db = TestDb::seeded().await;
    let mut one = Process::on(&db, server.engine("haven")).await;
    let mut other = Process::on(&db, server.engine("haven")).await;
    assert!(one.step().await.leading && !other.step().await.leading);
    db.create(&sample::hub("room").with("/name", text("Zanzibarish Lantern")))
        .await;
    one.step().await;
    assert!(!other.step().await.leading);
    assert_eq!(other.found("zanzibarish").await, ["room"]);
    drop(one);
    let patience = std::time::Instant::now();
    let step = loop {
        // The database notices a moment later that the other's connection is gone.
        let step = other.step().await;
        if step.leading {
            break step;
        }
        assert!(patience.elapsed().as_secs() < 10, "nobody leads");
        tokio::task::yield_now().await;
    };
    assert!(!step.rebuilt, "the index was whole");
}

pub async fn a_server_that_is_killed_wiped_late_or_without_its_key_is_followed_again(
    mut server: WordsServer,
) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Zanzibarish Lantern")))
        .await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    // Not there yet.
    server.kill();
    process.follower.step().await.unwrap();
    assert!(process.mirror.step().await.is_err());
    assert!(process.mirror.standing().borrow().failure.is_some());
    let answer = process.ask("zanzibarish").await;
    assert_eq!(
        (answer.engine, answer.degraded, answer.hits.len()),
        ("embedded", true, 1)
    );
    server.up().await;
    assert!(process.step().await.rebuilt);
    assert!(process.mirror.standing().borrow().failure.is_none());
    // Killed and restarted, nothing is lost.
    server.kill();
    db.create(&sample::hub("tower").with("/name", text("Lantern Tower")))
        .await;
    process.follower.step().await.unwrap();
    assert!(process.mirror.step().await.is_err());
    server.up().await;
    assert!(!process.step().await.rebuilt);
    // Wiped, everything is built again.
    server.wipe();
    server.up().await;
    assert!(process.step().await.rebuilt);
    // Without its key, it says so, and goes on with it.
    server.take_key_away().await;
    let refused = process.mirror.step().await.unwrap_err().to_string();
    assert!(refused.contains("invalid_api_key"), "{refused}");
    server.kill();
    server.up().await;
    let step = process.step().await;
    assert!(!step.rebuilt, "{step:?}");
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    let fresh = Process::on(&db, server.engine("haven")).await;
    drop(process);
    let mut fresh = fresh;
    fresh.follower.step().await.unwrap();
    assert_eq!(fresh.found("tower").await, ["tower"]);
}

pub async fn what_was_done_behind_our_back_is_found_and_mended(server: WordsServer) {
    let db = TestDb::seeded().await;
    for (slug, name) in [
        ("one", "Amber Room"),
        ("two", "Beryl Room"),
        ("three", "Coral Room"),
    ] {
        db.create(&sample::hub(slug).with("/name", text(name)))
            .await;
    }
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.step().await;
    let documents = process.documents();
    let all = server
        .call(
            Method::POST,
            &format!("{documents}/fetch"),
            Some(&json!({"limit": 1000})),
        )
        .await;
    let named = |name: &str| {
        let mut parts = all["results"].as_array().unwrap().iter();
        let has =
            |part: &&serde_json::Value| part["name"].as_str().is_some_and(|n| n.contains(name));
        parts.find(has).unwrap().clone()
    };
    let key = named("amber")["key"].as_str().unwrap().to_owned();
    server
        .done(Method::DELETE, &format!("{documents}/{key}"), None)
        .await;
    let mut altered = named("beryl");
    altered["name"] = json!("nonsense");
    let stray = json!({"key": "0193aaaabbbb7cccadddeeeeffff0000-0", "version": 1, "match": 6000, "name": "coral"});
    server
        .done(
            Method::POST,
            &documents,
            Some(&json!([altered, stray, {"key": "foreign", "name": "coral"}])),
        )
        .await;
    assert!(process.found("beryl").await.is_empty() && process.found("amber").await.is_empty());
    assert_eq!(
        process.mirror.compare_all().await.unwrap(),
        3,
        "one removed, one altered, one stray"
    );
    for (word, slug) in [("amber", "one"), ("beryl", "two"), ("coral", "three")] {
        assert_eq!(process.found(word).await, [slug]);
    }
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
}

pub async fn what_is_only_behind_is_not_taken_for_wrong(server: WordsServer) {
    let db = TestDb::seeded().await;
    let id = db.create(&amber("one".to_owned())).await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.step().await;
    // The catalogue has these already, the index has not.
    db.create(&amber("two".to_owned())).await;
    db.withdraw(id, Removal::Withdrawn).await;
    process.follower.step().await.unwrap();
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    // And a while later the log brings them.
    let step = process.step().await;
    assert!(step.changes > 0 && step.mended == 0, "{step:?}");
    assert_eq!(process.found("amber").await, ["two"]);
}

pub async fn everything_is_compared_once_a_day(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&amber("one".to_owned())).await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.step().await;
    let path = format!("{}/fetch", process.documents());
    let wanted = json!({"limit": 1000});
    let all = server.call(Method::POST, &path, Some(&wanted)).await;
    let mut parts = all["results"].as_array().unwrap().iter();
    let named = parts.find(|part| {
        part["name"]
            .as_str()
            .is_some_and(|name| name.contains("amber"))
    });
    // Of the same version, so that only a look at the texts tells.
    let mut altered = named.unwrap().clone();
    altered["name"] = json!("nonsense");
    server
        .done(Method::POST, &process.documents(), Some(&json!([altered])))
        .await;
    process.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(process.step().await.mended, 0, "it is not due");
    assert!(process.found("amber").await.is_empty());
    process.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(process.step().await.mended, 1);
    assert_eq!(process.found("amber").await, ["one"]);
    assert_eq!(process.step().await.mended, 0);
}

pub async fn one_refused_listing_is_isolated_and_shown(server: WordsServer) {
    let db = TestDb::seeded().await;
    let wire = FaultyWire::to(server.address()).await;
    wire.set(Fault::Spoils("zanzibarish"));
    let amber = |slug: String| sample::hub(&slug).with("/name", text("Amber Room"));
    let odd = |slug: &str| sample::hub(slug).with("/name", text("Amber Zanzibarish Room"));
    for number in 0..20 {
        db.create(&amber(format!("room-{number}"))).await;
    }
    let first = db.create(&odd("first")).await;
    let engine = server.engine_through(wire.address, "haven", Duration::from_secs(5));
    let mut process = Process::on(&db, engine).await;
    assert!(process.step().await.rebuilt);
    let refused = |process: &Process| {
        let standing = process.mirror.standing();
        let refused = standing.borrow().refused.clone();
        assert!(refused.iter().all(|one| one.code == "invalid_document_id"));
        refused.iter().map(|one| one.id).collect::<BTreeSet<_>>()
    };
    assert_eq!(refused(&process), BTreeSet::from([first]));
    assert_eq!(process.ask("amber").await.total.value, 20);
    // As it is followed no less than as it is built: what comes with it and after it is there.
    for number in 20..30 {
        db.create(&amber(format!("room-{number}"))).await;
    }
    let second = db.create(&odd("second")).await;
    db.create(&amber("last".to_owned())).await;
    let step = process.step().await;
    assert!(!step.rebuilt && step.changes >= 12, "{step:?}");
    assert_eq!(refused(&process), BTreeSet::from([first, second]));
    assert_eq!(process.ask("amber").await.total.value, 31);
    assert_eq!(process.mirror.standing().borrow().lag(), Some(0));
    // What is mended is taken, and what is withdrawn is no longer shown.
    db.publish(&amber("first".to_owned())).await;
    db.withdraw(second, Removal::Withdrawn).await;
    process.step().await;
    assert!(refused(&process).is_empty());
    assert_eq!(process.ask("amber").await.total.value, 32);
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    // An index that is built afresh refuses none that is not there.
    let third = db.create(&odd("third")).await;
    process.step().await;
    assert_eq!(refused(&process), BTreeSet::from([third]));
    db.withdraw(third, Removal::Withdrawn).await;
    let ahead = json!([{"key": "seal", "cursor": 1_000_000_000}]);
    let documents = process.documents();
    server.done(Method::POST, &documents, Some(&ahead)).await;
    assert!(process.step().await.rebuilt);
    assert!(refused(&process).is_empty());
}

/// Writers, how much each writes in a transaction, and how often: two hundred listings a second altogether, where the
/// machine bears it; what was reached is printed. The log lets one transaction at a time commit.
const WRITERS: u32 = 4;
const AT_ONCE: u64 = 10;
const PACE: Duration = Duration::from_millis(200);

/// Every answer to the builder comes so much later, so that building lasts and leaves the machine time for the writes.
const LATER: Duration = Duration::from_millis(250);

fn amber(slug: String) -> sample::Sample {
    sample::hub(&slug).with("/name", text("Amber Room"))
}

/// Writes until it is told that the index is built, and counts what is written.
async fn write_on(db: Arc<TestDb>, writer: u32, built: Arc<AtomicBool>) -> u64 {
    let mut pace = tokio::time::interval(PACE);
    let mut written = 0;
    while !built.load(Ordering::Acquire) {
        pace.tick().await;
        let lot = (written..written + AT_ONCE).map(|n| amber(format!("during-{writer}-{n}")));
        let lot: Vec<_> = lot.map(|listing| listing.publication()).collect();
        let publishing = db.store.write(Actor::Operator, async |tx| {
            for publication in lot {
                tx.publish(publication).await?;
            }
            Ok::<_, PublishFault>(())
        });
        publishing.await.unwrap();
        written += AT_ONCE;
    }
    written
}

/// Asks all the time, and panics where an index shows less than was there before it was built afresh.
async fn look_on(directory: Arc<Directory>, least: u64) {
    let mut pace = tokio::time::interval(PACE / 10);
    loop {
        pace.tick().await;
        let question = Question {
            words: Some("amber".to_owned()),
            ..Question::default()
        };
        let answer = directory.ask(&question).await.unwrap();
        let whole = answer.total.value >= least && !answer.degraded;
        assert!(whole, "{:?} {}", answer.total, answer.degraded);
    }
}

pub async fn a_rebuild_among_writes_loses_nothing_and_is_never_seen(server: WordsServer) {
    const BEFORE: u64 = 300;
    let db = Arc::new(TestDb::with_connections(2 + WRITERS as usize).await);
    seed_reference(&db.store).await;
    for number in 0..BEFORE {
        db.create(&amber(format!("before-{number}"))).await;
    }
    let wire = FaultyWire::to(server.address()).await;
    let engine = server.engine_through(wire.address, "haven", Duration::from_secs(5));
    let mut process = Process::on(&db, engine).await;
    process.step().await;
    let documents = process.documents();
    assert_eq!(process.ask("amber").await.total.value, BEFORE);
    // The index is taken for another log's, so that it is built afresh while it answers.
    let ahead = json!([{"key": "seal", "cursor": 1_000_000_000}]);
    server.done(Method::POST, &documents, Some(&ahead)).await;
    wire.set(Fault::Late(LATER));

    let built = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let writers = (0..WRITERS)
        .map(|writer| tokio::spawn(write_on(Arc::clone(&db), writer, Arc::clone(&built))));
    let writers: Vec<_> = writers.collect();
    let looking = tokio::spawn(look_on(Arc::clone(&process.directory), BEFORE));
    let (follower, mirror) = (&mut process.follower, &mut process.mirror);
    let following = async {
        while !built.load(Ordering::Acquire) {
            follower.step().await.unwrap();
            tokio::time::sleep(PACE / 4).await;
        }
    };
    let building = async {
        let step = mirror.step().await.unwrap();
        built.store(true, Ordering::Release);
        (step, began.elapsed())
    };
    let ((), (step, took)) = tokio::join!(following, building);
    looking.abort();
    let seen = looking.await.unwrap_err();
    assert!(
        seen.is_cancelled(),
        "an empty or half index was seen: {seen}"
    );
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    let reached = written as f64 / took.as_secs_f64();
    println!("{written} writes in {took:?} of rebuilding, {reached:.0} a second");
    assert!(step.rebuilt);
    assert!(written >= WRITERS.into(), "nobody wrote meanwhile");
    wire.set(Fault::None);
    process.step().await;
    assert_eq!(process.ask("amber").await.total.value, BEFORE + written);
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
}

/// Removes everything but the marks of the index.
async fn remove_listings(server: &WordsServer, documents: &str) {
    let wanted = json!({"limit": 1000, "fields": ["key"]});
    let path = format!("{documents}/fetch");
    let all = server.call(Method::POST, &path, Some(&wanted)).await;
    let keys = all["results"].as_array().unwrap().iter();
    let keys = keys.filter_map(|part| part["key"].as_str());
    let keys: Vec<&str> = keys.filter(|key| key.contains('-')).collect();
    let path = format!("{documents}/delete-batch");
    server.done(Method::POST, &path, Some(&json!(keys))).await;
}

pub async fn an_answer_is_given_again_until_the_index_changes_or_its_server_fails(
    mut server: WordsServer,
) {
    let db = TestDb::seeded().await;
    let amber = |slug: &str| sample::hub(slug).with("/name", text("Amber Room"));
    db.create(&amber("one")).await;
    let engine = server.engine_that_remembers("haven", Duration::from_secs(3_600));
    let mut process = Process::on(&db, engine).await;
    process.step().await;
    let documents = process.documents();
    assert_eq!(process.found("amber").await, ["one"]);
    for (radius_m, found) in [(5_000.0, 1), (6_000.0, 1), (7_000.0, 1)] {
        assert_eq!(
            process.ask_around("amber", radius_m).await.total.value,
            found
        );
    }
    // What nobody tells it of is not seen until it looks at the index again.
    remove_listings(&server, &documents).await;
    assert_eq!(process.found("amber").await, ["one"]);
    let elsewhere = process.ask_around("amber", 8_000.0).await;
    assert_eq!(elsewhere.total.value, 1, "the words were asked for before");
    assert!(process.found("room").await.is_empty(), "never asked before");
    // Whatever this process writes is seen at once.
    db.create(&amber("two")).await;
    process.step().await;
    assert_eq!(process.found("amber").await, ["two"]);
    db.create(&amber("three")).await;
    process.step().await;
    assert_eq!(process.ask("amber").await.total.value, 2);
    // A server that failed may have become another.
    server.kill();
    assert!(process.ask("nothing like it").await.degraded);
    server.up().await;
    remove_listings(&server, &documents).await;
    let began = Instant::now();
    while process.ask("amber").await.degraded {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::task::yield_now().await;
    }
    assert!(process.found("amber").await.is_empty());
}

pub async fn what_others_write_shows_when_the_index_is_looked_at(server: WordsServer) {
    let db = TestDb::seeded().await;
    let amber = sample::hub("one").with("/name", text("Amber Room"));
    db.create(&amber).await;
    let engine = server.engine_that_remembers("haven", Duration::from_nanos(1));
    let mut process = Process::on(&db, engine).await;
    process.step().await;
    let documents = process.documents();
    for radius_m in [5_000.0, 6_000.0, 7_000.0] {
        assert_eq!(process.ask_around("amber", radius_m).await.total.value, 1);
    }
    remove_listings(&server, &documents).await;
    assert_eq!(process.ask_around("amber", 7_000.0).await.total.value, 0);
    assert!(process.found("amber").await.is_empty());
}
