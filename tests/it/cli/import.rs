//! `haven import` and `haven generate` as commands: reports, and an import that is killed.

use std::io::Write;
use std::process::Stdio;

use futures_util::{StreamExt, stream};
use haven::app::import as imports;
use haven::domain::actor::Actor;
use serde_json::Value;
use tokio_postgres::{AsyncMessage, NoTls};

use super::{generated, haven, said};
use crate::support::app::seed;
use crate::support::{TestDb, clock, sample};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_told_by_line() {
    let db = TestDb::seeded().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("feed.ndjson");
    let bad = sample::hub("bad").with("/topics/0", serde_json::json!("nosuch"));
    std::fs::write(
        &file,
        format!("{}\n{}\n", sample::hub("good").json(), bad.json()),
    )
    .unwrap();
    let output = haven(&db.url, dir.path()).arg("import").arg(&file).output();
    let (code, out, err) = said(&output.unwrap());
    assert_eq!(code, Some(1), "{err}");
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert_eq!(lines[0]["file"], file.display().to_string());
    assert_eq!(
        (&lines[0]["line"], &lines[0]["pointer"]),
        (&2.into(), &"/topics/0".into())
    );
    assert_eq!(
        (&lines[0]["code"], &lines[0]["expected"]),
        (&"not_found".into(), &"a topic of /v1/topics".into())
    );
    assert_eq!(
        (
            &lines[1]["summary"]["created"],
            &lines[1]["summary"]["refused"]
        ),
        (&1.into(), &1.into())
    );
    assert!(
        err.contains("1 created") && err.contains("one line was refused"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_is_begun_again() {
    let db = TestDb::new().await;
    imports::seed(&db.store, Actor::Operator, &*clock(), &seed())
        .await
        .unwrap();
    let before = db.store.published_count().await.unwrap();
    let (all, dir) = (generated(1_500, 11), tempfile::tempdir().unwrap());
    // The log wakes whoever listens when the first batch is committed.
    let (sql, mut connection) = tokio_postgres::connect(&db.url, NoTls).await.unwrap();
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let woken = tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            if matches!(message, AsyncMessage::Notification(_)) {
                return true;
            }
        }
        false
    });
    sql.batch_execute("listen haven_change").await.unwrap();
    let mut command = haven(&db.url, dir.path());
    let mut child = command.arg("import").stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // Part of it, and the last line only by half: it cannot be at its end when it dies.
    let part: String = all
        .lines()
        .take(1_100)
        .map(|line| format!("{line}\n"))
        .collect();
    input
        .write_all(&part.as_bytes()[..part.len() - 100])
        .unwrap();
    input.flush().unwrap();
    assert!(woken.await.unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    drop(input);
    let after = db.store.published_count().await.unwrap() - before;
    assert!((1..1_100).contains(&after), "{after}");

    let file = dir.path().join("all.ndjson");
    std::fs::write(&file, &all).unwrap();
    let output = haven(&db.url, dir.path()).arg("import").arg(&file).output();
    let (code, out, err) = said(&output.unwrap());
    assert_eq!(code, Some(0), "{err}");
    let summary: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    let count = |name: &str| summary["summary"][name].as_u64().unwrap();
    assert_eq!(count("created") + count("unchanged"), 1_500, "{out}");
    // What a batch had begun when it was killed is not there by half.
    assert!(count("unchanged") >= after.min(500), "{out}");
    assert_eq!(db.store.published_count().await.unwrap(), before + 1_500);

    // The end is that of an import that nobody killed.
    let whole = TestDb::new().await;
    imports::seed(&whole.store, Actor::Operator, &*clock(), &seed())
        .await
        .unwrap();
    let report = crate::app::import::import(&whole.store, all).await;
    assert_eq!(report.counts(), [1_500, 0, 0, 0]);
    // Ids of places and contacts are drawn anew in each directory.
    let listings = "select kind || slug || ' ' || version || ' ' || body::text from revision
        join listing using (version) where listing.id = revision.listing order by 1";
    let mut both = Vec::new();
    for db in [&db, &whole] {
        let rows = db.sql().await.query(listings, &[]).await.unwrap();
        both.push(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>());
    }
    assert!(both[0] == both[1]);
}

#[test]
fn the_same_numbers_make_the_same_bytes() {
    let first = generated(2_000, 42);
    assert_eq!(first.lines().count(), 2_000);
    assert!(first == generated(2_000, 42));
    assert!(first != generated(2_000, 43));
}
