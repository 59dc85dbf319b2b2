//! Every problem that there is, met on purpose: what it looks like, and that its `type` address explains it.

use std::collections::BTreeMap;

use haven::web::problem::{Code, MEDIA_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    TestApp, TestDb,
    app::Reply,
    people::{PASSWORD, Someone, administrator, post, register, send, sign_in},
    sample,
};

/// What is left of an answer when what differs each time is taken out.
fn still(reply: &Reply) -> Value {
    assert_eq!(reply.header("content-type"), MEDIA_TYPE);
    assert_eq!(reply.header("cache-control"), "no-store");
    let mut body = reply.json();
    let id = body["request_id"].take();
    assert_eq!(id, reply.header("x-request-id"));
    assert!(uuid::Uuid::parse_str(id.as_str().unwrap()).is_ok());
    assert_eq!(body["status"], reply.status);
    body["request_id"] = json!("[a UUID]");
    let headers: BTreeMap<&str, &str> = ["allow", "etag", "retry-after"]
        .into_iter()
        .filter(|name| reply.headers.contains_key(*name))
        .map(|name| (name, reply.header(name)))
        .collect();
    json!({"status": reply.status, "headers": headers, "body": body})
}

fn question(app: &TestApp, body: impl Into<reqwest::Body>) -> RequestBuilder {
    app.request(Method::POST, "/v1/search")
        .header("Content-Type", "application/json")
        .body(body)
}

/// The answer to bytes that no client would send.
async fn raw(app: &TestApp, head: &str) -> Reply {
    let mut stream = TcpStream::connect(app.host()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut headers = reqwest::header::HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    Reply {
        status: status.parse().unwrap(),
        headers,
        text: body.to_owned(),
    }
}

const POST: &str = "POST /v1/search HTTP/1.1\r\nHost: haven\r\nConnection: close\r\nContent-Type: application/json\r\n";

/// Problems of a directory that is as it should be.
async fn of_requests(app: &TestApp) -> Vec<Reply> {
    let get = |path: &str| app.request(Method::GET, path);
    let long = format!("/v1/search?q={}", "a".repeat(5_000));
    let requests = [
        get("/v1/hubs/%FF"),
        get("/v1/hubs?limit=0&topic=nothing&opne=true"),
        question(app, "{"),
        question(app, r#"{"limit": 0, "near": "95,200"}"#),
        get("/v1/hubs?cursor=AAAA"),
        get("/v1/hubs/nowhere"),
        app.request(Method::DELETE, "/v1/hubs"),
        get("/v1/hubs").header("Accept", "image/png"),
        get("/v1/changes?cursor=AAAA"),
        question(app, "x".repeat(200_000)),
        get(&long),
        app.request(Method::POST, "/v1/search").body("words"),
    ];
    let mut replies = Vec::new();
    for request in requests {
        replies.push(app.send(request).await);
    }
    let no_chunk = format!("{POST}Transfer-Encoding: chunked\r\n\r\nno number\r\n");
    let no_end = format!("{POST}Content-Length: 100\r\n\r\n{{");
    let (malformed, slow) = tokio::join!(raw(app, &no_chunk), raw(app, &no_end));
    replies.extend([malformed, slow]);
    replies
}

/// Problems of a directory to which something happened.
async fn of_mishaps() -> Vec<Reply> {
    let db = TestDb::seeded().await;
    for name in ["one", "two", "three"] {
        db.create(&sample::hub(name)).await;
    }
    let app = TestApp::on(&db.store).await;
    let page = app.search(&[("q", "listens"), ("limit", "1")]).await;
    app.rebuild().await;
    let path = format!(
        "/v1/search?q=listens&cursor={}",
        page["next"].as_str().unwrap()
    );
    let mut replies = vec![app.get(&path).await];
    let sql = db.sql().await;
    let spoil = "update published set document = '{\"kind\": 7}' where slug = 'one'";
    sql.batch_execute(spoil).await.unwrap();
    replies.push(app.get("/v1/hubs/one").await);
    drop((sql, db));
    replies.push(app.get("/v1/hubs/two").await);
    replies
}

/// Problems of drafts.
async fn of_drafts() -> Vec<Reply> {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": {"slug": "listeners"}});
    let path = "/v1/organisations";
    let made = rima.post_once(path, "the-first", &body).await.json();
    let draft = made["organisation"]["id"].as_str().unwrap();
    let blind = app.request(Method::DELETE, &format!("/v1/drafts/{draft}"));
    let me = rima.get("/v1/me").await.json();
    let sql = db.sql().await;
    let lock = format!(
        "begin; select pg_advisory_xact_lock(hashtextextended('account/{} the-second', 4815926536))",
        me["account"].as_str().unwrap()
    );
    sql.batch_execute(&lock).await.unwrap();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let batches = format!("/v1/organisations/{organisation}/batches");
    let unfit = rima
        .file(&batches, "application/x-ndjson", "[1]\n", "")
        .await;
    let fill = format!(
        "insert into draft (id, listing, organisation, kind, state, version, body, created_at, changed_at)
        select gen_random_uuid(), gen_random_uuid(), '{organisation}', 'hub', 'draft', 1, '{{}}', now(), now()
        from generate_series(1, 999)"
    );
    db.sql().await.batch_execute(&fill).await.unwrap();
    let one_more = json!({"organisation": organisation, "kind": "hub"});
    vec![
        unfit,
        rima.post("/v1/drafts", one_more).await,
        rima.post_once(path, "the-first", &json!({"organisation": {}}))
            .await,
        rima.post_once(path, "the-second", &body).await,
        app.send(blind.bearer_auth(&rima.token)).await,
        rima.on(Method::DELETE, &format!("/v1/drafts/{draft}"), 7, None)
            .await,
        rima.act(draft, "submission", None).await,
    ]
}

/// Problems of people with accounts, and of those who pretend to be.
async fn of_people() -> Vec<Reply> {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let rima = sign_in(&app, "rima@example.org").await;
    let (_, head) = administrator(&app, &db, "head@example.org").await;
    let wrong = json!({"email": "rima@example.org", "password": "not the password"});
    let half = json!({"email": "head@example.org", "password": PASSWORD});
    let role = json!({"email": "rima@example.org", "role": "moderator"});
    let forged = app.request(
        Method::DELETE,
        "/v1/sessions/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b",
    );
    let mut replies = vec![
        app.get("/v1/me").await,
        post(&app, "/v1/sessions", wrong.clone()).await,
        post(&app, "/v1/sessions", half).await,
        send(&app, Method::PUT, "/v1/roles", &rima, Some(role)).await,
        app.send(forged.header("Cookie", format!("__Host-haven={rima}")))
            .await,
        send(
            &app,
            Method::POST,
            "/v1/me/second-factor",
            &head,
            Some(json!({"password": PASSWORD})),
        )
        .await,
    ];
    for _ in 0..9 {
        assert_eq!(post(&app, "/v1/sessions", wrong.clone()).await.status, 401);
    }
    replies.push(post(&app, "/v1/sessions", wrong).await);
    replies
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_met_and_explained_where_it_points() {
    let app = TestApp::of_the_seed().await;
    let (requests, mishaps, people, drafts) =
        tokio::join!(of_requests(app), of_mishaps(), of_people(), of_drafts());
    let mut met = Vec::new();
    for reply in requests
        .iter()
        .chain(&mishaps)
        .chain(&people)
        .chain(&drafts)
    {
        let problem = still(reply);
        let code = problem["body"]["code"].as_str().unwrap().to_owned();
        let address = problem["body"]["type"].as_str().unwrap();
        let explained = app.get(address).await;
        assert_eq!(explained.status, 200, "{address}");
        let explained = explained.json();
        assert_eq!(explained["code"], code.as_str());
        assert_eq!(explained["status"], reply.status);
        assert_eq!(explained["title"], problem["body"]["title"]);
        insta::assert_json_snapshot!(
            format!("problem_{code}"),
            json!({"problem": problem, "explained": explained})
        );
        assert!(!met.contains(&code), "{code} twice");
        met.push(code);
    }
    let unmet: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !met.iter().any(|met| met == code))
        .collect();
    assert!(unmet.is_empty(), "nothing here leads to {unmet:?}");
}
