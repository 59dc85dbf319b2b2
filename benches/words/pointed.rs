//! Haven's own index again, with the point of each listing in it; and what Haven asks of it, with the server's own
//! radius in the place of squares, and nearest first by the server's own sort.

use std::collections::HashMap;

use haven::search::words::Words;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Measured, bed::Bed, load::Sequence, people::Wish, support};

const INDEX: &str = "pointed";

/// Documents that are carried over at once.
const LOT: usize = 20_000;

/// How many hits somebody sees.
const HITS: u32 = 20;

type Points = HashMap<String, Value>;

/// Makes the index out of Haven's.
pub async fn index(bed: &Bed) -> Measured {
    let server = &bed.server;
    let engine = server.engine("haven");
    engine.set_origin(Some(bed.postgres.store().place().await?.0));
    let live = engine.index_name().ok_or("no index has a name")?;
    let made = json!({"uid": INDEX, "primaryKey": "key"});
    server.done(Method::POST, "/indexes", Some(&made)).await;
    let path = format!("/indexes/{live}/settings");
    let mut settings = server.call(Method::GET, &path, None).await;
    settings["sortableAttributes"] = json!(["_geo"]);
    settings["rankingRules"] = json!(["words", "typo", "sort"]);
    let filterable = settings["filterableAttributes"].as_array_mut();
    filterable
        .ok_or("no filterable fields")?
        .push(json!("_geo"));
    let path = format!("/indexes/{INDEX}/settings");
    server.done(Method::PATCH, &path, Some(&settings)).await;
    let points = points(bed).await?;
    for offset in (0..).step_by(LOT) {
        let page = json!({"offset": offset, "limit": LOT});
        let path = format!("/indexes/{live}/documents/fetch");
        let page = server.call(Method::POST, &path, Some(&page)).await;
        let documents = page["results"].as_array().ok_or("no documents")?;
        if documents.is_empty() {
            break;
        }
        let documents: Vec<Value> = documents
            .iter()
            .map(|one| with_point(one, &points))
            .collect();
        let path = format!("/indexes/{INDEX}/documents");
        server
            .done(Method::POST, &path, Some(&json!(documents)))
            .await;
    }
    Ok(true)
}

/// A point of each listing that has one, by the id as the index writes it.
async fn points(bed: &Bed) -> Result<Points, Box<dyn std::error::Error + Send + Sync>> {
    let sql = support::sql(bed.postgres.url()).await;
    let query = "select distinct on (listing) replace(listing::text, '-', ''), lat, lon from place
        where lat is not null and not confidential order by listing, id";
    let rows = sql.query(query, &[]).await?;
    let point = |row: tokio_postgres::Row| {
        let (lat, lng): (f64, f64) = (row.get(1), row.get(2));
        (row.get(0), json!({"lat": lat, "lng": lng}))
    };
    Ok(rows.into_iter().map(point).collect())
}

fn with_point(document: &Value, points: &Points) -> Value {
    let mut document = document.clone();
    let listing = document["key"]
        .as_str()
        .and_then(|key| key.split('-').next());
    if let Some(point) = listing.and_then(|listing| points.get(listing)) {
        document["_geo"] = point.clone();
    }
    document
}

/// What Haven asked for a wish, as the server would be asked to do all of it: within its own radius, nearest first.
pub fn nearest_first(asked: &Sequence, Wish { at, .. }: &Wish, radius: u32) -> Sequence {
    let (lat, lon) = at;
    let within = format!("_geoRadius({lat}, {lon}, {radius})");
    let nearest = format!("_geoPoint({lat}, {lon}):asc");
    asked
        .iter()
        .map(|request| sorted(request, &within, &nearest))
        .collect()
}

fn sorted(request: &[u8], within: &str, nearest: &str) -> Vec<u8> {
    let request = String::from_utf8_lossy(request);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut body: Value = serde_json::from_str(body).unwrap();
    for query in body["queries"].as_array_mut().unwrap() {
        query["indexUid"] = INDEX.into();
        query["sort"] = json!([nearest]);
        query["attributesToRetrieve"] = json!(["key"]);
        let fields = query.as_object_mut().unwrap();
        fields.remove("facets");
        let hits = if fields.contains_key("hitsPerPage") {
            "hitsPerPage"
        } else {
            "limit"
        };
        fields.insert(hits.to_owned(), HITS.into());
        let conditions = fields.get_mut("filter").and_then(Value::as_array_mut);
        for condition in conditions.into_iter().flatten() {
            if condition
                .as_str()
                .is_some_and(|condition| condition.starts_with("square IN"))
            {
                *condition = within.into();
            }
        }
    }
    let body = body.to_string();
    let lines = head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let head: Vec<&str> = lines.collect();
    format!(
        "{}\r\nContent-Length: {}\r\n\r\n{body}",
        head.join("\r\n"),
        body.len()
    )
    .into_bytes()
}
