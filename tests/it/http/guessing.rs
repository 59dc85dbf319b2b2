//! Guessing at passwords: stopped, also where many guess at once, and nobody is kept out by somebody else.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, post},
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_keeps_nobody_out_who_asks_from_elsewhere() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let wrong = json!({"email": "rima@example.org", "password": "not the password"});
    for _ in 0..10 {
        assert_eq!(post(&app, "/v1/sessions", wrong.clone()).await.status, 401);
    }
    let right = json!({"email": "rima@example.org", "password": PASSWORD});
    let stopped = post(&app, "/v1/sessions", right.clone()).await;
    assert_eq!(stopped.status, 429, "{}", stopped.text);
    let elsewhere = async |address: &str| {
        let request = app.request(Method::POST, "/v1/sessions");
        let request = request.header("X-Forwarded-For", address).json(&right);
        app.send(request).await.status
    };
    assert_eq!(elsewhere("192.0.2.7").await, 201);

    // Whoever reads the mailbox is let in from here too.
    let asked = json!({"email": "rima@example.org"});
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let link = app.link_to("rima@example.org").await;
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(&app, &link, chosen).await.status, 200);
    let again = post(&app, "/v1/sessions", right.clone()).await;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!(rima.get("/v1/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_in_deletes_the_account_whatever_others_guess() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let wrong = json!({"email": "rima@example.org", "password": "not the password"});
    for status in [401; 10].into_iter().chain([429]) {
        let reply = post(&app, "/v1/sessions", wrong.clone()).await;
        assert_eq!(reply.status, status);
    }
    let right = json!({"password": PASSWORD});
    assert_eq!(rima.post("/v1/me/deletion", right).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_guesses_at_once_no_more_are_looked_at() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let _rima = Someone::new(&app, "rima@example.org").await;
    let wrong = json!({"email": "rima@example.org", "password": "not the password"});
    let guesses = (0..60).map(|_| post(&app, "/v1/sessions", wrong.clone()));
    let answers = join_all(guesses).await;
    let of = |status: u16| {
        answers
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!((of(401), of(429)), (10, 50));
}
