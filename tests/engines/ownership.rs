//! An index answers for the directory that it was made of, and only while it is whole.

use std::time::Instant;

use haven::{domain::actor::Actor, store::StoreError};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::{
    process::Process,
    support::{
        TestDb,
        sample::{self, text},
    },
    words_server::WordsServer,
};

pub async fn two_directories_on_one_server_never_meet(server: WordsServer) {
    let (ours, theirs) = (TestDb::seeded().await, TestDb::seeded().await);
    for (db, slug) in [(&ours, "lantern"), (&theirs, "tower")] {
        db.create(&sample::hub(slug).with("/name", text("Amber Room")))
            .await;
    }
    let mut one = Process::on(&ours, server.engine("haven")).await;
    assert!(one.step().await.rebuilt);
    // The numbers of its listings are the same as those that are on the server already.
    let mut other = Process::on(&theirs, server.engine("haven")).await;
    other.follower.step().await.unwrap();
    assert_eq!(other.found_without_it("amber").await, ["tower"]);
    let step = other.mirror.step().await.unwrap();
    assert!(step.leading && step.rebuilt);
    assert_eq!(other.found("amber").await, ["tower"]);
    for process in [&mut one, &mut other] {
        let step = process.step().await;
        assert!(step.leading && !step.rebuilt, "{step:?}");
        assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
    }
    assert_eq!(one.found("amber").await, ["lantern"]);
    let names = [&one, &other].map(|process| process.engine.index_name().unwrap());
    let all = server.call(Method::GET, "/indexes", None).await;
    let all = all["results"].as_array().unwrap().iter();
    let all: Vec<&str> = all.filter_map(|index| index["uid"].as_str()).collect();
    assert!(names.iter().all(|name| all.contains(&&**name)), "{all:?}");
}

pub async fn a_directory_from_a_backup_is_not_answered_by_the_former_ones_index(
    server: WordsServer,
) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("one").with("/name", text("Amber Room")))
        .await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.step().await;
    assert_eq!(process.found("amber").await, ["one"]);
    let former = process.engine.index_name();
    // What was published since is gone, and the log goes on from there as if it had never been.
    let renewed = db.store.write(Actor::Operator, async |tx| {
        tx.renew_incarnation().await?;
        Ok::<_, StoreError>(())
    });
    renewed.await.unwrap();
    db.create(&sample::hub("two").with("/name", text("Amber Hall")))
        .await;
    process.follower.step().await.unwrap();
    let mut without = process.found_without_it("amber").await;
    without.sort();
    assert_eq!(without, ["one", "two"]);
    let step = process.mirror.step().await.unwrap();
    assert!(step.leading && step.rebuilt, "{step:?}");
    assert_ne!(process.engine.index_name(), former);
    assert_eq!(process.ask("amber").await.total.value, 2);
    assert_eq!(process.mirror.compare_all().await.unwrap(), 0);
}

pub async fn an_emptied_index_answers_nothing_until_it_is_built_again(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("one").with("/name", text("Amber Room")))
        .await;
    let mut leading = Process::on(&db, server.engine("haven")).await;
    leading.step().await;
    let remembers = server.engine_that_remembers("haven", std::time::Duration::from_nanos(1));
    let mut standing_by = Process::on(&db, remembers).await;
    assert!(!standing_by.step().await.leading);
    for process in [&leading, &standing_by] {
        assert_eq!(process.found("amber").await, ["one"]);
    }
    server
        .done(Method::DELETE, &leading.documents(), None)
        .await;
    // Who looks whether the index was written to sees it with the next search, everybody with the next step.
    assert_eq!(standing_by.found_without_it("amber").await, ["one"]);
    leading.engine.look().await.unwrap();
    assert_eq!(leading.found_without_it("amber").await, ["one"]);
    assert!(leading.step().await.rebuilt);
    assert_eq!(leading.found("amber").await, ["one"]);
    standing_by.step().await;
    assert_eq!(standing_by.found("amber").await, ["one"]);
    // That there is none is no failure of the server.
    assert!(!leading.engine.is_resting() && !standing_by.engine.is_resting());
}

/// An index as a Haven makes it that has another form, with a listing of this word in it.
async fn make_index(server: &WordsServer, name: &str, word: &str) {
    let created = json!({"uid": name, "primaryKey": "key"});
    server.done(Method::POST, "/indexes", Some(&created)).await;
    let documents = json!([
        {"key": "birth"}, {"key": "seal", "cursor": 1},
        {"key": "0193aaaabbbb7cccadddeeeeffff0000-0", "version": 1, "match": 6, "name": word},
    ]);
    let path = format!("/indexes/{name}/documents");
    server.done(Method::POST, &path, Some(&documents)).await;
}

async fn has_index(server: &WordsServer, name: &str) -> bool {
    let path = format!("/indexes/{name}");
    let index = server.call(Method::GET, &path, None).await;
    index["uid"] == name
}

pub async fn an_index_of_another_version_answers_nothing_and_is_removed(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("one").with("/name", text("Amber Room")))
        .await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.follower.step().await.unwrap();
    let live = process.engine.index_name().unwrap();
    let (directory, _) = live.rsplit_once('_').unwrap();
    let old = format!("{directory}_0123456789abcdef");
    let older = format!("{directory}_00000000000000aa");
    let [half, theirs] = [
        format!("{older}_next"),
        "haven_0123456789abcdef_0123456789abcdef".to_owned(),
    ];
    for name in [&*old, &older, &half, &theirs, "movies"] {
        make_index(&server, name, "amber").await;
    }
    // A process of the older version still follows for its index.
    let lead = db.store.lead(&older).await.unwrap().unwrap();
    assert_eq!(process.found_without_it("amber").await, ["one"]);
    assert!(process.mirror.step().await.unwrap().rebuilt);
    assert_eq!(process.found("amber").await, ["one"]);
    assert!(!has_index(&server, &old).await);
    assert!(has_index(&server, &older).await && has_index(&server, &half).await);
    drop(lead);
    let began = Instant::now();
    while has_index(&server, &older).await || has_index(&server, &half).await {
        // The database notices a moment later that the connection is gone.
        assert!(began.elapsed().as_secs() < 30);
        process.clock.advance(SignedDuration::from_hours(1));
        process.step().await;
    }
    for stays in [&*theirs, "movies", &live] {
        assert!(has_index(&server, stays).await, "{stays}");
    }
    // What an interrupted rebuild left goes when somebody begins to lead.
    make_index(&server, &format!("{live}_next"), "amber").await;
    drop(process);
    let mut process = Process::on(&db, server.engine("haven")).await;
    let began = Instant::now();
    while !process.step().await.leading {
        assert!(began.elapsed().as_secs() < 30);
    }
    assert!(!has_index(&server, &format!("{live}_next")).await);
    assert_eq!(process.found("amber").await, ["one"]);
}

pub async fn a_directory_in_which_nothing_changes_shows_once_a_day_that_it_lives(
    server: WordsServer,
) {
    let db = TestDb::seeded().await;
    let mut process = Process::on(&db, server.engine("haven")).await;
    process.step().await;
    let path = format!("/indexes/{}", process.engine.index_name().unwrap());
    let written = async || server.call(Method::GET, &path, None).await["updatedAt"].clone();
    let before = written().await;
    process.clock.advance(SignedDuration::from_hours(23));
    process.step().await;
    assert_eq!(written().await, before);
    process.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(process.step().await.changes, 0);
    assert_ne!(written().await, before);
}
