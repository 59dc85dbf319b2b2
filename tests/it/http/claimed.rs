//! Listings that somebody keeps and a feed describes too; single values that are still true; under what licence.

use haven::domain::actor::Actor;
use haven::{
    app::{
        import::{Expire, Options},
        suggestions,
    },
    domain::clock::Clock,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::import::{feed, import, import_as},
    support::{
        Sample, TestApp, TestDb,
        people::{Someone, id, sign_in},
        sample,
    },
};

fn room(summary: &str) -> Sample {
    sample::hub("room")
        .with("/organisation", json!("listeners"))
        .with("/summary", sample::text(summary))
}

/// A feed's organisation and hub; the hub's id.
async fn fed(app: &TestApp, db: &TestDb) -> String {
    let listings = [sample::organisation("listeners"), room("As the feed says.")];
    assert_eq!(
        import(&db.store, feed(&listings)).await.counts(),
        [2, 0, 0, 0]
    );
    app.follow().await;
    let shown = app.get("/v1/hubs/room").await.json();
    id(&shown).to_owned()
}

/// Somebody keeps the organisation from now on.
async fn claimed<'a>(app: &'a TestApp, head: &Someone<'_>, email: &str) -> Someone<'a> {
    let owner = Someone::new(app, email).await;
    let organisation = app.get("/v1/organisations/listeners").await.json();
    let path = format!("/v1/organisations/{}/claims", id(&organisation));
    let grounds = json!({"by_mail": false, "grounds": "Ask at the office."});
    let reply = owner.post(&path, grounds).await;
    assert!(reply.status < 300, "{}", reply.text);
    let claims = head.get("/v1/moderation/claims").await.json();
    let decision = format!("/v1/moderation/claims/{}/decision", id(&claims["items"][0]));
    let reply = head.post(&decision, json!({"granted": true})).await;
    assert!(reply.status < 300, "{}", reply.text);
    owner
}

async fn summary(app: &TestApp) -> Value {
    app.follow().await;
    app.get("/v1/hubs/room").await.json()["summary"]["text"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_handed_in_wins_over_a_feed_and_nothing_is_lost() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let hub = fed(&app, &db).await;
    let rima = claimed(&app, &head, "rima@example.org").await;
    // Nobody who keeps it has said anything yet.
    let report = import(&db.store, feed(&[room("As the feed says now.")])).await;
    assert_eq!((report.counts(), report.claimed.len()), ([0, 1, 0, 0], 0));
    let patch = json!({"listing": hub, "body": {"summary": sample::text("As its owner says.")}});
    let draft = rima.post("/v1/drafts", patch).await.json();
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);

    let otherwise = feed(&[room("As the feed says again.")]);
    let rehearsed = Options {
        dry_run: true,
        ..Options::default()
    };
    let suggestions = format!("/v1/listings/{hub}/suggestions");
    let rehearsal = import_as(&db.store, otherwise.clone().into(), rehearsed).await;
    assert_eq!(rima.get(&suggestions).await.json()["items"], json!([]));
    let report = import(&db.store, otherwise.clone()).await;
    for report in [&rehearsal, &report] {
        assert_eq!(report.counts(), [0, 0, 0, 0]);
        let line = &report.claimed[0];
        assert_eq!((report.summary.counts.claimed, line.line), (1, 1));
        assert_eq!(
            (line.listing.to_string(), line.slug.as_str()),
            (hub.clone(), "room")
        );
    }
    assert_eq!(summary(&app).await, "As its owner says.");

    // Its owner and the moderators see what the feed says, and only where it differs.
    let said = rima.get(&suggestions).await.json();
    let one = &said["items"][0];
    let change = json!({"pointer": "/summary/text/en", "before": "As its owner says.", "after": "As the feed says again."});
    assert_eq!(
        (&one["source"], &one["changes"]),
        (&json!("sample"), &json!([change]))
    );
    assert_eq!(head.get(&suggestions).await.json(), said);
    // The same again is no news once it is settled; something else is.
    let settle = format!("{suggestions}/{}", id(one));
    assert_eq!(rima.delete(&settle).await.status, 204);
    assert_eq!(rima.delete(&settle).await.status, 404);
    import(&db.store, otherwise).await;
    assert_eq!(rima.get(&suggestions).await.json()["items"], json!([]));
    import(&db.store, feed(&[room("As the feed says at last.")])).await;
    let said = rima.get(&suggestions).await.json();
    let body = said["items"][0]["patch"].clone();
    let taken = rima
        .post("/v1/drafts", json!({"listing": hub, "body": body}))
        .await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    let taken = taken.json();
    assert_eq!(rima.act(id(&taken), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&taken), "approval", None).await.status, 200);
    assert_eq!(summary(&app).await, "As the feed says at last.");
    assert_eq!(rima.get(&suggestions).await.json()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_value_is_still_true() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let hub = fed(&app, &db).await;
    let rima = claimed(&app, &head, "rima@example.org").await;
    let shown = app.get("/v1/hubs/room").await.json();
    assert!(shown["confirmation"].get("fields").is_none());
    let contact = id(&shown["contacts"][0]);
    let place = id(&shown["places"][0]);
    let path = format!("/v1/listings/{hub}/confirmation/fields");
    let fields =
        json!({"fields": [format!("contacts/{contact}"), format!("places/{place}/hours"), "cost"]});
    assert_eq!(rima.post(&path, fields.clone()).await.status, 204);
    app.follow().await;
    let after = app.get("/v1/hubs/room").await.json();
    let on = "2026-03-02";
    assert_eq!(
        after["confirmation"]["fields"],
        json!([{"pointer": "/contacts/0", "confirmed_on": on}, {"pointer": "/places/0/hours", "confirmed_on": on},
            {"pointer": "/cost", "confirmed_on": on}])
    );
    assert_eq!(
        after["confirmation"]["due_on"],
        shown["confirmation"]["due_on"]
    );
    let news = app.get("/v1/changes").await.text;
    assert!(news.contains(&format!("contacts/{contact}")), "{news}");
    let audit = head.get("/v1/moderation/audit").await.json();
    let subjects: Vec<&str> = audit["items"].as_array().unwrap()[..3]
        .iter()
        .map(|entry| entry["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects[0], format!("listing/{hub} cost"));
    assert!(subjects[2].ends_with(contact));
    // A feed does not undo it.
    assert_eq!(
        import(&db.store, feed(&[room("Otherwise.")]))
            .await
            .claimed
            .len(),
        1
    );

    // What is not public, or not there, cannot be confirmed; nor by a stranger.
    let nothing = json!({"fields": ["description", "age", format!("contacts/{place}")]});
    let refused = rima.post(&path, nothing).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/fields/2");
    let unknown = rima.post(&path, json!({"fields": ["sources"]})).await;
    assert_eq!(unknown.status, 400, "{}", unknown.text);
    let stranger = Someone::new(&app, "stranger@example.org").await;
    assert_eq!(stranger.post(&path, fields).await.status, 404);

    // The whole is younger than its parts then.
    let whole = format!("/v1/listings/{hub}/confirmation");
    assert_eq!(rima.post(&whole, json!({})).await.status, 204);
    app.follow().await;
    let whole = app.get("/v1/hubs/room").await.json();
    assert!(whole["confirmation"].get("fields").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_does_not_bring_back_what_lapsed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let hub = fed(&app, &db).await;
    claimed(&app, &head, "rima@example.org").await;
    let later = |app: &TestApp, months: i64| {
        let hours = SignedDuration::from_hours(months * 31 * 24);
        app.clock.set(app.clock.now() + hours);
    };
    later(&app, 13);
    haven::app::confirm::remind(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    app.post().await;
    later(&app, 4);
    assert_eq!(
        haven::app::lapse::lapse(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        2
    );
    let again = [
        sample::organisation("listeners"),
        room("It is there again."),
    ];
    // That it names what lapsed with it is no fault of a line that is not written.
    let report = import(&db.store, feed(&again)).await;
    assert_eq!(report.refused, []);
    assert_eq!((report.counts(), report.claimed.len()), ([0, 0, 0, 0], 2));
    let rima = Someone {
        app: &app,
        token: sign_in(&app, "rima@example.org").await,
    };
    let lapsed = rima.get("/v1/me/lapsed").await.json();
    let mut lapsed = lapsed["items"].as_array().unwrap().iter();
    let organisation = lapsed.find(|item| item["kind"] == "organisation").unwrap();
    let organisation = organisation["listing"].as_str().unwrap();
    let path = format!("/v1/listings/{organisation}/confirmation");
    assert_eq!(rima.post(&path, json!({})).await.status, 204);
    let report = import(&db.store, feed(&again)).await;
    assert_eq!((report.counts(), report.claimed.len()), ([0, 0, 0, 0], 2));
    let said = rima.get(&format!("/v1/listings/{hub}/suggestions")).await;
    assert!(said.text.contains("It is there again."), "{}", said.text);
    app.follow().await;
    assert_eq!(app.get("/v1/hubs/room").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hands_something_in_is_told_the_licence_and_it_stays() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let terms = app.get("/v1/terms").await.json();
    assert_eq!(terms["licence"], "CC-BY-4.0");
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let draft = rima.post("/v1/organisations", body).await.json()["organisation"].clone();
    assert!(draft.get("licence").is_none());
    let submitted = rima.act(id(&draft), "submission", None).await.json();
    assert_eq!(submitted["licence"], terms["licence"]);
    // Agreed to is what was in force then.
    let sql = db.sql().await;
    sql.batch_execute("update draft set licence = 'CC0-1.0'")
        .await
        .unwrap();
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    let path = format!(
        "/v1/listings/{}/confirmation",
        draft["listing"].as_str().unwrap()
    );
    assert_eq!(rima.on(Method::POST, &path, 1, None).await.status, 204);
    app.follow().await;
    let shown = app.get("/v1/organisations/listeners").await.json();
    assert_eq!(shown["sources"][0]["licence"], "CC0-1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_moved_and_ended_have_their_days_and_a_text() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let hub = fed(&app, &db).await;
    db.create(&sample::hub("new-room")).await;
    let rima = claimed(&app, &head, "rima@example.org").await;
    let approved = async |status: Value| {
        let patch = json!({"listing": hub, "body": {"status": status}});
        let draft = rima.post("/v1/drafts", patch).await.json();
        assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
        assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
        app.follow().await;
        app.get("/v1/hubs/room").await.json()["status"].clone()
    };
    let found = async || {
        let found = app.search(&[("kind", "hub")]).await;
        let hits = found["hits"].as_array().unwrap().clone();
        let own = hits.into_iter().find(|hit| hit["slug"] == "room");
        own.map(|hit| hit["status"].clone())
    };
    let repairs = sample::text("The roof is mended.");
    let status = json!({"state": "temporarily_closed", "from": "2026-03-01", "until": "2026-03-10", "note": repairs});
    let shown = approved(status).await;
    assert_eq!(
        (
            &shown["state"],
            &shown["from"],
            &shown["until"],
            &shown["note"]["text"]
        ),
        (
            &json!("temporarily_closed"),
            &json!("2026-03-01"),
            &json!("2026-03-10"),
            &json!("The roof is mended.")
        )
    );
    assert_eq!(found().await, Some(json!("temporarily_closed")));
    let shown = approved(
        json!({"state": "moved", "from": "2026-03-02", "until": null, "moved_to": "new-room"}),
    )
    .await;
    assert_eq!(
        (&shown["state"], &shown["moved_to"]),
        (&json!("moved"), &json!("new-room"))
    );
    let shown = approved(json!({"state": "ended", "from": "2026-03-20", "moved_to": null})).await;
    assert_eq!(
        (&shown["state"], &shown["announced"]),
        (&json!("operating"), &json!("ended"))
    );
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(24 * 20));
    let shown = app.get("/v1/hubs/room").await.json();
    assert_eq!(shown["status"]["state"], "ended");
    assert_eq!(found().await, None);
}

/// That a feed says of a value that it was confirmed is its own word, and an owner's stands without more.
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_claimed_by_what_its_owner_confirmed_and_by_no_feed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let confirmed = json!([{"field": "cost", "on": "2026-02-01"}]);
    let said = |summary: &str| room(summary).with("/confirmed", confirmed.clone());
    let organisation = sample::organisation("listeners");
    let expiring = |room: Option<Sample>| {
        let lines: Vec<Sample> = std::iter::once(organisation.clone()).chain(room).collect();
        let options = Options {
            source: Some("partner".to_owned()),
            expire: Some(Expire {
                source: "partner".to_owned(),
                at_most_percent: 100,
            }),
            ..Options::default()
        };
        (feed(&lines), options)
    };
    let run = async |room: Option<Sample>| {
        let (feed, options) = expiring(room);
        import_as(&db.store, feed.into(), options).await
    };
    assert_eq!(run(Some(said("One."))).await.counts(), [2, 0, 0, 0]);
    app.follow().await;
    let rima = claimed(&app, &head, "rima@example.org").await;
    let report = run(Some(said("Two."))).await;
    assert_eq!((report.counts(), report.claimed.len()), ([0, 1, 1, 0], 0));
    assert_eq!(summary(&app).await, "Two.");

    // Its owner confirms a value, and neither the feed nor its end takes it from them.
    let hub = app.get("/v1/hubs/room").await.json();
    let path = format!("/v1/listings/{}/confirmation/fields", id(&hub));
    let cost = json!({"fields": ["cost"]});
    assert_eq!(rima.post(&path, cost).await.status, 204);
    assert_eq!(run(Some(said("Three."))).await.claimed.len(), 1);
    assert_eq!(summary(&app).await, "Two.");
    let ended = run(None).await;
    let kept = ended.expired.get("hub/room");
    assert_eq!(kept, Some(&Some("claimed")));
    assert_eq!(summary(&app).await, "Two.");
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_written_to_of_claims_decided_and_of_what_feeds_say_otherwise() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let hub = fed(&app, &db).await;
    let rima = claimed(&app, &head, "rima@example.org").await;
    let says = async |words: &str| {
        let letters = app.post().await;
        let own = |letter: &&String| letter.contains("To: rima@example.org\n");
        let own = letters.iter().filter(own);
        own.filter(|letter| letter.contains(words)).count()
    };
    assert_eq!(says("Subject: It is yours to keep").await, 1);
    let path = format!("/v1/listings/{hub}/confirmation");
    assert_eq!(rima.post(&path, json!({})).await.status, 204);
    let tell = async || {
        suggestions::tell(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap()
    };
    assert_eq!(tell().await, 0);
    import(&db.store, feed(&[room("Otherwise.")])).await;
    // Two processes do it at the same moment.
    let (one, other) = tokio::join!(tell(), tell());
    assert_eq!(one + other, 1);
    let otherwise = format!("/v1/listings/{hub}/suggestions");
    assert_eq!(says(&otherwise).await, 1);
    // The same again is no news; another thing waits for a week, so that no feed writes to anybody every day.
    import(&db.store, feed(&[room("Otherwise.")])).await;
    assert_eq!(tell().await, 0);
    import(&db.store, feed(&[room("Otherwise again.")])).await;
    assert_eq!(tell().await, 0);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(8 * 24));
    assert_eq!(tell().await, 1);
    assert_eq!(says(&otherwise).await, 2);
    app.follow().await;
}
