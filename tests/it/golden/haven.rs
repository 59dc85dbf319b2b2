//! Haven as anybody may ask it: `POST /v1/search` of a served application.

use haven::domain::actor::Actor;
use std::collections::BTreeMap;

use haven::app::import;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{
    judge::{Column, Found, LOOKED_AT},
    set::{self, Row, string},
};
use crate::support::{TestApp, TestDb, app, clock};

/// A database with the seed and the set's listings.
pub async fn store() -> &'static TestDb {
    static FILLED: OnceCell<&'static TestDb> = OnceCell::const_new();
    FILLED
        .get_or_init(|| async {
            let db = Box::leak(Box::new(TestDb::new().await));
            let mut seed = app::seed();
            seed.listings = set::files();
            import::seed(&db.store, Actor::Operator, &*clock(), &seed)
                .await
                .unwrap();
            &*db
        })
        .await
}

/// Asks every row of the application.
pub async fn ask(name: &str, app: &TestApp, rows: &[Row]) -> Column {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(ask_one(app, row).await);
    }
    Column {
        name: name.to_owned(),
        found,
    }
}

async fn ask_one(app: &TestApp, row: &Row) -> Found {
    let mut body = BTreeMap::from([("q", json!(row.query)), ("limit", json!(LOOKED_AT))]);
    if !row.near.is_empty() {
        body.insert("near", json!(row.near));
    }
    let request = app.request(reqwest::Method::POST, "/v1/search").json(&body);
    let reply = app.send(request).await;
    assert_eq!(reply.status, 200, "{}: {}", row.id, reply.text);
    let answer = reply.json();
    let hits = answer["hits"].as_array().unwrap().iter();
    Found {
        hits: hits
            .map(|hit| format!("{}/{}", string(&hit["kind"]), string(&hit["slug"])))
            .collect(),
        crisis: crisis(&answer["crisis"]),
        engine: string(&answer["engine"]).to_owned(),
    }
}

/// The country that comes first in a crisis block.
fn crisis(block: &Value) -> String {
    match (&block["countries"][0]["country"], &block["choose"]) {
        (Value::String(country), _) => country.clone(),
        (_, Value::Null) => "none".to_owned(),
        _ => "chooser".to_owned(),
    }
}
