//! After a merger: what was known by the one is found by the other, and nothing is typed in vain.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, post},
    sample,
};

/// An organisation with a hub, both public.
async fn keeps<'a>(who: &Someone<'a>, head: &Someone<'a>, slug: &str) -> [String; 2] {
    let body = json!({"organisation": sample::organisation(slug).typed(),
        "hubs": [sample::hub(&format!("{slug}-room")).typed()]});
    let made = who.post("/v1/organisations", body).await.json();
    [
        approved(who, head, &made["organisation"]).await,
        approved(who, head, &made["hubs"][0]).await,
    ]
}

async fn handed_in(who: &Someone<'_>, listing: &str, body: Value) -> Value {
    let opened = who
        .post("/v1/drafts", json!({"listing": listing, "body": body}))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let opened = opened.json();
    let submitted = who.act(id(&opened), "submission", None).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    opened
}

fn summary(text: &str) -> Value {
    json!({"summary": sample::text(text)})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_merged_listing_was_known_by_leads_on_wherever_it_is_named() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let [kept, room] = keeps(&rima, &head, "hearers").await;
    let gone = db.create(&sample::organisation("listeners")).await;
    let hub = sample::hub("attic").with("/organisation", json!("listeners"));
    let hub = db.create(&hub).await.to_string();
    app.follow().await;
    let gone = gone.to_string();
    assert_eq!(head.merge((&gone, 1), (&kept, 1)).await.status, 204);
    assert_eq!(head.merge((&hub, 2), (&room, 1)).await.status, 204);
    app.follow().await;

    for called in ["listeners", &gone, "hearers", &kept] {
        let provided = app.get(&format!("/v1/hubs?organisation={called}")).await;
        let provided = provided.json();
        assert_eq!(provided["items"][0]["id"], json!(room), "{called}");
    }
    let said = json!({"listing": hub, "topic": "closed", "words": "Nobody is there."});
    let reported = post(&app, "/v1/reports", said).await;
    assert_eq!(reported.status, 202, "{}", reported.text);
    let waiting = head.get("/v1/moderation/reports").await.json();
    assert_eq!(waiting["items"][0]["listing"], json!(room));
    let draft = handed_in(&rima, &hub, summary("It is the same.")).await;
    assert_eq!(draft["listing"], json!(room));
    let grounds = json!({"grounds": "It is ours as well."});
    let claims = format!("/v1/organisations/{gone}/claims");
    let tanvir = Someone::new(&app, "tanvir@example.org").await;
    assert_eq!(tanvir.post(&claims, grounds).await.status, 202);
    let claims = head.get("/v1/moderation/claims").await.json();
    assert_eq!(claims["items"][0]["organisation"], json!(kept));

    // A fault is told of as the request has it.
    let refused = head.merge((&room, 1), (&kept, 1)).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (400, &json!("/into")),
        "{}",
        refused.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_typed_for_an_organisation_that_was_merged() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let [gone, _] = keeps(&rima, &head, "listeners").await;
    let kept = db
        .create(&sample::organisation("hearers"))
        .await
        .to_string();
    app.follow().await;
    let mine = async || rima.get("/v1/me/organisations").await.json()["items"][0].clone();
    assert!(mine().await.get("merged_into").is_none());
    let draft = handed_in(&rima, &gone, summary("Typed before.")).await;
    assert_eq!(head.merge((&gone, 1), (&kept, 1)).await.status, 204);
    assert_eq!(mine().await["merged_into"], json!(kept));
    assert_eq!(rima.draft(id(&draft)).await["state"], "withdrawn");

    let attic = sample::hub("attic").typed();
    let new = json!({"organisation": gone, "kind": "hub", "body": attic});
    let batches = format!("/v1/organisations/{gone}/batches");
    let check = format!("{batches}/check");
    let invitations = format!("/v1/organisations/{gone}/invitations");
    let invited = json!({"email": "karim@example.org", "role": "editor"});
    let file = attic.to_string();
    for refused in [
        rima.post("/v1/drafts", new).await,
        rima.file(&check, "application/x-ndjson", file.clone(), "")
            .await,
        rima.file(&batches, "application/x-ndjson", file, "").await,
        rima.post(&invitations, invited).await,
        rima.get(&format!("/v1/organisations/{gone}/sheet")).await,
    ] {
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(refused.text.contains("was merged"), "{}", refused.text);
    }
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_a_listing_that_names_a_merged_one_can_be_approved() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let [gone, hub] = keeps(&rima, &head, "listeners").await;
    let [kept, room] = keeps(&karim, &head, "hearers").await;
    // Somebody else's group refers people to both, and their hub is in one of theirs.
    let tanvir = Someone::new(&app, "tanvir@example.org").await;
    let group = sample::support_group("circle")
        .with("/group_details/refers_to", json!([hub, room]))
        .typed();
    let cellar = sample::hub("cellar").with("/hub_details/part_of", json!(hub));
    let body = json!({"organisation": sample::organisation("others").typed(),
        "support_groups": [group], "hubs": [cellar.typed()]});
    let made = tanvir.post("/v1/organisations", body).await.json();
    approved(&tanvir, &head, &made["organisation"]).await;
    let group = approved(&tanvir, &head, &made["support_groups"][0]).await;
    let cellar = approved(&tanvir, &head, &made["hubs"][0]).await;
    app.follow().await;

    let of_hub = handed_in(&rima, &hub, summary("Of the hub.")).await;
    assert_eq!(head.merge((&gone, 1), (&kept, 1)).await.status, 204);
    let moved = head.draft(id(&of_hub)).await;
    assert_eq!(moved["base_moved"], false, "{moved}");
    let done = head.act(id(&of_hub), "approval", None).await;
    assert_eq!(done.status, 200, "{}", done.text);

    let of_group = handed_in(&tanvir, &group, summary("Of the group.")).await;
    let of_cellar = handed_in(&tanvir, &cellar, summary("Of the cellar.")).await;
    app.follow().await;
    let version = app.get("/v1/hubs/listeners-room").await.json()["version"].clone();
    let from = (&*hub, version.as_i64().unwrap());
    let merged = head.merge(from, (&room, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let named = head.draft(id(&of_group)).await;
    assert_eq!(named["body"]["group_details"]["refers_to"], json!([room]));
    let path = format!("/v1/drafts/{}/approval", id(&of_group));
    let unseen = head.on(Method::POST, &path, 2, None).await;
    assert_eq!(unseen.status, 412, "it says something else than was seen");
    for draft in [&of_group, &of_cellar] {
        assert_eq!(head.draft(id(draft)).await["base_moved"], false);
        let done = head.act(id(draft), "approval", None).await;
        assert_eq!(done.status, 200, "{}", done.text);
    }
    app.follow().await;
    let shown = app.get("/v1/support-groups/circle").await.json();
    assert_eq!(shown["summary"]["text"], "Of the group.");
    let shown = app.get("/v1/hubs/cellar").await.json();
    assert_eq!(shown["summary"]["text"], "Of the cellar.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_keepers_of_the_one_said_is_no_word_of_those_of_the_other() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let tanvir = Someone::new(&app, "tanvir@example.org").await;
    let [_, gone] = keeps(&rima, &head, "listeners").await;
    let [_, kept] = keeps(&tanvir, &head, "hearers").await;
    let said = format!(
        "insert into report (id, listing, topic, words, urgent, created_at, by_owner)
        values (gen_random_uuid(), '{gone}', 'closed', 'Its owner says so.', false, now(), true)"
    );
    db.sql().await.batch_execute(&said).await.unwrap();
    assert_eq!(head.merge((&gone, 1), (&kept, 1)).await.status, 204);
    let reports = head.get("/v1/moderation/reports").await.json();
    let report = &reports["items"][0];
    assert_eq!(
        (&report["listing"], &report["by_owner"]),
        (&json!(kept), &Value::Null)
    );
    let path = format!("/v1/listings/{kept}/status");
    let ended = Some(json!({"state": "ended"}));
    let refused = head.on(Method::PUT, &path, 1, ended).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    app.follow().await;
}
