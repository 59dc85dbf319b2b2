//! A process that is killed while people write: what was acknowledged is there once, and nothing twice.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{
    Haven, OwnPostgres, TestApp,
    people::{Someone, id},
    sample, seed_reference,
};

const WRITES: usize = 200;
const WRITERS: usize = 8;
/// So many times the process is killed, each after as many more writes.
const KILLS: usize = 5;

/// A client that goes on where the process is now.
struct Insistent {
    client: Client,
    address: watch::Receiver<SocketAddr>,
    rima: String,
    head: String,
}

impl Insistent {
    /// Asks until there is an answer, and one that is not "later".
    async fn ask(&self, request: impl Fn(SocketAddr) -> RequestBuilder) -> (u16, Value) {
        loop {
            let address = *self.address.borrow();
            let sent = request(address)
                .timeout(Duration::from_secs(30))
                .send()
                .await;
            if let Ok(reply) = sent {
                let status = reply.status().as_u16();
                let busy = [503, 409].contains(&status);
                if let Ok(text) = reply.text().await {
                    let body: Value = serde_json::from_str(&text).unwrap_or_default();
                    if !busy || body["code"] == "conflict" {
                        return (status, body);
                    }
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Registers an organisation under a key, hands it in and has it approved; its draft.
    async fn write(&self, number: usize) -> String {
        let body =
            json!({"organisation": sample::organisation(&format!("listeners-{number}")).typed()});
        let key = format!("write-number-{number}");
        let (status, made) = self
            .ask(|address| {
                let request = self
                    .client
                    .post(format!("http://{address}/v1/organisations"));
                request
                    .bearer_auth(&self.rima)
                    .header("Idempotency-Key", &key)
                    .json(&body)
            })
            .await;
        assert_eq!(status, 201, "{made}");
        let draft = id(&made["organisation"]).to_owned();
        self.step(&draft, "submission", &self.rima, 1, "submitted")
            .await;
        self.step(&draft, "approval", &self.head, 2, "approved")
            .await;
        draft
    }

    /// A step that may have been taken without our hearing of it.
    async fn step(&self, draft: &str, what: &str, token: &str, version: i64, then: &str) {
        let path = |address: SocketAddr| format!("http://{address}/v1/drafts/{draft}");
        let (status, answer) = self
            .ask(|address| {
                let request = self.client.post(format!("{}/{what}", path(address)));
                let tag = format!("\"{version}\"");
                request.bearer_auth(token).header("If-Match", tag)
            })
            .await;
        if status == 412 {
            let (_, now) = self
                .ask(|address| self.client.get(path(address)).bearer_auth(token))
                .await;
            assert_eq!(now["state"], then, "{now}");
        } else {
            assert_eq!((status, &answer["state"]), (200, &json!(then)), "{answer}");
        }
    }
}

async fn everything_found(haven: &Haven) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut path = "/v1/search?kind=organisation&limit=50".to_owned();
    loop {
        let page = haven.get(&path).await.json();
        for hit in page["hits"].as_array().unwrap() {
            assert!(found.insert(id(hit).to_owned()), "twice in the index");
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/search?kind=organisation&limit=50&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_is_there_once_and_the_index_knows_it() {
    let postgres = OwnPostgres::start().await;
    let store = postgres.store();
    store.migrate().await.unwrap();
    seed_reference(&store).await;
    let app = TestApp::on(&store).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "sessions live in the served process too, whose time is the real one"
    )]
    app.clock.set(Timestamp::now());
    let rima = Someone::new(&app, "rima@example.org").await;
    let head = Someone::installed(&app, &store, "head@example.org").await;
    let dir = tempfile::tempdir().unwrap();
    let settings = [("DATABASE_URL", postgres.url())];
    let mut haven = Haven::serve(dir.path(), &settings).await;
    let (moved, address) = watch::channel(haven.address);
    let client = Insistent {
        client: Client::builder().pool_max_idle_per_host(0).build().unwrap(),
        address,
        rima: rima.token.clone(),
        head: head.token.clone(),
    };
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let drafts = Mutex::new(Vec::new());
    let writers = futures_util::future::join_all((0..WRITERS).map(async |_| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= WRITES {
                break;
            }
            let draft = client.write(number).await;
            drafts.lock().unwrap().push(draft);
            done.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let killing = async {
        for kill in 1..=KILLS {
            while done.load(Ordering::Relaxed) < kill * WRITES / (KILLS + 1) {
                tokio::task::yield_now().await;
            }
            haven.signal(Signal::KILL);
            haven.ended().await;
            haven = Haven::serve(dir.path(), &settings).await;
            moved.send_replace(haven.address);
        }
    };
    tokio::join!(writers, killing);

    let drafts = drafts.into_inner().unwrap();
    let acknowledged: BTreeSet<&String> = drafts.iter().collect();
    assert_eq!(acknowledged.len(), WRITES, "each its own");
    let sql = crate::support::sql(postgres.url()).await;
    let count = "select count(*), count(distinct listing), count(*) filter (where state = 'approved') from draft";
    let row = sql.query_one(count, &[]).await.unwrap();
    let counts: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    assert_eq!(counts, [WRITES as i64; 3], "nothing twice");
    let rows = sql
        .query("select id::text from published", &[])
        .await
        .unwrap();
    let published: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(published.len(), WRITES);
    // A fresh start follows the log to its end before it says that it serves.
    haven.signal(Signal::TERM);
    haven.ended().await;
    let haven = Haven::serve(dir.path(), &settings).await;
    assert_eq!(everything_found(&haven).await, published);
    app.follow().await;
}
