//! How long it takes until what a moderator approves is found, as those see it who wait for it.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Haven, app::Reply, people::id, sample};

/// Whoever waits longer has not been found at all.
const LIMIT: Duration = Duration::from_secs(30);

/// Hands an organisation in and approves it; the time from when the approval was asked for until a search by a word of
/// its name finds it. `word` is in no other listing.
pub async fn approved_to_findable(haven: &Haven, owner: &str, head: &str, word: &str) -> Duration {
    let slug = word.to_lowercase();
    let mut body = sample::organisation(&slug).typed();
    body["name"] = json!({"source": "en", "text": {"en": format!("House of {word}")}});
    let made = haven
        .request(Method::POST, "/v1/organisations")
        .bearer_auth(owner)
        .json(&json!({"organisation": body}));
    let made = expect(made, 201).await;
    let draft = format!("/v1/drafts/{}", id(&made["organisation"]));
    let listing = made["organisation"]["listing"].as_str().unwrap();
    let step = |what: &str, token: &str, version: i64| {
        let request = haven.request(Method::POST, &format!("{draft}/{what}"));
        request
            .bearer_auth(token)
            .header("If-Match", format!("\"{version}\""))
    };
    expect(step("submission", owner, 1), 200).await;
    let search = format!("/v1/search?q={word}&kind=organisation");
    assert!(!finds(&haven.get(&search).await.json(), listing));
    let began = Instant::now();
    expect(step("approval", head, 2), 200).await;
    loop {
        if finds(&haven.get(&search).await.json(), listing) {
            return began.elapsed();
        }
        assert!(began.elapsed() < LIMIT, "{word} is not found");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn finds(answer: &Value, listing: &str) -> bool {
    let hits = answer["hits"].as_array().unwrap();
    hits.iter().any(|hit| id(hit) == listing)
}

async fn expect(request: RequestBuilder, status: u16) -> Value {
    let reply = Reply::of(request).await;
    assert_eq!(reply.status, status, "{}", reply.text);
    reply.json()
}
