//! What nobody keeps, moderators mend: one types, another one decides, and no feed undoes it.

use haven::app::{confirm, forget::forget};
use haven::domain::actor::Actor;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::import::{feed, import},
    support::{
        Sample, TestApp, TestDb,
        app::link_after,
        people::{Someone, approved, id, months_pass, post},
        sample,
    },
};

fn number(value: &str) -> Value {
    json!([{"channel": "voice", "value": value, "country": "BD"}])
}

fn line(value: &str, summary: &str) -> Sample {
    sample::helpline("night-line")
        .with("/contacts", number(value))
        .with("/summary", sample::text(summary))
}

async fn opened(who: &Someone<'_>, listing: &Value, body: Value) -> Value {
    let opened = who
        .post("/v1/drafts", json!({"listing": listing, "body": body}))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    opened.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_that_nobody_keeps_is_mended_by_two_moderators_and_by_no_feed_undone() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let wrong = line("01711-000001", "As the feed says.");
    import(&db.store, feed(std::slice::from_ref(&wrong))).await;
    app.follow().await;
    let shown = async || {
        app.follow().await;
        app.get("/v1/helplines/night-line").await.json()
    };
    let before = shown().await;
    let said = json!({"listing": before["id"], "topic": "wrong_number"});
    assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    let queue = karim.get("/v1/moderation/queue").await.json();
    let listing = &queue["items"][0]["report"]["listing"];

    let body = json!({"contacts": number("01711-000009")});
    let asked = json!({"listing": listing, "body": body});
    assert_eq!(rima.post("/v1/drafts", asked.clone()).await.status, 404);
    let draft = opened(&karim, listing, body).await;
    assert_eq!(draft["by_moderator"], true);
    let again = head.post("/v1/drafts", asked).await;
    assert_eq!(again.status, 409, "{}", again.text);
    forget(&app.use_cases, Actor::Upkeep).await.unwrap();
    assert_eq!(head.draft(id(&draft)).await["state"], "draft");
    assert_eq!(
        rima.get(&format!("/v1/drafts/{}", id(&draft))).await.status,
        404
    );
    let submitted = karim.act(id(&draft), "submission", None).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    assert_eq!(karim.act(id(&draft), "approval", None).await.status, 403);
    let done = head.act(id(&draft), "approval", None).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let value = async || shown().await["contacts"][0]["value"].clone();
    assert_eq!(value().await, "+8801711000009");
    // Nobody stands for the rest of it who did not before.
    let after = shown().await;
    for same in ["confirmation", "sources"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let audit = head.get("/v1/moderation/audit").await.json();
    let entries = audit["items"].as_array().unwrap().iter();
    let of_it = entries.filter(|entry| entry["subject"] == format!("draft/{}", id(&draft)));
    let of_it: Vec<&str> = of_it
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(of_it, ["approve", "submit", "open_draft"]);

    // The feed goes on saying the wrong number, as ever and with news; all else of it is the feed's.
    import(&db.store, feed(&[wrong])).await;
    assert_eq!(value().await, "+8801711000009");
    import(&db.store, feed(&[line("01711-000001", "News.")])).await;
    assert_eq!(value().await, "+8801711000009");
    assert_eq!(shown().await["summary"]["text"], "News.");
    // Nor does it where the line was taken off meanwhile, and came back.
    let path = format!("/v1/listings/{}/withdrawal", listing.as_str().unwrap());
    let version = shown().await["version"].as_i64().unwrap();
    let reason = Some(json!({"reason": "Is it the right one?"}));
    let off = head.on(Method::POST, &path, version, reason).await;
    assert_eq!(off.status, 204, "{}", off.text);
    assert_eq!(karim.delete(&path).await.status, 204);
    import(&db.store, feed(&[line("01711-000001", "More news.")])).await;
    assert_eq!(value().await, "+8801711000009");
    assert_eq!(shown().await["summary"]["text"], "More news.");
    // Once it has found out itself, its word counts again.
    import(&db.store, feed(&[line("+8801711000009", "News.")])).await;
    assert_eq!(value().await, "+8801711000009");
    import(&db.store, feed(&[line("01711-000002", "News.")])).await;
    assert_eq!(value().await, "+8801711000002");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_moderator_types_is_for_those_who_keep_the_listing_once_somebody_does() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let hub = db.create(&sample::hub("room")).await;
    app.follow().await;
    let draft = opened(&karim, &json!(hub), json!({"topics": ["grief"]})).await;
    let typed = head.patch(id(&draft), json!({"topics": []})).await;
    assert_eq!(typed["version"], 2, "moderators type in it together");
    let claims = format!("/v1/organisations/{hub}/claims");
    let grounds = json!({"grounds": "It is ours."});
    assert_eq!(rima.post(&claims, grounds).await.status, 202);
    let claims = head.get("/v1/moderation/claims").await.json();
    let decision = format!("/v1/moderation/claims/{}/decision", id(&claims["items"][0]));
    let granted = head.post(&decision, json!({"granted": true})).await;
    assert_eq!(granted.status, 204, "{}", granted.text);

    let path = format!("/v1/drafts/{}", id(&draft));
    for moderator in [&karim, &head] {
        assert_eq!(moderator.get(&path).await.status, 404);
    }
    let own = rima.draft(id(&draft)).await;
    assert_eq!(
        (&own["role"], own.get("by_moderator")),
        (&json!("owner"), None)
    );
    let taken = rima.on(Method::DELETE, &path, 2, None).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let refused = karim.post("/v1/drafts", json!({"listing": hub})).await;
    assert_eq!(refused.status, 403, "somebody keeps it: {}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_owner_says_to_be_closed_a_moderator_closes() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("room").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    months_pass(&app, 6);
    let head = Someone::administrator(&app, &db, "second@example.org").await;
    let again = Someone {
        app: &app,
        token: crate::support::people::sign_in(&app, "rima@example.org").await,
    };
    let hub = approved(&again, &head, &made["hubs"][0]).await;
    app.follow().await;
    let path = format!("/v1/listings/{hub}/status");
    let say = async |who: &Someone<'_>, state: &str| {
        let shown = app.get("/v1/hubs/room").await.json();
        let version = shown["version"].as_i64().unwrap();
        let said = Some(json!({"state": state}));
        let status = who.on(Method::PUT, &path, version, said).await.status;
        app.follow().await;
        status
    };
    // What anybody says is not what its owner says.
    let said = json!({"listing": hub, "topic": "closed"});
    assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    assert_eq!(say(&head, "ended").await, 409);
    months_pass(&app, 13);
    confirm::remind(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    let letters = app.post().await;
    let mut links = letters.iter().rev();
    let link = links
        .find_map(|letter| link_after(letter, "\nhub room:\n"))
        .unwrap();
    let closed = post(&app, &link, json!({"closed": true})).await;
    assert_eq!(closed.status, 200, "{}", closed.text);

    let head = Someone::administrator(&app, &db, "third@example.org").await;
    let reports = head.get("/v1/moderation/reports").await.json();
    let reports = reports["items"].as_array().unwrap();
    let by_owner = reports.iter().filter(|report| report["by_owner"] == true);
    let by_owner: Vec<&Value> = by_owner.collect();
    assert_eq!((reports.len(), by_owner.len()), (2, 1));
    for (state, expected) in [
        ("operating", 409),
        ("temporarily_closed", 204),
        ("ended", 204),
    ] {
        assert_eq!(say(&head, state).await, expected, "{state}");
    }
    let shown = app.get("/v1/hubs/room").await.json();
    assert_eq!(shown["status"]["state"], "ended");
    let settlement = format!("/v1/moderation/reports/{}/settlement", id(by_owner[0]));
    assert_eq!(head.post(&settlement, json!({})).await.status, 204);
    assert_eq!(
        say(&head, "temporarily_closed").await,
        409,
        "its owner's again"
    );
}
