//! Keys of apps, and how often one may ask.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    app::{PER_MINUTE, Reply},
    people::{Someone, id},
};

/// The first refusal of who asks again and again, long before a key's share is used up.
async fn until_refused(app: &TestApp, address: &str, key: &str) -> Reply {
    for _ in 0..3 * PER_MINUTE {
        let reply = from(app, "/v1/topics", address, key).await;
        if reply.status == 429 {
            return reply;
        }
    }
    panic!("never refused");
}

/// Asks as if for somebody at that address, as a proxy does.
async fn from(app: &TestApp, path: &str, address: &str, key: &str) -> Reply {
    let mut request = app
        .request(Method::GET, path)
        .header("X-Forwarded-For", address);
    if !key.is_empty() {
        request = request.bearer_auth(key);
    }
    app.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_what_its_scopes_say_until_it_is_revoked() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let make = async |scopes: serde_json::Value| {
        let wanted = json!({"name": "An app", "scopes": scopes, "days": 30});
        let made = rima.post("/v1/keys", wanted).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()
    };
    let as_key = |made: &serde_json::Value| Someone {
        app: &app,
        token: made["key"].as_str().unwrap().to_owned(),
    };
    let (reads, looks, types) = (
        make(json!(["read"])).await,
        make(json!(["drafts_read"])).await,
        make(json!(["drafts_write"])).await,
    );
    let typing = as_key(&types);
    let body = json!({"organisation": {"slug": "listeners"}});
    let made = typing.post("/v1/organisations", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let draft = format!("/v1/drafts/{}", id(&made["organisation"]));
    assert_eq!(as_key(&looks).get(&draft).await.status, 200);
    assert_eq!(
        as_key(&looks)
            .post("/v1/organisations", body.clone())
            .await
            .status,
        403
    );
    assert_eq!(as_key(&reads).get(&draft).await.status, 403);
    for path in ["/v1/keys", "/v1/sessions", "/v1/moderation/queue"] {
        assert_eq!(
            typing.get(path).await.status,
            403,
            "{path}: no key is good for people"
        );
    }
    let listed = rima.get("/v1/keys").await;
    assert!(!listed.text.contains(typing.token.as_str()));
    let all = listed.json();
    let mut all = all["items"].as_array().unwrap().iter();
    let own = all.find(|key| id(key) == id(&types)).unwrap();
    assert_eq!(own["last_used_on"], "2026-03-02");
    assert_eq!(own["prefix"], typing.token[..10]);
    let stored: String = db
        .sql()
        .await
        .query_one("select string_agg(k::text, ' ') from api_key k", &[])
        .await
        .unwrap()
        .get(0);
    assert!(!stored.contains(typing.token.as_str()));

    let other = Someone::new(&app, "other@example.org").await;
    let path = format!("/v1/keys/{}", id(&types));
    assert_eq!(other.delete(&path).await.status, 404);
    assert_eq!(rima.delete(&path).await.status, 204);
    assert_eq!(typing.get(&draft).await.status, 401);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(31 * 24));
    assert_eq!(
        as_key(&looks).get(&draft).await.status,
        401,
        "it has expired"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let first = from(&app, "/v1/topics", "192.0.2.1", "").await;
    assert_eq!(
        first.header("ratelimit-policy"),
        format!("\"default\";q={PER_MINUTE};w=60")
    );
    assert!(
        first.header("ratelimit").starts_with("\"default\";r="),
        "{}",
        first.header("ratelimit")
    );
    let absent = from(&app, "/v1/topics/no-such-topic", "192.0.2.1", "").await;
    assert_eq!(absent.status, 404);
    let left = absent.header("ratelimit");
    assert!(left.starts_with("\"default\";r="), "a problem too: {left}");
    assert_eq!(absent.header("access-control-allow-origin"), "*");
    let refused = until_refused(&app, "192.0.2.1", "").await;
    assert_eq!(refused.json()["code"], "too_many_requests");
    assert_ne!(refused.header("retry-after"), "");
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    for path in ["/v1/crisis?country=BD", "/readyz", "/livez", "/status"] {
        let free = from(&app, path, "192.0.2.1", "").await;
        assert!([200, 204].contains(&free.status), "{path}: {}", free.status);
        assert_eq!(free.header("ratelimit"), "", "{path}");
    }
    assert_eq!(from(&app, "/v1/topics", "192.0.2.2", "").await.status, 200);
    let rima = Someone::new(&app, "rima@example.org").await;
    let made = rima
        .post("/v1/keys", json!({"name": "An app"}))
        .await
        .json();
    let key = made["key"].as_str().unwrap();
    let with_key = from(&app, "/v1/topics", "192.0.2.1", key).await;
    assert_eq!(
        (with_key.status, with_key.header("ratelimit-policy")),
        (200, &*format!("\"default\";q={};w=60", 10 * PER_MINUTE))
    );
    let (begins, last) = key.split_at(key.len() - 1);
    let mistyped = format!("{begins}{}", if last == "x" { "y" } else { "x" });
    // It counts as none, so that guessing keys is limited like anything else.
    until_refused(&app, "192.0.2.1", &mistyped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dear_counts_for_many_however_its_address_is_written() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    for (number, path) in [
        "/v1/sessions",
        "/v1/session%73",
        "/v1/%73%65ssions",
        "/v1/sessions.csv",
        "/v1/accounts/reset",
        "/v1/accounts/rese%74",
        "/v1/report%73.csv",
    ]
    .into_iter()
    .enumerate()
    {
        let address = format!("192.0.2.{}", 100 + number);
        let before = from(&app, "/v1/topics", &address, "").await;
        assert!(before.header("ratelimit").contains(";r=59;"), "{path}");
        let asked = app
            .request(Method::POST, path)
            .header("X-Forwarded-For", &address)
            .json(&json!({}));
        app.send(asked).await;
        // Cheap ones leave 57 and more, however slow this is.
        let after = from(&app, "/v1/topics", &address, "").await;
        let left = after.header("ratelimit").split(";r=").nth(1).unwrap();
        let left: u32 = left.split(';').next().unwrap().parse().unwrap();
        assert!(left < 50, "{path}: {left}");
    }
}
