//! The database goes away while we serve: what is in memory goes on, the rest says when to come back, and all of it
//! recovers by itself.

use haven::domain::actor::Actor;
use std::time::{Duration, Instant};

use haven::{
    app::import,
    store::{
        PoolSettings, Store,
        cluster::{Binaries, Cluster},
    },
};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{TestApp, app, clock, cluster_parent};

#[tokio::test(flavor = "multi_thread")]
async fn search_and_crisis_go_on_without_the_database() {
    let dir = tempfile::tempdir_in(cluster_parent()).unwrap();
    let binaries = Binaries::find(dir.path()).unwrap();
    let mut cluster = Cluster::start(dir.path(), &binaries, &|_| {})
        .await
        .unwrap();
    let store = Store::new(cluster.url(), &PoolSettings::default()).unwrap();
    store.migrate().await.unwrap();
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let app = TestApp::on(&store).await;
    assert_eq!(app.get("/v1/hubs/maudsley-hospital").await.status, 200);

    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::KILL).unwrap();
    cluster.died().await;
    let found = app.search(&[("q", "বিষণ্নতা"), ("lang", "bn")]).await;
    let first: Vec<&str> = app::slugs(&found["hits"]).into_iter().take(3).collect();
    assert!(first.contains(&"kaan-pete-roi"), "{first:?}");
    let crisis = app.get("/v1/crisis?country=ID").await;
    assert_eq!(crisis.status, 200);
    let danger = app.search(&[("q", "pengen bunuh diri di surabaya")]).await;
    assert_eq!(danger["crisis"]["countries"][0]["country"], "ID");
    for path in [
        "/v1/topics",
        "/v1/areas?country=BD",
        "/v1/suggest?q=dep",
        "/readyz",
        "/livez",
    ] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    for path in [
        "/v1/hubs",
        "/v1/hubs/maudsley-hospital",
        "/v1/sources",
        "/readyz?strict=true",
    ] {
        let began = Instant::now();
        let reply = app.get(path).await;
        assert_eq!(reply.status, 503, "{path}: {}", reply.text);
        assert!(!reply.header("retry-after").is_empty(), "{path}");
        assert!(began.elapsed() < Duration::from_secs(4), "{path}");
    }

    cluster.restart(&|_| {}).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while app.get("/v1/hubs/maudsley-hospital").await.status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
    }
    assert_eq!(app.get("/v1/hubs?limit=1").await.status, 200);
    cluster.stop().await.unwrap();
}
