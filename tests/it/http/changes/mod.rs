//! The change feed: what it tells, when a copy has to be made anew, and how long it waits.

mod copy;
mod waiting;

use haven::domain::change::Removal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{TestApp, TestDb, sample};
use copy::{Copy, directory};

/// What the page after `cursor` says: operation and id of each entry, and the cursor to go on from.
async fn after(app: &TestApp, cursor: &str) -> (Vec<(String, Uuid)>, String) {
    let page = app
        .get(&format!("/v1/changes?cursor={cursor}"))
        .await
        .json();
    assert_eq!(page["more"], false, "{page}");
    let entries = page["items"].as_array().unwrap().iter().map(|item| {
        let operation = item["operation"].as_str().unwrap().to_owned();
        (operation, item["id"].as_str().unwrap().parse().unwrap())
    });
    (entries.collect(), page["next"].as_str().unwrap().to_owned())
}

fn upsert(id: Uuid) -> (String, Uuid) {
    ("upsert".to_owned(), id)
}

fn delete(id: Uuid) -> (String, Uuid) {
    ("delete".to_owned(), id)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_with_everything_and_goes_on_with_what_changes() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let gone_before = db.create(&sample::hub("short-lived")).await;
    let mut ids = Vec::new();
    for sample in sample::one_of_each() {
        ids.push(db.create(&sample).await);
    }
    db.withdraw(gone_before, Removal::Withdrawn).await;
    let mut copy = Copy::default();
    while copy.read(&app, "limit=1").await {}
    assert_eq!(copy.listings, directory(&db.store).await);
    assert_eq!(copy.told, 4, "each once, and nothing of what went before");

    let [organisation, line, hub, group] = ids[..] else {
        panic!()
    };
    let (nothing, cursor) = after(&app, &copy.cursor.unwrap()).await;
    assert_eq!(nothing, []);
    // The hub and the group name their organisation by its id: only its own document has changed.
    let renamed = sample::organisation("listeners").with("/name", sample::text("Hearers"));
    db.publish(&renamed).await;
    db.publish(
        &sample::hub("listening-room")
            .with("/organisation", json!("listeners"))
            .with("/age", json!({"min": 7})),
    )
    .await;
    db.publish(&renamed.with("/name", sample::text("Good hearers")))
        .await;
    let (changes, cursor) = after(&app, &cursor).await;
    assert_eq!(
        changes,
        [upsert(hub), upsert(organisation)],
        "each once, with its latest"
    );
    db.withdraw(line, Removal::Expired).await;
    let (changes, cursor) = after(&app, &cursor).await;
    assert_eq!(
        changes,
        [upsert(group), delete(line)],
        "who named it has changed"
    );
    assert_eq!(after(&app, &cursor).await.0, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_why_a_listing_is_gone_and_what_stands_for_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let mut made = Vec::new();
    for name in ["one", "two", "three", "four"] {
        made.push(db.create(&sample::hub(name)).await);
    }
    let begin = app.get("/v1/changes").await.json();
    db.withdraw(made[0], Removal::Withdrawn).await;
    db.withdraw(made[1], Removal::Expired).await;
    db.withdraw(made[2], Removal::Merged(made[3])).await;
    let cursor = begin["next"].as_str().unwrap();
    let reply = app.get(&format!("/v1/changes?cursor={cursor}")).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let gone = |id: Uuid, reason: &str| json!({"operation": "delete", "kind": "hub", "id": id.to_string(), "reason": reason});
    let mut merged = gone(made[2], "merged");
    merged["merged_into"] = json!(made[3].to_string());
    assert_eq!(
        reply.json()["items"],
        json!([gone(made[0], "withdrawn"), gone(made[1], "expired"), merged])
    );
    let next = reply.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(
        reply.header("link"),
        format!("</v1/changes?cursor={next}>; rel=\"next\"")
    );
}

/// The code of the problem that a cursor meets.
async fn refused(app: &TestApp, cursor: &str) -> (u16, String) {
    let reply = app
        .get(&format!("/v1/changes?cursor={cursor}&wait=30"))
        .await;
    let code = reply.json()["code"].as_str().unwrap_or("none").to_owned();
    (reply.status, code)
}

fn resync() -> (u16, String) {
    (410, "resync_required".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_log_is_410() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    db.create(&sample::hub("room")).await;
    let first = app.get("/v1/changes").await.json();
    let first = first["next"].as_str().unwrap();

    // None of ours, or damaged.
    let mut damaged = first.to_owned();
    damaged.replace_range(4..5, if &first[4..5] == "A" { "B" } else { "A" });
    for unknown in ["AAAA", "nonsense", &damaged] {
        assert_eq!(refused(&app, unknown).await, resync(), "{unknown}");
    }
    // No cursor could look like that.
    for (malformed, code) in [
        ("", "cursor_invalid"),
        ("a%20b", "cursor_invalid"),
        (&*"A".repeat(1_001), "parameters_invalid"),
    ] {
        assert_eq!(refused(&app, malformed).await, (400, code.to_owned()));
    }
    // Of a directory beside this one, as young and as full.
    let other = TestDb::seeded().await;
    let beside = TestApp::on(&other.store).await;
    other.create(&sample::hub("room")).await;
    assert_eq!(refused(&beside, first).await, resync());
    assert_eq!(
        app.get(&format!("/v1/changes?cursor={first}")).await.status,
        200
    );

    // The rows of this database are written anew, as when a backup is brought back into it.
    let sql = db.sql().await;
    let restored = "begin; create temporary table kept as table incarnation; truncate incarnation;
        insert into incarnation table kept; commit";
    sql.batch_execute(restored).await.unwrap();
    assert_eq!(refused(&app, first).await, resync());

    // Whoever brought it back by other means says so.
    let second = app.get("/v1/changes").await.json();
    let second = second["next"].as_str().unwrap();
    let renewed = db
        .store
        .write(haven::domain::actor::Actor::Operator, async |tx| {
            tx.renew_incarnation().await
        });
    renewed.await.unwrap();
    assert_eq!(refused(&app, second).await, resync());

    // A log that ends before the cursor has gone back.
    let third = app.get("/v1/changes").await.json();
    let third = third["next"].as_str().unwrap();
    sql.batch_execute("delete from change where subject = 'hub'")
        .await
        .unwrap();
    assert_eq!(refused(&app, third).await, resync());
}

#[tokio::test(flavor = "multi_thread")]
async fn as_ndjson_the_whole_directory_is_one_stream() {
    let app = TestApp::of_the_seed().await;
    let reply = app.get("/v1/changes.ndjson").await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let mut lines: Vec<Value> = reply
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let end = lines.pop().unwrap();
    assert!(lines.len() > 250, "more than goes at once");
    let mut copy = Copy::default();
    lines.iter().for_each(|line| copy.take(line));
    let mut by_pages = Copy::default();
    while by_pages.read(app, "limit=50").await {}
    assert_eq!(copy.listings, by_pages.listings);
    assert_eq!(copy.told, copy.listings.len());
    assert_eq!(end["more"], false);
    assert_eq!(end.as_object().unwrap().len(), 2);
    let cursor = end["next"].as_str().unwrap();
    assert_eq!(after(app, cursor).await.0, []);

    let accept = app
        .request(reqwest::Method::GET, "/v1/changes?limit=3")
        .header("Accept", "application/x-ndjson");
    let some = app.send(accept).await.text;
    assert_eq!(some.lines().count(), 4);
    assert!(some.lines().last().unwrap().contains("\"more\":true"));
    let empty = app
        .get(&format!("/v1/changes.ndjson?cursor={cursor}"))
        .await;
    assert_eq!(empty.text.lines().count(), 1);
}
