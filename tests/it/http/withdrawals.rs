//! Moderators take off what somebody keeps, and only what a moderator looked at comes back; those who keep it take it off, and
//! bring it back themselves.

use haven::domain::change::Removal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::import::{feed, import},
    support::{
        TestApp, TestDb,
        app::Reply,
        people::{Someone, approved, id},
        sample,
    },
};

async fn take_off(who: &Someone<'_>, listing: &str, version: i64) -> Reply {
    let path = format!("/v1/listings/{listing}/withdrawal");
    let why = json!({"reason": "Somebody there asks for money."});
    who.on(Method::POST, &path, version, Some(why)).await
}

async fn status(app: &TestApp, path: &str) -> u16 {
    app.follow().await;
    app.get(path).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unsafe_is_gone_at_once_and_its_owner_is_told_why() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("room").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    let hub = approved(&rima, &head, &made["hubs"][0]).await;
    app.follow().await;
    let before = app.get("/v1/hubs/room").await.json();
    let said = json!({"listing": hub, "topic": "unsafe"});
    let said = crate::support::people::post(&app, "/v1/reports", said).await;
    assert_eq!(said.status, 202);

    assert_eq!(take_off(&rima, &hub, 1).await.status, 403);
    let stale = take_off(&head, &hub, 7).await;
    assert_eq!((stale.status, stale.header("etag")), (412, "\"1\""));
    let path = format!("/v1/listings/{hub}/withdrawal");
    let unseen = head.post(&path, json!({"reason": "No."})).await;
    assert_eq!(unseen.status, 428);
    let depended_on = take_off(&head, &organisation, 1).await;
    assert_eq!(depended_on.status, 409, "{}", depended_on.text);
    assert_eq!(head.delete(&path).await.status, 409, "it is public");

    let cursor = app.get("/v1/changes").await.json()["next"].clone();
    let gone = take_off(&head, &hub, 1).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(status(&app, "/v1/hubs/room").await, 404);
    assert_eq!(take_off(&head, &hub, 1).await.status, 404);
    let news = format!("/v1/changes?cursor={}", cursor.as_str().unwrap());
    let news = app.get(&news).await.json();
    assert_eq!(
        (&news["items"][0]["id"], &news["items"][0]["reason"]),
        (&json!(hub), &json!("withdrawn"))
    );
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: rima@example.org\n")
            && letter.contains("Somebody there asks for money.")
    });
    assert_eq!(told.count(), 1);
    let audit = head.get("/v1/moderation/audit").await.json();
    assert_eq!(
        (&audit["items"][0]["action"], &audit["items"][0]["subject"]),
        (&json!("take_off"), &json!(format!("listing/{hub}")))
    );
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["about"], "report", "it waits");

    // Saying that it is true is not enough; what somebody looked at is.
    let lapsed = rima.get("/v1/me/lapsed").await.json();
    assert_eq!(
        lapsed["items"][0]["taken_off"],
        "Somebody there asks for money."
    );
    let still_true = format!("/v1/listings/{hub}/confirmation");
    let refused = rima.post(&still_true, json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let mended = json!({"listing": hub, "body": {"summary": sample::text("Free of charge.")}});
    let draft = rima.post("/v1/drafts", mended).await.json();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(status(&app, "/v1/hubs/room").await, 404);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    app.follow().await;
    let after = app.get("/v1/hubs/room").await.json();
    assert_eq!(after["summary"]["text"], "Free of charge.");
    let places = |shown: &Value| shown["places"][0]["id"].clone();
    assert_eq!(
        (&after["id"], places(&after)),
        (&json!(hub), places(&before))
    );
    assert_eq!(rima.get("/v1/me/lapsed").await.json()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_keeps_comes_back_by_a_moderator_and_by_no_feed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let hub = db.create(&sample::hub("room")).await;
    app.follow().await;
    let before = app.get("/v1/hubs/room").await.json();
    // Nobody decides on what is theirs.
    let keeps = format!(
        "insert into membership select '{hub}', id, 'viewer', now() from account where email = 'karim@example.org'"
    );
    db.sql().await.batch_execute(&keeps).await.unwrap();
    let hub = hub.to_string();
    assert_eq!(take_off(&karim, &hub, 1).await.status, 403);
    assert_eq!(take_off(&head, &hub, 1).await.status, 204);
    let news = sample::hub("room").with("/summary", sample::text("As the feed says now."));
    for said in [sample::hub("room"), news] {
        let report = import(&db.store, feed(&[said])).await;
        assert_eq!(report.counts(), [0, 0, 0, 0], "{report:?}");
        assert_eq!(status(&app, "/v1/hubs/room").await, 404);
    }
    let path = format!("/v1/listings/{hub}/withdrawal");
    assert_eq!(karim.delete(&path).await.status, 403);
    let back = head.delete(&path).await;
    assert_eq!(back.status, 204, "{}", back.text);
    assert_eq!(head.delete(&path).await.status, 409);
    app.follow().await;
    let after = app.get("/v1/hubs/room").await.json();
    assert_eq!(after["summary"], before["summary"]);
    assert_eq!((&after["id"], &after["version"]), (&json!(hub), &json!(2)));
    db.withdraw(hub.parse().unwrap(), Removal::Withdrawn).await;
    assert_eq!(head.delete(&path).await.status, 404);
    app.follow().await;
}

async fn let_go(who: &Someone<'_>, listing: &str, version: i64) -> Reply {
    let path = format!("/v1/listings/{listing}/unpublication");
    let why = json!({"reason": "Its address must not be known."});
    who.on(Method::POST, &path, version, Some(why)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_keep_it_take_it_off_at_once_and_bring_it_back() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let budi = Someone::new(&app, "budi@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("refuge").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    let hub = approved(&rima, &head, &made["hubs"][0]).await;
    app.follow().await;
    let before = app.get("/v1/hubs/refuge").await.json();
    let change = json!({"listing": hub, "body": {"summary": sample::text("Somebody is there.")}});
    let draft = rima.post("/v1/drafts", change).await.json();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    app.post().await;

    assert_eq!(let_go(&budi, &hub, 1).await.status, 404);
    assert_eq!(let_go(&head, &hub, 1).await.status, 403);
    let stale = let_go(&rima, &hub, 7).await;
    assert_eq!((stale.status, stale.header("etag")), (412, "\"1\""));
    let depended_on = let_go(&rima, &organisation, 1).await;
    assert_eq!(depended_on.status, 409, "{}", depended_on.text);
    let gone = let_go(&rima, &hub, 1).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(status(&app, "/v1/hubs/refuge").await, 404);
    let found = app.get("/v1/search?q=refuge").await.json();
    assert_eq!(found["hits"], json!([]), "{found}");
    let letters = app.post().await;
    let told = |letter: &&String| letter.contains("Its address must not be known.");
    assert_eq!(letters.iter().filter(told).count(), 1);

    // Staff and moderators see what is set aside, and by whom; neither they nor what waited make it public.
    for (who, path) in [
        (&rima, "/v1/me/lapsed"),
        (&head, "/v1/moderation/set-aside"),
    ] {
        let aside = who.get(path).await.json();
        assert_eq!(
            (
                &aside["items"][0]["listing"],
                &aside["items"][0]["taken_off_by"]
            ),
            (&json!(hub), &json!("keeper")),
            "{path}"
        );
    }
    assert_eq!(rima.get("/v1/moderation/set-aside").await.status, 403);
    let path = format!("/v1/listings/{hub}/withdrawal");
    assert_eq!(head.delete(&path).await.status, 409);
    let waited = head.act(id(&draft), "approval", None).await;
    assert_eq!(waited.status, 412, "{}", waited.text);
    assert_eq!(status(&app, "/v1/hubs/refuge").await, 404);

    let still_true = format!("/v1/listings/{hub}/confirmation");
    assert_eq!(budi.post(&still_true, json!({})).await.status, 404);
    assert_eq!(rima.post(&still_true, json!({})).await.status, 204);
    app.follow().await;
    let after = app.get("/v1/hubs/refuge").await.json();
    assert_eq!(
        (&after["id"], &after["summary"], &after["places"]),
        (&before["id"], &before["summary"], &before["places"])
    );
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    app.follow().await;
    let after = app.get("/v1/hubs/refuge").await.json();
    assert_eq!(after["summary"]["text"], "Somebody is there.");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_keeps_it_takes_off_the_last_national_line() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "helplines": [sample::helpline("the-line").typed(), sample::helpline("other-line").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    let line = approved(&rima, &head, &made["helplines"][0]).await;
    let other = approved(&rima, &head, &made["helplines"][1]).await;
    assert_eq!(let_go(&rima, &line, 1).await.status, 204);
    let last = let_go(&rima, &other, 1).await;
    assert_eq!(last.status, 409, "{}", last.text);
    assert!(last.text.contains("last national line"), "{}", last.text);
    assert_eq!(status(&app, "/v1/helplines/other-line").await, 200);
    assert_eq!(status(&app, "/v1/helplines/the-line").await, 404);
}
