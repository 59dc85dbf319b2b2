//! Two people at one moment: each is told how things are, and none that the directory is broken.

use std::sync::Arc;

use haven::{
    app::{confirm, lapse},
    domain::actor::Actor,
    store::StoreError,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::{
    TestApp, TestDb,
    beside::{beside, beside_and},
    people::{PASSWORD, Someone, approved, id, months_pass, post, sign_in},
    sample,
};

/// A hub that somebody handed in.
async fn handed_in(rima: &Someone<'_>) -> Value {
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = &made["organisation"];
    assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    rima.draft(id(draft)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_moderators_who_ask_for_changes_one_is_told_of_the_other() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = handed_in(&rima).await;
    let path = format!("/v1/drafts/{}/changes-request", id(&draft));
    let version = draft["version"].as_i64().unwrap();
    let ask = |remark: &str| {
        let remarks = json!({"remarks": [{"pointer": "/summary", "remark": remark}]});
        head.on(Method::POST, &path, version, Some(remarks))
    };
    let lock = format!("select from draft where id = '{}' for update", id(&draft));
    let both = async { tokio::join!(ask("Longer."), ask("Shorter.")) };
    let (one, other) = beside(&db, &lock, 2, both).await;
    let (done, refused) = match one.status {
        200 => (one, other),
        _ => (other, one),
    };
    assert_eq!(
        (done.status, refused.status),
        (200, 412),
        "{}",
        refused.text
    );
    let told = &done.json()["remarks"];
    assert_eq!(told.as_array().unwrap().len(), 1);
    assert_eq!(&rima.draft(id(&draft)).await["remarks"], told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_takes_drafts_before_what_lapsed_as_an_approval_does() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = handed_in(&rima).await;
    let reply = head.act(id(&draft), "approval", None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let listing = draft["listing"].as_str().unwrap();
    months_pass(&app, 13);
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        1
    );
    app.post().await;
    months_pass(&app, 4);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        1
    );
    let link = app.link_to("rima@example.org").await;
    let rima = Someone {
        app: &app,
        token: sign_in(&app, "rima@example.org").await,
    };
    let opened = rima.post("/v1/drafts", json!({"listing": listing})).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let lock = format!("select from draft where listing = '{listing}' for update");
    // Whoever approves goes on to this, and would wait for the link that waits for them.
    let then = format!("select from lapsed where listing = '{listing}' for update nowait");
    let answered = beside_and(&db, &lock, &then, 1, post(&app, &link, json!({}))).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    app.follow().await;
    assert_eq!(app.get("/v1/organisations/listeners").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_wait_for_each_other_may_try_again() {
    let db = TestDb::seeded().await;
    let [one, other] = ["one", "other"].map(sample::hub);
    let (one, other) = (db.create(&one).await, db.create(&other).await);
    let both_hold = Arc::new(Barrier::new(2));
    let take = |first, then| {
        let (both_hold, db) = (both_hold.clone(), &db);
        async move {
            let written = db.store.write(Actor::Upkeep, async |tx| {
                tx.hold_version(first).await?;
                both_hold.wait().await;
                tx.hold_version(then).await
            });
            written.await
        }
    };
    let ended = tokio::join!(take(one, other), take(other, one));
    let refused = match ended {
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
        ended => panic!("one of them goes on: {ended:?}"),
    };
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_account_goes_meanwhile_is_signed_out_and_looks_at_nothing() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let waits = handed_in(&rima).await;
    let gone = |email: &str| format!("delete from account where email = '{email}'");
    let me = karim.get("/v1/me").await.json();
    let assignment = format!("/v1/drafts/{}/assignment", id(&waits));
    let to_karim = json!({"account": me["account"]});
    let assigned = head.put(&assignment, to_karim);
    let assigned = beside(&db, &gone("karim@example.org"), 1, assigned).await;
    assert_eq!(assigned.status, 404, "{}", assigned.text);

    let listing = approved_again(&rima, &head, &waits).await;
    let typed = rima.post("/v1/drafts", json!({"listing": listing})).await;
    let typed = typed.json();
    let path = format!("/v1/drafts/{}/submission", id(&typed));
    let submitted = rima.on(Method::POST, &path, 1, None);
    let submitted = beside(&db, &gone("rima@example.org"), 1, submitted).await;
    assert_eq!(submitted.status, 401, "{}", submitted.text);
    app.follow().await;
}

/// Gives it back, so that it is handed in anew, and approves it.
async fn approved_again(rima: &Someone<'_>, head: &Someone<'_>, draft: &Value) -> String {
    let wanted = Some(json!({"reason": "Once more."}));
    let asked = head.act(id(draft), "changes-request", wanted).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    approved(rima, head, draft).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_taken_out_in_that_moment_does_nothing_more() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = made["organisation"].clone();
    let organisation = draft["listing"].as_str().unwrap();
    let account = async |who: &Someone<'_>| {
        let me = who.get("/v1/me").await.json();
        me["account"].as_str().unwrap().to_owned()
    };
    let (owner, other) = (account(&rima).await, account(&karim).await);
    let join =
        format!("insert into membership values ('{organisation}', '{other}', 'owner', now())");
    let sql = db.sql().await;
    sql.batch_execute(&join).await.unwrap();

    let members = format!("/v1/organisations/{organisation}/members");
    let demote = format!("{members}/{owner}");
    let viewer = json!({"role": "viewer"});
    let leave = format!("delete from membership where account = '{other}'");
    let refused = beside(&db, &leave, 1, karim.put(&demote, viewer)).await;
    assert_eq!(refused.status, 404, "{}", refused.text);
    sql.batch_execute(&join).await.unwrap();
    let invitations = format!("/v1/organisations/{organisation}/invitations");
    let invited = json!({"email": "friend@example.org", "role": "owner"});
    let refused = beside(&db, &leave, 1, karim.post(&invitations, invited)).await;
    assert_eq!(refused.status, 404, "{}", refused.text);

    sql.batch_execute(&join).await.unwrap();
    let path = format!("/v1/drafts/{}", id(&draft));
    let look = format!(
        "update membership set role = 'viewer' where account = '{other}';
        select from draft where id = '{}' for update",
        id(&draft)
    );
    let patch = Some(json!({"body": {"topics": []}}));
    let typed = karim.on(Method::PATCH, &path, 1, patch);
    let refused = beside(&db, &look, 1, typed).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(rima.draft(id(&draft)).await["version"], 1);
}

/// Holds the account, as a new password or another role does.
fn of_account(email: &str, beside: &str) -> String {
    format!("with gone as ({beside}) update account set name = name where email = '{email}'")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_put_out_while_a_request_comes_does_nothing_with_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();

    // Out of the organisation, while a file is looked at or a draft is opened.
    let out = of_account(
        "rima@example.org",
        "update membership set role = 'viewer' returning 1",
    );
    let path = format!("/v1/organisations/{organisation}/batches");
    let file = sample::hub("attic").typed().to_string();
    let handed_in = rima.file(&path, "application/x-ndjson", file, "one-evening");
    let refused = beside(&db, &out, 1, handed_in).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let again = "update membership set role = 'owner'";
    db.sql().await.batch_execute(again).await.unwrap();
    let hub = json!({"organisation": organisation, "kind": "hub", "body": {}});
    let refused = beside(&db, &out, 1, rima.post("/v1/drafts", hub)).await;
    assert_eq!(refused.status, 403, "{}", refused.text);

    // Whose role is taken away, or whose second factor, decides on nothing any more.
    let listing = db.create(&sample::hub("room")).await.to_string();
    let dismissed =
        of_account("head@example.org", "select 1").replace("name = name", "role = null");
    let reason = json!({"reason": "It is not there."});
    let path = format!("/v1/listings/{listing}/withdrawal");
    let refused = beside(
        &db,
        &dismissed,
        1,
        head.on(Method::POST, &path, 1, Some(reason)),
    )
    .await;
    assert_eq!(refused.status, 401, "{}", refused.text);

    // A session that ended, a password that is another one now, a key that was taken back.
    let signs_in = json!({"email": "rima@example.org", "password": PASSWORD});
    let chosen = of_account("rima@example.org", "select 1")
        .replace("name = name", "password = 'another one'");
    let refused = beside(&db, &chosen, 1, post(&app, "/v1/sessions", signs_in)).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let new = json!({"name": "An app", "scopes": ["drafts_write"], "days": 30});
    let made = rima.post("/v1/keys", new.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let app_of_rima = Someone {
        app: &app,
        token: made.json()["key"].as_str().unwrap().to_owned(),
    };
    let ended = of_account("rima@example.org", "delete from session returning 1");
    let refused = beside(&db, &ended, 1, rima.post("/v1/keys", new)).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let revoked = of_account("rima@example.org", "delete from api_key returning 1");
    let hub = json!({"organisation": organisation, "kind": "hub", "body": {}});
    let refused = beside(&db, &revoked, 1, app_of_rima.post("/v1/drafts", hub)).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let left = "select (select count(*) from api_key) + (select count(*) from batch)
        + (select count(*) from draft where kind = 'hub')";
    let left: i64 = db.sql().await.query_one(left, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lapses_is_taken_after_its_drafts_as_a_confirmation_does() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = handed_in(&rima).await;
    let reply = head.act(id(&draft), "approval", None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let listing = draft["listing"].as_str().unwrap();
    months_pass(&app, 13);
    let reminded = confirm::remind(&app.use_cases, Actor::Upkeep).await;
    assert_eq!(reminded.unwrap(), 1);
    app.post().await;
    months_pass(&app, 4);
    let lock = format!("select from draft where listing = '{listing}' for update");
    // Who confirms goes on to this, and would wait for the lapse that waits for them.
    let then = format!("select from listing where id = '{listing}' for update nowait");
    let lapses = lapse::lapse(&app.use_cases, Actor::Upkeep);
    let lapsed = beside_and(&db, &lock, &then, 1, lapses).await;
    assert_eq!(lapsed.unwrap(), 1);
    app.follow().await;
}
