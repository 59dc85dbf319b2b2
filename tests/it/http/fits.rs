//! What a draft names has to be there: whoever types is told so, not only whoever decides.

use haven::domain::change::Removal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id},
    sample,
};

fn lacking(draft: &Value) -> Vec<String> {
    let lacks = draft["lacks"].as_array().unwrap().iter();
    let mut at: Vec<String> = lacks
        .map(|lack| lack["pointer"].as_str().unwrap().to_owned())
        .collect();
    at.sort();
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_directory_is_told_while_it_is_typed() {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("taken-room")).await;
    let app = TestApp::on(&db.store).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let hub = sample::hub("taken-room")
        .with("/topics", json!(["grief", "greif"]))
        .with("/places/0/area", json!("bd-nowhere"))
        .with("/coverage/areas", json!(["bd", "bd-elsewhere"]))
        .with("/hub_details/part_of", json!("no-such-hub"))
        .with(
            "/status",
            json!({"state": "moved", "moved_to": "nowhere-land"}),
        );
    let all = json!({
        "organisation": sample::organisation("listeners").typed(), "hubs": [hub.without("/summary").typed()],
    });
    let registered = rima.post("/v1/organisations", all).await.json();
    let (organisation, hub) = (&registered["organisation"], &registered["hubs"][0]);
    let misfits = [
        "/coverage/areas/1",
        "/hub_details/part_of",
        "/places/0/area",
        "/slug",
        "/status/moved_to",
        "/topics/1",
    ];
    let all = [
        &misfits[..4],
        &["/status/moved_to", "/summary", "/topics/1"],
    ]
    .concat();
    assert_eq!(lacking(organisation), [""; 0]);
    assert_eq!(lacking(hub), all, "beside what is missing");
    assert_eq!(lacking(&rima.draft(id(hub)).await), all);
    let whole = rima
        .patch(id(hub), json!({"summary": sample::text("Seen.")}))
        .await;
    assert_eq!(lacking(&whole), misfits);
    let refused = rima.act(id(hub), "submission", None).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (422, &json!("draft_incomplete"))
    );
    assert_eq!(
        refused.json()["errors"].as_array().unwrap().len(),
        misfits.len()
    );
    let listed = rima.get("/v1/me/submissions?state=draft").await.json();
    let own = listed["items"].as_array().unwrap().iter();
    let own: Vec<&Value> = own
        .filter(|item| item["draft"]["id"] == hub["id"])
        .collect();
    assert_eq!(lacking(&own[0]["draft"]), misfits);

    let mended = json!({
        "slug": "free-room", "topics": ["grief"], "coverage": {"areas": ["bd"]}, "places": [{"area": "bd-dhaka"}],
        "hub_details": {"part_of": "taken-room"}, "status": {"moved_to": "taken-room"},
    });
    assert_eq!(lacking(&rima.patch(id(hub), mended).await), [""; 0]);
    for draft in [hub, organisation] {
        let handed_in = rima.act(id(draft), "submission", None).await;
        assert_eq!(
            handed_in.status, 200,
            "its organisation waits too: {}",
            handed_in.text
        );
    }
    // What it names goes meanwhile: whoever decides is told before they try.
    let gone = app.get("/v1/hubs/taken-room").await.json()["id"].clone();
    let gone = gone.as_str().unwrap().parse().unwrap();
    db.withdraw(gone, Removal::Withdrawn).await;
    let late = ["/hub_details/part_of", "/status/moved_to"];
    assert_eq!(lacking(&head.draft(id(hub)).await), late);
    let queue = head.get("/v1/moderation/queue").await.json();
    let waits = queue["items"].as_array().unwrap().iter();
    let waits: Vec<&Value> = waits.filter(|item| item["id"] == hub["id"]).collect();
    assert_eq!(lacking(&waits[0]["draft"]), late);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_beside_it_may_be_named() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let other = Someone::new(&app, "other@example.org").await;
    let room = sample::hub("small-room").with("/hub_details/part_of", json!("large-house"));
    let group = sample::support_group("circle").with(
        "/group_details/refers_to",
        json!(["hub/small-room", "helpline/not-theirs"]),
    );
    let all = json!({
        "organisation": sample::organisation("listeners").typed(),
        "hubs": [room.typed(), sample::hub("large-house").typed()], "support_groups": [group.typed()],
    });
    let registered = rima.post("/v1/organisations", all).await.json();
    let theirs = json!({"organisation": {}, "helplines": [sample::helpline("not-theirs").typed()]});
    other.post("/v1/organisations", theirs).await;
    let (room, house) = (&registered["hubs"][0], &registered["hubs"][1]);
    let group = &registered["support_groups"][0];
    assert_eq!(lacking(room), [""; 0]);
    assert_eq!(
        lacking(&rima.draft(id(group)).await),
        ["/group_details/refers_to/1"]
    );
    let by_id = json!({"group_details": {"refers_to": [room["listing"]]}});
    assert_eq!(lacking(&rima.patch(id(group), by_id).await), [""; 0]);
    assert_eq!(rima.act(id(room), "submission", None).await.status, 200);
    // A moderator knows of what was handed in, and of nothing else.
    assert_eq!(
        lacking(&head.draft(id(room)).await),
        ["/hub_details/part_of"]
    );
    assert_eq!(rima.act(id(house), "submission", None).await.status, 200);
    assert_eq!(lacking(&head.draft(id(room)).await), [""; 0]);
    let path = format!("/v1/drafts/{}", id(house));
    assert_eq!(rima.on(Method::DELETE, &path, 2, None).await.status, 200);
    assert_eq!(
        lacking(&head.draft(id(room)).await),
        ["/hub_details/part_of"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_batch_that_was_given_back_are_told_too() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let all = json!({"organisation": sample::organisation("listeners").typed()});
    let registered = rima.post("/v1/organisations", all).await.json();
    let whose = registered["organisation"]["listing"].as_str().unwrap();
    let rows = [
        sample::hub("small-room").with("/hub_details/part_of", json!("large-house")),
        sample::hub("large-house"),
    ];
    let rows = rows.map(|row| row.typed().to_string()).join("\n");
    let path = format!("/v1/organisations/{whose}/batches");
    let reply = rima.file(&path, "application/x-ndjson", rows, "").await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let batch = format!("/v1/batches/{}", id(&reply.json()));
    let asked = Some(json!({"reason": "More topics, please."}));
    let given_back = head
        .on(Method::POST, &format!("{batch}/changes-request"), 1, asked)
        .await;
    assert_eq!(given_back.status, 200, "{}", given_back.text);
    let row = rima.get(&batch).await.json()["rows"][0].clone();
    assert_eq!(lacking(&row), [""; 0], "they name each other");
    rima.patch(row["draft"].as_str().unwrap(), json!({"topics": ["greif"]}))
        .await;
    let row = rima.get(&batch).await.json()["rows"][0].clone();
    assert_eq!(lacking(&row), ["/topics/0"]);
    let again = rima
        .on(Method::POST, &format!("{batch}/submission"), 3, None)
        .await;
    assert_eq!(
        (again.status, &again.json()["errors"][0]["pointer"]),
        (422, &json!("/1/topics/0"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_leads_to_something_or_nowhere() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let target = db.create(&sample::hub("new-room")).await;
    let twin = db.create(&sample::hub("newer-room")).await;
    db.create(&sample::helpline("a-line")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let all = json!({"organisation": sample::organisation("listeners").typed(), "hubs": [sample::hub("room").typed()]});
    let registered = rima.post("/v1/organisations", all).await.json();
    approved(&rima, &head, &registered["organisation"]).await;
    let hub = approved(&rima, &head, &registered["hubs"][0]).await;
    let change = rima
        .post("/v1/drafts", json!({"listing": hub}))
        .await
        .json();
    let state = |rest: Value| json!({"status": {"state": "moved", "moved_to": rest, "note": null}});
    for nowhere in [
        json!("nowhere-land"),
        json!("a-line"),
        json!("room"),
        Value::Null,
    ] {
        let draft = rima.patch(id(&change), state(nowhere.clone())).await;
        assert_eq!(lacking(&draft), ["/status/moved_to"], "{nowhere}");
        assert_eq!(rima.act(id(&change), "submission", None).await.status, 422);
    }
    let note = json!({"status": {"state": "moved", "moved_to": null, "note": sample::text("Ask at the door.")}});
    assert_eq!(lacking(&rima.patch(id(&change), note).await), [""; 0]);
    let there = json!({"status": {"moved_to": "new-room"}});
    assert_eq!(lacking(&rima.patch(id(&change), there).await), [""; 0]);
    approved(&rima, &head, &change).await;
    app.follow().await;
    let shown = async || app.get("/v1/hubs/room").await.json()["status"]["moved_to"].clone();
    assert_eq!(shown().await, "new-room");

    // Where that was merged one is led on; where it goes for good, it is named no more.
    let merged = head
        .merge((&target.to_string(), 1), (&twin.to_string(), 1))
        .await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    app.follow().await;
    assert_eq!(shown().await, "new-room");
    let led = app.get("/v1/hubs/new-room").await;
    assert_eq!(led.header("location"), "/v1/hubs/newer-room");
    let again = rima
        .post("/v1/drafts", json!({"listing": hub}))
        .await
        .json();
    assert_eq!(lacking(&again), [""; 0], "it leads there still");
    db.withdraw(twin, Removal::Withdrawn).await;
    app.follow().await;
    assert_eq!(shown().await, Value::Null);
    assert_eq!(lacking(&rima.draft(id(&again)).await), ["/status/moved_to"]);
}
