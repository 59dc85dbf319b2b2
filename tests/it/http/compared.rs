//! What a moderator and those who typed it see of a draft: exactly what changes, and afterwards what was decided on.

use haven::domain::change::Removal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id},
    sample,
};

/// An organisation and its hub, public.
async fn published(rima: &Someone<'_>, head: &Someone<'_>) -> (Value, Value) {
    let all = json!({"organisation": sample::organisation("listeners").typed(), "hubs": [sample::hub("room").typed()]});
    let registered = rima.post("/v1/organisations", all).await.json();
    let (organisation, hub) = (&registered["organisation"], &registered["hubs"][0]);
    for draft in [organisation, hub] {
        approved(rima, head, draft).await;
    }
    (organisation.clone(), hub.clone())
}

async fn changed(rima: &Someone<'_>, listing: &Value, body: Value) -> Value {
    let opened = rima
        .post("/v1/drafts", json!({"listing": listing, "body": body}))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    opened.json()
}

/// The changes, and the version with which it is compared.
async fn compared(who: &Someone<'_>, draft: &Value) -> (Vec<Value>, Value) {
    let reply = who
        .get(&format!("/v1/drafts/{}/difference", id(draft)))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let all = reply.json();
    (
        all["changes"].as_array().unwrap().clone(),
        all["against"].clone(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_itself_wherever_it_stands() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (_, hub) = published(&rima, &head).await;
    app.follow().await;
    let listing = &hub["listing"];
    let parts = async |list: &str| {
        let shown = app.get("/v1/hubs/room").await.json();
        shown[list].as_array().unwrap().clone()
    };
    let phone = parts("contacts").await[0]["id"].clone();
    let typed = hub["body"]["contacts"].as_array().unwrap().clone();
    let mail = json!({"channel": "email", "value": "open@example.org"});

    // Put in front, without an id, as people type.
    let contacts = json!([mail, typed[0], typed[1]]);
    let draft = changed(&rima, listing, json!({"contacts": contacts})).await;
    let told = json!({"pointer": "/contacts/0", "after": mail, "marked": "contact"});
    assert_eq!(
        compared(&head_sees(&rima, &head, &draft).await, &draft)
            .await
            .0,
        [told]
    );
    let approval = head.act(id(&draft), "approval", None).await;
    assert_eq!(approval.status, 200, "{}", approval.text);
    app.follow().await;
    let now = parts("contacts").await;
    assert_eq!(
        (&now[0]["channel"], &now[1]["id"]),
        (&json!("email"), &phone)
    );
    assert_ne!(now[0]["id"], phone);
    let email = now[0]["id"].clone();

    // Taken out; what is left moves and changes, named by its id.
    let contacts = json!([{"id": phone, "channel": "voice", "value": "01711-000009", "country": "BD"}, typed[1]]);
    let draft = changed(&rima, listing, json!({"contacts": contacts})).await;
    let (changes, _) = compared(&rima, &draft).await;
    let at: Vec<&Value> = changes.iter().map(|change| &change["pointer"]).collect();
    assert_eq!(at, ["/contacts/0/cost", "/contacts/0/value", "/contacts/0"]);
    assert_eq!(
        (&changes[2]["before"], changes[2].get("after")),
        (&mail, None)
    );
    approved(&rima, &head, &draft).await;
    app.follow().await;
    let now = parts("contacts").await;
    assert_eq!((now.len(), &now[0]["id"]), (1, &phone));
    assert_ne!(now[0]["id"], email);

    // So are places: by where they are.
    let place = parts("places").await[0]["id"].clone();
    let own = hub["body"]["places"][0].clone();
    let branch = json!({"area": "bd-dhaka", "street": sample::text("7 Other Road")});
    let draft = changed(&rima, listing, json!({"places": [branch, own]})).await;
    let told = json!({"pointer": "/places/0", "after": branch, "marked": "place"});
    assert_eq!(compared(&rima, &draft).await.0, [told]);
    approved(&rima, &head, &draft).await;
    app.follow().await;
    let now = parts("places").await;
    assert_eq!(now[1]["id"], place);
    assert_ne!(now[0]["id"], place);
    let draft = changed(&rima, listing, json!({"places": [own, branch]})).await;
    let (changes, _) = compared(&rima, &draft).await;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0]["moved_from"].is_string() && changes[0]["marked"] == "place");
    approved(&rima, &head, &draft).await;
    app.follow().await;
    assert_eq!(parts("places").await[0]["id"], place);
}

/// The moderator, once it is handed in.
async fn head_sees<'a>(rima: &Someone<'_>, head: &Someone<'a>, draft: &Value) -> Someone<'a> {
    assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    Someone {
        app: head.app,
        token: head.token.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lapsed_comes_back_with_the_ids_of_what_it_had() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (_, hub) = published(&rima, &head).await;
    app.follow().await;
    let shown = app.get("/v1/hubs/room").await.json();
    let phone = shown["contacts"][0]["id"].clone();
    let version = shown["version"].as_i64().unwrap();
    let path = format!(
        "/v1/listings/{}/withdrawal",
        hub["listing"].as_str().unwrap()
    );
    let why = Some(json!({"reason": "Somebody there asks for money."}));
    let gone = head.on(Method::POST, &path, version, why).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    app.follow().await;
    let typed = hub["body"]["contacts"].as_array().unwrap().clone();
    let mail = json!({"channel": "email", "value": "open@example.org"});
    let contacts = json!([mail, typed[0], typed[1]]);
    let draft = changed(&rima, &hub["listing"], json!({"contacts": contacts})).await;
    approved(&rima, &head, &draft).await;
    app.follow().await;
    let shown = app.get("/v1/hubs/room").await.json();
    assert_eq!(shown["contacts"][1]["id"], phone);
    assert_ne!(shown["contacts"][0]["id"], phone);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_on_stays_to_be_seen() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = published(&rima, &head).await;
    let listing = &hub["listing"];
    let first = compared(&rima, &hub).await;
    assert!(first.0.iter().any(|change| change["pointer"] == "/slug"));
    assert_eq!(first.1, Value::Null, "it stood on nothing");
    let place = json!([{"area": "bd-dhaka", "confidential": true, "street": sample::text("1 Secret Road")}]);
    let change = |topic: &str| json!({"topics": [topic], "places": place});
    let second = changed(&rima, listing, change("grief")).await;
    let before = compared(&rima, &second).await;
    let at: Vec<&Value> = before.0.iter().map(|change| &change["pointer"]).collect();
    assert!(at.contains(&&json!("/topics")), "{at:?}");
    approved(&rima, &head, &second).await;
    let third = changed(&rima, listing, change("depression")).await;
    let refused = compared(&rima, &third).await;
    assert_eq!(refused.0.len(), 1);
    assert_eq!(rima.act(id(&third), "submission", None).await.status, 200);
    let reason = Some(json!({"reason": "It was right before."}));
    assert_eq!(head.act(id(&third), "rejection", reason).await.status, 200);
    let mut otherwise = change("depression");
    otherwise["audience"] = json!(["carers"]);
    let fourth = changed(&rima, listing, otherwise).await;
    approved(&rima, &head, &fourth).await;
    let of_a_file = json!({"kind": "hub", "slug": "room", "listing": listing, "topics": ["grief"]});
    let mut row = hub["body"].clone();
    row["places"] = place.clone();
    for (key, value) in of_a_file.as_object().unwrap() {
        row[key] = value.clone();
    }
    let batches = format!(
        "/v1/organisations/{}/batches",
        organisation["listing"].as_str().unwrap()
    );
    let batch = rima
        .file(&batches, "application/x-ndjson", row.to_string(), "")
        .await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    let batch = format!("/v1/batches/{}", id(&batch.json()));
    let rows = async || head.get(&batch).await.json()["rows"][0]["changes"].clone();
    let of_rows = rows().await;
    let approval = head
        .on(Method::POST, &format!("{batch}/approval"), 1, None)
        .await;
    assert_eq!(approval.status, 200, "{}", approval.text);
    app.follow().await;

    let stays = async || {
        for who in [&rima, &head] {
            assert_eq!(compared(who, &hub).await, first);
            assert_eq!(compared(who, &second).await, before);
            assert_eq!(compared(who, &third).await, refused);
        }
        assert_eq!(rows().await, of_rows);
    };
    stays().await;
    let stranger = Someone::new(&app, "stranger@example.org").await;
    let path = format!("/v1/drafts/{}/difference", id(&second));
    assert_eq!(stranger.get(&path).await.status, 404);
    // Also when the listing is gone with its revisions.
    let gone = listing.as_str().unwrap().parse().unwrap();
    db.withdraw(gone, Removal::Withdrawn).await;
    app.follow().await;
    stays().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_place_is_not_made_public_by_a_word_that_was_left_out() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = published(&rima, &head).await;
    let place = |street: &str, confidential: Value| {
        let mut place = json!({"area": "bd-dhaka", "street": sample::text(street)});
        if !confidential.is_null() {
            place["confidential"] = confidential;
        }
        json!({"places": [place]})
    };
    let first = changed(&rima, &hub["listing"], place("12 Quiet Lane", json!(true))).await;
    approved(&rima, &head, &first).await;
    app.follow().await;
    // The street is mended, and nothing else is said of it.
    let mended = changed(&rima, &hub["listing"], place("14 Quiet Lane", json!(null))).await;
    assert_eq!(mended["lacks"].as_array().unwrap().len(), 1, "{mended}");
    assert_eq!(mended["lacks"][0]["pointer"], "/places/0/confidential");
    let refused = rima.act(id(&mended), "submission", None).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let path = format!(
        "/v1/organisations/{}/batches/check",
        organisation["listing"].as_str().unwrap()
    );
    let mut row = hub["body"].clone();
    row["kind"] = json!("hub");
    row["listing"] = hub["listing"].clone();
    row["places"] = place("14 Quiet Lane", json!(null))["places"].clone();
    let checked = rima
        .file(&path, "application/x-ndjson", row.to_string(), "")
        .await
        .json();
    let faults = checked["rows"][0]["faults"].to_string();
    assert!(faults.contains("/places/0/confidential"), "{checked}");
    for said in [true, false] {
        let said = place("14 Quiet Lane", json!(said));
        let said = rima.patch(id(&mended), said).await;
        assert_eq!(said["lacks"], json!([]), "{said}");
    }
    let (changes, _) = compared(&rima, &mended).await;
    let marked = |change: &&Value| change["marked"] == "secret";
    assert_eq!(changes.iter().filter(marked).count(), 1);
    assert_eq!(rima.act(id(&mended), "submission", None).await.status, 200);
    let remark = |at: &str| json!({"remarks": [{"pointer": at, "remark": "Is it still one?"}]});
    let nowhere = Some(remark("/contacts/9/value"));
    let nowhere = head.act(id(&mended), "changes-request", nowhere).await;
    assert_eq!(nowhere.status, 400, "{}", nowhere.text);
    assert_eq!(nowhere.json()["errors"][0]["pointer"], "/remarks/0/pointer");
    let there = Some(remark("/places/0/confidential"));
    let there = head.act(id(&mended), "changes-request", there).await;
    assert_eq!(there.status, 200, "{}", there.text);
}
