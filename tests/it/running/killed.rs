//! A process that is killed while people write: what was acknowledged is there once, nothing twice, and the index of the
//! process that lives on is what the database says.
//!
//! Every kill but for the moment at which it comes falls between the commit of one write and its answer: whoever asked
//! for it is answered by the next process, as the first would have. The other writers are cut wherever they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::{self, Either};
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
/// Each third write of a writer changes what their write before made; the others make something.
const OF_EACH: usize = WRITES / WRITERS;
/// So many times the process is killed, each after as many more writes.
const KILLS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

const RIMA: &str = "rima@example.org";

/// A listing as its writer knows it.
#[derive(Clone, Debug)]
struct Written {
    listing: String,
    version: i64,
    /// A word of its name that no other has.
    word: String,
    /// A moderator took it off.
    gone: bool,
}

/// A client that goes on where the process is now.
struct Insistent {
    client: Client,
    address: watch::Receiver<SocketAddr>,
    rima: String,
    head: String,
    /// When the request was sent that was acknowledged, by its key.
    acknowledged: Mutex<BTreeMap<String, Timestamp>>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is compared with what the served process wrote, whose time is the real one"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

impl Insistent {
    /// Asks until there is an answer, and one that is not "later"; when that which is answered was sent.
    async fn ask(&self, request: impl Fn(SocketAddr) -> RequestBuilder) -> (u16, Value, Timestamp) {
        loop {
            let address = *self.address.borrow();
            let at = now();
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
                        return (status, body, at);
                    }
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// What a write under a key is, at an address.
    fn keyed(&self, address: SocketAddr, key: &str, path: &str, body: &Value) -> RequestBuilder {
        let request = self.client.post(format!("http://{address}{path}"));
        request
            .bearer_auth(&self.rima)
            .header("Idempotency-Key", key)
            .json(body)
    }

    /// Writes under a key, until that is acknowledged.
    async fn write(&self, key: &str, path: &str, body: &Value) -> Value {
        let (status, made, at) = self
            .ask(|address| self.keyed(address, key, path, body))
            .await;
        assert_eq!(status, 201, "{made}");
        let before = self.acknowledged.lock().unwrap().insert(key.to_owned(), at);
        assert_eq!(before, None, "each its own");
        made
    }

    /// Registers an organisation and has it approved.
    async fn register(&self, number: usize) -> Written {
        let (path, body) = registration(number);
        let made = self.write(&key(number), path, &body).await;
        let draft = &made["organisation"];
        self.decided(draft).await;
        Written {
            listing: draft["listing"].as_str().unwrap().to_owned(),
            version: 1,
            word: word(number),
            gone: false,
        }
    }

    /// Gives a listing another name, and has that approved.
    async fn rename(&self, number: usize, former: &Written) -> Written {
        let body = json!({"listing": former.listing, "body": {"name": named(number)}});
        let draft = self.write(&key(number), "/v1/drafts", &body).await;
        self.decided(&draft).await;
        Written {
            version: 2,
            word: word(number),
            ..former.clone()
        }
    }

    async fn decided(&self, draft: &Value) {
        self.step(id(draft), "submission", &self.rima, 1, "submitted")
            .await;
        self.step(id(draft), "approval", &self.head, 2, "approved")
            .await;
    }

    /// A step that may have been taken without our hearing of it.
    async fn step(&self, draft: &str, what: &str, token: &str, version: i64, then: &str) {
        let path = |address: SocketAddr| format!("http://{address}/v1/drafts/{draft}");
        let (status, answer, _) = self
            .ask(|address| {
                let request = self.client.post(format!("{}/{what}", path(address)));
                let tag = format!("\"{version}\"");
                request.bearer_auth(token).header("If-Match", tag)
            })
            .await;
        if status == 412 {
            let (_, now, _) = self
                .ask(|address| self.client.get(path(address)).bearer_auth(token))
                .await;
            assert_eq!(now["state"], then, "{now}");
        } else {
            assert_eq!((status, &answer["state"]), (200, &json!(then)), "{answer}");
        }
    }

    /// A moderator takes it off.
    async fn take_off(&self, written: &mut Written) {
        let (status, answer, _) = self
            .ask(|address| {
                let path = format!("/v1/listings/{}/withdrawal", written.listing);
                let request = self.client.post(format!("http://{address}{path}"));
                request
                    .bearer_auth(&self.head)
                    .header("If-Match", format!("\"{}\"", written.version))
                    .json(&json!({"reason": "It is not there."}))
            })
            .await;
        // 404: it was done, and nobody had said so.
        assert!([204, 404].contains(&status), "{answer}");
        written.gone = true;
    }

    /// All that one writer writes; what there is then.
    async fn write_all(&self, writer: usize, done: &AtomicUsize) -> Vec<Written> {
        let mut all: Vec<Written> = Vec::new();
        for turn in 0..OF_EACH {
            let number = writer * OF_EACH + turn;
            if turn % 3 == 2 {
                let last = all.last_mut().unwrap();
                *last = self.rename(number, last).await;
                if turn % 9 == 8 {
                    self.take_off(last).await;
                }
            } else {
                all.push(self.register(number).await);
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        all
    }
}

fn key(number: usize) -> String {
    format!("write-number-{number}")
}

/// A word that is like no other of them.
fn word(number: usize) -> String {
    const SOUNDS: [&str; 16] = [
        "ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu",
        "za",
    ];
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let sounds = (0..6).map(|at| SOUNDS[(mixed >> (40 + 4 * at)) as usize % 16]);
    sounds.collect()
}

fn named(number: usize) -> Value {
    let name = format!("House of {}", word(number));
    json!({"source": "en", "text": {"en": name}})
}

fn registration(number: usize) -> (&'static str, Value) {
    let mut organisation = sample::organisation(&format!("listeners-{number}")).typed();
    organisation["name"] = named(number);
    ("/v1/organisations", json!({"organisation": organisation}))
}

/// All that a search finds, each once, with its version.
async fn everything_found(haven: &Haven) -> BTreeSet<(String, i64)> {
    let mut found = BTreeSet::new();
    let mut path = "/v1/search?kind=organisation&limit=50".to_owned();
    loop {
        let page = haven.get(&path).await.json();
        for hit in page["hits"].as_array().unwrap() {
            let version = hit["version"].as_i64().unwrap();
            assert!(
                found.insert((id(hit).to_owned(), version)),
                "twice in the index"
            );
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/search?kind=organisation&limit=50&cursor={next}"),
            None => return found,
        }
    }
}

/// Holds that the index is what is published: by what is listed, and by the words of each listing.
async fn index_is(haven: &Haven, sql: &tokio_postgres::Client, all: &[Written]) {
    let published = "select id::text, version from published";
    let rows = sql.query(published, &[]).await.unwrap();
    let published: BTreeSet<(String, i64)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let there = all.iter().filter(|written| !written.gone);
    let expected = there.map(|written| (written.listing.clone(), written.version));
    assert_eq!(published, expected.collect());
    // How far behind it is, a process knows as of its last look: it may not have seen the latest of the log yet.
    let began = Instant::now();
    let mut found = everything_found(haven).await;
    while found != published && began.elapsed() < PATIENCE {
        tokio::task::yield_now().await;
        found = everything_found(haven).await;
    }
    assert_eq!(found, published);
    for written in all {
        let found = haven
            .get(&format!("/v1/search?q={}", written.word))
            .await
            .json();
        let hits = found["hits"].as_array().unwrap();
        let hit = hits.iter().find(|hit| id(hit) == written.listing);
        if written.gone {
            assert_eq!(hit, None, "{written:?}");
        } else {
            let hit = hit.unwrap_or_else(|| panic!("{written:?} is not found"));
            assert_eq!(hit["version"], written.version);
            let name = hit["name"]["text"].as_str().unwrap();
            assert!(name.contains(&written.word), "{name}");
        }
    }
}

/// Waits until the process has followed the log to its end.
async fn drained(haven: &Haven) {
    let began = Instant::now();
    loop {
        let status = haven.get("/status").await.json();
        let parts = status["parts"].as_array().unwrap();
        let follower = parts
            .iter()
            .find(|part| part["name"] == "follower")
            .unwrap();
        if follower["behind"]["changes"] == 0 {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{follower}");
        tokio::task::yield_now().await;
    }
}

/// The process, killed and started again.
struct Killed<'a> {
    dir: &'a Path,
    settings: [(&'a str, &'a str); 1],
    moved: watch::Sender<SocketAddr>,
    haven: Haven,
}

impl Killed<'_> {
    /// Asks for that write, kills the process once it is committed, and hears no answer.
    async fn after_its_commit(
        &mut self,
        client: &Insistent,
        sql: &tokio_postgres::Client,
        number: usize,
    ) {
        let (path, body) = registration(number);
        let unanswered = async {
            loop {
                let request = client.keyed(self.haven.address, &key(number), path, &body);
                let refused = request.send().await.ok();
                // The pool may be short: asked again, until it is begun.
                if refused.is_some_and(|reply| reply.status().as_u16() == 201) {
                    future::pending::<()>().await;
                }
            }
        };
        let committed = async {
            let kept = "select from idempotency where key = $1";
            while sql.query(kept, &[&key(number)]).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        match future::select(Box::pin(unanswered), Box::pin(committed)).await {
            Either::Left(_) => unreachable!("it waits for ever"),
            Either::Right(_) => self.haven.signal(Signal::KILL),
        }
        self.haven.ended().await;
        self.haven = Haven::serve(self.dir, &self.settings).await;
        self.moved.send_replace(self.haven.address);
    }
}

/// How many there are of what each write leaves.
async fn counted(sql: &tokio_postgres::Client) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::new();
    for (what, count) in [
        (
            "drafts",
            "select count(*) from draft where state = 'approved'",
        ),
        (
            "other drafts",
            "select count(*) from draft where state <> 'approved'",
        ),
        ("listings", "select count(distinct listing) from draft"),
        ("revisions", "select count(*) from revision"),
        ("keys", "select count(*) from idempotency"),
        (
            "registered",
            "select count(*) from audit where action = 'register' and subject like 'organisation/%'",
        ),
        (
            "opened",
            "select count(*) from audit where action = 'open_draft'",
        ),
        (
            "approved",
            "select count(*) from audit where action = 'approve'",
        ),
        (
            "taken off",
            "select count(*) from audit where action = 'take_off'",
        ),
        ("set aside", "select count(*) from lapsed"),
        (
            "told of approval",
            "select count(*) from letter where payload ->> 'subject' = 'It is public'",
        ),
        (
            "told of the end",
            "select count(*) from letter where payload ->> 'subject' = 'It was taken off'",
        ),
    ] {
        let row = sql.query_one(count, &[]).await.unwrap();
        counts.insert(what, row.get(0));
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_is_there_once_and_the_index_knows_it() {
    let postgres = OwnPostgres::start().await;
    let store = postgres.store();
    store.migrate().await.unwrap();
    seed_reference(&store).await;
    let app = TestApp::on(&store).await;
    app.clock.set(now());
    let rima = Someone::new(&app, RIMA).await;
    let head = Someone::installed(&app, &store, "head@example.org").await;
    let dir = tempfile::tempdir().unwrap();
    let settings = [("DATABASE_URL", postgres.url())];
    let haven = Haven::serve(dir.path(), &settings).await;
    let (moved, address) = watch::channel(haven.address);
    let client = Insistent {
        client: Client::builder().pool_max_idle_per_host(0).build().unwrap(),
        address,
        rima: rima.token.clone(),
        head: head.token.clone(),
        acknowledged: Mutex::default(),
    };
    let mut killed = Killed {
        dir: dir.path(),
        settings,
        moved,
        haven,
    };
    let sql = crate::support::sql(postgres.url()).await;
    let done = AtomicUsize::new(0);
    let writers = future::join_all((0..WRITERS).map(|writer| client.write_all(writer, &done)));
    let killing = async {
        let mut unheard = Vec::new();
        for kill in 1..=KILLS {
            while done.load(Ordering::Relaxed) < kill * WRITES / (KILLS + 1) {
                tokio::task::yield_now().await;
            }
            let number = WRITES + kill;
            killed.after_its_commit(&client, &sql, number).await;
            unheard.push(client.register(number).await);
        }
        unheard
    };
    let (written, unheard) = tokio::join!(writers, killing);
    let all = [written.concat(), unheard].concat();

    let renamed = all.iter().filter(|written| written.version == 2).count() as i64;
    let gone = all.iter().filter(|written| written.gone).count() as i64;
    let (listings, writes) = (all.len() as i64, (WRITES + KILLS) as i64);
    assert_eq!((renamed, gone), (64, 16));
    let once = BTreeMap::from([
        ("drafts", writes),
        ("other drafts", 0),
        ("listings", listings),
        ("revisions", writes - 2 * gone),
        ("keys", writes),
        ("registered", listings),
        ("opened", writes),
        ("approved", writes),
        ("taken off", gone),
        ("set aside", gone),
        ("told of approval", writes),
        ("told of the end", gone),
    ]);
    assert_eq!(counted(&sql).await, once, "nothing twice, nothing lost");

    // Done before the request was sent that was acknowledged: it was answered by another process than did it.
    let acknowledged = client.acknowledged.lock().unwrap().clone();
    let kept = "select key, (extract(epoch from at) * 1000000)::bigint from idempotency";
    let kept: BTreeMap<String, i64> = sql
        .query(kept, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    assert!(acknowledged.keys().eq(kept.keys()));
    let before = |key: &&String| kept[*key] < acknowledged[*key].as_microsecond();
    let replayed: Vec<&String> = acknowledged.keys().filter(before).collect();
    for kill in 1..=KILLS {
        assert!(replayed.contains(&&key(WRITES + kill)), "{replayed:?}");
    }

    drained(&killed.haven).await;
    index_is(&killed.haven, &sql, &all).await;
    killed.haven.signal(Signal::TERM);
    killed.haven.ended().await;
    // A fresh start follows the log to its end before it says that it serves.
    let haven = Haven::serve(dir.path(), &settings).await;
    index_is(&haven, &sql, &all).await;
    app.follow().await;
}
