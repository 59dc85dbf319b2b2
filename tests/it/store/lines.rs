//! National lines that are taken at the same moment.

use haven::domain::actor::Actor;
use haven::domain::change::Removal;
use haven::domain::clock::Clock;
use haven::store::{PublishFault, StoreError};
use serde_json::json;
use tokio::sync::{Barrier, Notify};
use uuid::Uuid;

use crate::support::{TestDb, clock, sample};

/// A country's two lines.
async fn two_lines(db: &TestDb) -> [Uuid; 2] {
    let line = |slug: &str| sample::helpline(slug).with("/helpline_details/national", json!(true));
    [
        db.create(&line("line-one")).await,
        db.create(&line("line-two")).await,
    ]
}

/// The alarms, and the lines that are left.
async fn outcome(db: &TestDb) -> (i32, i32) {
    let count = "select (select count(*)::int from report where topic = 'last_national_line'), count(*)::int from helpline";
    let row = db.sql().await.query_one(count, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// People may take both; of two who do not see each other, the second raises the alarm at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_take_the_last_two_lines_raise_the_alarm() {
    let db = TestDb::seeded().await;
    let (lines, now, both) = (two_lines(&db).await, clock().now(), Barrier::new(2));
    let take = async |line: Uuid| {
        let taken = db.store.write(Actor::Operator, async |tx| {
            tx.withdraw(line, Removal::Withdrawn, now).await?;
            // Neither has committed by then.
            both.wait().await;
            Ok::<_, PublishFault>(())
        });
        taken.await
    };
    let (one, other) = tokio::join!(take(lines[0]), take(lines[1]));
    one.unwrap();
    other.unwrap();
    assert_eq!(outcome(&db).await, (1, 0));
    let report = "select id::text from report";
    let id: String = db.sql().await.query_one(report, &[]).await.unwrap().get(0);
    let id = Uuid::parse_str(&id).unwrap();
    assert_eq!(id.get_version_num(), 7, "as every other id");
}

/// The directory takes none by itself that has become the last one meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lapses_leaves_a_line_whoever_takes_the_other_one() {
    let db = TestDb::seeded().await;
    let (lines, now, both) = (two_lines(&db).await, clock().now(), Barrier::new(2));
    let gone = Notify::new();
    let lapses = db.store.write(Actor::Upkeep, async |tx| {
        let told = tx.lapse(&lines[..1], now).await?;
        assert_eq!(told[0].kept, None, "there was another one");
        both.wait().await;
        gone.notified().await;
        Ok::<_, PublishFault>(())
    });
    let takes = async {
        let taken = db.store.write(Actor::Operator, async |tx| {
            both.wait().await;
            tx.withdraw(lines[1], Removal::Withdrawn, now).await
        });
        assert!(taken.await.unwrap());
        gone.notify_one();
    };
    let (lapsed, ()) = tokio::join!(lapses, takes);
    assert!(
        matches!(lapsed, Err(PublishFault::Store(StoreError::LastLine))),
        "{lapsed:?}"
    );
    assert_eq!(outcome(&db).await, (0, 1));
    // Asked again, it sees that it is the last one.
    let again = db
        .store
        .write(Actor::Upkeep, async |tx| tx.lapse(&lines[..1], now).await);
    assert!(again.await.unwrap()[0].kept.is_some());
}
