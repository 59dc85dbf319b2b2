//! Second factors: set up, lost, taken off and replaced, and never by a session alone.

use haven::domain::actor::Actor;
use haven::{
    app::{AppError, second_factor},
    credentials::totp,
    domain::{account::EmailAddress, clock::Clock},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, administrator, post, sign_in, strengthen, token},
};

const SET_UP: &str = "/v1/me/second-factor";
const CONFIRM: &str = "/v1/me/second-factor/confirmation";
const REMOVE: &str = "/v1/me/second-factor/removal";
const RENEW: &str = "/v1/me/second-factor/recovery-codes";

/// Sets one up; the secret, and the recovery codes.
async fn set_up(who: &Someone<'_>) -> (String, Vec<String>) {
    let proposed = who.post(SET_UP, json!({"password": PASSWORD})).await;
    assert_eq!(proposed.status, 201, "{}", proposed.text);
    let secret = proposed.json()["secret"].as_str().unwrap().to_owned();
    let confirmed = who
        .post(CONFIRM, json!({"code": code(who.app, &secret)}))
        .await;
    (secret, recovery_codes(&confirmed.json()))
}

fn recovery_codes(answer: &Value) -> Vec<String> {
    let codes = answer["recovery_codes"].as_array().unwrap().iter();
    codes
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

fn code(app: &TestApp, secret: &str) -> String {
    totp::code_at(&secret.to_owned().into(), app.clock.now()).unwrap()
}

fn shown(code: &str) -> Value {
    json!({"password": PASSWORD, "code": code})
}

fn with(email: &str, code: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "code": code})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_alone_sets_up_none() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    assert_eq!(rima.post(SET_UP, json!({})).await.status, 400);
    let wrong = json!({"password": "not the password"});
    for _ in 0..10 {
        assert_eq!(rima.post(SET_UP, wrong.clone()).await.status, 401);
    }
    let right = json!({"password": PASSWORD});
    assert_eq!(rima.post(SET_UP, right).await.status, 429);
    let stored = "select count(*) from account where totp_secret is not null";
    let stored: i64 = db.sql().await.query_one(stored, &[]).await.unwrap().get(0);
    assert_eq!(stored, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_phone_replaces_it_by_password_and_recovery_code() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let (_, head) = administrator(&app, &db, "head@example.org").await;
    let head = Someone {
        app: &app,
        token: head,
    };
    let moderator = "moderator@example.org";
    let rima = Someone::new(&app, moderator).await;
    let role = json!({"email": moderator, "role": "moderator"});
    assert_eq!(head.put("/v1/roles", role).await.status, 204);
    drop(rima);
    let rima = Someone {
        app: &app,
        token: sign_in(&app, moderator).await,
    };
    let nothing = rima.post(REMOVE, shown("123456")).await;
    assert_eq!(nothing.status, 409, "none is set up: {}", nothing.text);
    let (_, codes) = set_up(&rima).await;
    let queue = "/v1/moderation/queue";
    assert_eq!(rima.get(queue).await.status, 200);
    let beside = token(&app, with(moderator, &codes[0])).await;

    let unknown = json!({"password": "not the password", "code": codes[1]});
    assert_eq!(rima.post(REMOVE, unknown).await.status, 401);
    assert_eq!(rima.post(REMOVE, shown("000000")).await.status, 401);
    assert_eq!(
        rima.post(REMOVE, shown(&codes[0])).await.status,
        401,
        "used"
    );
    assert_eq!(rima.get(queue).await.status, 200);
    assert_eq!(rima.post(REMOVE, shown(&codes[1])).await.status, 204);
    let letters = app.post().await;
    let last = letters.last().unwrap();
    assert!(last.contains("To: moderator@example.org\n"), "{last}");
    assert!(
        last.contains("Subject: Your second factor is gone"),
        "{last}"
    );

    // Without one nobody moderates; what was open elsewhere is ended.
    assert_eq!(rima.get(queue).await.status, 403);
    let me = rima.get("/v1/me").await.json();
    assert_eq!(me["second_factor"], false);
    let beside = Someone {
        app: &app,
        token: beside,
    };
    assert_eq!(beside.get("/v1/me").await.status, 401);
    sign_in(&app, moderator).await;
    let (secret, anew) = set_up(&rima).await;
    assert_eq!(rima.get(queue).await.status, 200);
    for former in &codes[2..] {
        let reply = post(&app, "/v1/sessions", with(moderator, former));
        assert_eq!(reply.await.status, 401);
    }
    token(&app, with(moderator, &anew[0])).await;
    app.clock
        .set(app.clock.now() + SignedDuration::from_secs(30));
    token(&app, with(moderator, &code(&app, &secret))).await;
    let audit = head.get("/v1/moderation/audit").await.text;
    assert_eq!(
        audit.matches("\"take_second_factor\"").count(),
        1,
        "{audit}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_are_drawn_anew_and_typed_as_one_likes() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let email = "rima@example.org";
    let rima = Someone::new(&app, email).await;
    assert_eq!(rima.post(RENEW, shown("123456")).await.status, 409);
    let (secret, former) = set_up(&rima).await;
    assert_eq!(
        rima.post(RENEW, json!({"password": PASSWORD})).await.status,
        400
    );
    let used = rima.post(RENEW, shown(&code(&app, &secret))).await;
    assert_eq!(used.status, 401, "a code works once");
    app.clock
        .set(app.clock.now() + SignedDuration::from_secs(30));
    let renewed = rima.post(RENEW, shown(&code(&app, &secret))).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let codes = recovery_codes(&renewed.json());
    assert_eq!(codes.len(), 10);
    let refused = post(&app, "/v1/sessions", with(email, &former[0])).await;
    assert_eq!(refused.status, 401);
    let plain = codes[0].replace('-', "");
    for (typed, status) in [
        (plain.to_uppercase(), 201),
        (plain, 401),
        (codes[1].to_uppercase(), 201),
        (codes[2].replace('-', " "), 201),
    ] {
        let reply = post(&app, "/v1/sessions", with(email, &typed)).await;
        assert_eq!(reply.status, status, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_the_directory_takes_a_lost_one_off() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let email = "rima@example.org";
    let rima = Someone::new(&app, email).await;
    strengthen(&app, &rima.token).await;
    let address = EmailAddress::parse("RIMA@example.org").unwrap();
    let take = async |email: &EmailAddress| {
        second_factor::take_off(&db.store, Actor::Operator, &*app.clock, email).await
    };
    assert!(take(&address).await.unwrap());
    assert_eq!(
        rima.get("/v1/me").await.status,
        401,
        "what was open is ended"
    );
    sign_in(&app, email).await;
    let letters = app.post().await;
    let last = letters.last().unwrap();
    assert!(last.contains("To: rima@example.org\n"), "{last}");
    assert!(
        last.contains("Subject: Your second factor is gone"),
        "{last}"
    );
    let audit = db.store.list_audit(None, 1).await.unwrap();
    assert_eq!(
        (audit[0].actor.as_str(), audit[0].action.as_str()),
        ("operator", "take_second_factor")
    );
    assert!(!take(&address).await.unwrap(), "there is none any more");
    let nobody = EmailAddress::parse("nobody@example.org").unwrap();
    let nobody = take(&nobody).await;
    assert!(matches!(nobody, Err(AppError::NotFound)), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_without_it_end_when_one_is_set_up() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let email = "rima@example.org";
    let rima = Someone::new(&app, email).await;
    let beside = Someone {
        app: &app,
        token: sign_in(&app, email).await,
    };
    set_up(&rima).await;
    assert_eq!(rima.get("/v1/me").await.status, 200);
    let key = json!({"name": "An app", "days": 730});
    let gone = json!({"password": PASSWORD});
    assert_eq!(beside.post("/v1/keys", key.clone()).await.status, 401);
    assert_eq!(
        beside.post("/v1/me/deletion", gone.clone()).await.status,
        401
    );
    // One that was opened at that very moment is not in force either.
    let weak = "update session set strong = false";
    db.sql().await.batch_execute(weak).await.unwrap();
    assert_eq!(rima.post("/v1/keys", key).await.status, 401);
    assert_eq!(rima.post("/v1/me/deletion", gone).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_guesses_at_the_code_of_one_that_waits_for_confirmation() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let proposed = rima.post(SET_UP, json!({"password": PASSWORD})).await;
    let secret = proposed.json()["secret"].as_str().unwrap().to_owned();
    let right = code(&app, &secret);
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    for _ in 0..10 {
        let refused = rima.post(CONFIRM, json!({"code": wrong})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
    let refused = rima.post(CONFIRM, json!({"code": right})).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(15));
    let confirmed = rima
        .post(CONFIRM, json!({"code": code(&app, &secret)}))
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
}
