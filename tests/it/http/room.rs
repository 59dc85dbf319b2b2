//! How much somebody may type, and how much of it they are sent at a time.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id},
    sample,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_grows_no_larger_than_a_body_may_be() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = id(&made["organisation"]).to_owned();
    let organisation = made["organisation"]["listing"].clone();
    let half = "a".repeat(600_000);
    let grown = rima.patch(&draft, json!({"more": half})).await;
    assert_eq!(grown["version"], 2);
    let path = format!("/v1/drafts/{draft}");
    let more = Some(json!({"body": {"still_more": half}}));
    let refused = rima.on(Method::PATCH, &path, 2, more).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (413, &json!("body_too_large"))
    );
    assert!(
        refused.text.contains("take something out"),
        "{}",
        refused.text
    );
    assert_eq!(rima.draft(&draft).await["version"], 2, "nothing is lost");
    let instead = json!({"more": null, "still_more": half});
    assert_eq!(rima.patch(&draft, instead).await["version"], 3);
    // What a draft begins with counts too: its kind and its organisation are no part of what is sent.
    let around = json!({"organisation": organisation, "kind": "hub", "body": {"a": ""}});
    let room = 1024 * 1024 - around.to_string().len();
    let full =
        json!({"organisation": organisation, "kind": "hub", "body": {"a": "a".repeat(room)}});
    let opened = rima.post("/v1/drafts", full).await;
    assert_eq!(opened.status, 201, "{}", opened.json()["code"]);
}

/// So many drafts of 600,000 letters, handed to somebody's organisation.
async fn large(db: &TestDb, drafts: u16, organisation: &str, author: &str) {
    let insert = format!(
        "insert into draft (id, listing, organisation, kind, state, version, body, author, created_at, changed_at)
        select gen_random_uuid(), gen_random_uuid(), '{organisation}', 'hub', 'withdrawn', 1,
            jsonb_build_object('text', repeat('a', 600000)), '{author}', '2026-03-01Z', '2026-03-01Z'
        from generate_series(1, {drafts})"
    );
    db.sql().await.batch_execute(&insert).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_large_drafts_are_short_and_nothing_is_left_out() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let me = rima.get("/v1/me").await.json();
    large(&db, 12, organisation, me["account"].as_str().unwrap()).await;
    for (path, list) in [("/v1/me/submissions", "items"), ("/v1/me/export", "drafts")] {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = rima.get(&format!("{path}?limit=100{next}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(
                page.text.len() < 5 * 1024 * 1024,
                "{path}: {}",
                page.text.len()
            );
            let page = page.json();
            let drafts = page[list].as_array().unwrap();
            assert!(!drafts.is_empty(), "{path}");
            let draft = |item: &Value| match item.get("draft") {
                Some(draft) => id(draft).to_owned(),
                None => id(item).to_owned(),
            };
            seen.extend(drafts.iter().map(draft));
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert!(
            seen.is_sorted_by(|one, next| one > next),
            "{path}: {seen:?}"
        );
        assert_eq!(seen.len(), 13, "{path}");
    }
    let wrong = rima.get("/v1/me/export?cursor=AAAA").await;
    assert_eq!(wrong.json()["code"], "cursor_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_told_where_what_was_typed_of_its_rows_is_too_much() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let me = rima.get("/v1/me").await.json();
    large(&db, 30, organisation, me["account"].as_str().unwrap()).await;
    let check = async |slugs: std::ops::Range<u16>| {
        let row = |number: u16| format!("{{\"kind\": \"hub\", \"slug\": \"large-{number}\"}}");
        let rows: Vec<String> = slugs.map(row).collect();
        let path = format!("/v1/organisations/{organisation}/batches/check");
        rima.file(&path, "application/x-ndjson", rows.join("\n"), "")
            .await
    };
    let name = "update draft set body = body || jsonb_build_object('slug', 'large-' || n.number)
        from (select id, row_number() over (order by id) - 1 as number from draft where state = 'withdrawn') as n
        where draft.id = n.id";
    db.sql().await.batch_execute(name).await.unwrap();
    let some = check(0..20).await;
    assert_eq!(some.status, 200, "{}", some.text);
    let all = check(0..30).await;
    assert_eq!(
        (all.status, &all.json()["errors"][0]["code"]),
        (400, &json!("too_long")),
        "{}",
        all.text
    );
    // Of one name the latest is meant, however many there are.
    let one = "update draft set body = body || '{\"slug\": \"large-0\"}' where state = 'withdrawn'";
    db.sql().await.batch_execute(one).await.unwrap();
    let same = check(0..30).await;
    assert_eq!(same.status, 200, "{}", same.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_more_in_a_day_than_anybody_needs() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let register = async || {
        let body = json!({"organisation": {"slug": "listeners"}});
        rima.post("/v1/organisations", body).await
    };
    let mut last = Value::Null;
    for _ in 0..20 {
        let made = register().await;
        assert_eq!(made.status, 201, "{}", made.text);
        last = made.json();
        // What is taken back is no longer open, and counts all the same.
        let gone = rima
            .on(
                Method::DELETE,
                &format!("/v1/drafts/{}", id(&last["organisation"])),
                1,
                None,
            )
            .await;
        assert_eq!(gone.status, 200, "{}", gone.text);
    }
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(1));
    let refused = register().await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, "82800")
    );
    // Whoever has an organisation goes on with it, up to a larger number.
    let organisation = &last["organisation"]["listing"];
    let hub = json!({"organisation": organisation, "kind": "hub"});
    assert_eq!(rima.post("/v1/drafts", hub.clone()).await.status, 201);
    let many = "insert into draft (id, listing, organisation, kind, state, version, body, author, created_at, changed_at)
        select gen_random_uuid(), gen_random_uuid(), organisation, 'hub', 'withdrawn', 1, '{}', author, created_at, changed_at
        from (select * from draft where kind = 'hub') as one cross join generate_series(1, 2979)";
    db.sql().await.batch_execute(many).await.unwrap();
    assert_eq!(rima.post("/v1/drafts", hub.clone()).await.status, 429);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(23));
    assert_eq!(register().await.status, 201, "the next day");
    assert_eq!(rima.post("/v1/drafts", hub).await.status, 201);
}
