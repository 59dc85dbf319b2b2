//! The change log under concurrent writers: a follower that reads on from the last sequence misses nothing, because the
//! order of the log is the order of commits. Without the lock that is false, and the same run shows it.
//!
//! What proves the order is a witness that knows nothing of our lock: Postgres delivers notifications in the order in
//! which their transactions committed, and promises so. A trigger of the test's own notifies the sequence of each entry
//! and then lingers, so that between drawing a sequence and committing it every other writer has time to come in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use haven::domain::actor::Actor;
use haven::domain::area::Name;
use haven::domain::language::Language;
use haven::domain::slug::Slug;
use haven::domain::topic::Topic;
use haven::store::{Store, StoreError};
use tokio::sync::Mutex;
use tokio_postgres::{AsyncMessage, NoTls};

use crate::support::TestDb;

const WRITERS: usize = 16;
const RUN: Duration = Duration::from_secs(2);

/// Both runs want all the connections, and all the processors.
static ALONE: Mutex<()> = Mutex::const_new(());

const WITNESS: &str = "
    create function witness() returns trigger language plpgsql as $$
    begin
        perform pg_notify('witness', new.sequence::text);
        return null;
    end $$;
    create trigger witness after insert on change for each row execute function witness();
    create function linger() returns trigger language plpgsql as $$
    begin
        perform pg_sleep(random() * 0.008);
        return null;
    end $$;
    create trigger zz_linger after insert on change for each statement execute function linger();";

/// What a run left: every list holds sequences.
struct Run {
    /// The log as it stands in the table when all is over.
    log: Vec<i64>,
    /// As the follower read it on from the last sequence, batch by batch.
    followed: Vec<i64>,
    /// In order of commits.
    committed: Vec<i64>,
    /// How many changes the writers were told are stored.
    acknowledged: usize,
}

/// Each turn another name: a topic written again as it is would be no change.
fn topic(slug: &str, turn: usize) -> Topic {
    let name = Name {
        language: Language::parse("en").unwrap(),
        text: turn.to_string().into(),
        old: false,
    };
    Topic {
        slug: Slug::parse(slug).unwrap(),
        parent: None,
        names: vec![name],
    }
}

/// Writes one to three changes at a time until `end`; every fourth transaction fails and is taken back. Returns how many
/// changes were acknowledged.
async fn write(store: Store, writer: usize, end: Instant) -> usize {
    let mut acknowledged = 0;
    let mut turn = 0;
    while Instant::now() < end {
        turn += 1;
        let topics: Vec<Topic> = (0..=turn % 3)
            .map(|i| topic(&format!("w{writer}-{i}"), turn))
            .collect();
        let done = store.write(Actor::Operator, async |tx| {
            tx.put_topics(&topics).await?;
            match turn % 4 {
                0 => Err(StoreError::Url("on purpose".to_owned())),
                _ => Ok(()),
            }
        });
        match done.await {
            Ok(()) => acknowledged += topics.len(),
            Err(error) => assert!(matches!(error, StoreError::Url(_)), "{error:?}"),
        }
    }
    acknowledged
}

async fn read_on(store: &Store, followed: &mut Vec<i64>) {
    loop {
        let last = followed.last().copied().unwrap_or(0);
        let batch = store.changes_after(last, 50).await.unwrap();
        if batch.is_empty() {
            return;
        }
        followed.extend(batch.iter().map(|entry| entry.sequence));
    }
}

async fn run(db: &TestDb) -> Run {
    let (client, mut connection) = tokio_postgres::connect(&db.url, NoTls).await.unwrap();
    let (heard, mut notifications) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(notification) = message {
                let _ = heard.send(notification.payload().to_owned());
            }
        }
    });
    client.batch_execute(WITNESS).await.unwrap();
    client.batch_execute("listen witness").await.unwrap();

    let end = Instant::now() + RUN;
    let writers = (0..WRITERS).map(|writer| tokio::spawn(write(db.store.clone(), writer, end)));
    let writers: Vec<_> = writers.collect();
    let mut followed = Vec::new();
    while Instant::now() < end {
        read_on(&db.store, &mut followed).await;
    }
    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await.unwrap();
    }
    read_on(&db.store, &mut followed).await;

    // One more commit: when its word arrives, so have all before it.
    client.batch_execute("notify witness, 'end'").await.unwrap();
    let mut committed = Vec::new();
    loop {
        let payload = notifications.recv().await.unwrap();
        if payload == "end" {
            break;
        }
        committed.push(payload.parse().unwrap());
    }
    let log = client
        .query("select sequence from change order by sequence", &[])
        .await
        .unwrap();
    Run {
        log: log.iter().map(|row| row.get(0)).collect(),
        followed,
        committed,
        acknowledged,
    }
}

/// How often a later commit has an earlier sequence.
fn inversions(committed: &[i64]) -> usize {
    committed
        .windows(2)
        .filter(|pair| pair[0] > pair[1])
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_missed_and_the_order_is_that_of_commits() {
    let _alone = ALONE.lock().await;
    let db = TestDb::with_connections(WRITERS + 1).await;
    let run = run(&db).await;
    assert!(
        run.acknowledged > WRITERS * 2,
        "only {} changes in {RUN:?}",
        run.acknowledged
    );
    assert_eq!(
        run.log.len(),
        run.acknowledged,
        "every acknowledged change is logged, and no other"
    );
    assert_eq!(
        run.followed, run.log,
        "the follower saw each change once, in order"
    );
    assert_eq!(
        run.committed, run.log,
        "the order of the log is that of commits"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_changes_are_missed_and_the_order_breaks() {
    let _alone = ALONE.lock().await;
    let db = TestDb::with_connections(WRITERS + 1).await;
    db.sql()
        .await
        .batch_execute("drop trigger change_lock on change")
        .await
        .unwrap();
    let run = run(&db).await;
    assert_eq!(run.log.len(), run.acknowledged);
    assert!(
        run.followed.len() < run.log.len(),
        "the follower missed none of {}",
        run.log.len()
    );
    assert!(inversions(&run.committed) > 0, "the order held all along");
    let mut sorted = run.committed;
    sorted.sort_unstable();
    assert_eq!(sorted, run.log, "the witness itself misses nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_waits_is_woken_by_a_write() {
    let db = TestDb::new().await;
    let mut watch = db.store.watch();
    let awake = async |watch: &mut haven::store::Watch| {
        let woken = tokio::time::timeout(Duration::from_secs(10), watch.changed()).await;
        woken.expect("nobody was woken").unwrap();
    };
    // Listening has begun: what was written before may have been missed.
    awake(&mut watch).await;
    watch.mark_unchanged();
    let topics = Arc::new([topic("sleep", 1)]);
    let write = db
        .store
        .write(Actor::Operator, async |tx| tx.put_topics(&*topics).await);
    write.await.unwrap();
    awake(&mut watch).await;
    assert_eq!(db.store.head().await.unwrap(), 1);
}
