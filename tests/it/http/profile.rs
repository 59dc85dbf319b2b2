//! What an account says of the person, and how they change it.

use futures_util::future::join_all;
use haven::{
    credentials::{token, totp},
    domain::clock::Clock,
};
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    TestApp, TestDb,
    app::Reply,
    people::{PASSWORD, Someone, post, register, sign_in, strengthen},
};

const OLD: &str = "rima@example.org";
const NEW: &str = "rima.akter@example.org";

async fn rename(who: &Someone<'_>, body: Value) -> Reply {
    let request = who.app.request(Method::PATCH, "/v1/me");
    let request = request
        .bearer_auth(&who.token)
        .header("Content-Type", "application/merge-patch+json");
    who.app.send(request.body(body.to_string())).await
}

async fn propose(who: &Someone<'_>, email: &str) -> u16 {
    let asked = json!({"email": email, "password": PASSWORD});
    who.post("/v1/me/email", asked).await.status
}

async fn confirm(who: &Someone<'_>, link: &str) -> Reply {
    let shown = json!({"link": link});
    who.post("/v1/me/email/confirmation", shown).await
}

/// The latest letter to an address.
async fn letter_to(app: &TestApp, email: &str) -> String {
    let mut letters = app.post().await;
    letters.retain(|letter| letter.contains(&format!("To: {email}\n")));
    letters.pop().unwrap()
}

/// What the latest letter to an address says to send.
async fn link_to(app: &TestApp, email: &str) -> String {
    let letter = letter_to(app, email).await;
    let (_, rest) = letter.split_once("{\"link\": \"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_called_as_they_say() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    let shown = rename(&rima, json!({"name": " রিমা আক্তার "})).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(shown.json()["name"], "রিমা আক্তার");
    assert_eq!(rima.get("/v1/me").await.json(), shown.json());
    for wrong in [
        json!({}),
        json!({"name": null}),
        json!({"name": "  "}),
        json!({"name": "see https://example.org"}),
        json!({"name": "r".repeat(101)}),
    ] {
        let refused = rename(&rima, wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/name");
    }
    let names = (0..12).map(|n| rename(&rima, json!({"name": format!("Rima {n}")})));
    for renamed in join_all(names).await {
        assert_eq!(renamed.status, 200, "{}", renamed.text);
    }
    let shown = rename(&rima, json!({"name": "Rima"})).await;
    let role = rename(&rima, json!({"name": "Rima", "role": "administrator"})).await;
    assert_eq!(role.status, 400, "{}", role.text);
    assert_eq!(rima.get("/v1/me").await.json(), shown.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_counts_once_its_letter_was_shown_by_whose_account_it_is() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let (rima, other) = (
        Someone::new(&app, OLD).await,
        Someone::new(&app, "other@example.org").await,
    );
    let wrong = json!({"email": NEW, "password": "not the password"});
    assert_eq!(rima.post("/v1/me/email", wrong).await.status, 401);
    assert_eq!(propose(&rima, NEW).await, 202);
    let link = link_to(&app, NEW).await;
    let looked = app.get(&format!("/v1/links/{link}")).await.json();
    assert_eq!(looked["purpose"], "new_address");
    // Neither whoever found the letter nor somebody else with an account uses it up.
    let followed = post(&app, &format!("/v1/links/{link}"), json!({})).await;
    assert_eq!(followed.status, 404, "{}", followed.text);
    assert_eq!(confirm(&other, &link).await.status, 404);
    assert_eq!(propose(&rima, OLD).await, 409, "it is theirs already");
    assert_eq!(rima.get("/v1/me").await.json()["email"], OLD);
    // What went to the former mailbox is no way in afterwards.
    let reset = json!({"email": OLD});
    assert_eq!(post(&app, "/v1/accounts/reset", reset).await.status, 202);
    let reset = app.link_to(OLD).await;

    let moved = confirm(&rima, &format!(" http://haven.test/v1/links/{link}\n")).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json()["email"], NEW);
    assert_eq!(rima.get("/v1/me").await.json(), moved.json());
    assert_eq!(confirm(&rima, &link).await.status, 404, "it works once");
    let chosen = json!({"password": "another password"});
    assert_eq!(post(&app, &reset, chosen).await.status, 404);
    let former = json!({"email": OLD, "password": PASSWORD});
    assert_eq!(post(&app, "/v1/sessions", former).await.status, 401);
    sign_in(&app, NEW).await;
    let told = letter_to(&app, OLD).await;
    assert!(told.contains("another address"), "{told}");
    assert!(!told.contains(NEW), "whoever reads it there need not know");
    let account = moved.json()["account"].clone();
    assert!(told.contains(account.as_str().unwrap()), "{told}");
    // The former address is free.
    register(&app, OLD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_may_be_written_otherwise() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    assert_eq!(propose(&rima, "Rima@Example.org").await, 202);
    let link = link_to(&app, "Rima@Example.org").await;
    let moved = confirm(&rima, &link).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json()["email"], "Rima@Example.org");
    sign_in(&app, OLD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_of_or_takes_an_address_that_has_an_account() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    register(&app, "other@example.org").await;
    assert_eq!(propose(&rima, "Other@example.org").await, 202);
    let told = letter_to(&app, "Other@example.org").await;
    assert!(told.contains("has one already"), "{told}");
    assert!(!told.contains("{\"link"), "{told}");
    // One that gets an account in between.
    assert_eq!(propose(&rima, NEW).await, 202);
    let link = link_to(&app, NEW).await;
    register(&app, NEW).await;
    let late = confirm(&rima, &link).await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert_eq!(rima.get("/v1/me").await.json()["email"], OLD);
    sign_in(&app, NEW).await;
}

/// All that the export says beside ids and moments.
async fn kept(who: &Someone<'_>) -> Vec<(Value, Value)> {
    let export = who.get("/v1/me/export").await.json();
    let kept = export["kept"].as_array().unwrap().iter();
    kept.map(|one| (one["what"].clone(), one["words"].clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_a_free_address_from_one_that_has_an_account() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let (rima, other) = (
        Someone::new(&app, OLD).await,
        Someone::new(&app, "other@example.org").await,
    );
    let taken = "third@example.org";
    register(&app, taken).await;
    for n in 0..10 {
        assert_eq!(propose(&rima, &format!("free-{n}@example.org")).await, 202);
        assert_eq!(propose(&other, taken).await, 202);
    }
    assert_eq!(propose(&rima, "free-10@example.org").await, 429);
    assert_eq!(propose(&other, taken).await, 429);
    app.post().await;
    assert_eq!(kept(&rima).await, kept(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_too() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    let secret: SecretString = strengthen(&app, &rima.token).await.into();
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(1));
    let with = async |code: &str| {
        let asked = json!({"email": NEW, "password": PASSWORD, "code": code});
        rima.post("/v1/me/email", asked).await
    };
    assert_eq!(propose(&rima, NEW).await, 401);
    assert_eq!(with("000000").await.status, 401);
    let wrong = with(&"0".repeat(41)).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/code");
    let code = totp::code_at(&secret, app.clock.now()).unwrap();
    assert_eq!(with(&code).await.status, 202);
    assert_eq!(with(&code).await.status, 401, "a code works once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_takes_a_proposal_back() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    assert_eq!(propose(&rima, NEW).await, 202);
    let link = link_to(&app, NEW).await;
    let told = letter_to(&app, OLD).await;
    assert!(told.contains("choose a new password"), "{told}");
    let asked = json!({"email": OLD});
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let chosen = json!({"password": PASSWORD});
    let reset = app.link_to(OLD).await;
    assert_eq!(post(&app, &reset, chosen).await.status, 200);
    let rima = Someone {
        app: &app,
        token: sign_in(&app, OLD).await,
    };
    assert_eq!(confirm(&rima, &link).await.status, 404);
    assert_eq!(rima.get("/v1/me").await.json()["email"], OLD);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_the_former_mailbox_does_nothing_with_what_comes_there_late() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, OLD).await;
    let account = rima.get("/v1/me").await.json()["account"].clone();
    let account = account.as_str().unwrap();
    assert_eq!(propose(&rima, NEW).await, 202);
    let link = link_to(&app, NEW).await;
    assert_eq!(confirm(&rima, &link).await.status, 200);
    // Written while the account was moved, and a reminder from before.
    for purpose in ["reset_password", "reminder", "lapse"] {
        let (letter, link) = (Uuid::now_v7(), token::mint());
        let link = link.expose_secret();
        let hash = token::hash(link);
        let insert = format!(
            "insert into letter (id, purpose, email, account, payload, link_minutes, link_expires_at, created_at, next_try_at, sent_at)
                values ('{letter}', '{purpose}', '{OLD}', '{account}', '{{}}', 60, '2036-01-01', now(), now(), now());
            insert into letter_link values ('{hash}', '{letter}')"
        );
        db.sql().await.batch_execute(&insert).await.unwrap();
        let chosen = json!({"password": "another password"});
        let late = post(&app, &format!("/v1/links/{link}"), chosen).await;
        assert_eq!(late.status, 404, "{purpose}: {}", late.text);
    }
    sign_in(&app, NEW).await;
    let gone = json!({"password": PASSWORD});
    assert_eq!(rima.post("/v1/me/deletion", gone).await.status, 204);
    let left = "select count(*) from letter where email = $1";
    let left = db.sql().await.query_one(left, &[&NEW]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 0);
}
