//! Registering: whoever reads the mailbox has the account, whoever else typed the address.

use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, id, post, token},
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_anothers_address_has_no_part_in_the_account() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let victim = "victim@example.org";
    // A password that is typed with the address would be that of whoever typed it.
    let guessed = json!({"email": victim, "name": "Rima", "password": "chosen by a stranger"});
    let refused = post(&app, "/v1/accounts", guessed).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (400, &json!("/password")),
        "{}",
        refused.text
    );
    let mut links = Vec::new();
    for name in ["A stranger", "Rima"] {
        let new = json!({"email": victim, "name": name});
        assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
        links.push(app.link_to(victim).await);
    }
    let stored = "select count(*) from letter where payload::text like '%argon2id%'";
    let stored: i64 = db.sql().await.query_one(stored, &[]).await.unwrap().get(0);
    assert_eq!(stored, 0, "no letter holds a password");

    // Whichever of the letters the victim follows, the password is theirs; the other one says that there is an account.
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(&app, &links[0], chosen.clone()).await.status, 200);
    let second = post(&app, &links[1], json!({"password": "another password"})).await;
    assert_eq!(
        (second.status, &second.json()["code"]),
        (409, &json!("conflict"))
    );
    let with = |password: &str| json!({"email": victim, "password": password});
    for (password, status) in [
        (PASSWORD, 201),
        ("another password", 401),
        ("chosen by a stranger", 401),
    ] {
        let reply = post(&app, "/v1/sessions", with(password)).await;
        assert_eq!(reply.status, status, "{password}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_gives_nothing_to_who_typed_the_address() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let victim = "victim@example.org";
    let new = json!({"email": victim, "name": "A stranger"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let link = app.link_to(victim).await;
    let owner = Someone::new(&app, "owner@example.org").await;
    let typed = json!({"organisation": {"slug": "listeners"}});
    let made = owner.post("/v1/organisations", typed).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let path = format!("/v1/organisations/{organisation}/invitations");
    let invitation = json!({"email": victim, "role": "owner"});
    assert_eq!(owner.post(&path, invitation).await.status, 202);
    let invited = app.link_to(victim).await;
    // Nobody has an account of that address before its link was followed, with a password that its reader chose.
    assert_eq!(post(&app, &invited, json!({})).await.status, 409);
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(&app, &link, chosen).await.status, 200);
    assert_eq!(post(&app, &invited, json!({})).await.status, 200);
    let members = format!("/v1/organisations/{organisation}/members");
    let members = owner.get(&members).await.json();
    assert_eq!(members["items"].as_array().unwrap().len(), 2, "{members}");
    let draft = format!("/v1/drafts/{}", id(&made["organisation"]));
    let given = json!({"email": victim, "password": PASSWORD});
    let token = token(&app, given).await;
    let rima = Someone { app: &app, token };
    assert_eq!(rima.get(&draft).await.status, 200);
}
