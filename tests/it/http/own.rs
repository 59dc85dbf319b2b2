//! Nobody decides on their own, whatever they are when they try.

use haven::domain::actor::Actor;
use haven::{app::forget::forget, domain::clock::Clock};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, post},
    sample,
};

/// Follows an invitation as owner; the account.
async fn joins(app: &TestApp, owner: &Someone<'_>, organisation: &str, email: &str) {
    let path = format!("/v1/organisations/{organisation}/invitations");
    let asked = owner
        .post(&path, json!({"email": email, "role": "owner"}))
        .await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let link = app.link_to(email).await;
    let followed = owner.post(&link, json!({})).await;
    assert_eq!(followed.status, 200, "{}", followed.text);
}

async fn account(of: &Someone<'_>) -> String {
    let me = of.get("/v1/me").await.json();
    me["account"].as_str().unwrap().to_owned()
}

async fn opened(owner: &Someone<'_>, organisation: &str, slug: &str) -> Value {
    let body = sample::hub(slug).with("/organisation", json!(organisation));
    let new = json!({"organisation": organisation, "kind": "hub", "body": body.typed()});
    let draft = owner.post("/v1/drafts", new).await;
    assert_eq!(draft.status, 201, "{}", draft.text);
    draft.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_for_a_moment_decides_on_nothing_that_was_open_then() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = id(&made["organisation"]).to_owned();
    assert_eq!(rima.act(&draft, "submission", None).await.status, 200);
    assert_eq!(head.act(&draft, "approval", None).await.status, 200);
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    joins(&app, &rima, organisation, "karim@example.org").await;
    let member = account(&karim).await;
    let leave = format!("/v1/organisations/{organisation}/members/{member}");

    // Somebody else's draft, and somebody else's batch.
    let room = opened(&rima, organisation, "room").await;
    assert_eq!(rima.act(id(&room), "submission", None).await.status, 200);
    let row = sample::hub("hall")
        .with("/organisation", json!(organisation))
        .typed();
    let path = format!("/v1/organisations/{organisation}/batches");
    let batch = rima
        .file(
            &path,
            "application/x-ndjson",
            row.to_string(),
            "one-evening",
        )
        .await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    let batch = format!("/v1/batches/{}/approval", id(&batch.json()));
    let approve_batch =
        async |version| karim.on(reqwest::Method::POST, &batch, version, None).await;
    assert_eq!(karim.act(id(&room), "approval", None).await.status, 403);
    assert_eq!(approve_batch(1).await.status, 403);

    assert_eq!(karim.delete(&leave).await.status, 204);
    assert_eq!(karim.act(id(&room), "approval", None).await.status, 403);
    assert_eq!(approve_batch(1).await.status, 403);
    let queue = karim.get("/v1/moderation/queue").await.json();
    let own: Vec<&Value> = queue["items"].as_array().unwrap().iter().collect();
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|item| item["own"] == true), "{queue}");
    let kept = karim.get("/v1/me/export").await.text;
    assert!(kept.contains("\"former_member\""), "{kept}");

    // What is begun when they are gone is not theirs; nor does the directory keep for ever that they once were there.
    let minutes = |app: &TestApp, minutes| {
        app.clock
            .set(app.clock.now() + SignedDuration::from_mins(minutes));
    };
    minutes(&app, 90);
    let forgotten = async || {
        forget(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap()
            .former_members
    };
    assert_eq!(forgotten().await, 0, "something of then is open");
    let cellar = opened(&rima, organisation, "cellar").await;
    assert_eq!(rima.act(id(&cellar), "submission", None).await.status, 200);
    let approved = karim.act(id(&cellar), "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    assert_eq!(head.act(id(&room), "approval", None).await.status, 200);
    assert_eq!(forgotten().await, 0, "the batch is open");
    let decided = head.on(reqwest::Method::POST, &batch, 1, None).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
    assert_eq!(forgotten().await, 1);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merger_makes_nobody_judge_of_what_was_theirs() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let tanvir = Someone::new(&app, "tanvir@example.org").await;
    let [gone, kept] = [(&rima, "listeners"), (&tanvir, "hearers")].map(async |(who, slug)| {
        let body = json!({"organisation": sample::organisation(slug).typed()});
        let made = who.post("/v1/organisations", body).await.json();
        approved(who, &head, &made["organisation"]).await
    });
    let (gone, kept) = (gone.await, kept.await);
    joins(&app, &rima, &gone, "karim@example.org").await;
    let room = opened(&rima, &gone, "room").await;
    assert_eq!(rima.act(id(&room), "submission", None).await.status, 200);
    assert_eq!(karim.act(id(&room), "approval", None).await.status, 403);
    let merged = head.merge((&gone, 1), (&kept, 1)).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    assert_eq!(karim.act(id(&room), "approval", None).await.status, 403);
    assert_eq!(head.act(id(&room), "approval", None).await.status, 200);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_leave_to_others_what_is_claimed_said_and_closed_of_what_they_keep() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = karim.post("/v1/organisations", body).await.json();
    let own = approved(&karim, &head, &made["organisation"]).await;
    app.follow().await;

    let claims = format!("/v1/organisations/{own}/claims");
    let claimed = rima.post(&claims, json!({"grounds": "I run it."})).await;
    assert_eq!(claimed.status, 202, "{}", claimed.text);
    let said = json!({"listing": own, "topic": "unsafe", "words": "They shouted."});
    let reported = post(&app, "/v1/reports", said).await;
    assert_eq!(reported.status, 202, "{}", reported.text);
    let queue = karim.get("/v1/moderation/queue").await.json();
    let items = queue["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["own"] == true), "{queue}");
    let of = |about: &str| {
        let item = items.iter().find(|item| item["about"] == about).unwrap();
        id(item).to_owned()
    };
    let decision = format!("/v1/moderation/claims/{}/decision", of("claim"));
    let settlement = format!("/v1/moderation/reports/{}/settlement", of("report"));
    let closed = format!("/v1/listings/{own}/status");
    let status = json!({"state": "temporarily_closed"});
    let put = async |who: &Someone<'_>| {
        let method = reqwest::Method::PUT;
        let shown = app.get("/v1/organisations/listeners").await.json();
        let version = shown["version"].as_i64().unwrap();
        who.on(method, &closed, version, Some(status.clone())).await
    };
    let refuses = async || {
        for granted in [true, false] {
            let said = json!({"granted": granted, "reason": "I know better."});
            let refused = karim.post(&decision, said).await;
            assert_eq!(refused.status, 403, "{}", refused.text);
        }
        let refused = karim.post(&settlement, json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    };
    refuses().await;
    let refused = put(&karim).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    // Nor once it is set aside, where what was said of it waits.
    let aside = format!("/v1/listings/{own}/unpublication");
    let why = Some(json!({"reason": "We move."}));
    let aside = karim.on(reqwest::Method::POST, &aside, 1, why).await;
    assert_eq!(aside.status, 204, "{}", aside.text);
    let queue = karim.get("/v1/moderation/queue").await.json();
    let waiting = queue["items"].as_array().unwrap();
    assert!(waiting.iter().all(|item| item["own"] == true), "{queue}");
    refuses().await;
    let back = format!("/v1/listings/{own}/confirmation");
    assert_eq!(karim.post(&back, json!({})).await.status, 204);
    app.follow().await;
    let told = items.iter().find(|item| item["about"] == "report").unwrap();
    assert_eq!(
        (&told["report"]["kind"], &told["report"]["slug"]),
        (&json!("organisation"), &json!("listeners"))
    );
    let waiting = head.get("/v1/moderation/queue").await.json();
    assert!(waiting.to_string().contains("They shouted."), "{waiting}");
    assert!(
        waiting["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["own"] == false)
    );
    let granted = head.post(&decision, json!({"granted": true})).await;
    assert_eq!(granted.status, 204, "{}", granted.text);
    assert_eq!(head.post(&settlement, json!({})).await.status, 204);
    assert_eq!(
        put(&head).await.status,
        409,
        "who keeps it says so by a draft"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_taken_out_hears_of_it_and_a_moderator_ends_what_was_granted_in_error() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let thief = Someone::new(&app, "thief@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let own = approved(&rima, &head, &made["organisation"]).await;
    let claims = format!("/v1/organisations/{own}/claims");
    let claim = async |who: &Someone<'_>| {
        app.follow().await;
        let claimed = who.post(&claims, json!({"grounds": "I run it."})).await;
        assert_eq!(claimed.status, 202, "{}", claimed.text);
        let waiting = head.get("/v1/moderation/claims").await.json();
        let decision = format!(
            "/v1/moderation/claims/{}/decision",
            id(&waiting["items"][0])
        );
        let granted = head.post(&decision, json!({"granted": true})).await;
        assert_eq!(granted.status, 204, "{}", granted.text);
    };
    claim(&thief).await;
    app.post().await;
    let (founder, taker) = (account(&rima).await, account(&thief).await);
    let member = |of: &str| format!("/v1/organisations/{own}/members/{of}");
    assert_eq!(thief.delete(&member(&founder)).await.status, 204);
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: rima@example.org\n") && letter.contains("listeners any more")
    });
    assert_eq!(told.count(), 1);

    let ends = |of: &str| format!("/v1/moderation/organisations/{own}/members/{of}/removal");
    let why = || json!({"reason": "The office does not know them."});
    assert_eq!(thief.post(&ends(&taker), why()).await.status, 403);
    assert_eq!(head.post(&ends(&founder), why()).await.status, 404);
    let ended = head.post(&ends(&taker), why()).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    let theirs = thief.get("/v1/me/organisations").await.json();
    assert_eq!(theirs["items"], json!([]));
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: thief@example.org\n") && letter.contains("does not know them")
    });
    assert_eq!(told.count(), 1);
    claim(&rima).await;
    let theirs = rima.get("/v1/me/organisations").await.json();
    assert_eq!(theirs["items"][0]["role"], "owner");
}
