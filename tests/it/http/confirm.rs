//! What is still true, who is asked, and who goes.

use haven::domain::actor::Actor;
use haven::{
    app::{confirm, lapse},
    domain::clock::Clock,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, id, months_pass, post, sign_in},
    sample,
};

/// A public organisation; its draft.
async fn published(rima: &Someone<'_>, head: &Someone<'_>) -> Value {
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = made["organisation"].clone();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_confirmed_by_a_link_without_signing_in() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = published(&rima, &head).await;
    let confirmed = async || {
        app.follow().await;
        let shown = app.get("/v1/organisations/listeners").await.json();
        shown["confirmation"]["confirmed_on"].clone()
    };
    assert_eq!(confirmed().await, "2026-03-02");
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        0
    );
    // A draft that is open meanwhile is none the worse for a confirmation.
    let listing = draft["listing"].as_str().unwrap();
    let opened = rima
        .post("/v1/drafts", json!({"listing": listing}))
        .await
        .json();
    let path = format!("/v1/listings/{listing}/confirmation");
    assert_eq!(rima.post(&path, json!({})).await.status, 204);
    assert_eq!(rima.draft(id(&opened)).await["base_moved"], false);

    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(24 * 366));
    // Two processes do it at the same moment.
    let (one, other) = tokio::join!(
        confirm::remind(&app.use_cases, Actor::Upkeep),
        confirm::remind(&app.use_cases, Actor::Upkeep)
    );
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        0,
        "once a month"
    );
    let link = app.link_to("rima@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(confirmed().await, "2027-03-03");
    assert_eq!(post(&app, &link, json!({})).await.status, 404);

    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(24 * 366));
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        1
    );
    let link = app.link_to("rima@example.org").await;
    assert_eq!(post(&app, &link, json!({"closed": true})).await.status, 200);
    assert_eq!(
        confirmed().await,
        "2027-03-03",
        "a moderator looks at it first"
    );
    let second = Someone::administrator(&app, &db, "second@example.org").await;
    let reports = second.get("/v1/moderation/reports").await.json();
    assert_eq!(reports["items"][0]["topic"], "closed");

    // They have answered, and nobody asks again.
    let reminded = async || confirm::remind(&app.use_cases, Actor::Upkeep).await;
    months_pass(&app, 2);
    assert_eq!(reminded().await.unwrap(), 0);
    let third = Someone::administrator(&app, &db, "third@example.org").await;
    let version = "select version from listing where slug = 'listeners'";
    let version: i64 = db.sql().await.query_one(version, &[]).await.unwrap().get(0);
    let ended = Some(json!({"state": "ended"}));
    let path = format!("/v1/listings/{listing}/status");
    let said = third.on(Method::PUT, &path, version, ended).await;
    assert_eq!(said.status, 204, "{}", said.text);
    let report = id(&reports["items"][0]).to_owned();
    let path = format!("/v1/moderation/reports/{report}/settlement");
    assert_eq!(third.post(&path, json!({})).await.status, 204);
    // Nor what became of it: it has ended, and does not lapse as if nobody had said anything.
    for _ in 0..2 {
        months_pass(&app, 12);
        assert_eq!(reminded().await.unwrap(), 0);
        let lapsed = lapse::lapse(&app.use_cases, Actor::Upkeep).await;
        assert_eq!(lapsed.unwrap(), 0);
    }
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_compared_with_what_was_public_then() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = published(&rima, &head).await;
    let listing = draft["listing"].as_str().unwrap();
    let patch = json!({"listing": listing, "body": {"summary": sample::text("Shorter.")}});
    let back = rima.post("/v1/drafts", patch.clone()).await.json();
    let path = format!("/v1/drafts/{}", id(&back));
    let taken = rima.on(Method::DELETE, &path, 1, None).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let open = rima.post("/v1/drafts", patch).await.json();
    let difference = async |draft: &Value| {
        let path = format!("/v1/drafts/{}/difference", id(draft));
        rima.get(&path).await.json()
    };
    let then = difference(&back).await;
    assert_eq!(then["changes"].as_array().unwrap().len(), 1, "{then}");
    let confirmation = format!("/v1/listings/{listing}/confirmation");
    let done = rima.on(Method::POST, &confirmation, 1, None).await;
    assert_eq!(done.status, 204, "{}", done.text);
    assert_eq!(difference(&back).await, then);
    // What is open goes along.
    assert_eq!(difference(&open).await["against"], 2);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_what_is_theirs_and_goes() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = published(&rima, &head).await;
    let all = rima.get("/v1/me/export").await.json();
    assert_eq!(
        (&all["email"], &all["drafts"][0]["id"]),
        (&json!("rima@example.org"), &draft["id"])
    );
    assert_eq!(all["organisations"][0]["role"], "owner");

    let wrong = json!({"password": "not the password"});
    assert_eq!(rima.post("/v1/me/deletion", wrong).await.status, 401);
    let path = format!(
        "/v1/organisations/{}/invitations",
        draft["organisation"].as_str().unwrap()
    );
    Someone::new(&app, "karim@example.org").await;
    let invitation = json!({"email": "karim@example.org", "role": "editor"});
    assert_eq!(rima.post(&path, invitation).await.status, 202);
    let link = app.link_to("karim@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    let right = json!({"password": PASSWORD});
    assert_eq!(
        rima.post("/v1/me/deletion", right.clone()).await.status,
        409
    );
    let karim = Someone {
        app: &app,
        token: sign_in(&app, "karim@example.org").await,
    };
    let members = karim
        .get(&path.replace("invitations", "members"))
        .await
        .json();
    let mut members = members["items"].as_array().unwrap().iter();
    let own = members.find(|member| member["email"] == "karim@example.org");
    let account = own.unwrap()["account"].as_str().unwrap();
    let member = path.replace("invitations", &format!("members/{account}"));
    assert_eq!(
        rima.put(&member, json!({"role": "owner"})).await.status,
        204
    );
    assert_eq!(rima.post("/v1/me/deletion", right).await.status, 204);
    assert_eq!(rima.get("/v1/me").await.status, 401);
    assert_eq!(
        karim
            .get(&format!("/v1/drafts/{}", id(&draft)))
            .await
            .status,
        200
    );
    app.follow().await;
    assert_eq!(app.get("/v1/organisations/listeners").await.status, 200);

    let audit = head.get("/v1/moderation/audit").await.json();
    let last = &audit["items"][0];
    assert_eq!(
        (&last["actor"], &last["action"]),
        (&json!("deleted account"), &json!("delete_account"))
    );
    assert_eq!(karim.get("/v1/moderation/audit").await.status, 403);
    let kept = "select count(*)::int from letter where email = 'rima@example.org'";
    let letters: i32 = db.sql().await.query_one(kept, &[]).await.unwrap().get(0);
    assert_eq!(letters, 0);
    let gone = app
        .request(Method::GET, "/v1/me/export")
        .bearer_auth(&rima.token);
    assert_eq!(app.send(gone).await.status, 401);
}
