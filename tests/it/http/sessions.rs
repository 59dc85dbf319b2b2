//! What is open, and how it is ended: all that is in force can be seen, and taken back.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, post, send, sign_in},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_session_is_in_force_that_is_not_listed() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let me = rima.get("/v1/me").await.json();
    let account = me["account"].as_str().unwrap();
    // The clock of the tests stands: one that is older than all of these, and 119 that are not.
    let many = format!(
        "insert into session select ('019a2b3c-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{account}', 'one of ' || n, false,
            'a browser', now(), '2100-01-01Z', now() from generate_series(1, 119) as n"
    );
    let sql = db.sql().await;
    sql.batch_execute(&many).await.unwrap();
    let newest = sign_in(&app, "rima@example.org").await;
    let listed = send(&app, Method::GET, "/v1/sessions", &newest, None).await;
    let listed = listed.json();
    let listed = listed["items"].as_array().unwrap();
    assert!(listed.iter().any(|session| session["current"] == true));
    let count = "select count(*) from session";
    let count: i64 = sql.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!((listed.len(), count), (100, 100));

    let other = Someone::new(&app, "other@example.org").await;
    let ended = send(&app, Method::DELETE, "/v1/sessions", &newest, None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    let left = send(&app, Method::GET, "/v1/sessions", &newest, None).await;
    let left = left.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0]["current"], true);
    assert_eq!(rima.get("/v1/me").await.status, 401);
    assert_eq!(other.get("/v1/me").await.status, 200, "nobody else's");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_of_a_session_that_ends_is_taken_back() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let given = json!({"email": "rima@example.org", "password": PASSWORD, "cookie": true});
    let reply = post(&app, "/v1/sessions", given).await;
    let cookie = reply.header("set-cookie").split(';').next().unwrap();
    let proof = reply.json()["csrf_token"].as_str().unwrap().to_owned();
    let end = async |session: &str| {
        let request = app.request(Method::DELETE, &format!("/v1/sessions/{session}"));
        let request = request.header("Cookie", cookie);
        app.send(request.header("X-CSRF-Token", &proof)).await
    };
    let listed = rima.get("/v1/sessions").await.json();
    let own = listed["items"].as_array().unwrap().iter();
    let mut own = own.filter(|session| session["current"] == true);
    let beside = own.next().unwrap()["id"].as_str().unwrap();
    let other = end(beside).await;
    assert_eq!((other.status, other.header("set-cookie")), (204, ""));
    let ended = end(reply.json()["session"].as_str().unwrap()).await;
    assert_eq!(ended.status, 204);
    let over = ended.header("set-cookie");
    assert!(over.starts_with("__Host-haven=;"), "{over}");
    for part in [
        "Max-Age=0",
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
        "Path=/",
    ] {
        assert!(over.contains(part), "{over}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_takes_keys_back_where_one_says_so() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let wanted = json!({"name": "An app", "scopes": ["drafts_read"]});
    let key = rima.post("/v1/keys", wanted).await.json();
    let key = Someone {
        app: &app,
        token: key["key"].as_str().unwrap().to_owned(),
    };
    let drafts = "/v1/me/submissions";
    let before = key.get(drafts).await.status;
    assert_eq!(before, 200);
    let asked = json!({"email": "rima@example.org"});
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let link = app.link_to("rima@example.org").await;
    let chosen = json!({"password": "another password", "revoke_keys": true});
    assert_eq!(post(&app, &link, chosen).await.status, 200);
    assert_eq!(key.get(drafts).await.status, 401);
    let letters = app.post().await;
    assert!(!letters.last().unwrap().contains("Look through your keys"));
    let audit = db.store.list_audit(None, 2).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "revoke_keys"));
}
