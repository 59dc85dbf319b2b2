//! What is kept for a while, and for how long.

use haven::domain::actor::Actor;
use haven::{app::forget::forget, domain::clock::Clock, store::people::Forgotten};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, id, post},
    sample,
};

fn hours_pass(app: &TestApp, hours: i64) {
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(hours));
}

async fn count(db: &TestDb, what: &str) -> i64 {
    let count = format!("select count(*) from {what}");
    db.sql().await.query_one(&count, &[]).await.unwrap().get(0)
}

/// Whether the words stand anywhere in the table.
async fn says(db: &TestDb, table: &str, words: &str) -> bool {
    let rows = format!("{table} t where t::text like '%{words}%'");
    count(db, &rows).await > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_letters_and_sessions_are_forgotten_when_they_are_of_no_use_any_more() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima
        .post_once("/v1/organisations", "one-evening", &body)
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    // Somebody who never follows the link.
    let new = json!({"email": "tanvir@example.org", "name": "Tanvir"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    app.post().await;
    let nothing = Forgotten::default();
    assert_eq!(
        forget(&app.use_cases, Actor::Upkeep).await.unwrap(),
        nothing
    );

    hours_pass(&app, 25);
    let gone = Forgotten {
        answers: 1,
        letters: 1,
        ..nothing
    };
    assert_eq!(forget(&app.use_cases, Actor::Upkeep).await.unwrap(), gone);
    assert!(!says(&db, "idempotency", "listeners").await);
    assert!(says(&db, "letter", "Tanvir").await, "the link works still");
    hours_pass(&app, 24);
    let gone = Forgotten {
        letters: 1,
        ..nothing
    };
    assert_eq!(forget(&app.use_cases, Actor::Upkeep).await.unwrap(), gone);
    assert_eq!(count(&db, "letter").await, 0);

    assert_eq!(count(&db, "session").await, 1);
    hours_pass(&app, 14 * 24);
    let gone = Forgotten {
        sessions: 1,
        ..nothing
    };
    assert_eq!(forget(&app.use_cases, Actor::Upkeep).await.unwrap(), gone);
    assert_eq!(count(&db, "draft").await, 1, "its owner may come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_by_which_something_is_still_told_are_kept() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let line = db.create(&sample::helpline("night-line")).await;
    app.follow().await;
    let sql = db.sql().await;
    let at = app.clock.now();
    let written = format!(
        "insert into report (id, listing, topic, words, urgent, created_at)
         values ('00000000-0000-7000-8000-000000000051', '{line}', 'last_national_line', 'words', true, '{at}');
         insert into letter (id, purpose, email, payload, link_minutes, link_expires_at, created_at, next_try_at, sent_at)
         select gen_random_uuid(), purpose, 'rima@example.org', payload::jsonb, minutes, '{at}'::timestamptz + minutes * interval '1 minute',
            '{at}', '{at}', '{at}'
         from (values ('reminder', '{{\"listing\": \"{line}\"}}', 43200),
            ('notice', '{{\"report\": \"00000000-0000-7000-8000-000000000051\"}}', null),
            ('notice', '{{\"subject\": \"Approved\"}}', null),
            ('lapse', '{{}}', 129600)) as of (purpose, payload, minutes)"
    );
    sql.batch_execute(&written).await.unwrap();
    let waits = "insert into letter (id, purpose, email, payload, created_at, next_try_at)
        values (gen_random_uuid(), 'notice', 'waits@example.org', '{}', '2026-01-01Z', '2027-01-01Z')";
    sql.batch_execute(waits).await.unwrap();
    let forgotten = async || forget(&app.use_cases, Actor::Upkeep).await.unwrap().letters;
    hours_pass(&app, 7 * 24);
    assert_eq!(forgotten().await, 0, "nobody is told again within a week");
    hours_pass(&app, 2 * 24);
    assert_eq!(forgotten().await, 1, "the notice");
    hours_pass(&app, 91 * 24);
    assert_eq!(forgotten().await, 1, "a link that has run out");
    sql.batch_execute("update report set settled_at = now()")
        .await
        .unwrap();
    assert_eq!(forgotten().await, 1, "the letter of an alarm that is over");
    hours_pass(&app, 90 * 24);
    assert_eq!(forgotten().await, 1, "the reminder");
    assert_eq!(count(&db, "letter").await, 1, "what was never sent waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_account_goes_what_nobody_else_can_see() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let typed = |slug: &str| {
        let hub = sample::hub(&format!("{slug}-hub")).typed();
        json!({"organisation": sample::organisation(slug).typed(), "hubs": [hub]})
    };
    for slug in ["secret", "handed", "shared"] {
        let key = format!("evening-{slug}");
        let made = rima
            .post_once("/v1/organisations", &key, &typed(slug))
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        let organisation = made["organisation"]["listing"].as_str().unwrap();
        match slug {
            "handed" => {
                let draft = id(&made["organisation"]);
                let submitted = rima.act(draft, "submission", None).await;
                assert_eq!(submitted.status, 200, "{}", submitted.text);
            }
            "shared" => {
                let other = Someone::new(&app, "other@example.org").await;
                let me = other.get("/v1/me").await.json();
                let other = me["account"].as_str().unwrap();
                let joins = format!(
                    "insert into membership values ('{organisation}', '{other}', 'owner', now())"
                );
                db.sql().await.batch_execute(&joins).await.unwrap();
            }
            _ => {}
        }
    }
    assert!(says(&db, "idempotency", "secret").await);
    let gone = rima
        .post("/v1/me/deletion", json!({"password": PASSWORD}))
        .await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(count(&db, "idempotency").await, 0);
    let left = db
        .sql()
        .await
        .query("select body ->> 'slug' from draft order by 1", &[])
        .await
        .unwrap();
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["shared", "shared-hub"]);
    // Of somebody who left without deleting anything the clock takes it.
    let leave = "delete from membership";
    db.sql().await.batch_execute(leave).await.unwrap();
    assert_eq!(
        forget(&app.use_cases, Actor::Upkeep).await.unwrap().drafts,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_one_however_it_is_typed_when_letters_are_counted() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let _rima = Someone::new(&app, "rima@example.org").await;
    for email in ["rima@example.org", "rIma@example.org", "riMa@EXAMPLE.org"] {
        for _ in 0..3 {
            let new = json!({"email": email, "name": "Rima"});
            assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
        }
    }
    assert_eq!(count(&db, "letter").await, 5);
    hours_pass(&app, 2);
    let asked = json!({"email": "RIMA@example.org"});
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    assert_eq!(
        count(&db, "letter").await,
        6,
        "an hour later it may ask again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_on_a_settled_report_is_in_no_kept_answer_either() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let missing = json!({"topic": "missing", "words": "A group in our town."});
    assert_eq!(post(&app, "/v1/reports", missing).await.status, 202);
    let waiting = head.get("/v1/moderation/reports").await.json();
    let report = format!("/v1/moderation/reports/{}", id(&waiting["items"][0]));
    let note = json!({"note": "Her sister called."});
    let noted = head
        .post_once(&format!("{report}/notes"), "a-note-on-it", &note)
        .await;
    assert_eq!(noted.status, 201, "{}", noted.text);
    assert!(says(&db, "idempotency", "Her sister").await);
    let settled = head.post(&format!("{report}/settlement"), json!({})).await;
    assert_eq!(settled.status, 204);
    assert!(!says(&db, "idempotency", "Her sister").await);
}
