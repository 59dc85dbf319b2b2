//! What an outsider is told of what is not theirs: nothing, not even that it is there.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    people::{Someone, id, send},
};

/// An id that nothing has.
const NOWHERE: &str = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b";

/// All that one may ask of a draft, with a body where it takes one.
fn of_drafts() -> Vec<(Method, &'static str, Option<Value>)> {
    vec![
        (Method::GET, "", None),
        (Method::PATCH, "", Some(json!({"body": {"slug": "mine"}}))),
        (Method::DELETE, "", None),
        (Method::POST, "/submission", None),
        (Method::GET, "/difference", None),
        (Method::GET, "/duplicates", None),
        (Method::GET, "/notes", None),
        (Method::POST, "/notes", Some(json!({"note": "Mine."}))),
        (Method::PUT, "/assignment", Some(json!({}))),
        (Method::POST, "/approval", None),
        (Method::POST, "/rejection", Some(json!({"reason": "Mine."}))),
        (
            Method::POST,
            "/changes-request",
            Some(json!({"reason": "Mine."})),
        ),
    ]
}

/// All that one may ask of an organisation that is not public, and of a listing.
fn of_organisations() -> Vec<(Method, &'static str, Option<Value>)> {
    let role = json!({"email": "stranger@example.org", "role": "owner"});
    vec![
        (Method::GET, "/v1/organisations/{}", None),
        (Method::GET, "/v1/hubs/{}", None),
        (Method::GET, "/v1/organisations/{}/members", None),
        (Method::GET, "/v1/organisations/{}/invitations", None),
        (Method::POST, "/v1/organisations/{}/invitations", Some(role)),
        (Method::GET, "/v1/organisations/{}/batches", None),
        (Method::GET, "/v1/organisations/{}/sheet", None),
        (
            Method::POST,
            "/v1/organisations/{}/claims",
            Some(json!({"grounds": "It is ours."})),
        ),
        (
            Method::POST,
            "/v1/listings/{}/confirmation",
            Some(json!({})),
        ),
        (Method::GET, "/v1/listings/{}/suggestions", None),
    ]
}

/// Holds that neither a stranger nor nobody can change a draft, or tell it from one that does not exist.
pub async fn learns_nothing(
    app: &TestApp,
    stranger: &Someone<'_>,
    owner: &Someone<'_>,
    draft: &Value,
) {
    let before = owner.draft(id(draft)).await;
    let seen = format!("\"{}\"", before["version"]);
    let ask = async |token: &str, method: &Method, path: String, body: &Option<Value>| {
        let mut request = app.request(method.clone(), &path).header("If-Match", &seen);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        app.send(request).await
    };
    for (token, refused) in [(stranger.token.as_str(), 404), ("", 401)] {
        for (method, what, body) in of_drafts() {
            let there = ask(
                token,
                &method,
                format!("/v1/drafts/{}{what}", id(draft)),
                &body,
            )
            .await;
            let nowhere = ask(token, &method, format!("/v1/drafts/{NOWHERE}{what}"), &body).await;
            assert_eq!(there.status, refused, "{method} {what}: {}", there.text);
            assert_eq!(
                there.without_its_id(),
                nowhere.without_its_id(),
                "{method} {what}"
            );
        }
    }
    for (method, path, body) in of_organisations() {
        for named in ["listing", "organisation"] {
            let named = draft[named].as_str().unwrap();
            let there = ask(&stranger.token, &method, path.replace("{}", named), &body).await;
            let nowhere = ask(&stranger.token, &method, path.replace("{}", NOWHERE), &body).await;
            assert_eq!(there.status, 404, "{method} {path}: {}", there.text);
            assert_eq!(
                there.without_its_id(),
                nowhere.without_its_id(),
                "{method} {path}"
            );
        }
    }
    for named in ["listing", "organisation"] {
        let opened = |of: &Value| match named {
            "listing" => json!({"listing": of}),
            _ => json!({"organisation": of, "kind": "hub"}),
        };
        let there = stranger.post("/v1/drafts", opened(&draft[named])).await;
        let nowhere = stranger.post("/v1/drafts", opened(&json!(NOWHERE))).await;
        assert_eq!(there.status, 404, "{}", there.text);
        assert_eq!(there.without_its_id(), nowhere.without_its_id());
    }
    assert_eq!(owner.draft(id(draft)).await, before, "nobody changed it");
}

/// Holds that no public answer knows of what has that name, slug and id.
pub async fn is_not_public(app: &TestApp, draft: &Value, slug: &str, words: &str) {
    app.follow().await;
    let collection = match draft["kind"].as_str().unwrap() {
        "organisation" => "organisations",
        "hub" => "hubs",
        _ => "support-groups",
    };
    let listing = draft["listing"].as_str().unwrap();
    for named in [slug, listing] {
        let shown = app.get(&format!("/v1/{collection}/{named}")).await;
        assert_eq!(shown.status, 404, "{named}");
    }
    for path in [
        format!("/v1/{collection}?limit=100"),
        "/v1/changes?limit=1000".to_owned(),
        "/v1/changes.ndjson".to_owned(),
    ] {
        let all = app.get(&path).await;
        assert_eq!(all.status, 200, "{path}: {}", all.text);
        assert!(
            !all.text.contains(listing) && !all.text.contains(slug),
            "{path}"
        );
    }
    let found = app.search(&[("q", words)]).await;
    assert!(!found["hits"].to_string().contains(listing), "{found}");
    let suggested = send(
        app,
        Method::POST,
        "/v1/suggest",
        "",
        Some(json!({"q": words})),
    )
    .await;
    assert_eq!(suggested.status, 200, "{}", suggested.text);
    assert!(!suggested.text.contains(listing) && !suggested.text.contains(slug));
}
