//! What a listing names stays what was approved, whatever slugs become of; and what was renamed or merged is found by what it
//! was called.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id},
    sample,
};

/// A group of the person's organisation, public, that refers to `hub/room`; the organisation and the group.
async fn group_that_refers<'a>(who: &Someone<'a>, head: &Someone<'a>) -> [String; 2] {
    let circle =
        sample::support_group("circle").with("/group_details/refers_to", json!(["hub/room"]));
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "support_groups": [circle.typed()]});
    let made = who.post("/v1/organisations", body).await.json();
    [
        approved(who, head, &made["organisation"]).await,
        approved(who, head, &made["support_groups"][0]).await,
    ]
}

async fn refers_to(db: &TestDb) -> String {
    let row = db
        .sql()
        .await
        .query_one("select refers_to::text from group_referral", &[])
        .await;
    row.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_that_went_to_another_listing_takes_nobody_along() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let room = db.create(&sample::hub("room")).await.to_string();
    let [_, group] = group_that_refers(&rima, &head).await;
    assert_eq!(refers_to(&db).await, room);
    let confirm = async |version: i64| {
        let path = format!("/v1/listings/{group}/confirmation");
        let done = rima.on(reqwest::Method::POST, &path, version, None).await;
        assert_eq!(done.status, 204, "{}", done.text);
        assert_eq!(refers_to(&db).await, room);
    };
    // Renamed: the words of then lead to it.
    db.publish(&sample::hub("room").with("/slug", json!("hall")))
        .await;
    confirm(1).await;
    // Another one is called so now, and is not what was approved.
    db.create(&sample::hub("other").with("/slug", json!("room")))
        .await;
    confirm(2).await;
    let patch = json!({"listing": group, "body": {"summary": sample::text("On Mondays.")}});
    let draft = rima.post("/v1/drafts", patch).await;
    assert_eq!(draft.status, 201, "{}", draft.text);
    approved(&rima, &head, &draft.json()).await;
    assert_eq!(refers_to(&db).await, room);
    let fields = json!({"fields": ["cost"]});
    let path = format!("/v1/listings/{group}/confirmation/fields");
    let done = rima.post(&path, fields).await;
    assert_eq!(done.status, 204, "{}", done.text);
    assert_eq!(refers_to(&db).await, room);
    // Who means the other one says so in other words.
    let other = app_of(&db, "room").await;
    let patch = json!({"listing": group, "body": {"group_details": {"refers_to": [other]}}});
    let draft = rima.post("/v1/drafts", patch).await;
    assert_eq!(draft.status, 201, "{}", draft.text);
    approved(&rima, &head, &draft.json()).await;
    assert_eq!(refers_to(&db).await, other);
    app.follow().await;
}

async fn app_of(db: &TestDb, slug: &str) -> String {
    let id = "select id::text from listing where slug = $1";
    db.sql().await.query_one(id, &[&slug]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_may_name_what_was_merged_meanwhile() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let room = db.create(&sample::hub("room")).await.to_string();
    let hall = db.create(&sample::hub("hall")).await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    let typed = async |slug: &str, named: &str| -> Value {
        let group = sample::support_group(slug).with("/group_details/refers_to", json!([named]));
        let new =
            json!({"organisation": organisation, "kind": "support_group", "body": group.typed()});
        let opened = rima.post("/v1/drafts", new).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        opened.json()
    };
    let by_slug = typed("circle", "hub/room").await;
    let by_id = typed("ring", &room).await;
    let submitted = rima.act(id(&by_slug), "submission", None).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    assert_eq!(
        head.merge((&room, 1), (&hall.to_string(), 1)).await.status,
        204
    );
    let done = head.act(id(&by_slug), "approval", None).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(rima.draft(id(&by_id)).await["lacks"], json!([]));
    approved(&rima, &head, &by_id).await;
    let named = "select count(distinct support_group), min(refers_to::text), max(refers_to::text) from group_referral";
    let named = db.sql().await.query_one(named, &[]).await.unwrap();
    let (groups, first, last): (i64, String, String) = (named.get(0), named.get(1), named.get(2));
    assert_eq!(
        (groups, first, last),
        (2, hall.to_string(), hall.to_string())
    );
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_like_an_id() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let called = Uuid::from_u128(7).to_string();
    let body = json!({"organisation": sample::organisation(&called).typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let lacks = &made["organisation"]["lacks"];
    assert_eq!(lacks[0]["pointer"], "/slug", "{lacks}");
    let refused = rima
        .act(id(&made["organisation"]), "submission", None)
        .await;
    assert_eq!(refused.status, 422, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hub_is_within_itself() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("house").typed(), sample::hub("room").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    let house = approved(&rima, &head, &made["hubs"][0]).await;
    let room = approved(&rima, &head, &made["hubs"][1]).await;
    let within =
        |hub: &str, of: &str| json!({"listing": hub, "body": {"hub_details": {"part_of": of}}});
    let lacks = |draft: &Value| {
        let lacks = draft["lacks"].as_array().unwrap().iter();
        let at = lacks.map(|lack| lack["pointer"].as_str().unwrap().to_owned());
        at.collect::<Vec<_>>()
    };
    for own in ["house", &house] {
        let own = rima.post("/v1/drafts", within(&house, own)).await.json();
        assert_eq!(lacks(&own), ["/hub_details/part_of"], "{own}");
        let path = format!("/v1/drafts/{}", id(&own));
        let back = rima.on(reqwest::Method::DELETE, &path, 1, None).await;
        assert_eq!(back.status, 200, "{}", back.text);
    }
    // Of two that would contain each other, the one is public first.
    let house_in_room = rima.post("/v1/drafts", within(&house, "room")).await.json();
    let room_in_house = rima.post("/v1/drafts", within(&room, &house)).await.json();
    for draft in [&house_in_room, &room_in_house] {
        assert_eq!(lacks(draft), [""; 0]);
        assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    }
    let first = head.act(id(&house_in_room), "approval", None).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let second = head.act(id(&room_in_house), "approval", None).await;
    assert_eq!(second.status, 422, "{}", second.text);
    assert!(
        second.text.contains("/hub_details/part_of"),
        "{}",
        second.text
    );
    assert_eq!(
        lacks(&rima.draft(id(&room_in_house)).await),
        ["/hub_details/part_of"]
    );
    app.follow().await;
}
