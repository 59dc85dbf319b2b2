//! What is exported comes back the same, in this directory and in another one.

use haven::app::{export, import};
use haven::domain::actor::Actor;
use haven::store::{Store, StoreError};

use super::import::import;
use crate::cli::generated;
use crate::support::app::seed;
use crate::support::{TestDb, clock};

async fn exported(store: &Store) -> String {
    let mut bytes = Vec::new();
    let count = export::listings(store, &mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count() as u64, count);
    text
}

/// A directory with the areas and topics of the seed and without listings.
async fn blank() -> TestDb {
    let (db, seed) = (TestDb::new().await, seed());
    let write = db.store.write(Actor::Operator, async |tx| {
        tx.put_areas(&seed.areas).await?;
        tx.put_topics(&seed.topics).await?;
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
    db
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_comes_back_the_same() {
    let (one, other) = (TestDb::new().await, blank().await);
    let counts = import::seed(&one.store, Actor::Operator, &*clock(), &seed())
        .await
        .unwrap();
    let first = exported(&one.store).await;
    assert_eq!(first.lines().count(), counts.created);
    let report = import(&other.store, first.clone()).await;
    assert_eq!(
        report.counts(),
        [counts.created, 0, 0, 0],
        "{:?}",
        report.refused
    );
    let second = exported(&other.store).await;
    assert!(first == second, "an export changed on its way");
    // Every source survives, and names the same listing.
    let sources =
        "select source.name || ' ' || external_id || ' ' || kind || '/' || slug || ' ' || source.position
        from source join listing on listing.id = source.listing order by 1";
    let mut both = Vec::new();
    for db in [&one, &other] {
        let rows = db.sql().await.query(sources, &[]).await.unwrap();
        both.push(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>());
    }
    assert!(both[0].len() >= counts.created && both[0] == both[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_up_comes_back_the_same_in_any_order() {
    let (one, other) = (blank().await, blank().await);
    let report = import(&one.store, generated(700, 3)).await;
    assert_eq!(report.counts(), [700, 0, 0, 0], "{:?}", report.refused);
    let first = exported(&one.store).await;
    let backwards: Vec<&str> = first.lines().rev().collect();
    let report = import(&other.store, backwards.join("\n")).await;
    assert_eq!(report.counts(), [700, 0, 0, 0], "{:?}", report.refused);
    assert!(first == exported(&other.store).await);
    // Taken in where it came from, it brings back what it says; repeated, nothing.
    import(&one.store, first.clone()).await;
    assert!(first == exported(&one.store).await);
    let report = import(&one.store, first).await;
    assert_eq!(report.counts(), [0, 0, 700, 0]);
}
