//! The same listings as somebody would give them to the server without Haven: one document each with all its texts and
//! its point; and the same searches, with the server's own radius and distance sort.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{load::Sequence, people::Wish, words_server::WordsServer};

const INDEX: &str = "plain";

/// Makes the index.
pub async fn index(server: &WordsServer, listings: &str) {
    let made = json!({"uid": INDEX, "primaryKey": "id"});
    server.done(Method::POST, "/indexes", Some(&made)).await;
    let settings = json!({"filterableAttributes": ["_geo"], "sortableAttributes": ["_geo"]});
    let path = format!("/indexes/{INDEX}/settings");
    server.done(Method::PATCH, &path, Some(&settings)).await;
    let names = topic_names();
    let documents: Vec<Value> = listings
        .lines()
        .enumerate()
        .map(|(id, line)| document(id, line, &names))
        .collect();
    let path = format!("/indexes/{INDEX}/documents");
    for part in documents.chunks(10_000) {
        server.done(Method::POST, &path, Some(&json!(part))).await;
    }
}

/// The search for a wish within so many metres, nearest first by the server's own sort.
pub fn nearest_first(server: &WordsServer, Wish { words, at }: &Wish, radius: u32) -> Sequence {
    let (lat, lon) = at;
    let body = json!({
        "q": words, "limit": 20, "filter": format!("_geoRadius({lat}, {lon}, {radius})"),
        "sort": [format!("_geoPoint({lat}, {lon}):asc")], "attributesToRetrieve": ["id"],
    });
    let path = format!("/indexes/{INDEX}/search");
    vec![post(
        server.address(),
        server.key(),
        &path,
        &body.to_string(),
    )]
}

fn topic_names() -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed-data/topics.ndjson");
    let topics = std::fs::read_to_string(path).unwrap();
    let topics = topics.lines().map(|line| {
        let topic: Value = serde_json::from_str(line).unwrap();
        (
            topic["slug"].as_str().unwrap().to_owned(),
            topic["names"].clone(),
        )
    });
    topics.collect()
}

fn document(id: usize, line: &str, topics: &BTreeMap<String, Value>) -> Value {
    let listing: Value = serde_json::from_str(line).unwrap();
    let own = listing["topics"].as_array().into_iter().flatten();
    let own: Vec<&Value> = own.filter_map(|slug| topics.get(slug.as_str()?)).collect();
    let mut document = json!({
        "id": id, "name": listing["name"]["text"], "topics": own, "summary": listing["summary"]["text"],
        "description": listing["description"]["text"],
    });
    let point = &listing["places"][0]["point"];
    if point["lat"].is_number() {
        document["_geo"] = json!({"lat": point["lat"], "lng": point["lon"]});
    }
    document
}

fn post(address: SocketAddr, key: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
