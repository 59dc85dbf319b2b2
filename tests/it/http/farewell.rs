//! Who goes: what goes with them, what stays, and who may not go yet.

use haven::domain::actor::Actor;
use haven::{
    app::post::{clear, deliver},
    domain::clock::Clock,
    mail::Mailer,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    beside::beside,
    people::{PASSWORD, Someone, id, post},
    sample,
};

async fn count(db: &TestDb, what: &str) -> i64 {
    let count = format!("select count(*) from {what}");
    db.sql().await.query_one(&count, &[]).await.unwrap().get(0)
}

async fn deletes(who: &Someone<'_>) -> u16 {
    let gone = json!({"password": PASSWORD});
    who.post("/v1/me/deletion", gone).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_is_never_left_without_administrator() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let moderator = Someone::moderator(&app, &head, "moderator@example.org").await;
    let gone = json!({"password": PASSWORD});
    let last = head.post("/v1/me/deletion", gone).await;
    assert_eq!(
        (last.status, &last.json()["code"]),
        (409, &json!("conflict")),
        "{}",
        last.text
    );
    assert_eq!(deletes(&moderator).await, 204, "others go");

    let second = Someone::administrator(&app, &db, "second@example.org").await;
    let dismissed = |email: &str| json!({"email": email});
    let both = async {
        tokio::join!(
            head.put("/v1/roles", dismissed("second@example.org")),
            second.put("/v1/roles", dismissed("head@example.org"))
        )
    };
    let lock = "select pg_advisory_xact_lock(hashtextextended('administrators', 0))";
    let (one, other) = beside(&db, lock, 2, both).await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 403]);
    let left = "account where role = 'administrator'";
    assert_eq!(count(&db, left).await, 1);

    // With another one, one of them goes; both at once do not.
    let third = Someone::administrator(&app, &db, "third@example.org").await;
    let remaining = if one.status == 204 { &head } else { &second };
    let both = async { tokio::join!(deletes(remaining), deletes(&third)) };
    let (one, other) = beside(&db, lock, 2, both).await;
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    assert_eq!(count(&db, left).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_was_public_goes_with_the_last_one_who_kept_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let hub = |slug: &str| {
        sample::hub(slug).with("/summary", sample::text("A street that nobody is to know"))
    };
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": [hub("taken-back").typed(), hub("waits").typed(), hub("given-back").typed()]});
    let made = rima.post("/v1/organisations", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let (organisation, hubs) = (&made["organisation"], &made["hubs"]);
    for draft in [organisation, &hubs[0], &hubs[1], &hubs[2]] {
        let reply = rima.act(id(draft), "submission", None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let reply = head.act(id(organisation), "approval", None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let taken_back = format!("/v1/drafts/{}", id(&hubs[0]));
    let reply = rima.on(Method::DELETE, &taken_back, 2, None).await;
    assert!(reply.status < 300, "{}", reply.text);
    let why = Some(json!({"reason": "It is not there."}));
    let reply = head.act(id(&hubs[2]), "rejection", why).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let listing = organisation["listing"].as_str().unwrap();
    let mut more = sample::hub("in-a-batch").typed();
    more["contacts"] = json!([]);
    let batches = format!("/v1/organisations/{listing}/batches");
    let batch = rima.file(&batches, "application/x-ndjson", more.to_string(), "");
    let batch = batch.await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    let friend = json!({"email": "friend@example.org", "role": "editor"});
    let invitations = format!("/v1/organisations/{listing}/invitations");
    assert_eq!(rima.post(&invitations, friend).await.status, 202);
    let invited = app.link_to("friend@example.org").await;

    assert_eq!(deletes(&rima).await, 204);
    assert_eq!(count(&db, "draft where state <> 'approved'").await, 0);
    assert_eq!(count(&db, "draft").await, 1, "what is public stays");
    assert_eq!(count(&db, "batch").await, 0);
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"], json!([]));
    assert_eq!(count(&db, "letter where email like 'friend@%'").await, 0);
    assert_eq!(post(&app, &invited, json!({})).await.status, 404);
    app.follow().await;
    assert_eq!(app.get("/v1/organisations/listeners").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_no_account_that_is_gone() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::moderator(&app, &head, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let typed = json!({"organisation": {"slug": "listeners"}});
    let made = karim.post("/v1/organisations", typed).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let invited = json!({"email": "rima@example.org", "role": "editor"});
    let invitations = format!("/v1/organisations/{organisation}/invitations");
    assert_eq!(karim.post(&invitations, invited).await.status, 202);
    let link = app.link_to("rima@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    let of = async |who: &Someone<'_>| {
        let me = who.get("/v1/me").await.json();
        me["account"].as_str().unwrap().to_owned()
    };
    let (rimas, karims) = (of(&rima).await, of(&karim).await);
    let audit = async || head.get("/v1/moderation/audit").await.text;
    let before = audit().await;
    assert!(before.matches(&rimas).count() > 4, "{before}");
    assert_eq!(deletes(&rima).await, 204);
    let after = audit().await;
    assert!(!after.contains(&rimas), "{after}");
    for subject in [
        "deleted account".to_owned(),
        "deleted account moderator".to_owned(),
        format!("organisation/{organisation} deleted account editor"),
    ] {
        assert!(
            after.contains(&format!("\"subject\":\"{subject}\"")),
            "{after}"
        );
    }
    let stays = format!("account/{karims}");
    assert!(after.contains(&stays), "others are named: {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_letters_go_when_their_letters_are_forgotten() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("mail");
    let mailer = Mailer::folder(mail.clone(), "Haven <haven@example.org>").unwrap();
    assert_eq!(clear(&db.store, &*app.clock, &mailer).await.unwrap(), 0);
    let new = json!({"email": "rima@example.org", "name": "Rima"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let sent = deliver(&db.store, Actor::Upkeep, &*app.clock, &mailer, "").await;
    assert_eq!(sent.unwrap(), 1);
    std::fs::write(mail.join("a file of somebody else"), "").unwrap();
    let hours_pass = |hours| {
        app.clock
            .set(app.clock.now() + SignedDuration::from_hours(hours));
    };
    let cleared = async || clear(&db.store, &*app.clock, &mailer).await.unwrap();
    hours_pass(47);
    assert_eq!(cleared().await, 0, "its link works still");
    hours_pass(1);
    let forgotten = haven::app::forget::forget(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    assert_eq!((forgotten.letters, cleared().await), (1, 1));
    let left = std::fs::read_dir(&mail).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["a file of somebody else"]);
}
