//! The evening on which a small NGO registers, and the month after.

use std::time::{Duration, Instant};

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id, sign_in},
    sample,
    smtp::MailServer,
};

/// What the coordinator types first: the names, and little else.
fn first_attempt() -> Value {
    let named = |slug: &str, name: &str| json!({"slug": slug, "name": {"source": "bn", "text": {"bn": "মনের আলো", "en": name}}});
    json!({
        "organisation": named("moner-alo", "Moner Alo"),
        "hubs": [named("moner-alo-dhaka", "Moner Alo drop-in")],
        "support_groups": [
            named("monday-circle", "Monday circle"),
            named("young-people", "Young people"),
            {"name": "the third, name to be found"}
        ]
    })
}

/// The rest, for each of them.
fn the_rest(kind: &str, slug: &str) -> Value {
    let whole = match kind {
        "organisation" => sample::organisation(slug),
        "hub" => sample::hub(slug),
        _ => sample::support_group(slug),
    };
    let mut rest = whole.typed();
    rest.as_object_mut().unwrap().remove("name");
    if slug == "third-circle" {
        rest["name"] = json!({"source": "en", "text": {"en": "Third circle"}});
    }
    rest
}

async fn story(app: &TestApp, db: &TestDb) {
    let rima = Someone::new(app, "rima@example.org").await;
    let registered = rima.post("/v1/organisations", first_attempt()).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    let registered = registered.json();
    let third = &registered["support_groups"][2];
    assert_eq!(third["body"]["name"], "the third, name to be found");
    let lacks: Vec<&str> = third["lacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lack| lack["pointer"].as_str().unwrap())
        .collect();
    for lack in ["/name", "/slug", "/summary", "/group_details"] {
        assert!(lacks.contains(&lack), "{lacks:?}");
    }
    let early = rima.act(id(third), "submission", None).await;
    assert_eq!(early.json()["code"], "draft_incomplete");

    // She fills in the rest, piece by piece, and hands it in.
    let mut drafts = vec![("organisation", "moner-alo", &registered["organisation"])];
    drafts.push(("hub", "moner-alo-dhaka", &registered["hubs"][0]));
    for (index, slug) in ["monday-circle", "young-people", "third-circle"]
        .iter()
        .enumerate()
    {
        drafts.push(("support_group", slug, &registered["support_groups"][index]));
    }
    for (kind, slug, draft) in &drafts {
        let filled = rima.patch(id(draft), the_rest(kind, slug)).await;
        assert_eq!(filled["lacks"], json!([]), "{filled}");
        let handed_in = rima.act(id(draft), "submission", None).await;
        assert_eq!(handed_in.status, 200, "{}", handed_in.text);
    }
    let mine = rima.get("/v1/me/submissions").await.json();
    let mut positions: Vec<i64> = mine["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["position"].as_i64().unwrap())
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, [1, 2, 3, 4, 5]);

    // Nothing of it is to be seen from outside, or even guessed at.
    app.follow().await;
    assert_eq!(app.get("/v1/organisations/moner-alo").await.status, 404);
    assert_eq!(app.get("/v1/hubs/moner-alo-dhaka").await.status, 404);
    let stranger = Someone::new(app, "stranger@example.org").await;
    for (_, _, draft) in &drafts {
        let there = stranger.get(&format!("/v1/drafts/{}", id(draft))).await;
        let nowhere = stranger
            .get("/v1/drafts/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")
            .await;
        assert_eq!((there.status, nowhere.status), (404, 404));
    }

    // A moderator asks for one thing, and approves the rest.
    let head = Someone::administrator(app, db, "head@example.org").await;
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(
        (&queue["length"], queue["items"].as_array().unwrap().len()),
        (&json!(5), 5)
    );
    let hub = id(drafts[1].2);
    let remark =
        json!({"remarks": [{"pointer": "/contacts/0/value", "remark": "Nobody answers here."}]});
    assert_eq!(
        head.act(hub, "changes-request", Some(remark)).await.status,
        200
    );
    let given_back = rima.draft(hub).await;
    assert_eq!(given_back["state"], "changes_requested");
    assert_eq!(given_back["remarks"][0]["remark"], "Nobody answers here.");
    let contact =
        json!({"contacts": [{"channel": "voice", "value": "01711-000002", "country": "BD"}]});
    rima.patch(hub, contact).await;
    assert_eq!(rima.act(hub, "submission", None).await.status, 200);
    for (_, _, draft) in &drafts {
        let approved = head.act(id(draft), "approval", None).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        assert_eq!(approved.json()["state"], "approved");
    }
    let began = Instant::now();
    app.follow().await;
    let found = app.search(&[("q", "Moner Alo drop-in")]).await;
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "approved and not found"
    );
    assert_eq!(found["hits"][0]["slug"], "moner-alo-dhaka");
    let letters = app.post().await;
    assert_eq!(
        letters
            .iter()
            .filter(|letter| letter.contains("Subject: It is public"))
            .count(),
        5
    );

    // A month later one number changes, and that is all that the moderator is shown.
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(30 * 24));
    let rima = Someone {
        app,
        token: sign_in(app, "rima@example.org").await,
    };
    let public = app.get("/v1/hubs/moner-alo-dhaka").await.json();
    let opened = rima
        .post("/v1/drafts", json!({"listing": public["id"]}))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let change = opened.json();
    let contact =
        json!({"contacts": [{"channel": "voice", "value": "01711-000003", "country": "BD"}]});
    rima.patch(id(&change), contact).await;
    assert_eq!(rima.act(id(&change), "submission", None).await.status, 200);
    let head = second_sign_in(app, db, "second@example.org").await;
    let path = format!("/v1/drafts/{}/difference", id(&change));
    for who in [&rima, &head] {
        let difference = who.get(&path).await.json();
        assert_eq!(
            difference["changes"],
            json!([{"pointer": "/contacts/0/value", "before": "01711-000002", "after": "01711-000003", "marked": "contact"}])
        );
    }
    let number = async || {
        app.follow().await;
        app.get("/v1/hubs/moner-alo-dhaka").await.json()["contacts"][0]["value"].clone()
    };
    assert_eq!(
        number().await,
        "+8801711000002",
        "what is public stays until then"
    );
    assert_eq!(head.act(id(&change), "approval", None).await.status, 200);
    assert_eq!(number().await, "+8801711000003");
}

/// Another moderator: the sessions of those who decide are short.
async fn second_sign_in<'a>(app: &'a TestApp, db: &TestDb, email: &str) -> Someone<'a> {
    Someone::administrator(app, db, email).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ngo_registers_in_an_evening_and_changes_a_number_a_month_later() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    story(&app, &db).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants a mail server from PyPI: make story"]
async fn the_same_with_letters_by_a_real_mail_server() {
    let server = MailServer::start();
    let db = TestDb::seeded().await;
    let mut app = TestApp::on(&db.store).await;
    app.mail_server = Some((server.mailer(), server.taken()));
    story(&app, &db).await;
}
