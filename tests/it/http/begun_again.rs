//! What was taken back or rejected before it ever was public is gone on with, and no draft is lost from sight.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id},
    sample,
};

/// An organisation with a hub, typed.
async fn registered(who: &Someone<'_>) -> (Value, Value) {
    let all = json!({
        "organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("listening-room").typed()],
    });
    let reply = who.post("/v1/organisations", all).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let all = reply.json();
    (all["organisation"].clone(), all["hubs"][0].clone())
}

/// Ids of one moment are in no order.
fn later(app: &TestApp) {
    app.clock.advance(SignedDuration::from_mins(1));
}

async fn take_back(who: &Someone<'_>, draft: &Value) {
    let now = who.draft(id(draft)).await;
    let path = format!("/v1/drafts/{}", id(draft));
    let version = now["version"].as_i64().unwrap();
    let reply = who.on(Method::DELETE, &path, version, None).await;
    assert_eq!(
        (reply.status, &reply.json()["state"]),
        (200, &json!("withdrawn"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typo_in_what_was_handed_in_costs_no_organisation() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let stranger = Someone::new(&app, "stranger@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    for draft in [&organisation, &hub] {
        assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    }
    take_back(&rima, &organisation).await;
    later(&app);

    let again = json!({"listing": organisation["listing"], "body": {"summary": sample::text("Without the typo.")}});
    assert_eq!(stranger.post("/v1/drafts", again.clone()).await.status, 404);
    assert_eq!(head.post("/v1/drafts", again.clone()).await.status, 404);
    let opened = rima.post("/v1/drafts", again).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let opened = opened.json();
    assert_eq!(opened["listing"], organisation["listing"]);
    assert_eq!(opened["state"], "draft");
    assert_eq!(opened.get("base"), None);
    assert_eq!(opened["lacks"], json!([]));
    assert_eq!(opened["body"]["summary"], sample::text("Without the typo."));
    assert_eq!(
        opened["body"]["name"], organisation["body"]["name"],
        "nothing typed is lost"
    );

    // Refused, with a reason: the same way leads on.
    later(&app);
    assert_eq!(rima.act(id(&opened), "submission", None).await.status, 200);
    let reason = json!({"reason": "Whose house is this?"});
    let refused = head
        .act(id(&opened), "rejection", Some(reason.clone()))
        .await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    let refused = head.act(id(&hub), "rejection", Some(reason)).await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    for first in [&opened, &hub] {
        let again = json!({"listing": first["listing"]});
        let draft = rima.post("/v1/drafts", again).await;
        assert_eq!(draft.status, 201, "{}", draft.text);
        assert_eq!(draft.json()["body"], first["body"]);
        let listing = approved(&rima, &head, &draft.json()).await;
        assert_eq!(json!(listing), first["listing"]);
    }
    app.follow().await;
    let shown = app.get("/v1/hubs/listening-room").await.json();
    assert_eq!(shown["id"], hub["listing"]);
    assert_eq!(shown["organisation"]["id"], organisation["listing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_on_with_what_was_refused() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    for draft in [&organisation, &hub] {
        take_back(&rima, draft).await;
    }
    later(&app);
    let whose = organisation["listing"].as_str().unwrap();
    let path = format!("/v1/organisations/{whose}/batches");
    // By its name, and by its id under another name.
    let csv = format!(
        "listing,kind,slug,topics\r\n,organisation,listeners,grief\r\n{},hub,quiet-room,grief\r\n",
        hub["listing"].as_str().unwrap()
    );
    let check = rima
        .file(&format!("{path}/check"), "text/csv", csv.clone(), "")
        .await;
    assert_eq!(check.json()["would_create"], 2, "{}", check.text);
    let reply = rima.file(&path, "text/csv", csv, "").await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let batch = format!("/v1/batches/{}", id(&reply.json()));
    let rows = rima.get(&batch).await.json()["rows"].clone();
    assert_eq!(rows[0]["listing"], organisation["listing"]);
    assert_eq!(rows[1]["listing"], hub["listing"]);
    let draft = rima.draft(rows[1]["draft"].as_str().unwrap()).await;
    assert_eq!(draft["body"]["topics"], json!(["grief"]));
    assert_eq!(draft["body"]["places"], hub["body"]["places"]);

    // Rows of a batch that was refused are gone on with in the same ways.
    later(&app);
    let reason = Some(json!({"reason": "Not yet."}));
    let refused = head
        .on(Method::POST, &format!("{batch}/rejection"), 1, reason)
        .await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    let again = json!({"listing": organisation["listing"]});
    let opened = rima.post("/v1/drafts", again).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert_eq!(opened.json()["body"]["topics"], json!(["grief"]));
    assert_eq!(opened.json().get("batch"), None);
    approved(&rima, &head, &opened.json()).await;
    let row = sample::hub("quiet-room").typed();
    let reply = rima
        .file(&path, "application/x-ndjson", row.to_string(), "")
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let batch = format!("/v1/batches/{}", id(&reply.json()));
    let rows = rima.get(&batch).await.json()["rows"].clone();
    assert_eq!(
        rows[0]["listing"], hub["listing"],
        "the same listing, not one more"
    );
    let approved = head
        .on(Method::POST, &format!("{batch}/approval"), 1, None)
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_public_once_is_not_made_anew_of_what_was_typed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    approved(&rima, &head, &organisation).await;
    let listing = approved(&rima, &head, &hub).await;
    let again = json!({"listing": listing, "body": {"topics": ["grief"]}});
    let change = rima.post("/v1/drafts", again).await.json();
    take_back(&rima, &change).await;
    let twin = json!({"organisation": organisation["listing"], "kind": "hub", "body": sample::hub("other-room").typed()});
    let twin = rima.post("/v1/drafts", twin).await.json();
    let into = approved(&rima, &head, &twin).await;
    app.follow().await;
    let merged = head.merge((&listing, 1), (&into, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    app.follow().await;
    // What it was merged into stands for it, and not what was typed of it once.
    let again = rima.post("/v1/drafts", json!({"listing": listing})).await;
    assert_eq!(again.status, 201, "{}", again.text);
    let again = again.json();
    assert_eq!(again["listing"], into);
    assert_ne!(again["body"]["topics"], json!(["grief"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opens_a_draft_twice_is_told_where_the_first_one_is() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    // Of one that is not public yet as of one that is.
    let of_hub = json!({"listing": hub["listing"]});
    let mut first = hub.clone();
    for _ in 0..2 {
        let second = rima.post("/v1/drafts", of_hub.clone()).await;
        assert_eq!(
            (second.status, &second.json()["code"]),
            (409, &json!("conflict"))
        );
        assert_eq!(second.json()["draft"], first["id"]);
        let location = format!("/v1/drafts/{}", id(&first));
        assert_eq!(second.header("location"), location);
        assert_eq!(rima.get(&location).await.json()["listing"], hub["listing"]);
        if first == hub {
            approved(&rima, &head, &organisation).await;
            approved(&rima, &head, &hub).await;
            app.follow().await;
            later(&app);
            first = rima.post("/v1/drafts", of_hub.clone()).await.json();
        }
    }
    let found = async |query: &str| {
        let reply = rima.get(&format!("/v1/me/submissions?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let items = reply.json()["items"].as_array().unwrap().clone();
        let ids = items.iter().map(|item| item["draft"]["id"].clone());
        ids.collect::<Vec<_>>()
    };
    let listing = hub["listing"].as_str().unwrap();
    let (first, second) = (hub["id"].clone(), first["id"].clone());
    assert_eq!(
        found(&format!("listing={listing}")).await,
        [second.clone(), first.clone()]
    );
    assert_eq!(
        found(&format!("listing={listing}&state=draft,submitted")).await,
        std::slice::from_ref(&second)
    );
    assert_eq!(found("state=-approved").await, [second]);
    assert_eq!(
        found(&format!("listing={listing}&state=approved")).await,
        [first]
    );
    assert_eq!(found("state=rejected").await, [Value::Null; 0]);
    assert_eq!(
        rima.get("/v1/me/submissions?state=public").await.status,
        400
    );
    let stranger = Someone::new(&app, "stranger@example.org").await;
    let theirs = stranger
        .get(&format!("/v1/me/submissions?listing={listing}"))
        .await;
    assert_eq!(theirs.json()["items"], json!([]));
    assert_eq!(stranger.post("/v1/drafts", of_hub).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_gone_on_with() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let budi = Someone::new(&app, "budi@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let listing = approved(&rima, &head, &made["organisation"]).await;
    let long = sample::text("A long text, typed in one evening.");
    let open = json!({"listing": listing, "body": {"description": long}});
    let draft = rima.post("/v1/drafts", open).await.json();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    let again = json!({"draft": id(&draft), "body": {"topics": ["grief"]}});
    let still = rima.post("/v1/drafts", again.clone()).await;
    assert_eq!(still.status, 409, "{}", still.text);
    let path = format!("/v1/drafts/{}", id(&draft));
    let back = rima.on(Method::DELETE, &path, 2, None).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(budi.post("/v1/drafts", again.clone()).await.status, 404);
    let both = json!({"draft": id(&draft), "listing": listing});
    let both = rima.post("/v1/drafts", both).await;
    assert!(both.text.contains("\"/draft\""), "{}", both.text);
    let on = rima.post("/v1/drafts", again).await;
    assert_eq!(on.status, 201, "{}", on.text);
    let on = on.json();
    assert_eq!(on["listing"], json!(listing));
    assert_eq!(
        (&on["body"]["description"], &on["body"]["topics"]),
        (&long, &json!(["grief"]))
    );
    assert_eq!((&on["base"], &on["base_moved"]), (&json!(1), &json!(false)));
    let of_public = json!({"draft": id(&made["organisation"])});
    let approved = rima.post("/v1/drafts", of_public).await;
    assert_eq!(approved.status, 409, "{}", approved.text);
    app.follow().await;
}
