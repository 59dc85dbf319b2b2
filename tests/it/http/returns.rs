//! Nothing that somebody typed is lost when a listing lapses and comes back.

use haven::domain::actor::Actor;
use haven::{
    app::{confirm, lapse},
    domain::change::Removal,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, months_pass, post, sign_in},
    sample,
};

/// The ids of what is below a listing.
fn below(shown: &Value) -> Vec<&str> {
    let parts = ["places", "contacts"].map(|part| shown[part].as_array().unwrap().iter());
    parts.into_iter().flatten().map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_has_all_that_it_had() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("room").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    let hub = approved(&rima, &head, &made["hubs"][0]).await;
    // It had another slug, another listing was merged into it, and a group of somebody else refers to it.
    let patch = json!({"listing": hub, "body": {"slug": "room-two"}});
    let draft = rima.post("/v1/drafts", patch).await.json();
    approved(&rima, &head, &draft).await;
    let twin = db.create(&sample::hub("twin")).await;
    db.withdraw(twin, Removal::Merged(hub.parse().unwrap()))
        .await;
    let refers = json!(["hub/room-two"]);
    let circle = sample::support_group("circle").with("/group_details/refers_to", refers);
    let circle = db.create(&circle).await;
    app.follow().await;
    let before = app.get("/v1/hubs/room-two").await.json();
    let said = json!({"listing": hub, "topic": "wrong_place", "words": "It is next door."});
    assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    let karim = Someone::new(&app, "karim@example.org").await;
    let grounds = json!({"grounds": "I coordinate it now."});
    let claims = format!("/v1/organisations/{organisation}/claims");
    assert_eq!(karim.post(&claims, grounds).await.status, 202);

    months_pass(&app, 13);
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        2
    );
    app.post().await;
    months_pass(&app, 4);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        2
    );
    app.follow().await;
    assert_eq!(app.get("/v1/hubs/room-two").await.status, 404);
    assert_eq!(app.get("/v1/hubs/room").await.status, 404);
    let head = Someone::administrator(&app, &db, "second@example.org").await;
    let waits = async |query: &str| {
        let path = format!("/v1/moderation/queue{query}");
        let page = head.get(&path).await.json();
        let items = page["items"].as_array().unwrap().clone();
        let told = |item: &Value| item["about"].as_str().unwrap().to_owned();
        let mut about: Vec<String> = items.iter().map(told).collect();
        about.sort_unstable();
        about
    };
    assert_eq!(waits("").await, ["claim", "report"], "though it lapsed");
    assert_eq!(waits("?kind=hub").await, ["report"]);
    // Another one takes a slug that led to it.
    let another = sample::hub("twin").with("/sources/0/external_id", json!("hub/another"));
    db.create(&another).await;

    let rima = Someone {
        app: &app,
        token: sign_in(&app, "rima@example.org").await,
    };
    for listing in [&organisation, &hub] {
        let path = format!("/v1/listings/{listing}/confirmation");
        assert_eq!(rima.on(Method::POST, &path, 1, None).await.status, 204);
    }
    app.follow().await;
    let after = app.get("/v1/hubs/room-two").await.json();
    assert_eq!((&after["id"], below(&after)), (&json!(hub), below(&before)));
    let led = async |name: &str| {
        let reply = app.get(&format!("/v1/hubs/{name}")).await;
        (reply.status, reply.header("location").to_owned())
    };
    let there = (308, "/v1/hubs/room-two".to_owned());
    assert_eq!(led("room").await, there);
    assert_eq!(led(&twin.to_string()).await, there);
    assert_eq!(led("twin").await.0, 200, "it is another one's by now");
    let circle = app.get(&format!("/v1/support-groups/{circle}")).await;
    assert!(circle.text.contains(&hub), "{}", circle.text);
    assert_eq!(waits("").await, ["claim", "report"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_a_merged_listing_goes_with_it_and_with_what_is_gone_for_good() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let [kept, gone, other] = ["kept", "gone", "other"];
    let kept = db.create(&sample::hub(kept)).await;
    let gone = db.create(&sample::hub(gone)).await;
    let other = db.create(&sample::hub(other)).await;
    app.follow().await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    for listing in [gone, other] {
        let said = json!({"listing": listing, "topic": "closed"});
        assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    }
    // One of them claims both.
    for (who, listing) in [
        (&rima, kept),
        (&rima, gone),
        (&karim, gone),
        (&karim, other),
    ] {
        let path = format!("/v1/organisations/{listing}/claims");
        let grounds = json!({"grounds": "It is mine."});
        assert_eq!(who.post(&path, grounds).await.status, 202);
    }
    db.withdraw(gone, Removal::Merged(kept)).await;
    db.withdraw(other, Removal::Withdrawn).await;
    let left = "select (select count(*)::int from report where listing = $1::text::uuid), (select count(*)::int from report),
        (select count(*)::int from claim where organisation = $1::text::uuid), (select count(*)::int from claim)";
    let row = db.sql().await.query_one(left, &[&kept.to_string()]).await;
    let row = row.unwrap();
    let left: [i32; 4] = [row.get(0), row.get(1), row.get(2), row.get(3)];
    assert_eq!(left, [1, 1, 2, 2]);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_answered_again_though_it_could_not_be_done_now() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    let open = || {
        app.request(Method::POST, "/v1/drafts")
            .bearer_auth(&rima.token)
            .header("Idempotency-Key", "the-same-click")
            .json(&json!({"listing": organisation}))
    };
    let first = app.send(open()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let out = "update membership set role = 'viewer'";
    db.sql().await.batch_execute(out).await.unwrap();
    let again = app.send(open()).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    let other = json!({"listing": organisation, "body": {}});
    assert_eq!(rima.post("/v1/drafts", other).await.status, 403);
    app.follow().await;
}
