//! A directory that is read for the first time: all that needs no words is answered before there is an index.

use std::fs;

use crate::support::{TestApp, TestDb, sample};

#[tokio::test]
async fn all_but_words_is_answered_before_the_first_index() {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("the-hub")).await;
    let app = TestApp::empty(&db.store, Vec::new()).await;
    let nothing = app.get("/v1/hubs").await;
    assert_eq!(
        nothing.status, 503,
        "an empty list would say that there is no help"
    );

    // The index cannot be built for now, so that the time in which it is being built stands still.
    fs::remove_dir(app.index()).unwrap();
    app.try_follow().await.unwrap_err();
    let hubs = app.get("/v1/hubs").await.json();
    assert_eq!(hubs["items"][0]["slug"], "the-hub");
    let found = app.search(&[("kind", "hub")]).await;
    assert_eq!(found["total"]["value"], 1);
    let words = app.get("/v1/search?q=listens").await;
    assert_eq!(words.status, 503);
    assert_eq!(words.json()["code"], "unavailable");
    assert!(
        words
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds > 0)
    );
    let danger = app
        .search(&[("q", "i want to kill myself"), ("country", "BD")])
        .await;
    assert_eq!(
        (&danger["degraded"], &danger["hits"]),
        (&true.into(), &serde_json::json!([]))
    );
    assert!(
        danger["crisis"]["countries"][0]["lines"].is_array(),
        "{danger}"
    );
    assert_eq!(app.get("/readyz").await.status, 503);
    let parts = app.get("/status").await.json();
    let state = |name: &str| {
        let mut parts = parts["parts"].as_array().unwrap().iter();
        parts.find(|part| part["name"] == name).unwrap()["state"].clone()
    };
    assert_eq!(
        (state("catalogue"), state("words")),
        ("ok".into(), "building".into())
    );

    fs::create_dir(app.index()).unwrap();
    app.follow().await;
    assert_eq!(app.search(&[("q", "listens")]).await["total"]["value"], 1);
    assert_eq!(app.get("/readyz").await.status, 200);
}
