//! What becomes of that which people type when listings are merged, and who may merge what.

use haven::{
    app::forget::forget,
    domain::actor::Actor,
    store::{PublishFault, TogetherFault},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, post},
    sample,
};

/// An organisation with a hub, both public; their drafts.
async fn keeps<'a>(who: &Someone<'a>, head: &Someone<'a>, slug: &str) -> [String; 2] {
    let body = json!({"organisation": sample::organisation(slug).typed(),
        "hubs": [sample::hub(&format!("{slug}-room")).typed()]});
    let made = who.post("/v1/organisations", body).await.json();
    [
        approved(who, head, &made["organisation"]).await,
        approved(who, head, &made["hubs"][0]).await,
    ]
}

async fn change(who: &Someone<'_>, listing: &str, summary: &str) -> Value {
    let patch = json!({"listing": listing, "body": {"summary": sample::text(summary)}});
    let opened = who.post("/v1/drafts", patch).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    opened.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_goes_where_its_listing_goes_or_is_taken_back_with_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let [gone, hub] = keeps(&rima, &head, "listeners").await;
    let [kept, _] = keeps(&karim, &head, "hearers").await;
    app.follow().await;
    // Typed and not handed in; handed in; handed in with a file.
    let of_hub = change(&rima, &hub, "Typed by those before.").await;
    let of_gone = change(&rima, &gone, "Nobody will read it.").await;
    assert_eq!(rima.act(id(&of_gone), "submission", None).await.status, 200);
    let mut attic = sample::hub("attic").typed();
    attic["contacts"] = json!([]);
    let path = format!("/v1/organisations/{gone}/batches");
    let batch = rima
        .file(&path, "application/x-ndjson", attic.to_string(), "")
        .await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    let batch = format!("/v1/batches/{}", id(&batch.json()));

    let merged = head.merge((&gone, 1), (&kept, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: rima@example.org\n") && letter.contains("is taken back")
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1);
    let words = told[0].replace('\n', " ");
    assert!(
        words.contains("What was being typed of its other listings"),
        "{words}"
    );

    // What was typed of the one that is gone is kept, and nobody decides on it.
    let former = rima.draft(id(&of_gone)).await;
    assert_eq!(former["state"], "withdrawn");
    let path = format!("/v1/drafts/{}/approval", id(&of_gone));
    let version = former["version"].as_i64().unwrap();
    let late = head.on(Method::POST, &path, version, None).await;
    assert_eq!(late.status, 404, "{}", late.text);
    // The rest is whose the listings are now.
    let path = format!("/v1/drafts/{}", id(&of_hub));
    assert_eq!(rima.get(&path).await.status, 404);
    let moved = karim.draft(id(&of_hub)).await;
    assert_eq!(
        (
            &moved["state"],
            &moved["organisation"],
            &moved["body"]["organisation"]
        ),
        (&json!("draft"), &json!(kept), &json!(kept))
    );
    approved(&karim, &head, &moved).await;
    let seen = karim.get(&batch).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let version = seen.json()["version"].as_i64().unwrap();
    let approval = format!("{batch}/approval");
    let done = head.on(Method::POST, &approval, version, None).await;
    assert_eq!(done.status, 200, "{}", done.text);
    app.follow().await;
    let shown = app.get("/v1/hubs/listeners-room").await.json();
    assert_eq!(shown["summary"]["text"], "Typed by those before.");
    for slug in ["listeners-room", "attic"] {
        let shown = app.get(&format!("/v1/hubs/{slug}")).await.json();
        assert_eq!(shown["organisation"]["slug"], "hearers", "{shown:#}");
    }
    // Nothing is in the way of who keeps it.
    change(&karim, &hub, "Typed by those after.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_merged_listing_is_taken_back_whole() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let [organisation, hub] = keeps(&rima, &head, "listeners").await;
    let other = db.create(&sample::hub("other")).await.to_string();
    app.follow().await;
    let mut known = sample::hub("listeners-room").typed();
    known["listing"] = json!(hub);
    known["summary"] = sample::text("From the file.");
    let mut attic = sample::hub("attic").typed();
    attic["contacts"] = json!([]);
    let path = format!("/v1/organisations/{organisation}/batches");
    let file = format!("{known}\n{attic}\n");
    let batch = rima.file(&path, "application/x-ndjson", file, "").await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    let merged = head.merge((&hub, 1), (&other, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let batch = format!("/v1/batches/{}", id(&batch.json()));
    let batch = rima.get(&batch).await.json();
    assert_eq!(batch["state"], "withdrawn");
    let drafts = rima.get("/v1/me/submissions").await.json();
    let drafts = drafts["items"].as_array().unwrap().iter();
    let waiting = drafts.filter(|draft| draft["state"] == "submitted");
    assert_eq!(waiting.count(), 0);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_away_is_not_published_again_under_its_id() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let gone = db.create(&sample::hub("gone")).await;
    let kept = db.create(&sample::hub("kept")).await;
    let merged = head
        .merge((&gone.to_string(), 1), (&kept.to_string(), 1))
        .await;
    assert_eq!(merged.status, 204);
    let again = || sample::hub("gone").publication();
    let alone = db
        .store
        .write(Actor::Upkeep, async |tx| tx.publish_as(gone, again()).await);
    assert!(matches!(alone.await, Err(PublishFault::Faults(faults)) if faults.len() == 1));
    let other = uuid::Uuid::now_v7();
    let together = db.store.write(Actor::Upkeep, async |tx| {
        let another = sample::hub("another").publication();
        tx.publish_together(vec![(other, another), (gone, again())])
            .await
    });
    let refused = together.await;
    assert!(
        matches!(&refused, Err(TogetherFault::Faults(faults)) if faults[0].0 == 1),
        "{refused:?}"
    );
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_merges_what_they_keep_nor_what_they_have_not_seen() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let [theirs, their_hub] = keeps(&rima, &head, "listeners").await;
    let [own, own_hub] = keeps(&karim, &head, "hearers").await;
    let nobodys = db.create(&sample::hub("nobodys")).await.to_string();
    app.follow().await;
    for (from, into) in [
        (&theirs, &own),
        (&own, &theirs),
        (&their_hub, &own_hub),
        (&own_hub, &their_hub),
        (&nobodys, &own_hub),
    ] {
        let refused = karim.merge((from, 1), (into, 1)).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
    let status = format!("/v1/listings/{nobodys}/status");
    let said = Some(json!({"state": "merged", "merged_into": own_hub}));
    let refused = karim.on(Method::PUT, &status, 1, said).await;
    assert_eq!(refused.status, 403, "{}", refused.text);

    let path = "/v1/moderation/merges";
    let body = json!({"from": theirs, "into": own, "into_version": 1});
    assert_eq!(head.post(path, body).await.status, 428);
    let unseen = json!({"from": theirs, "into": own});
    let refused = head.on(Method::POST, path, 1, Some(unseen)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/into_version");
    let draft = change(&rima, &theirs, "Changed since it was seen.").await;
    approved(&rima, &head, &draft).await;
    for (from, into, etag) in [
        ((&*theirs, 1), (&*own, 1), "\"2\""),
        ((&own, 1), (&theirs, 1), "\"1\""),
    ] {
        let refused = head.merge(from, into).await;
        assert_eq!(
            (refused.status, refused.header("etag")),
            (412, etag),
            "{}",
            refused.text
        );
        let stale = json!([{"listing": theirs, "version": 2}]);
        assert_eq!(refused.json()["stale"], stale, "which of the two");
    }
    assert_eq!(head.merge((&theirs, 2), (&own, 1)).await.status, 204);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_of_a_merged_listing_gives_nothing_away() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let mailbox = json!([{"channel": "email", "value": "office@example.org"}]);
    let gone = sample::organisation("gone").with("/contacts", mailbox);
    let gone = db.create(&gone).await.to_string();
    let kept = db.create(&sample::organisation("kept")).await.to_string();
    app.follow().await;
    let path = format!("/v1/organisations/{gone}/claims");
    let claimed = rima.post(&path, json!({"by_mail": true})).await;
    assert_eq!(claimed.status, 202, "{}", claimed.text);
    let link = app.link_to("office@example.org").await;
    let merged = head.merge((&gone, 1), (&kept, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let followed = post(&app, &link, json!({})).await;
    assert_eq!(followed.status, 404, "{}", followed.text);
    let mine = rima.get("/v1/me/organisations").await.json();
    assert_eq!(mine["items"], json!([]));
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_keeps_the_other_one_what_is_typed_stays_with_who_typed_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let kept = db
        .create(&sample::organisation("hearers"))
        .await
        .to_string();
    let [gone, _] = keeps(&rima, &head, "listeners").await;
    app.follow().await;
    let attic = json!({"organisation": gone, "kind": "hub", "body": sample::hub("attic").typed()});
    let attic = rima.post("/v1/drafts", attic).await.json();
    assert_eq!(rima.act(id(&attic), "submission", None).await.status, 200);
    let merged = head.merge((&gone, 1), (&kept, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let letters = app.post().await;
    let told = letters.iter().any(|letter| {
        letter.contains("To: rima@example.org\n")
            && letter.replace('\n', " ").contains("claim that one")
    });
    assert!(told, "{letters:?}");
    forget(&app.use_cases, Actor::Upkeep).await.unwrap();
    let still = rima.draft(id(&attic)).await;
    assert_eq!(still["state"], "withdrawn");

    // Once the other one is theirs, they go on with it there.
    let again = json!({"listing": attic["listing"]});
    assert_eq!(rima.post("/v1/drafts", again.clone()).await.status, 404);
    let path = format!("/v1/organisations/{kept}/claims");
    let claimed = rima
        .post(&path, json!({"grounds": "It is the same."}))
        .await;
    assert_eq!(claimed.status, 202, "{}", claimed.text);
    let claims = head.get("/v1/moderation/claims").await.json();
    let path = format!("/v1/moderation/claims/{}/decision", id(&claims["items"][0]));
    let granted = head.post(&path, json!({"granted": true})).await;
    assert_eq!(granted.status, 204, "{}", granted.text);
    let opened = rima.post("/v1/drafts", again).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let opened = opened.json();
    assert_eq!(opened["organisation"], json!(kept));
    assert_eq!(opened["body"]["slug"], "attic");
    approved(&rima, &head, &opened).await;
    app.follow().await;
    let shown = app.get("/v1/hubs/attic").await.json();
    assert_eq!(shown["organisation"]["slug"], "hearers", "{shown:#}");
}
