//! Plain Meilisearch: default settings, the same listings, each part of them as plain text in all languages.

use serde_json::{Value, json};

use super::{
    judge::{Column, Found, LOOKED_AT},
    set::{Names, Row, listings, string, texts},
};
use crate::support::meilisearch::Meilisearch;

const NAME: &str = "plain Meilisearch";

/// Asks every row of a fresh index on the server.
pub async fn ask(server: &Meilisearch, rows: &[Row]) -> Column {
    let index = server.unused_name("golden_plain");
    fill(server, &index).await;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let body = json!({"q": row.query, "limit": LOOKED_AT, "attributesToRetrieve": ["listing"]});
        let answer = server
            .post(&format!("/indexes/{index}/search"), &body)
            .await;
        let hits = answer["hits"].as_array().unwrap().iter();
        found.push(Found {
            hits: hits.map(|hit| string(&hit["listing"]).to_owned()).collect(),
            crisis: "none".to_owned(),
            engine: NAME.to_owned(),
        });
    }
    server.delete(&format!("/indexes/{index}")).await;
    Column {
        name: NAME.to_owned(),
        found,
    }
}

async fn fill(server: &Meilisearch, index: &str) {
    let listings = listings();
    let (topics, areas) = (Names::of_topics(), Names::of_areas());
    let documents: Vec<Value> = listings
        .iter()
        .enumerate()
        .map(|(number, (name, listing))| {
            let mut parts = texts(listing, &topics, &areas);
            let by = listings.get(&format!("organisation/{}", string(&listing["organisation"])));
            let by = by.map(|by| texts(by, &topics, &areas).remove("name").unwrap_or_default());
            let mut part = |of: &str| parts.remove(of).unwrap_or_default().join("\n");
            // In this order, which is the weight that the default settings give them.
            json!({"id": number, "name": part("name"), "topics": part("topics"),
                "organisation": by.unwrap_or_default().join("\n"), "place": part("place"), "text": part("text"), "listing": name})
        })
        .collect();
    let task = server
        .post(
            &format!("/indexes/{index}/documents?primaryKey=id"),
            &json!(documents),
        )
        .await;
    server.settled(&task).await;
}
