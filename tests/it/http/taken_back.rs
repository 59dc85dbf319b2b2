//! What moderators see of what they gave back, of what was taken back, and what their remarks and letters say.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id},
    sample,
};

/// An organisation, handed in.
async fn handed_in(who: &Someone<'_>) -> Value {
    let all = json!({"organisation": sample::organisation("listeners").typed()});
    let draft = who.post("/v1/organisations", all).await.json()["organisation"].clone();
    assert_eq!(who.act(id(&draft), "submission", None).await.status, 200);
    draft
}

async fn take_back(who: &Someone<'_>, path: &str) {
    let version = who.get(path).await.json()["version"].as_i64().unwrap();
    let reply = who.on(Method::DELETE, path, version, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_theirs_alone_again() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = handed_in(&rima).await;
    let path = format!("/v1/drafts/{}", id(&draft));
    let whole = ["", "/difference", "/notes", "/duplicates"].map(|what| format!("{path}{what}"));
    let all = async |who: &Someone<'_>| {
        let mut all = Vec::new();
        for path in &whole {
            all.push(who.get(path).await.status);
        }
        all
    };
    assert_eq!(all(&head).await, [200; 4]);
    // Given back, it is a conversation: the moderator sees what becomes of the remarks.
    let asked = json!({"remarks": [{"pointer": "/summary/text/en", "remark": "Who listens?"}]});
    assert_eq!(
        head.act(id(&draft), "changes-request", Some(asked))
            .await
            .status,
        200
    );
    rima.patch(
        id(&draft),
        json!({"summary": sample::text("Neighbours listen.")}),
    )
    .await;
    let seen = head.draft(id(&draft)).await;
    assert_eq!(seen["body"]["summary"], sample::text("Neighbours listen."));

    take_back(&rima, &path).await;
    assert_eq!(all(&head).await, [404; 4]);
    let note = json!({"note": "Gone."});
    assert_eq!(head.post(&format!("{path}/notes"), note).await.status, 404);
    let nobody = json!({});
    assert_eq!(
        head.put(&format!("{path}/assignment"), nobody).await.status,
        404
    );
    let reason = Some(json!({"reason": "No."}));
    let late = head
        .on(Method::POST, &format!("{path}/rejection"), 5, reason)
        .await;
    assert_eq!(late.status, 404);
    assert_eq!(
        head.get("/v1/moderation/queue").await.json()["items"],
        json!([])
    );
    assert_eq!(rima.draft(id(&draft)).await["state"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_taken_back_is_theirs_alone_too() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let organisation = handed_in(&rima).await;
    let whose = organisation["listing"].as_str().unwrap();
    let batches = format!("/v1/organisations/{whose}/batches");
    let row = sample::hub("another-room").typed().to_string();
    let reply = rima.file(&batches, "application/x-ndjson", row, "").await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let path = format!("/v1/batches/{}", id(&reply.json()));
    let rows = head.get(&path).await.json()["rows"].clone();
    let row = format!("/v1/drafts/{}", rows[0]["draft"].as_str().unwrap());
    let listed = async |who: &Someone<'_>| {
        who.get(&batches).await.json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((head.get(&row).await.status, listed(&head).await), (200, 1));
    take_back(&rima, &path).await;
    for path in [&path, &format!("{path}/notes"), &row] {
        assert_eq!(head.get(path).await.status, 404, "{path}");
    }
    assert_eq!((listed(&head).await, listed(&rima).await), (0, 1));
    assert_eq!(rima.get(&row).await.json()["state"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_says_why_and_how_many_values_and_a_remark_is_on_a_value() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let draft = handed_in(&rima).await;
    let remark = |pointer: &str| json!({"pointer": pointer, "remark": "Nobody answers here."});
    let asked =
        |remarks: Value| Some(json!({"reason": "Two numbers do not work.", "remarks": remarks}));
    for pointer in ["/contacts/0/value~", "/a~2", "contacts"] {
        let remarks = json!([remark("/contacts/0/value"), remark(pointer)]);
        let refused = head
            .act(id(&draft), "changes-request", asked(remarks))
            .await;
        assert_eq!(refused.status, 400, "{pointer}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/remarks/1/pointer");
    }
    let remarks = json!([remark("/contacts/0/value"), remark("/name/text/a~1b~0c")]);
    let given_back = head
        .act(id(&draft), "changes-request", asked(remarks))
        .await;
    assert_eq!(given_back.status, 200, "{}", given_back.text);
    let letters = app.post().await;
    let letter = letters.last().unwrap();
    assert!(letter.contains("rima@example.org"), "{letter}");
    assert!(letter.contains("Two numbers do not work."), "{letter}");
    assert!(
        letter.contains("Single values with a remark: 2."),
        "{letter}"
    );
    assert!(!letter.contains("Nobody answers here."), "{letter}");

    let assignment = format!("/v1/drafts/{}/assignment", id(&draft));
    let me = json!({"account": head.get("/v1/me").await.json()["account"]});
    assert_eq!(head.put(&assignment, me.clone()).await.status, 204);
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    let late = head.put(&assignment, me).await;
    assert_eq!(
        (late.status, &late.json()["code"]),
        (409, &json!("conflict"))
    );
    app.follow().await;
}
