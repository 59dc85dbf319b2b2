//! Postgres goes away and comes back: the store says so at once, and mends itself.

use std::time::{Duration, Instant};

use haven::domain::actor::Actor;
use haven::store::cluster::{Binaries, Cluster};
use haven::store::{PoolSettings, Store, StoreError};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{cluster_parent, topics};

/// The first so many topics of the reference data.
async fn write(store: &Store, many: usize) -> Result<(), StoreError> {
    store
        .write(Actor::Operator, async |tx| {
            tx.put_topics(&topics()[..many]).await
        })
        .await
}

async fn answers_with_an_outage(store: &Store) {
    let asked = Instant::now();
    let answers = [
        store.ping().await,
        store.published_count().await.map(drop),
        store.changes_after(0, 10).await.map(drop),
        store.reference().await.map(drop),
        write(store, 1).await,
    ];
    for answer in answers {
        let error = answer.expect_err("there is no database");
        assert!(error.is_outage(), "{error:?}");
    }
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "it took {:?}",
        asked.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_store_works_again_after_an_outage() {
    let dir = tempfile::tempdir_in(cluster_parent()).unwrap();
    let binaries = Binaries::find(dir.path()).unwrap();
    let mut cluster = Cluster::start(dir.path(), &binaries, &|_| {})
        .await
        .unwrap();
    let store = Store::new(cluster.url(), &PoolSettings::default()).unwrap();
    store.migrate().await.unwrap();
    write(&store, 2).await.unwrap();
    let head = store.head().await.unwrap();
    let mut watch = store.watch();
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, watch.changed())
        .await
        .unwrap()
        .unwrap();

    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::QUIT).unwrap();
    cluster.died().await;
    answers_with_an_outage(&store).await;

    watch.mark_unchanged();
    cluster.restart(&|_| {}).await.unwrap();
    // The connections from before are dead; none of them is handed out.
    assert_eq!(store.head().await.unwrap(), head);
    tokio::time::timeout(limit, watch.changed())
        .await
        .unwrap()
        .unwrap();
    watch.mark_unchanged();
    write(&store, 5).await.unwrap();
    tokio::time::timeout(limit, watch.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.changes_after(head, 100).await.unwrap().len(), 3);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_store_can_be_had_before_its_database() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("postgres:///haven?host={}&user=haven", dir.path().display());
    let store = Store::new(&url, &PoolSettings::default()).unwrap();
    answers_with_an_outage(&store).await;
    for bad in ["", "mysql://localhost/haven", "postgres://", "host=/tmp"] {
        let refused = Store::new(bad, &PoolSettings::default());
        assert!(matches!(refused, Err(StoreError::Url(_))), "{bad:?}");
    }
}
