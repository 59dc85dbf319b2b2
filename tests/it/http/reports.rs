//! What the public says, and where it goes.

use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id, post},
    sample,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_a_crisis_line_comes_first_and_nothing_is_kept_of_who_said_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let hub = db.create(&sample::hub("room")).await;
    let line = db.create(&sample::helpline("night-line")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    for (listing, topic) in [
        (hub, "closed"),
        (line, "wrong_hours"),
        (line, "wrong_number"),
    ] {
        let said = json!({"listing": listing, "topic": topic, "words": "I went there."});
        assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    }
    let missing = json!({"topic": "missing", "words": "A group in our town."});
    assert_eq!(post(&app, "/v1/reports", missing).await.status, 202);
    for wrong in [
        json!({"topic": "closed"}),
        json!({"topic": "missing"}),
        json!({"listing": hub, "topic": "missing", "words": "x"}),
        json!({"listing": hub, "topic": "gone"}),
    ] {
        assert_eq!(post(&app, "/v1/reports", wrong).await.status, 400);
    }
    let nowhere = json!({"listing": uuid::Uuid::nil(), "topic": "closed"});
    assert_eq!(post(&app, "/v1/reports", nowhere).await.status, 404);

    let waiting = head.get("/v1/moderation/reports").await.json();
    let topics: Vec<&str> = waiting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| report["topic"].as_str().unwrap())
        .collect();
    assert_eq!((topics.len(), topics[0]), (4, "wrong_number"));
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["urgent"].as_array().unwrap().len(), 1);
    let settled = format!(
        "/v1/moderation/reports/{}/settlement",
        id(&queue["urgent"][0])
    );
    assert_eq!(head.post(&settled, json!({})).await.status, 204);
    assert_eq!(head.post(&settled, json!({})).await.status, 404);
    let columns = "select count(*) filter (where words = '')::int, count(*)::int from report";
    let row = db.sql().await.query_one(columns, &[]).await.unwrap();
    let (forgotten, all): (i32, i32) = (row.get(0), row.get(1));
    assert_eq!((forgotten, all), (1, 4));
}
