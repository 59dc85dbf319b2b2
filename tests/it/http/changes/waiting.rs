//! Waiting for a change: woken by it, at no connection's cost, and let go when the process stops.

use std::time::{Duration, Instant};

use crate::support::{TestApp, TestDb, sample};

/// The answer to somebody who waits 30 seconds, with the time that it took.
async fn wait(app: &TestApp, cursor: &str) -> (serde_json::Value, Duration) {
    let began = Instant::now();
    let reply = app
        .get(&format!("/v1/changes?cursor={cursor}&wait=30"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    (reply.json(), began.elapsed())
}

async fn present(app: &TestApp) -> String {
    let page = app.get("/v1/changes").await.json();
    assert_eq!(page["more"], false);
    page["next"].as_str().unwrap().to_owned()
}

/// More of them wait than there are connections, and the store goes on working.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_wakes_all_who_wait_and_they_hold_no_connection() {
    let db = TestDb::with_connections(1).await;
    crate::support::seed_reference(&db.store).await;
    let app = TestApp::on(&db.store).await;
    let cursor = present(&app).await;
    let waiters = futures_util::future::join_all((0..6).map(|_| wait(&app, &cursor)));
    let write = async {
        // All six have looked by then, or find it at their first look; either way nothing waits for it in vain.
        while app.get("/v1/sources").await.status != 200 {}
        db.create(&sample::hub("room")).await
    };
    let (answers, id) = tokio::join!(waiters, write);
    for (answer, taken) in answers {
        assert_eq!(answer["items"][0]["id"], id.to_string());
        assert!(taken < Duration::from_secs(10), "{taken:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_vain_is_answered_with_nothing_and_can_go_on() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let cursor = present(&app).await;
    let began = Instant::now();
    let page = app
        .get(&format!("/v1/changes?cursor={cursor}&wait=1"))
        .await
        .json();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(page["items"], serde_json::json!([]));
    let id = db.create(&sample::hub("room")).await;
    let next = page["next"].as_str().unwrap();
    let page = app
        .get(&format!("/v1/changes?cursor={next}&wait=30"))
        .await
        .json();
    assert_eq!(page["items"][0]["id"], id.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_go_of_those_who_wait() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let cursor = present(&app).await;
    let (answer, ()) = tokio::join!(wait(&app, &cursor), async { app.say_stop() });
    assert_eq!(answer.0["items"], serde_json::json!([]));
    assert_eq!(answer.0["next"], cursor.as_str());
    assert!(answer.1 < Duration::from_secs(10), "{:?}", answer.1);
}
