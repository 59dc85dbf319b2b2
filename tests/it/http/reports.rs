//! What the public says, and where it goes.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, post},
    sample,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_a_crisis_line_comes_first_and_nothing_is_kept_of_who_said_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let hub = db.create(&sample::hub("room")).await;
    let line = db.create(&sample::helpline("night-line")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let claim = json!({"grounds": "I coordinate it."});
    let claims = format!("/v1/organisations/{hub}/claims");
    assert_eq!(rima.post(&claims, claim).await.status, 202);
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = id(&made["organisation"]);
    assert_eq!(rima.act(draft, "submission", None).await.status, 200);
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(90));
    for (listing, topic) in [
        (hub, "closed"),
        (line, "wrong_hours"),
        (line, "wrong_number"),
    ] {
        let said = json!({"listing": listing, "topic": topic, "words": "I went there."});
        assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    }
    let missing = json!({"topic": "missing", "words": "A group in our town."});
    assert_eq!(post(&app, "/v1/reports", missing).await.status, 202);
    for wrong in [
        json!({"topic": "closed"}),
        json!({"topic": "missing"}),
        json!({"listing": hub, "topic": "closed", "words": null}),
        json!({"listing": hub, "topic": "missing", "words": "x"}),
        json!({"listing": hub, "topic": "gone"}),
    ] {
        assert_eq!(post(&app, "/v1/reports", wrong).await.status, 400);
    }
    let nowhere = json!({"listing": uuid::Uuid::nil(), "topic": "closed"});
    assert_eq!(post(&app, "/v1/reports", nowhere).await.status, 404);

    let waiting = head.get("/v1/moderation/reports").await.json();
    let topics: Vec<&str> = waiting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| report["topic"].as_str().unwrap())
        .collect();
    assert_eq!((topics.len(), topics[0]), (4, "wrong_number"));
    // The same in the queue, before a claim and a draft that wait for longer.
    let queue = head.get("/v1/moderation/queue").await.json();
    let first = &queue["items"][0];
    assert_eq!(
        (&queue["length"], &first["urgent"]),
        (&json!(6), &json!(true))
    );
    assert_eq!(first["report"]["topic"], "wrong_number");
    let settled = format!("/v1/moderation/reports/{}/settlement", id(first));
    assert_eq!(head.post(&settled, json!({})).await.status, 204);
    assert_eq!(head.post(&settled, json!({})).await.status, 404);
    let columns = "select count(*) filter (where words = '')::int, count(*)::int from report";
    let row = db.sql().await.query_one(columns, &[]).await.unwrap();
    let (forgotten, all): (i32, i32) = (row.get(0), row.get(1));
    assert_eq!((forgotten, all), (1, 4));

    // One list, in pages and by what is wanted of it.
    let about = async |query: &str| -> Vec<(String, i64)> {
        let page = head
            .get(&format!("/v1/moderation/queue{query}"))
            .await
            .json();
        let items = page["items"].as_array().unwrap().iter();
        let told = |item: &Value| {
            let about = item["about"].as_str().unwrap();
            assert!(item[about].is_object(), "{item}");
            (about.to_owned(), item["age_minutes"].as_i64().unwrap())
        };
        let mut items: Vec<_> = items.map(told).collect();
        assert!(items.is_sorted_by_key(|(_, age)| std::cmp::Reverse(*age)));
        // Of one moment in no order.
        items.sort_by_key(|(about, age)| (std::cmp::Reverse(*age), about.clone()));
        items
    };
    let report = || ("report".to_owned(), 0);
    let (claim, draft) = (("claim".to_owned(), 90), ("draft".to_owned(), 90));
    let all = [claim.clone(), draft.clone(), report(), report(), report()];
    assert_eq!(about("").await, all);
    assert_eq!(about("?about=claim").await, std::slice::from_ref(&claim));
    assert_eq!(
        about("?kind=organisation").await,
        std::slice::from_ref(&draft)
    );
    assert_eq!(about("?hours=1").await, [claim, draft]);
    assert_eq!(about("?assigned=me").await, []);
    let mut paged = Vec::new();
    let mut path = "/v1/moderation/queue?limit=2".to_owned();
    loop {
        let page = head.get(&path).await.json();
        let items = page["items"].as_array().unwrap().iter();
        paged.extend(items.map(|item| item["about"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/moderation/queue?limit=2&cursor={next}");
    }
    paged[..2].sort_unstable();
    assert_eq!(paged, all.map(|(about, _)| about));
    assert_eq!(rima.get("/v1/moderation/queue").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_share_claims_and_reports_out_and_write_of_them_to_one_another() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let hub = db.create(&sample::hub("room")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let second = Someone::moderator(&app, &head, "second@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let claim = json!({"grounds": "I coordinate it."});
    let claims = format!("/v1/organisations/{hub}/claims");
    assert_eq!(rima.post(&claims, claim).await.status, 202);
    let said = json!({"listing": hub, "topic": "closed", "words": "I went there."});
    assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
    let account = async |who: &Someone<'_>| who.get("/v1/me").await.json()["account"].clone();
    let (second_id, rima_id) = (account(&second).await, account(&rima).await);
    let queue = async |who: &Someone<'_>, assigned: &str| -> Vec<Value> {
        let path = format!("/v1/moderation/queue?assigned={assigned}");
        let page = who.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.json()["items"].as_array().unwrap().clone()
    };
    assert_eq!(queue(&head, "nobody").await.len(), 2);
    for (about, at) in [("claim", "claims"), ("report", "reports")] {
        let waits = head
            .get(&format!("/v1/moderation/queue?about={about}"))
            .await
            .json();
        let one = format!("/v1/moderation/{at}/{}", id(&waits["items"][0]));
        let assignment = format!("{one}/assignment");
        let to = |account: &Value| json!({"account": account});
        assert_eq!(head.put(&assignment, to(&rima_id)).await.status, 404);
        assert_eq!(rima.put(&assignment, to(&second_id)).await.status, 403);
        assert_eq!(head.put(&assignment, to(&second_id)).await.status, 204);
        let own = queue(&second, "me").await;
        assert_eq!((own.len(), &own[0]["about"]), (1, &json!(about)));
        assert_eq!(own[0]["assigned_to"], second_id);
        let theirs = queue(&head, second_id.as_str().unwrap()).await;
        assert_eq!(id(&theirs[0]), id(&own[0]));
        assert_eq!(queue(&head, "me").await.len(), 0);

        let notes = format!("{one}/notes");
        let note = json!({"note": "Called them; they are back on Monday."});
        assert_eq!(rima.post(&notes, note.clone()).await.status, 403);
        assert_eq!(rima.get(&notes).await.status, 403);
        let key = format!("a note on a {about}").replace(' ', "-");
        let first = second.post_once(&notes, &key, &note).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let again = second.post_once(&notes, &key, &note).await;
        assert_eq!(first.json(), again.json());
        let written = head.get(&notes).await.json();
        assert_eq!(written["items"].as_array().unwrap().len(), 1);
        assert_eq!(written["items"][0]["author"], second_id);

        assert_eq!(head.put(&assignment, json!({})).await.status, 204);
        assert_eq!(queue(&second, "me").await.len(), 0);
        let nowhere = one.replace(id(&own[0]), &uuid::Uuid::nil().to_string());
        let nowhere = format!("{nowhere}/assignment");
        assert_eq!(head.put(&nowhere, to(&second_id)).await.status, 404);
    }
    let wrong = head.get("/v1/moderation/queue?assigned=everybody").await;
    assert_eq!(wrong.status, 400);

    // Whoever claimed is told nothing of it; what was said in a report is forgotten in notes as well.
    let own = rima.get("/v1/me/export").await.text;
    assert!(!own.contains("back on Monday"), "{own}");
    let waits = queue(&head, "nobody").await;
    let report = waits.iter().find(|waits| waits["about"] == "report");
    let at = format!("/v1/moderation/reports/{}", id(report.unwrap()));
    let settle = format!("{at}/settlement");
    assert_eq!(head.post(&settle, json!({})).await.status, 204);
    let notes = format!("{at}/notes");
    assert_eq!(head.get(&notes).await.status, 404);
    let left = "select count(*)::int from moderator_note where report is not null";
    let left: i32 = db.sql().await.query_one(left, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_whatever_is_shown_in_danger_comes_first() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let line = |slug: &str, crisis: bool, national: bool| {
        sample::helpline(slug)
            .with("/helpline_details/crisis", json!(crisis))
            .with("/helpline_details/national", json!(national))
    };
    db.create(&line("listening-line", false, false)).await;
    db.create(&line("national-line", false, true)).await;
    db.create(&line("night-line", true, false)).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let shown = app.get("/v1/crisis?country=BD").await.json();
    let lines = shown["countries"][0]["lines"].as_array().unwrap().iter();
    let shown: Vec<&str> = lines.map(|line| line["slug"].as_str().unwrap()).collect();
    assert!(shown.contains(&"national-line"), "{shown:?}");
    let mut urgent = Vec::new();
    for slug in ["listening-line", "national-line", "night-line"] {
        let line = app.get(&format!("/v1/helplines/{slug}")).await.json();
        let said = json!({"listing": id(&line), "topic": "wrong_number"});
        assert_eq!(post(&app, "/v1/reports", said).await.status, 202);
        let queue = head.get("/v1/moderation/queue").await.json();
        let items = queue["items"].as_array().unwrap();
        let own = items
            .iter()
            .find(|item| item["report"]["listing"] == line["id"]);
        urgent.push(own.unwrap()["urgent"].as_bool().unwrap());
    }
    assert_eq!(urgent, [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_hear_what_is_wrong_and_a_line_that_misleads_is_closed_meanwhile() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "helplines": [sample::helpline("the-line").typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    let line = approved(&rima, &head, &made["helplines"][0]).await;
    app.follow().await;
    app.post().await;
    let path = format!("/v1/listings/{line}/status");
    let say = async |state: &str| {
        let shown = app.get("/v1/helplines/the-line").await.json();
        let version = shown["version"].as_i64().unwrap();
        let said = Some(json!({"state": state}));
        let status = head.on(Method::PUT, &path, version, said).await.status;
        app.follow().await;
        status
    };
    assert_eq!(say("temporarily_closed").await, 409, "its owner's to say");
    let report = |topic: &str| {
        let said = json!({"listing": line, "topic": topic, "words": "A shop answers."});
        post(&app, "/v1/reports", said)
    };
    for topic in ["unsafe", "wrong_number", "wrong_number"] {
        assert_eq!(report(topic).await.status, 202);
    }
    let letters = app.post().await;
    let told: Vec<&String> = letters
        .iter()
        .filter(|letter| letter.contains("Is something wrong?"))
        .collect();
    assert_eq!(
        told.len(),
        1,
        "once, and nothing of what is said of them: {told:?}"
    );
    assert!(told[0].contains("the-line") && !told[0].contains("A shop answers."));
    for (state, expected) in [
        ("ended", 409),
        ("temporarily_closed", 204),
        ("operating", 204),
    ] {
        assert_eq!(say(state).await, expected, "{state}");
    }
    let letters = app.post().await;
    for subject in ["It is closed for a time", "It is open again"] {
        let told = letters.iter().filter(|letter| letter.contains(subject));
        assert_eq!(told.count(), 1, "{subject}");
    }
    let reports = head.get("/v1/moderation/reports").await.json();
    for report in reports["items"].as_array().unwrap() {
        let settlement = format!("/v1/moderation/reports/{}/settlement", id(report));
        assert_eq!(head.post(&settlement, json!({})).await.status, 204);
    }
    assert_eq!(say("temporarily_closed").await, 409, "its owner's again");
}
