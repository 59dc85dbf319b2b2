//! What is asked for under an `Idempotency-Key`, a hundred times at once: done once, and answered alike to all.
//!
//! The operations are those of the document that take such a key; one that is new fails here until it is tried as well.

use std::collections::BTreeMap;

use haven::http;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    app::Reply,
    people::{Someone, id, post},
    sample,
};

const CLICKS: usize = 100;
/// Whoever was told so often to come back has not been answered at all.
const MOST_TRIES: usize = 200;

/// All that is asked about, as often as it is asked for: once by one click, once by a hundred.
struct Ground<'a> {
    db: &'a TestDb,
    rima: Someone<'a>,
    head: Someone<'a>,
    organisation: String,
    hubs: Vec<Value>,
    batch: String,
    claim: String,
    report: String,
}

/// A request: who makes it, where, and with what.
struct Request<'a> {
    who: &'a Someone<'a>,
    path: String,
    media_type: &'static str,
    body: String,
}

impl<'a> Ground<'a> {
    async fn new(app: &'a TestApp, db: &'a TestDb) -> Self {
        let head = Someone::administrator(app, db, "head@example.org").await;
        let rima = Someone::new(app, "rima@example.org").await;
        let hubs =
            ["first-room", "second-room", "third-room"].map(|slug| sample::hub(slug).typed());
        let evening =
            json!({"organisation": sample::organisation("listeners").typed(), "hubs": hubs});
        let made = rima.post("/v1/organisations", evening).await.json();
        let mut drafts = vec![made["organisation"].clone()];
        drafts.extend(made["hubs"].as_array().unwrap().iter().cloned());
        for draft in &drafts {
            assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
        }
        // The last one goes on waiting.
        for draft in &drafts[..3] {
            assert_eq!(head.act(id(draft), "approval", None).await.status, 200);
        }
        let organisation = made["organisation"]["listing"].as_str().unwrap().to_owned();
        let batches = format!("/v1/organisations/{organisation}/batches");
        let batch = rima.file(&batches, NDJSON, file("of-a-file"), "").await;
        assert_eq!(batch.status, 201, "{}", batch.text);
        let other = Someone::new(app, "other@example.org").await;
        let claims = format!("/v1/organisations/{organisation}/claims");
        let grounds = json!({"grounds": "It is ours."});
        assert_eq!(other.post(&claims, grounds).await.status, 202);
        let missing = json!({"topic": "missing", "words": "A hub in Khulna."});
        assert_eq!(post(app, "/v1/reports", missing).await.status, 202);
        let first = async |path: &str| {
            let waiting = head.get(path).await.json();
            id(&waiting["items"][0]).to_owned()
        };
        Self {
            db,
            claim: first("/v1/moderation/claims").await,
            report: first("/v1/moderation/reports").await,
            organisation,
            batch: id(&batch.json()).to_owned(),
            hubs: drafts.split_off(1),
            rima,
            head,
        }
    }

    /// What an operation is asked for, the first time or the second.
    fn request(&'a self, operation: &str, time: usize) -> Request<'a> {
        let staff = |path: &str, body: Value| Request {
            who: &self.rima,
            path: path.to_owned(),
            media_type: JSON,
            body: body.to_string(),
        };
        let note = |of: String| Request {
            who: &self.head,
            path: format!("{of}/notes"),
            media_type: JSON,
            body: json!({"note": format!("Called them {time}.")}).to_string(),
        };
        match operation {
            "registerOrganisation" => {
                let room = json!([sample::hub("another-room").typed(), {"slug": "typed-in-haste"}]);
                let organisation = sample::organisation(&format!("others-{time}")).typed();
                let evening = json!({"organisation": organisation, "hubs": room});
                staff("/v1/organisations", evening)
            }
            "openDraft" => {
                let listing = &self.hubs[time]["listing"];
                let body = json!({"listing": listing, "body": {"topics": ["grief"]}});
                staff("/v1/drafts", body)
            }
            "handInBatch" => Request {
                media_type: NDJSON,
                body: file(&format!("of-file-{time}")),
                ..staff(
                    &format!("/v1/organisations/{}/batches", self.organisation),
                    Value::Null,
                )
            },
            "addNote" => note(format!("/v1/drafts/{}", id(&self.hubs[2]))),
            "addBatchNote" => note(format!("/v1/batches/{}", self.batch)),
            "addClaimNote" => note(format!("/v1/moderation/claims/{}", self.claim)),
            "addReportNote" => note(format!("/v1/moderation/reports/{}", self.report)),
            other => panic!("{other} takes an Idempotency-Key, and is not tried here"),
        }
    }

    /// How many rows each table has.
    async fn rows(&self) -> BTreeMap<String, i64> {
        let sql = self.db.sql().await;
        let names = "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
        let mut rows = BTreeMap::new();
        for name in sql.query(names, &[]).await.unwrap() {
            let name: String = name.get(0);
            let count = format!("select count(*) from {name}");
            let row = sql.query_one(&count, &[]).await.unwrap();
            rows.insert(name, row.get(0));
        }
        rows
    }
}

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

/// A file with two hubs.
fn file(slug: &str) -> String {
    let rows = ["one", "two"].map(|row| sample::hub(&format!("{slug}-{row}")).typed().to_string());
    rows.join("\n")
}

/// The operations that take a key, as the document has them.
fn keyed() -> Vec<String> {
    let document = serde_json::to_value(http::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let takes = |operation: &&Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters
            .into_iter()
            .any(|one| one["name"] == "Idempotency-Key")
    };
    let named = |operation: &Value| operation["operationId"].as_str().unwrap().to_owned();
    operations.filter(takes).map(named).collect()
}

/// Asks until it is done, as the refusals say that one may.
async fn click(app: &TestApp, request: &Request<'_>, key: &str) -> Reply {
    for _ in 0..MOST_TRIES {
        let asked = app.request(Method::POST, &request.path);
        let asked = asked
            .bearer_auth(&request.who.token)
            .header("Content-Type", request.media_type)
            .header("Idempotency-Key", key)
            .body(request.body.clone());
        let reply = app.send(asked).await;
        match reply.status {
            409 => assert_eq!(reply.json()["code"], "in_flight"),
            503 => assert_ne!(reply.header("retry-after"), ""),
            _ => return reply,
        }
    }
    panic!("never answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clicks_leave_what_one_leaves_and_are_answered_alike() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let operations = keyed();
    assert!(operations.len() >= 7, "{operations:?}");
    for operation in &operations {
        let before = ground.rows().await;
        let one = ground.request(operation, 0);
        let reply = click(&app, &one, &format!("{operation}-once")).await;
        assert_eq!(reply.status, 201, "{operation}: {}", reply.text);
        let between = ground.rows().await;

        let many = ground.request(operation, 1);
        let key = format!("{operation}-often");
        let clicks = (0..CLICKS).map(|_| click(&app, &many, &key));
        let replies = futures_util::future::join_all(clicks).await;
        let first = replies[0].json();
        for reply in &replies {
            assert_eq!(reply.status, 201, "{operation}: {}", reply.text);
            assert_eq!(reply.json(), first, "{operation}");
        }
        let after = ground.rows().await;
        let more = |of: &BTreeMap<String, i64>, than: &BTreeMap<String, i64>| {
            let mut more = of.clone();
            more.iter_mut()
                .for_each(|(table, rows)| *rows -= than[table]);
            more
        };
        let left = more(&between, &before);
        assert_eq!(more(&after, &between), left, "{operation}");
        assert_eq!(left["idempotency"], 1);
        assert!(left["audit"] > 0, "{operation} leaves no trace");

        // Nor is one request taken for another.
        let other = click(&app, &one, &key).await;
        let told = (other.status, &other.json()["code"]);
        assert_eq!(told, (422, &json!("key_reused")), "{operation}");
    }
    app.follow().await;
}
