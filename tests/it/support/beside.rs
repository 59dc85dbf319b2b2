//! Two things at one moment, in an order that does not hang on luck: one of them is a transaction that stays open until
//! the other one waits for it.

use std::future::Future;

use super::TestDb;

/// Asks while `sql` is done and not committed yet; it is, once so many wait for it.
pub async fn beside<T>(db: &TestDb, sql: &str, waiting: i64, asked: impl Future<Output = T>) -> T {
    beside_and(db, sql, "select 1", waiting, asked).await
}

/// The same, with more SQL once they wait.
pub async fn beside_and<T>(
    db: &TestDb,
    sql: &str,
    then: &str,
    waiting: i64,
    asked: impl Future<Output = T>,
) -> T {
    let (mut client, watching) = (db.sql().await, db.sql().await);
    let open = client.transaction().await.unwrap();
    open.batch_execute(sql).await.unwrap();
    let committed = async {
        let waits = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        loop {
            let row = watching.query_one(waits, &[]).await.unwrap();
            if row.get::<_, i64>(0) >= waiting {
                break;
            }
        }
        open.batch_execute(then).await.unwrap();
        open.commit().await.unwrap();
    };
    tokio::join!(asked, committed).0
}
