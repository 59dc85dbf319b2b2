//! Keys of apps, and how often one may ask.

use futures_util::future::join_all;
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
    let lacking = |reply: &Reply| (reply.status, reply.header("www-authenticate").to_owned());
    let lacks = |scope: &str| {
        let lacks = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        (403, lacks)
    };
    let refused = as_key(&looks).post("/v1/organisations", body).await;
    assert_eq!(lacking(&refused), lacks("drafts_write"));
    let refused = as_key(&reads).get(&draft).await;
    assert_eq!(lacking(&refused), lacks("drafts_read"));
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
    let seen = refused.header("access-control-expose-headers");
    assert!(
        seen.contains("Retry-After") && seen.contains("RateLimit"),
        "{seen}"
    );
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

/// What the answer says of how many are left.
fn left(reply: &Reply) -> u32 {
    let left = reply.header("ratelimit").split(";r=").nth(1).unwrap();
    left.split(';').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_of_writing_an_address_is_without_a_limit() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    // One bucket, however it is named; the last is what cannot be read, which is the proxy's own.
    let ways: [&[u8]; 7] = [
        b"198.51.100.77",
        b"\xe9, 198.51.100.77",
        b"198.51.100.77:1234",
        b"198.51.100.77,",
        b"[::ffff:198.51.100.77]:443",
        b"198.51.100.77, 127.0.0.1",
        b"\xe9",
    ];
    let mut refused = Vec::new();
    for way in ways {
        let said = reqwest::header::HeaderValue::from_bytes(way).unwrap();
        let mut answers = Vec::new();
        for _ in 0..4 {
            let asked = app
                .request(Method::POST, "/v1/reports")
                .header("X-Forwarded-For", said.clone());
            answers.push(app.send(asked.json(&json!({}))).await.status);
        }
        refused.push(answers);
    }
    // Of the first bucket a minute is three of these; time passes, a third of a minute before there is another.
    assert_eq!(refused[0], [400, 400, 400, 429]);
    for (way, answers) in ways.iter().zip(&refused).skip(1) {
        assert_eq!(answers[3], 429, "{}", way.escape_ascii());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_one_share_however_many_keys_it_has() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let make = async || {
        let made = rima.post("/v1/keys", json!({"name": "An app"})).await;
        made.json()["key"].as_str().unwrap().to_owned()
    };
    let (one, other) = (make().await, make().await);
    let sign_in = async |address: &str, key: &str| {
        let asked = app
            .request(Method::POST, "/v1/sessions")
            .header("X-Forwarded-For", address)
            .bearer_auth(key);
        app.send(asked.json(&json!({}))).await
    };
    let before = left(&from(&app, "/v1/topics", "192.0.2.1", &one).await);
    for address in 10..20 {
        sign_in(&format!("192.0.2.{address}"), &other).await;
    }
    let after = left(&from(&app, "/v1/topics", "192.0.2.1", &one).await);
    // 200 were taken, of which ten come back each second.
    assert!(after < before, "{before}, then {after}");
    // Whatever key is shown, guessing passwords is as slow as without.
    for key in [&one, &other, &one] {
        assert_eq!(sign_in("192.0.2.3", key).await.status, 400);
    }
    let refused = sign_in("192.0.2.3", &other).await;
    assert_eq!(
        (refused.status, refused.header("ratelimit-policy")),
        (429, &*format!("\"default\";q={PER_MINUTE};w=60"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_keys_has_none_looked_up() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let made = rima.post("/v1/keys", json!({"name": "An app"})).await;
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let policy = async |address: &str, key: &str| {
        let reply = from(&app, "/v1/topics", address, key).await;
        reply.header("ratelimit-policy").to_owned()
    };
    let of = |share: u32| format!("\"default\";q={share};w=60");
    for _ in 0..PER_MINUTE / 10 {
        let guess = haven::credentials::key::mint();
        let guess = secrecy::ExposeSecret::expose_secret(&guess);
        assert_eq!(policy("192.0.2.1", guess).await, of(PER_MINUTE));
    }
    // Not even one that is in force, from there; elsewhere it is known, and from then on there as well.
    assert_eq!(policy("192.0.2.1", &key).await, of(PER_MINUTE));
    assert_eq!(policy("192.0.2.2", &key).await, of(10 * PER_MINUTE));
    assert_eq!(policy("192.0.2.1", &key).await, of(10 * PER_MINUTE));
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
        let left = left(&after);
        assert!(left < 50, "{path}: {left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_made_at_one_moment_are_counted_one_after_the_other() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    // Some that have expired since take nobody's room, and hide none that is in force.
    let account = rima.get("/v1/me").await.json()["account"].clone();
    let account = account.as_str().unwrap();
    let some = format!(
        "insert into api_key (id, account, name, prefix, hash, scopes, created_at, expires_at)
        select gen_random_uuid(), '{account}', 'An app', 'haven_', n::text, '{{}}', '2026-01-01',
            case when n > 47 then '2026-01-02' else '2036-01-01' end::timestamptz
        from generate_series(1, 200) as n"
    );
    db.sql().await.batch_execute(&some).await.unwrap();
    let wanted = || json!({"name": "An app", "scopes": ["read"], "days": 30});
    let asked = (0..8).map(|_| rima.post("/v1/keys", wanted()));
    let replies = join_all(asked).await;
    let of = |status: u16| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!((of(201), of(409)), (3, 5));
    let shown = rima.get("/v1/keys").await.json();
    let now = app.clock.now().to_string();
    let in_force = |key: &&serde_json::Value| key["expires_at"].as_str().unwrap() > &*now;
    let shown = shown["items"].as_array().unwrap().iter();
    assert_eq!(shown.filter(in_force).count(), 50);
}
