//! What becomes of listings that nobody confirms, and of a country's last national line.

use haven::domain::actor::Actor;
use haven::{
    app::{confirm, lapse, national},
    domain::change::Removal,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::import::{feed, import},
    support::{
        TestApp, TestDb,
        app::link_after,
        people::{PASSWORD, Someone, approved, id, months_pass, post, sign_in},
        sample,
    },
};

/// The link in the letter to that address that says this.
async fn link_in(app: &TestApp, email: &str, says: &str) -> String {
    let letters = app.post().await;
    let to = format!("To: {email}\n");
    let mut to_them = letters.iter().rev().filter(|letter| letter.contains(&to));
    let link = to_them.find_map(|letter| link_after(letter, says));
    link.unwrap_or_else(|| panic!("nothing says {says:?}"))
}

async fn asks<'a>(app: &'a TestApp, email: &str) -> Someone<'a> {
    Someone {
        app,
        token: sign_in(app, email).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_owner_does_not_confirm_is_withdrawn_and_comes_back_as_it_was() {
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
    let since = app.get("/v1/changes").await.json()["next"].clone();

    months_pass(&app, 13);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        2
    );
    months_pass(&app, 4);
    // The letters went out only now: nobody was asked before.
    app.post().await;
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    months_pass(&app, 4);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        2
    );
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    app.follow().await;
    assert_eq!(app.get("/v1/hubs/room").await.status, 404);
    let cursor = since.as_str().unwrap();
    let news = app.get(&format!("/v1/changes?cursor={cursor}")).await;
    let news = news.json();
    let gone: Vec<(&str, &str)> = news["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["id"].as_str().unwrap(),
                item["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        gone,
        [(&*hub, "unconfirmed"), (&*organisation, "unconfirmed")]
    );

    // Its owner sees it, and nobody else.
    let rima = asks(&app, "rima@example.org").await;
    let lapsed = rima.get("/v1/me/lapsed").await.json();
    let mut slugs: Vec<&str> = lapsed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["body"]["slug"].as_str().unwrap())
        .collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["listeners", "room"]);
    let stranger = Someone::new(&app, "stranger@example.org").await;
    let nothing = stranger.get("/v1/me/lapsed").await.json();
    assert_eq!(nothing["items"], json!([]));
    let still_true = format!("/v1/listings/{hub}/confirmation");
    assert_eq!(stranger.post(&still_true, json!({})).await.status, 404);

    // It names an organisation that is not public now; then it comes back as it was, under its id.
    let refused = rima.post(&still_true, json!({})).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("/organisation"), "{}", refused.text);
    let link = link_in(&app, "rima@example.org", "\norganisation listeners:\n").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(post(&app, &link, json!({})).await.status, 404);
    assert_eq!(rima.post(&still_true, json!({})).await.status, 204);
    app.follow().await;
    let after = app.get("/v1/hubs/room").await.json();
    assert_eq!((&after["id"], &after["version"]), (&json!(hub), &json!(2)));
    assert_eq!(after["confirmation"]["state"], "confirmed");
    let told = |shown: &Value| {
        let mut told = shown.clone();
        let values = told.as_object_mut().unwrap();
        for apart in [
            "version",
            "confirmation",
            "sources",
            "places",
            "contacts",
            "intake",
        ] {
            values.remove(apart);
        }
        (told, shown["contacts"][0]["value"].clone())
    };
    assert_eq!(told(&after), told(&before));
    let lapsed = rima.get("/v1/me/lapsed").await.json();
    assert_eq!(lapsed["items"], json!([]));
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lapsed_can_be_changed_before_it_comes_back() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = approved(&rima, &head, &made["organisation"]).await;
    months_pass(&app, 13);
    confirm::remind(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    app.post().await;
    months_pass(&app, 4);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        1
    );
    let rima = asks(&app, "rima@example.org").await;
    let head = Someone::administrator(&app, &db, "second@example.org").await;
    let patch = json!({"listing": organisation, "body": {"summary": sample::text("Somebody listens again.")}});
    let opened = rima.post("/v1/drafts", patch).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    approved(&rima, &head, &opened.json()).await;
    app.follow().await;
    let shown = app.get("/v1/organisations/listeners").await.json();
    assert_eq!(
        (&shown["id"], &shown["version"], &shown["summary"]["text"]),
        (
            &json!(organisation),
            &json!(2),
            &json!("Somebody listens again.")
        )
    );
    let lapsed = rima.get("/v1/me/lapsed").await.json();
    assert_eq!(lapsed["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_owner_stays_and_says_that_nobody_confirms_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let on = |slug: &str, day: &str| {
        let of = sample::hub(slug).with("/sources/0/confirmed_on", json!(day));
        of.with("/sources/0/retrieved_on", json!(day))
    };
    // The ids are in this order too, so that nothing but the days puts them in another.
    db.create(&on("long-ago", "2024-01-01")).await;
    db.create(&on("a-while-ago", "2025-01-01")).await;
    db.create(&on("lately", "2026-01-01")).await;
    app.follow().await;
    let found = app.search(&[("kind", "hub")]).await;
    let found: Vec<(&str, &str)> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            (
                hit["slug"].as_str().unwrap(),
                hit["confirmation"]["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("lately", "confirmed"),
            ("a-while-ago", "overdue"),
            ("long-ago", "unconfirmed")
        ]
    );
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    let shown = app.get("/v1/hubs/long-ago?lang=id").await.json();
    let notice = &shown["confirmation"]["notice"];
    assert!(
        notice["text"]
            .as_str()
            .unwrap()
            .starts_with("Tidak terkonfirmasi")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_national_line_stays_and_the_moderators_hear_of_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "helplines": [sample::helpline("the-line").typed(), sample::helpline("other-line").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    let line = approved(&rima, &head, &made["helplines"][0]).await;
    approved(&rima, &head, &made["helplines"][1]).await;
    assert_eq!(
        national::watch(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        0
    );

    months_pass(&app, 7);
    confirm::remind(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    app.post().await;
    months_pass(&app, 4);
    // Of two lines one goes; the organisation stays for the other, and is not due yet.
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        1
    );
    app.follow().await;
    let lines = app.get("/v1/helplines").await.json();
    assert_eq!(lines["items"].as_array().unwrap().len(), 1);
    assert_eq!(lines["items"][0]["confirmation"]["state"], "unconfirmed");
    let crisis = app.get("/v1/crisis?country=BD").await.json();
    let shown = &crisis["countries"][0]["lines"][0]["confirmation"];
    assert_eq!(shown["state"], "unconfirmed");

    // At the top of the queue, and by letter; once.
    assert_eq!(
        national::watch(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        national::watch(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        0
    );
    let letters = app.post().await;
    let told = letters.iter().filter(|letter| {
        letter.contains("To: head@example.org\n") && letter.contains("last national line")
    });
    assert_eq!(told.count(), 1);
    let second = Someone::administrator(&app, &db, "second@example.org").await;
    let queue = second.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["about"], "report");
    let alarm = &queue["items"][0]["report"];
    assert_eq!(alarm["topic"], "last_national_line");
    assert_eq!(alarm["listing"], lines["items"][0]["id"]);
    let settle = format!("/v1/moderation/reports/{}/settlement", id(alarm));
    assert_eq!(second.post(&settle, json!({})).await.status, 204);
    lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap();
    assert_eq!(
        national::watch(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        0
    );
    months_pass(&app, 2);
    assert_eq!(
        national::watch(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        1,
        "it still is"
    );

    // Once somebody took the line off, what was said of it is untrue; that there is none any more is told instead.
    let head = Someone::administrator(&app, &db, "third@example.org").await;
    let shown = app.get("/v1/helplines").await.json()["items"][0].clone();
    let path = format!("/v1/listings/{}/withdrawal", id(&shown));
    let why = Some(json!({"reason": "A shop answers."}));
    let version = shown["version"].as_i64().unwrap();
    let taken = head.on(Method::POST, &path, version, why).await;
    assert_eq!(taken.status, 204, "{}", taken.text);
    let reports = head.get("/v1/moderation/reports").await.json();
    let words: Vec<&str> = reports["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| report["words"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["BD has no national line any more."]);
    assert_eq!(head.delete(&path).await.status, 204);
    app.follow().await;

    // The public cannot say this, nor does its owner's leaving take it.
    let said = json!({"listing": line, "topic": "last_national_line"});
    assert_eq!(post(&app, "/v1/reports", said).await.status, 400);
    let rima = asks(&app, "rima@example.org").await;
    let word = json!({"password": PASSWORD});
    assert_eq!(rima.post("/v1/me/deletion", word).await.status, 204);
    months_pass(&app, 12);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    app.follow().await;
    let lines = app.get("/v1/helplines").await.json();
    assert_eq!(lines["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_takes_the_last_national_line_raises_the_alarm() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let alarms = async || {
        let reports = head.get("/v1/moderation/reports").await.json();
        let items = reports["items"].as_array().unwrap().clone();
        for alarm in &items {
            assert_eq!(alarm["topic"], "last_national_line");
            assert_eq!(alarm["urgent"], true);
            let settle = format!("/v1/moderation/reports/{}/settlement", id(alarm));
            assert_eq!(head.post(&settle, json!({})).await.status, 204);
        }
        items.len()
    };
    let line = || sample::helpline("line");
    let local = || line().with("/helpline_details/national", json!(false));
    // A feed that calls it local, one that calls it ended, one that moves it abroad.
    let ended = line().with("/status", json!({"state": "ended", "from": "2026-02-01"}));
    let abroad = line()
        .with("/places", json!([{"area": "id", "virtual": true}]))
        .with("/coverage", json!({"areas": ["id"]}));
    for (with, expected) in [
        (line(), 0),
        (local(), 1),
        (line(), 0),
        (ended, 1),
        (line(), 0),
        (abroad, 1),
        // Abroad there was one, and now there is none.
        (line(), 1),
    ] {
        assert_eq!(
            import(&db.store, feed(std::slice::from_ref(&with)))
                .await
                .refused,
            []
        );
        assert_eq!(alarms().await, expected, "{}", with.json());
    }
    // Somebody takes it back by hand; or merges it into one that is none.
    let other = db
        .create(
            &local()
                .with("/slug", json!("other"))
                .with("/sources/0/external_id", json!("other")),
        )
        .await;
    let found = app.get("/v1/helplines").await;
    drop(found);
    app.follow().await;
    let shown = app.get("/v1/helplines/line").await.json();
    let version = shown["version"].as_i64().unwrap();
    let merged = head
        .merge((id(&shown), version), (&other.to_string(), 1))
        .await;
    assert!(merged.status < 300, "{}", merged.text);
    assert_eq!(alarms().await, 1);
    let again = db
        .create(
            &line()
                .with("/slug", json!("again"))
                .with("/sources/0/external_id", json!("again")),
        )
        .await;
    assert_eq!(alarms().await, 0);
    db.withdraw(again, Removal::Withdrawn).await;
    assert_eq!(alarms().await, 1);
    // One of two may go.
    let two = ["one", "two"].map(|slug| {
        line()
            .with("/slug", json!(slug))
            .with("/sources/0/external_id", json!(slug))
    });
    let gone = db.create(&two[0]).await;
    db.create(&two[1]).await;
    db.withdraw(gone, Removal::Withdrawn).await;
    assert_eq!(alarms().await, 0);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_lapses_while_its_owners_change_waits_and_nothing_is_true_as_of_a_day_to_come() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let mut typed = sample::organisation("listeners").typed();
    typed["sources"] = json!([{"name": "our own feed", "external_id": "7", "licence": "CC0-1.0",
        "retrieved_on": "2099-01-01", "confirmed_on": "2099-01-01"}]);
    let made = rima
        .post("/v1/organisations", json!({"organisation": typed}))
        .await
        .json();
    let listing = approved(&rima, &head, &made["organisation"]).await;
    let latest = "select max(confirmed_on)::text, max(retrieved_on)::text from source";
    let row = db.sql().await.query_one(latest, &[]).await.unwrap();
    let latest: (String, String) = (row.get(0), row.get(1));
    assert_eq!(latest, ("2026-03-02".into(), "2026-03-02".into()));

    months_pass(&app, 13);
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        1
    );
    app.post().await;
    let rima = asks(&app, "rima@example.org").await;
    let change = json!({"listing": listing, "body": {"slug": "listeners"}});
    let draft = rima.post("/v1/drafts", change).await.json();
    months_pass(&app, 4);
    let rima = asks(&app, "rima@example.org").await;
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        0
    );
    // Taken back, it says nothing.
    let version = rima.draft(id(&draft)).await["version"].as_i64().unwrap();
    let path = format!("/v1/drafts/{}", id(&draft));
    let back = rima.on(reqwest::Method::DELETE, &path, version, None).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        1
    );
    app.follow().await;
}
