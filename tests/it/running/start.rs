//! A start without the database: what is known without it is served, and the rest comes by itself.

use haven::domain::actor::Actor;
use std::time::Duration;

use haven::app::import;

use crate::support::{Haven, OwnPostgres, app, clock};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn without_database_and_index_crisis_is_served_and_the_rest_comes_by_itself() {
    let (mut postgres, dir) = (OwnPostgres::start().await, tempfile::tempdir().unwrap());
    postgres.kill().await;
    let haven = Haven::serve(dir.path(), &[("DATABASE_URL", postgres.url())]).await;
    let crisis = haven.get("/v1/crisis?country=BD").await;
    assert_eq!(crisis.status, 200, "{}", crisis.text);
    assert!(crisis.text.contains("tel:999"), "{}", crisis.text);
    // The copy that is built in, which says from when it is.
    assert_eq!(crisis.json()["as_of"], "2026-11-22T00:00:00Z");
    for (path, status) in [
        ("/livez", 200),
        ("/v1/topics", 200),
        ("/v1/areas?country=BD", 200),
        ("/readyz", 503),
        ("/v1/search?q=grief", 503),
        ("/v1/search?near=23.81,90.41", 503),
        ("/v1/hubs", 503),
        ("/v1/hubs/maudsley-hospital", 503),
        ("/v1/sources", 503),
    ] {
        let reply = haven.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        let retry = reply.header("retry-after");
        assert_eq!(retry.is_empty(), status != 503, "{path}");
    }
    let status = haven.get("/status").await;
    assert_eq!(
        (status.status, status.json()["ready"].as_bool()),
        (200, Some(false))
    );

    // It comes, and nothing is in it: not even tables.
    postgres.start_again().await;
    haven.until("/readyz?strict", 200, SOON).await;
    assert_eq!(haven.get("/v1/search?q=grief").await.status, 200);
    import::seed(&postgres.store(), Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    haven.until("/v1/hubs/maudsley-hospital", 200, SOON).await;
    haven.until("/readyz?strict", 200, SOON).await;
    let log = haven.stop().await;
    assert!(
        log.contains("the database is there and up to date"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_database_an_index_of_an_earlier_run_answers_searches() {
    let (mut postgres, dir) = (OwnPostgres::start().await, tempfile::tempdir().unwrap());
    let store = postgres.store();
    store.migrate().await.unwrap();
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let settings = [("DATABASE_URL", postgres.url().to_owned())];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    Haven::serve(dir.path(), &settings).await.stop().await;

    postgres.kill().await;
    let haven = Haven::serve(dir.path(), &settings).await;
    let found = haven.get("/v1/search?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE&lang=bn").await;
    assert_eq!(found.status, 200, "{}", found.text);
    let found = found.json();
    assert!(
        app::slugs(&found["hits"]).contains(&"kaan-pete-roi"),
        "{found}"
    );
    assert_eq!(
        (
            haven.get("/readyz").await.status,
            haven.get("/readyz?strict").await.status
        ),
        (200, 503)
    );
    assert_eq!(haven.get("/v1/hubs?limit=1").await.status, 503);

    postgres.start_again().await;
    haven.until("/v1/hubs?limit=1", 200, SOON).await;
    haven.until("/readyz?strict", 200, SOON).await;
    haven.stop().await;
}
