//! The way to Postgres is cut, held, slowed and reset, and Postgres itself is killed, all under load: what is in memory
//! is answered, the rest says when to come back, no acknowledged write is lost, and nobody restarts anything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use haven::{
    app::AppError,
    domain::actor::Actor,
    store::{PoolSettings, Store},
};
use tokio::{sync::Mutex, task::JoinHandle};

use crate::support::{
    Haven, OwnPostgres,
    app::Reply,
    proxy::{Proxy, Wire},
    sample, seed_reference,
};

const WRITERS: usize = 4;
const SOON: Duration = Duration::from_secs(60);

/// Writers who go on whatever happens, and note what was acknowledged.
#[derive(Default)]
struct Writing {
    over: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    refused: AtomicUsize,
}

async fn write(store: Store, writer: usize, writing: Arc<Writing>) {
    for number in 0.. {
        if writing.over.load(Ordering::Relaxed) {
            return;
        }
        let slug = format!("circle-{writer}-{number}");
        let publication = sample::support_group(&slug).publication();
        let written = store
            .write(Actor::Operator, async |tx| tx.publish(publication).await)
            .await;
        match written.map_err(AppError::from) {
            Ok(_) => writing.acknowledged.lock().await.push(slug),
            // Whoever asked over HTTP would be told 503.
            Err(AppError::Unavailable { .. }) => {
                writing.refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(other) => panic!("{slug}: {other:?}"),
        }
    }
}

impl Writing {
    async fn counts(&self) -> (usize, usize) {
        let acknowledged = self.acknowledged.lock().await.len();
        (acknowledged, self.refused.load(Ordering::Relaxed))
    }

    /// Waits for so many more acknowledged and refused writes.
    async fn more(&self, acknowledged: usize, refused: usize, what: &str) {
        let (had, lost) = self.counts().await;
        let enough = async {
            loop {
                let (now, refusals) = self.counts().await;
                if now >= had + acknowledged && refusals >= lost + refused {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(SOON, enough).await;
        assert!(
            waited.is_ok(),
            "{what}: {:?} since {:?}",
            self.counts().await,
            (had, lost)
        );
    }
}

/// Asks without a pause; what is in memory is always answered, what is not is answered or put off.
async fn ask(haven: Arc<Haven>, writing: Arc<Writing>) -> usize {
    let mut asked = 0;
    while !writing.over.load(Ordering::Relaxed) {
        for path in [
            "/v1/crisis?country=BD",
            "/v1/search?q=circle",
            "/v1/topics",
            "/readyz",
            "/status",
        ] {
            assert_eq!(haven.get(path).await.status, 200, "{path}");
        }
        let list = haven.get("/v1/support-groups?limit=1").await;
        let put_off = list.status == 503 && !list.header("retry-after").is_empty();
        assert!(
            list.status == 200 || put_off,
            "{}: {}",
            list.status,
            list.text
        );
        asked += 1;
    }
    asked
}

fn finished<T>(tasks: Vec<JoinHandle<T>>) -> impl Future<Output = Vec<T>> {
    futures_util::future::join_all(tasks.into_iter().map(async |task| task.await.unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_all_of_it_recovers_by_itself() {
    let (mut postgres, dir) = (OwnPostgres::start().await, tempfile::tempdir().unwrap());
    let proxy = Proxy::to(postgres.url()).await;
    let settings = PoolSettings {
        connections: WRITERS,
        ..PoolSettings::default()
    };
    let store = Store::new(&proxy.url, &settings).unwrap();
    store.migrate().await.unwrap();
    seed_reference(&store).await;
    let haven = Arc::new(Haven::serve(dir.path(), &[("DATABASE_URL", &proxy.url)]).await);
    let writing = Arc::new(Writing::default());
    let writers = (0..WRITERS)
        .map(|writer| tokio::spawn(write(store.clone(), writer, Arc::clone(&writing))))
        .collect();
    let asking = tokio::spawn(ask(Arc::clone(&haven), Arc::clone(&writing)));
    writing.more(20, 0, "in peace").await;
    haven
        .until("/v1/support-groups/circle-0-0", 200, SOON)
        .await;

    proxy.set(Wire::Slow(Duration::from_millis(20)));
    writing.more(8, 0, "slowed").await;
    for (wire, refused) in [(Wire::Cut, 10), (Wire::Reset, 10)] {
        proxy.set(wire);
        writing.more(0, refused, "cut").await;
        let lost = haven.until("/readyz?strict", 503, SOON).await;
        assert!(!lost.header("retry-after").is_empty());
        proxy.set(Wire::Whole);
        writing.more(20, 0, "whole again").await;
    }
    // Nothing comes through, and nobody is told: the directory finds out by itself.
    proxy.set(Wire::Held);
    haven.until("/readyz?strict", 503, SOON).await;
    let held = haven.until("/v1/support-groups?limit=1", 503, SOON).await;
    assert!(!held.header("retry-after").is_empty());
    proxy.set(Wire::Whole);
    writing.more(20, 0, "no longer held").await;

    postgres.kill().await;
    writing.more(0, 10, "killed").await;
    postgres.start_again().await;
    writing.more(40, 0, "started again").await;
    writing.over.store(true, Ordering::Relaxed);
    finished::<()>(writers).await;
    let asked = asking.await.unwrap();

    let acknowledged = std::mem::take(&mut *writing.acknowledged.lock().await);
    println!(
        "{} acknowledged, {:?} refused, asked {asked} times",
        acknowledged.len(),
        writing.refused
    );
    let head = postgres.store().head().await.unwrap();
    // The catalogue, from which lists are chosen, is current when the follower stands at the end of the log.
    haven.until("/readyz?strict", 200, SOON).await;
    let all = everything(&haven, acknowledged.len()).await;
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|slug| !all.contains(slug))
        .collect();
    assert!(lost.is_empty(), "{lost:?} at {head}");
    Arc::into_inner(haven).unwrap().stop().await;
}

/// The slugs of every support group in the lists, once there are at least so many.
async fn everything(haven: &Haven, least: usize) -> Vec<String> {
    let caught_up = async {
        loop {
            let found = haven
                .get("/v1/search?kind=support_group&limit=1")
                .await
                .json();
            if found["total"]["value"].as_u64().unwrap() >= least as u64 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, caught_up).await.unwrap();
    let (mut all, mut path) = (Vec::new(), "/v1/support-groups?limit=100".to_owned());
    loop {
        let page: Reply = haven.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let json = page.json();
        let slugs = crate::support::app::slugs(&json["items"]);
        all.extend(slugs.into_iter().map(str::to_owned));
        let Some((_, rest)) = page.header("link").split_once('<') else {
            return all;
        };
        path = rest.split_once('>').unwrap().0.to_owned();
    }
}
