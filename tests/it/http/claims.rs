//! Claims: a moderator knows whose they are, and those who keep a listing already hear of them.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id, post},
    sample,
};

fn claims_of(of: Uuid) -> String {
    format!("/v1/organisations/{of}/claims")
}

async fn decided(head: &Someone<'_>, claim: &Value, granted: bool) {
    let path = format!("/v1/moderation/claims/{}/decision", id(claim));
    let reason = "The office does not know them.";
    let said = json!({"granted": granted, "reason": reason});
    let reply = head.post(&path, said).await;
    assert_eq!(reply.status, 204, "{}", reply.text);
}

/// How many letters to that address say so.
async fn written(app: &TestApp, to: &str, says: &str) -> usize {
    let to = format!("To: {to}\n");
    let letters = app.post().await.into_iter();
    letters
        .filter(|letter| letter.contains(&to) && letter.contains(says))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_sees_whose_claim_it_is_and_owners_hear_who_joins_them() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let mailbox = json!([{"channel": "email", "value": "office@example.org"}]);
    let listeners = sample::organisation("listeners").with("/contacts", mailbox);
    let listeners = db.create(&listeners).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let tanvir = Someone::new(&app, "tanvir@example.org").await;
    let grounds = |words: &str| json!({"grounds": words});
    let claims = "/v1/moderation/claims";

    let asked = rima.post(&claims_of(listeners), grounds("I run it.")).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let claim = head.get(claims).await.json()["items"][0].clone();
    for (key, value) in [
        ("name", json!("Rima")),
        ("email", json!("rima@example.org")),
        ("kind", json!("organisation")),
        ("slug", json!("listeners")),
        ("owners", json!(0)),
    ] {
        assert_eq!(claim[key], value, "{key}: {claim}");
    }
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["claim"], claim);
    // A mailbox was asked while nobody kept it.
    let by_mail = json!({"by_mail": true});
    let first = tanvir.post(&claims_of(listeners), by_mail.clone()).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let link = app.link_to("office@example.org").await;
    decided(&head, &claim, true).await;
    assert_eq!(
        written(&app, "rima@example.org", "own it beside you").await,
        0
    );

    // From now on somebody keeps it: no mailbox makes another one an owner.
    for refused in [
        post(&app, &link, json!({})).await,
        tanvir.post(&claims_of(listeners), by_mail).await,
    ] {
        assert_eq!(refused.status, 409, "{}", refused.text);
        let detail = refused.json()["detail"].to_string();
        assert!(detail.contains("a moderator can decide"), "{detail}");
    }
    let open = json!({"listing": listeners});
    assert_eq!(tanvir.post("/v1/drafts", open.clone()).await.status, 404);

    let asked = tanvir.post(&claims_of(listeners), grounds("I do.")).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let asks = "Somebody asks to keep it too";
    assert_eq!(written(&app, "rima@example.org", asks).await, 1);
    let claim = head.get(claims).await.json()["items"][0].clone();
    assert_eq!(
        (&claim["owners"], &claim["email"]),
        (&json!(1), &json!("tanvir@example.org"))
    );
    let without = format!("/v1/moderation/claims/{}/decision", id(&claim));
    let refused = head.post(&without, json!({"granted": false})).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (400, &json!("/reason"))
    );
    decided(&head, &claim, false).await;
    let why = "The office does not know them.";
    assert_eq!(written(&app, "tanvir@example.org", why).await, 1);
    assert_eq!(
        written(&app, "rima@example.org", "Somebody else owns it").await,
        0
    );
    let asked = tanvir.post(&claims_of(listeners), grounds("I do.")).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let claim = head.get(claims).await.json()["items"][0].clone();
    decided(&head, &claim, true).await;
    assert_eq!(
        written(&app, "rima@example.org", "Somebody else owns it").await,
        1
    );
    // Who it is, the list says, and no letter that outlives their account.
    let members = rima
        .get(&format!("/v1/organisations/{listeners}/members"))
        .await;
    assert!(
        members.text.contains("tanvir@example.org"),
        "{}",
        members.text
    );
    let kept = "select count(*) from letter where (payload::text like '%Tanvir%' or payload::text like '%tanvir@%')
        and account is distinct from (select id from account where email = 'tanvir@example.org')";
    let kept: i64 = db.sql().await.query_one(kept, &[]).await.unwrap().get(0);
    assert_eq!(kept, 0);
    assert_eq!(written(&app, "tanvir@example.org", "beside you").await, 0);
    assert_eq!(tanvir.post("/v1/drafts", open).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_claim_is_of_the_mailbox_that_is_published_when_it_is_followed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let mailbox = |value: &str| json!([{"channel": "email", "value": value}]);
    let listeners = sample::organisation("listeners");
    let with = |value: &str| listeners.clone().with("/contacts", mailbox(value));
    let id = db.create(&with("office@example.org")).await;
    app.follow().await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let asked = rima.post(&claims_of(id), json!({"by_mail": true})).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let link = app.link_to("office@example.org").await;
    db.publish(&with("other@example.org")).await;
    assert_eq!(post(&app, &link, json!({})).await.status, 404);
    db.publish(&with("Office@Example.org")).await;
    let followed = post(&app, &link, json!({})).await;
    assert_eq!(followed.status, 200, "{}", followed.text);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_claims_the_whole_directory_in_a_day() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let mut all = Vec::new();
    for number in 0..21 {
        let hub = sample::hub(&format!("room-{number}"));
        all.push(db.create(&hub).await);
    }
    app.follow().await;
    let grounds = json!({"grounds": "It is mine."});
    for id in &all[..20] {
        let asked = rima.post(&claims_of(*id), grounds.clone()).await;
        assert_eq!(asked.status, 202, "{}", asked.text);
    }
    let refused = rima.post(&claims_of(all[20]), grounds.clone()).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(24));
    let asked = rima.post(&claims_of(all[20]), grounds).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_an_organisation_meanwhile_is_not_given_away_alone() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    db.create(&sample::organisation("listeners")).await;
    let room = db.create(&sample::hub("room")).await;
    app.follow().await;
    let grounds = json!({"grounds": "I run it."});
    assert_eq!(rima.post(&claims_of(room), grounds).await.status, 202);
    db.publish(&sample::hub("room").with("/organisation", json!("listeners")))
        .await;
    let claim = head.get("/v1/moderation/claims").await.json()["items"][0].clone();
    let path = format!("/v1/moderation/claims/{}/decision", id(&claim));
    let refused = head.post(&path, json!({"granted": true})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    decided(&head, &claim, false).await;
    app.follow().await;
}
