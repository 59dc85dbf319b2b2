//! People with accounts, made over HTTP.

use haven::domain::actor::Actor;
use haven::{
    app::accounts,
    credentials::totp,
    domain::{account::EmailAddress, clock::Clock},
    store::Store,
};
use jiff::SignedDuration;
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
    let new = json!({"email": email, "name": "Rima"});
    assert_eq!(post(app, "/v1/accounts", new).await.status, 202);
    let link = app.link_to(email).await;
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(app, &link, chosen).await.status, 200);
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
    installed(app, &db.store, email).await
}

async fn installed(app: &TestApp, store: &Store, email: &str) -> (String, String) {
    let address = EmailAddress::parse(email).unwrap();
    accounts::install_administrator(store, Actor::Operator, &*app.clock, address)
        .await
        .unwrap();
    let link = app.link_to(email).await;
    assert_eq!(
        post(app, &link, json!({"password": PASSWORD})).await.status,
        200
    );
    let token = sign_in(app, email).await;
    let secret = strengthen(app, &token).await;
    (secret, token)
}

/// Somebody who is signed in.
pub struct Someone<'a> {
    pub app: &'a TestApp,
    pub token: String,
}

impl<'a> Someone<'a> {
    /// Somebody with a new account.
    pub async fn new(app: &'a TestApp, email: &str) -> Self {
        register(app, email).await;
        let token = sign_in(app, email).await;
        Self { app, token }
    }

    /// A moderator with a second factor, appointed by an administrator.
    pub async fn moderator(app: &'a TestApp, head: &Someone<'_>, email: &str) -> Self {
        register(app, email).await;
        let role = json!({"email": email, "role": "moderator"});
        assert_eq!(head.put("/v1/roles", role).await.status, 204);
        let someone = Self {
            app,
            token: sign_in(app, email).await,
        };
        strengthen(app, &someone.token).await;
        someone
    }

    /// An administrator with a second factor.
    pub async fn administrator(app: &'a TestApp, db: &TestDb, email: &str) -> Self {
        let (_, token) = administrator(app, db, email).await;
        Self { app, token }
    }

    /// The same, in a directory of this store.
    pub async fn installed(app: &'a TestApp, store: &Store, email: &str) -> Self {
        let (_, token) = installed(app, store, email).await;
        Self { app, token }
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.app, Method::GET, path, &self.token, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.app, Method::POST, path, &self.token, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        send(self.app, Method::PUT, path, &self.token, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        send(self.app, Method::DELETE, path, &self.token, None).await
    }

    /// Asks under a key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Reply {
        let request = self
            .app
            .request(Method::POST, path)
            .bearer_auth(&self.token);
        self.app
            .send(request.header("Idempotency-Key", key).json(body))
            .await
    }

    /// Sends a file; under a key, where one is given.
    pub async fn file(
        &self,
        path: &str,
        media_type: &str,
        file: impl Into<reqwest::Body>,
        key: &str,
    ) -> Reply {
        let request = self.app.request(Method::POST, path);
        let mut request = request
            .bearer_auth(&self.token)
            .header("Content-Type", media_type)
            .body(file);
        if !key.is_empty() {
            request = request.header("Idempotency-Key", key);
        }
        self.app.send(request).await
    }

    /// Does something to a draft of that version.
    pub async fn on(&self, method: Method, path: &str, version: i64, body: Option<Value>) -> Reply {
        let request = self.app.request(method, path).bearer_auth(&self.token);
        let mut request = request.header("If-Match", format!("\"{version}\""));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.app.send(request).await
    }

    /// Merges a listing of that version into another one.
    pub async fn merge(&self, from: (&str, i64), into: (&str, i64)) -> Reply {
        let body = json!({"from": from.0, "into": into.0, "into_version": into.1});
        let path = "/v1/moderation/merges";
        self.on(Method::POST, path, from.1, Some(body)).await
    }

    /// The draft as it is now.
    pub async fn draft(&self, id: &str) -> Value {
        let reply = self.get(&format!("/v1/drafts/{id}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    /// Changes a draft, whatever its version; the draft then.
    pub async fn patch(&self, id: &str, body: Value) -> Value {
        let version = self.draft(id).await["version"].as_i64().unwrap();
        let patch = Some(json!({"body": body}));
        let reply = self
            .on(Method::PATCH, &format!("/v1/drafts/{id}"), version, patch)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    /// Does something to the draft as it is now.
    pub async fn act(&self, id: &str, what: &str, body: Option<Value>) -> Reply {
        let version = self.draft(id).await["version"].as_i64().unwrap();
        let path = format!("/v1/drafts/{id}/{what}");
        self.on(Method::POST, &path, version, body).await
    }
}

/// Hands a draft in and approves it; its listing.
pub async fn approved(owner: &Someone<'_>, head: &Someone<'_>, draft: &Value) -> String {
    let handed_in = owner.act(id(draft), "submission", None).await;
    assert_eq!(handed_in.status, 200, "{}", handed_in.text);
    let reply = head.act(id(draft), "approval", None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    draft["listing"].as_str().unwrap().to_owned()
}

/// Time passes, by the application's clock.
pub fn months_pass(app: &TestApp, months: i64) {
    let hours = SignedDuration::from_hours(months * 31 * 24);
    app.clock.set(app.clock.now() + hours);
}

/// Sets up a second factor in a session.
pub async fn strengthen(app: &TestApp, token: &str) -> String {
    let known = Some(json!({"password": PASSWORD}));
    let proposed = send(app, Method::POST, "/v1/me/second-factor", token, known)
        .await
        .json();
    let secret = proposed["secret"].as_str().unwrap().to_owned();
    let code = totp::code_at(&secret.clone().into(), app.clock.now()).unwrap();
    let path = "/v1/me/second-factor/confirmation";
    let confirmed = send(app, Method::POST, path, token, Some(json!({"code": code}))).await;
    assert_eq!(
        confirmed.json()["recovery_codes"].as_array().unwrap().len(),
        10
    );
    secret
}

/// The id in a value.
pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}
