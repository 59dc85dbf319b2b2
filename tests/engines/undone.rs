//! What becomes of what the server does not get done: its disk is full, it fails within, somebody cancels, or it was
//! given too much in one go. It is told, nothing is lost, and it goes on by itself.

use std::time::{Duration, Instant};

use haven::search::words::meilisearch::{Meilisearch, Settings};
use reqwest::Method;

use crate::{
    faults::{Fault, FaultyWire},
    process::Process,
    support::{
        TestDb,
        sample::{self, text},
    },
    words_server::WordsServer,
};

/// As a server tells them whose disk is full, which keeps tasks or fails them; which fails within; and which was told to
/// cancel.
const WAITING: &str = r#"{"uid": 1, "status": "processing", "error": null}"#;
const NO_ROOM: &str = r#"{"uid": 1, "status": "failed", "error": {"message": "No space left on device (os error 28)",
    "code": "no_space_left_on_device", "type": "system", "link": "x"}}"#;
const WITHIN: &str = r#"{"uid": 1, "status": "failed", "error": {"message": "An internal error has occurred. `x`.",
    "code": "internal", "type": "internal", "link": "x"}}"#;
const CANCELED: &str = r#"{"uid": 1, "status": "canceled", "error": null}"#;

fn amber(slug: &str) -> sample::Sample {
    sample::hub(slug).with("/name", text("Amber Room"))
}

/// What is awaited comes much sooner.
const SOON: Duration = Duration::from_secs(60);

/// A process whose server may be told to be full, and which is not patient.
async fn impatient(db: &TestDb, server: &WordsServer) -> (Process, FaultyWire) {
    let wire = FaultyWire::to(server.address()).await;
    let settings = Settings {
        url: format!("http://{}", wire.address),
        patience: Duration::from_secs(2),
        ..server.settings("haven")
    };
    (
        Process::on(db, Meilisearch::new(settings).unwrap()).await,
        wire,
    )
}

async fn tasks(server: &WordsServer) -> u64 {
    let tasks = server.call(Method::GET, "/tasks?limit=1", None).await;
    tasks["total"].as_u64().unwrap()
}

pub async fn a_server_that_is_full_or_fails_within_is_told_of_and_loses_nothing(
    server: WordsServer,
) {
    let db = TestDb::seeded().await;
    db.create(&amber("before")).await;
    let (mut process, wire) = impatient(&db, &server).await;
    assert!(process.step().await.rebuilt);
    let kinds = [
        (WAITING, true, "its disk may be full"),
        (NO_ROOM, true, "its disk may be full"),
        (WITHIN, false, "it says internal"),
        (CANCELED, false, "a task ended as canceled"),
    ];
    for (number, (told, stalls, why)) in (0_u64..).zip(kinds) {
        wire.set(Fault::Tasks(told));
        db.create(&amber(&format!("during-{number}"))).await;
        process.follower.step().await.unwrap();
        let stopped = process.mirror.step().await.unwrap_err().to_string();
        assert!(stopped.contains(why), "{stopped}");
        let standing = process.mirror.standing().borrow().clone();
        assert_eq!(standing.stalled, stalls, "{why}");
        assert!(standing.failure.is_some() && standing.lag() > Some(0));
        // What it holds it answers with, and nothing that it should do piles up on it.
        assert!(process.ask("amber").await.total.value > number);
        assert!(!process.ask("amber").await.degraded);
        let before = tasks(&server).await;
        assert!(process.mirror.step().await.is_err());
        if told == WAITING {
            assert_eq!(tasks(&server).await, before);
        }
        wire.set(Fault::None);
        process.follower.step().await.unwrap();
        let began = Instant::now();
        let step = loop {
            // A busy machine may take longer than this process is patient, which it then goes on waiting for.
            match process.mirror.step().await {
                Ok(step) => break step,
                Err(error) => assert!(began.elapsed() < SOON, "{error}"),
            }
        };
        assert!(step.changes > 0 && !step.rebuilt, "{step:?}");
        let standing = process.mirror.standing().borrow().clone();
        assert!(standing.failure.is_none() && !standing.stalled && standing.lag() == Some(0));
        assert_eq!(process.ask("amber").await.total.value, number + 2);
        assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    }
}

pub async fn an_index_that_cannot_be_built_yet_is_built_when_there_is_room(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&amber("one")).await;
    let (mut process, wire) = impatient(&db, &server).await;
    process.follower.step().await.unwrap();
    for told in [NO_ROOM, CANCELED] {
        wire.set(Fault::Tasks(told));
        assert!(process.mirror.step().await.is_err());
        let standing = process.mirror.standing().borrow().clone();
        assert_eq!((standing.sequence, standing.rebuilding), (None, None));
        assert_eq!(process.found_without_it("amber").await, ["one"]);
    }
    wire.set(Fault::None);
    assert!(process.step().await.rebuilt);
    assert_eq!(process.found("amber").await, ["one"]);
}

/// A listing fits, a few do not.
const TAKES: u32 = 20_000;

pub async fn more_than_a_server_takes_in_one_go_is_sent_in_parts(server: WordsServer) {
    drop(server);
    let server = WordsServer::that_takes(TAKES).await.unwrap();
    let db = TestDb::seeded().await;
    for number in 0..30 {
        db.create(&amber(&format!("before-{number}"))).await;
    }
    let mut process = Process::on(&db, server.engine("haven")).await;
    assert!(process.step().await.rebuilt);
    assert_eq!(process.ask("amber").await.total.value, 30);
    for number in 0..30 {
        db.create(&amber(&format!("after-{number}"))).await;
    }
    let step = process.step().await;
    assert!(step.changes >= 30 && !step.rebuilt, "{step:?}");
    assert_eq!(process.ask("amber").await.total.value, 60);
    assert!(process.engine.refused().is_empty());
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
}
