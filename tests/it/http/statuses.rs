//! What moderators say of listings that nobody keeps.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::import::{feed, import},
    support::{
        TestApp, TestDb,
        app::Reply,
        people::{Someone, id},
        sample,
    },
};

/// Says so of the listing as it is now.
async fn say(who: &Someone<'_>, of: uuid::Uuid, slug: &str, status: Value) -> Reply {
    who.app.follow().await;
    let shown = who.app.get(&format!("/v1/hubs/{slug}")).await.json();
    let path = format!("/v1/listings/{of}/status");
    let version = shown["version"].as_i64().unwrap();
    let reply = who.on(Method::PUT, &path, version, Some(status)).await;
    who.app.follow().await;
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_says_how_a_listing_is_and_a_feed_does_not_undo_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let hub = db.create(&sample::hub("room")).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let repairs = sample::text("The roof is mended.");
    let closed = json!({"state": "temporarily_closed", "from": "2026-03-01", "until": "2026-03-10", "note": repairs});
    assert_eq!(say(&rima, hub, "room", closed.clone()).await.status, 403);
    let said = say(&head, hub, "room", closed.clone()).await;
    assert_eq!(said.status, 204, "{}", said.text);
    let status = async || app.get("/v1/hubs/room").await.json()["status"].clone();
    let shown = status().await;
    let told = ["state", "from", "until"].map(|of| shown[of].as_str().unwrap());
    assert_eq!(told, ["temporarily_closed", "2026-03-01", "2026-03-10"]);
    assert_eq!(shown["note"]["text"], "The roof is mended.");
    let path = format!("/v1/listings/{hub}/status");
    let stale = head.on(Method::PUT, &path, 1, Some(closed.clone())).await;
    assert_eq!(stale.status, 412);
    let unseen = head.put(&path, json!({"state": "ended"})).await;
    assert_eq!(unseen.status, 428);
    // What anybody sees has a tag that says which version it is.
    let seen = |tag: String| {
        let request = app.request(Method::PUT, &path).bearer_auth(&head.token);
        app.send(request.header("If-Match", tag).json(&closed))
    };
    let shown = app.get("/v1/hubs/room").await.header("etag").to_owned();
    assert!(shown.starts_with("W/\"2-"), "{shown}");
    assert_eq!(seen(shown.replace("/\"2-", "/\"1-")).await.status, 412);
    for other in [
        "*".to_owned(),
        format!("{shown}, {shown}"),
        shown.replace('"', ""),
    ] {
        let refused = seen(other).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["parameter"]),
            (400, &json!("If-Match"))
        );
    }
    assert_eq!(seen(shown).await.status, 204);
    app.follow().await;

    // The feed still has it, as ever and with news.
    import(&db.store, feed(&[sample::hub("room")])).await;
    let news = sample::hub("room").with("/summary", sample::text("As the feed says now."));
    import(&db.store, feed(&[news])).await;
    app.follow().await;
    assert_eq!(status().await["state"], "temporarily_closed");
    let shown = app.get("/v1/hubs/room").await.json();
    assert_eq!(shown["summary"]["text"], "As the feed says now.");
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(24 * 10));
    assert_eq!(status().await["state"], "operating");

    let head = Someone::administrator(&app, &db, "second@example.org").await;
    for (status, pointer) in [
        (json!({"state": "gone"}), "/state"),
        (json!({"state": "merged"}), "/merged_into"),
        (
            json!({"state": "ended", "merged_into": hub}),
            "/merged_into",
        ),
        (
            json!({"state": "ended", "from": "2026-03-02", "until": "2026-03-01"}),
            "/until",
        ),
        (
            json!({"state": "temporarily_closed", "until": "2026-01-01"}),
            "/until",
        ),
        (
            json!({"state": "moved", "moved_to": "No Slug"}),
            "/moved_to",
        ),
        (
            json!({"state": "moved", "moved_to": "nowhere-land"}),
            "/moved_to",
        ),
        (json!({"state": "moved", "moved_to": "room"}), "/moved_to"),
        (json!({"state": "moved"}), "/moved_to"),
    ] {
        let refused = say(&head, hub, "room", status).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer);
    }
    let again = say(&head, hub, "room", json!({"state": "operating"})).await;
    assert_eq!(again.status, 204, "{}", again.text);
    let ended =
        sample::hub("room").with("/status", json!({"state": "ended", "from": "2026-02-01"}));
    import(&db.store, feed(&[ended])).await;
    app.follow().await;
    assert_eq!(status().await["state"], "ended", "it is the feed's again");
    let audit = head.get("/v1/moderation/audit").await.json();
    let mut entries = audit["items"].as_array().unwrap().iter();
    let own = |entry: &&Value| entry["action"] == "set_status";
    let last = entries.find(own).unwrap();
    assert_eq!(last["subject"], format!("listing/{hub} operating"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_listing_leads_on_and_what_somebody_keeps_is_theirs_to_say() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let gone = db.create(&sample::hub("gone")).await;
    let kept = db.create(&sample::hub("kept")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let merged = json!({"state": "merged", "merged_into": kept});
    let said = say(&head, gone, "gone", merged.clone()).await;
    assert_eq!(said.status, 204, "{}", said.text);
    let moved = app.get("/v1/hubs/gone").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, "/v1/hubs/kept")
    );
    let audit = head.get("/v1/moderation/audit").await.json();
    assert_eq!(audit["items"][0]["action"], "merge");

    let rima = Someone::new(&app, "rima@example.org").await;
    let path = format!("/v1/organisations/{kept}/claims");
    let grounds = json!({"grounds": "It is ours."});
    assert_eq!(rima.post(&path, grounds).await.status, 202);
    let claims = head.get("/v1/moderation/claims").await.json();
    let decision = format!("/v1/moderation/claims/{}/decision", id(&claims["items"][0]));
    assert_eq!(
        head.post(&decision, json!({"granted": true})).await.status,
        204
    );
    let other = db.create(&sample::hub("other")).await;
    for status in [
        json!({"state": "ended"}),
        json!({"state": "merged", "merged_into": other}),
    ] {
        let refused = say(&head, kept, "kept", status).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
    }
    // Found to be a duplicate it is merged all the same, and its owner hears of it.
    let merged = head
        .merge((&kept.to_string(), 1), (&other.to_string(), 1))
        .await;
    assert_eq!(merged.status, 204);
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: rima@example.org\n")
            && letter.contains("merged the two")
            && letter.contains(&format!("/v1/hubs/{other}"))
    });
    assert_eq!(told.count(), 1);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_does_not_undo_what_a_moderator_says() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let hub = db.create(&sample::hub("room")).await;
    app.follow().await;
    // Somebody types for it, and nobody owns it: its owner left.
    let editor = format!(
        "insert into membership select '{hub}', id, 'editor', now() from account where email = 'rima@example.org'"
    );
    db.sql().await.batch_execute(&editor).await.unwrap();
    let patch = json!({"listing": hub, "body": {"summary": sample::text("It is open.")}});
    let draft = rima.post("/v1/drafts", patch).await.json();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    let said = say(&head, hub, "room", json!({"state": "ended"})).await;
    assert_eq!(said.status, 204, "{}", said.text);
    assert_eq!(rima.draft(id(&draft)).await["base_moved"], true);
    let late = head.act(id(&draft), "approval", None).await;
    assert_eq!(late.status, 412, "{}", late.text);
    app.follow().await;
    let shown = app.get("/v1/hubs/room").await.json();
    assert_eq!(shown["status"]["state"], "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_that_anybody_sees_is_the_one_to_name() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let secret = |lat: f64| {
        sample::hub("room")
            .with("/places/0/confidential", json!(true))
            .with("/places/0/point/lat", json!(lat))
    };
    let hub = db.create(&secret(23.75)).await;
    // It moves, which nobody is shown.
    db.publish(&secret(23.76)).await;
    let said = say(&head, hub, "room", json!({"state": "ended"})).await;
    assert_eq!(said.status, 204, "{}", said.text);
}
