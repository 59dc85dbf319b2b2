//! The chapters, in their order.

use haven::domain::actor::Actor;
use std::time::{Duration, Instant};

use haven::{app::confirm, domain::clock::Clock};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    letters, outside,
    support::{
        TestApp, TestDb,
        people::{Someone, id, post, sign_in},
        sample,
    },
};

const RIMA: &str = "rima@example.org";
/// What becomes public within this is found.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A listing that she registers: what it is, the name in its address, and its draft.
struct Typed {
    kind: &'static str,
    slug: &'static str,
    draft: Value,
}

impl Typed {
    fn id(&self) -> &str {
        id(&self.draft)
    }
}

pub async fn all(app: &TestApp, db: &TestDb) {
    let rima = Someone::new(app, RIMA).await;
    let stranger = Someone::new(app, "stranger@example.org").await;
    let typed = registers(&rima).await;
    nobody_else_knows(app, (&stranger, &rima), &typed).await;
    hands_in(&rima, &typed).await;
    nobody_else_knows(app, (&stranger, &rima), &typed).await;
    hours_pass(app, 2);
    decided(app, db, &rima, &typed).await;
    hours_pass(app, 30 * 24);
    changes_a_number(app, db).await;
    hours_pass(app, 366 * 24);
    is_asked_whether_it_is_true(app, db).await;
    app.follow().await;
}

fn hours_pass(app: &TestApp, hours: i64) {
    let then = app.clock.now() + SignedDuration::from_hours(hours);
    app.clock.set(then);
}

/// What the coordinator types first: the names, and little else.
fn first_attempt() -> Value {
    let named = |slug: &str, name: &str| json!({"slug": slug, "name": {"source": "bn", "text": {"bn": "মনের আলো", "en": name}}});
    json!({
        "organisation": named("moner-alo", "Moner Alo"),
        "hubs": [named("moner-alo-dhaka", "Moner Alo drop-in")],
        "support_groups": [
            named("monday-circle", "Monday circle"),
            named("young-people", "Young people"),
            {"name": "the third, name to be found"}
        ]
    })
}

/// The rest, for each of them.
fn the_rest(of: &Typed) -> Value {
    let whole = match of.kind {
        "organisation" => sample::organisation(of.slug),
        "hub" => sample::hub(of.slug),
        _ => sample::support_group(of.slug),
    };
    let mut rest = whole.typed();
    rest.as_object_mut().unwrap().remove("name");
    if of.slug == "third-circle" {
        rest["name"] = json!({"source": "en", "text": {"en": "Third circle"}});
    }
    rest
}

/// She registers the organisation, its hub and its three groups, as far as she knows them.
async fn registers(rima: &Someone<'_>) -> Vec<Typed> {
    let registered = rima.post("/v1/organisations", first_attempt()).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    let registered = registered.json();
    let third = &registered["support_groups"][2];
    assert_eq!(third["body"]["name"], "the third, name to be found");
    let lacks = third["lacks"].as_array().unwrap().iter();
    let lacks: Vec<&str> = lacks.map(|of| of["pointer"].as_str().unwrap()).collect();
    for lack in ["/name", "/slug", "/summary", "/group_details"] {
        assert!(lacks.contains(&lack), "{lacks:?}");
    }
    let early = rima.act(id(third), "submission", None).await;
    assert_eq!(early.json()["code"], "draft_incomplete");
    let kept = rima.draft(id(third)).await;
    assert_eq!(kept["body"], third["body"], "nothing typed is lost");

    let typed = |kind, slug, draft: &Value| Typed {
        kind,
        slug,
        draft: draft.clone(),
    };
    let groups = &registered["support_groups"];
    vec![
        typed("organisation", "moner-alo", &registered["organisation"]),
        typed("hub", "moner-alo-dhaka", &registered["hubs"][0]),
        typed("support_group", "monday-circle", &groups[0]),
        typed("support_group", "young-people", &groups[1]),
        typed("support_group", "third-circle", &groups[2]),
    ]
}

/// She fills in the rest, piece by piece, hands it in, and sees where it stands.
async fn hands_in(rima: &Someone<'_>, all: &[Typed]) {
    for typed in all {
        let filled = rima.patch(typed.id(), the_rest(typed)).await;
        assert_eq!(filled["lacks"], json!([]), "{filled}");
        let handed_in = rima.act(typed.id(), "submission", None).await;
        assert_eq!(handed_in.status, 200, "{}", handed_in.text);
    }
    let mine = rima.get("/v1/me/submissions").await.json();
    let items = mine["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .all(|item| item["draft"]["state"] == "submitted")
    );
    let mut positions: Vec<i64> = items
        .iter()
        .map(|item| item["position"].as_i64().unwrap())
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, [1, 2, 3, 4, 5]);
    let wait = mine.get("usual_wait_minutes");
    assert_eq!(wait, None, "nothing was ever decided here");
}

/// Nothing of it is to be seen from outside, or even guessed at.
async fn nobody_else_knows(
    app: &TestApp,
    (stranger, rima): (&Someone<'_>, &Someone<'_>),
    all: &[Typed],
) {
    for typed in all {
        outside::learns_nothing(app, stranger, rima, &typed.draft).await;
        outside::is_not_public(app, &typed.draft, typed.slug, "Moner Alo drop-in").await;
    }
}

/// A moderator asks for one thing, and approves the rest; each time she hears of it.
async fn decided(app: &TestApp, db: &TestDb, rima: &Someone<'_>, all: &[Typed]) {
    let head = Someone::administrator(app, db, "head@example.org").await;
    let queue = head.get("/v1/moderation/queue").await.json();
    let waits = queue["items"].as_array().unwrap();
    assert_eq!((&queue["length"], waits.len()), (&json!(5), 5));
    assert!(waits.iter().all(|item| item["age_minutes"] == 120));

    let hub = all[1].id();
    let remark = json!({"pointer": "/contacts/0/value", "remark": "Nobody answers here."});
    let asks = Some(json!({"remarks": [remark]}));
    let asked = head.act(hub, "changes-request", asks).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let said = [&*format!("http://haven.test/v1/drafts/{hub}")];
    letters::only(app, RIMA, "Something is to change first", &said).await;
    let given_back = rima.draft(hub).await;
    assert_eq!(given_back["state"], "changes_requested");
    assert_eq!(given_back["remarks"], json!([remark]));
    rima.patch(hub, number("01711-000002")).await;
    assert_eq!(rima.act(hub, "submission", None).await.status, 200);

    let began = Instant::now();
    for typed in all {
        let approved = head.act(typed.id(), "approval", None).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        assert_eq!(approved.json()["state"], "approved");
    }
    let hit = found(app, "Moner Alo drop-in").await;
    assert!(began.elapsed() < AT_ONCE, "approved and not found");
    assert_eq!(
        (&hit["slug"], &hit["version"], shown(&hit)),
        (&json!("moner-alo-dhaka"), &json!(1), "+8801711000002")
    );
    assert_eq!(letters::count(app, RIMA, "It is public").await, 5);
    let mine = rima.get("/v1/me/submissions").await.json();
    assert_eq!(mine["usual_wait_minutes"], 120);
    let items = mine["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item.get("position").is_none()));
}

fn number(of: &str) -> Value {
    json!({"contacts": [{"channel": "voice", "value": of, "country": "BD"}]})
}

/// The first hit of a search for these words, once what is public was followed.
async fn found(app: &TestApp, words: &str) -> Value {
    app.follow().await;
    app.search(&[("q", words)]).await["hits"][0].clone()
}

/// The number that a hit, or a listing, shows.
fn shown(listing: &Value) -> &str {
    listing["contacts"][0]["value"].as_str().unwrap()
}

/// A month later one number changes, and that is all that a moderator is shown. What is public stays until it is approved.
async fn changes_a_number(app: &TestApp, db: &TestDb) {
    let rima = Someone {
        app,
        token: sign_in(app, RIMA).await,
    };
    let public = found(app, "Moner Alo drop-in").await;
    let of_it = json!({"listing": public["id"]});
    let opened = rima.post("/v1/drafts", of_it).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let change = opened.json();
    rima.patch(id(&change), number("01711-000003")).await;
    let handed_in = rima.act(id(&change), "submission", None).await;
    assert_eq!(handed_in.status, 200, "{}", handed_in.text);
    let mine = rima.get("/v1/me/submissions").await.json();
    assert_eq!(
        (&mine["items"][0]["position"], &mine["usual_wait_minutes"]),
        (&json!(1), &json!(120))
    );

    // The sessions of those who decide are short: it is another one.
    let second = Someone::administrator(app, db, "second@example.org").await;
    let path = format!("/v1/drafts/{}/difference", id(&change));
    for who in [&rima, &second] {
        let difference = who.get(&path).await.json();
        assert_eq!(
            difference["changes"],
            json!([{"pointer": "/contacts/0/value", "before": "01711-000002", "after": "01711-000003", "marked": "contact"}])
        );
    }
    let still = found(app, "Moner Alo drop-in").await;
    assert_eq!(
        (&still["version"], shown(&still)),
        (&json!(1), "+8801711000002")
    );
    let began = Instant::now();
    let approved = second.act(id(&change), "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    let now = found(app, "Moner Alo drop-in").await;
    assert!(began.elapsed() < AT_ONCE, "approved and not found");
    assert_eq!(
        (&now["id"], &now["version"], shown(&now)),
        (&public["id"], &json!(2), "+8801711000003")
    );
    let detail = app.get("/v1/hubs/moner-alo-dhaka").await.json();
    assert_eq!(shown(&detail), "+8801711000003");
    assert_eq!(letters::count(app, RIMA, "It is public").await, 6);
}

/// A year later she is asked whether it is still true, and says so, or that it is not, without signing in.
async fn is_asked_whether_it_is_true(app: &TestApp, db: &TestDb) {
    let state = async |words: &str| found(app, words).await["confirmation"].clone();
    assert_eq!(state("Moner Alo drop-in").await["overdue"], true);
    const ASKED: &str = "Are these 5 listings still true?";
    assert_eq!(letters::count(app, RIMA, ASKED).await, 0);
    assert_eq!(
        confirm::remind(&app.use_cases, Actor::Upkeep)
            .await
            .unwrap(),
        5
    );
    let asked = letters::only(app, RIMA, ASKED, &["Haven publishes what is listed below"]).await;
    let still_true = letters::link(&asked, "hub moner-alo-dhaka");
    assert_eq!(post(app, &still_true, json!({})).await.status, 200);
    let confirmed = state("Moner Alo drop-in").await;
    assert_eq!(
        (&confirmed["state"], &confirmed["overdue"]),
        (&json!("confirmed"), &json!(false))
    );
    assert_eq!(post(app, &still_true, json!({})).await.status, 404, "once");

    let closed = letters::link(&asked, "support group young-people");
    assert_eq!(
        post(app, &closed, json!({"closed": true})).await.status,
        200
    );
    assert_eq!(state("Young people").await["overdue"], true);
    let third = Someone::administrator(app, db, "third@example.org").await;
    let queue = third.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["report"]["topic"], "closed");
    assert_eq!(queue["length"], 1);
}
