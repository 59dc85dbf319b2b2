//! People with accounts, made over HTTP.

use haven::{
    app::accounts,
    credentials::totp,
    domain::{account::EmailAddress, clock::Clock},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{TestApp, TestDb, app::Reply};

pub const PASSWORD: &str = "seven quiet lanterns";

pub async fn send(
    app: &TestApp,
    method: Method,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> Reply {
    let mut request = app.request(method, path);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    app.send(request).await
}

pub async fn post(app: &TestApp, path: &str, body: Value) -> Reply {
    send(app, Method::POST, path, "", Some(body)).await
}

/// Somebody with a confirmed account.
pub async fn register(app: &TestApp, email: &str) {
    let new = json!({"email": email, "name": "Rima", "password": PASSWORD});
    assert_eq!(post(app, "/v1/accounts", new).await.status, 202);
    let link = app.link_to(email).await;
    assert_eq!(post(app, &link, json!({})).await.status, 200);
}

pub async fn token(app: &TestApp, given: Value) -> String {
    let reply = post(app, "/v1/sessions", given).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["token"].as_str().unwrap().to_owned()
}

pub async fn sign_in(app: &TestApp, email: &str) -> String {
    token(app, json!({"email": email, "password": PASSWORD})).await
}

/// An administrator who has proved a second factor; the secret of it, and a token.
pub async fn administrator(app: &TestApp, db: &TestDb, email: &str) -> (String, String) {
    let address = EmailAddress::parse(email).unwrap();
    accounts::install_administrator(&db.store, &*app.clock, address)
        .await
        .unwrap();
    let link = app.link_to(email).await;
    assert_eq!(
        post(app, &link, json!({"password": PASSWORD})).await.status,
        200
    );
    let token = sign_in(app, email).await;
    let proposed = send(app, Method::POST, "/v1/me/second-factor", &token, None)
        .await
        .json();
    let secret = proposed["secret"].as_str().unwrap().to_owned();
    let code = totp::code_at(&secret.clone().into(), app.clock.now()).unwrap();
    let path = "/v1/me/second-factor/confirmation";
    let confirmed = send(app, Method::POST, path, &token, Some(json!({"code": code}))).await;
    assert_eq!(
        confirmed.json()["recovery_codes"].as_array().unwrap().len(),
        10
    );
    (secret, token)
}
