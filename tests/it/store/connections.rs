//! Whose the connections of a pool are.

use crate::support::TestDb;

/// The server's processes that serve the pool.
async fn serving(db: &TestDb) -> Vec<i32> {
    let serving = "select pid from pg_stat_activity
        where datname = current_database() and application_name = 'haven' order by pid";
    let rows = db.sql().await.query(serving, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_outlives_the_worker_that_needed_it_first() {
    let db = TestDb::new().await;
    assert!(serving(&db).await.is_empty());
    let store = db.store.clone();
    let worker = std::thread::spawn(move || {
        let worker = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        worker.unwrap().block_on(store.ping()).unwrap();
    });
    worker.join().unwrap();
    let before = serving(&db).await;
    assert_eq!(before.len(), 1);
    db.store.ping().await.unwrap();
    assert_eq!(serving(&db).await, before);
}
