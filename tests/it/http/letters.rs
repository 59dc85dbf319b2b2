//! Letters that go out more than once, and those that are given up.

use haven::domain::actor::Actor;
use haven::{
    app::{forget::forget, post::deliver},
    domain::clock::Clock,
    mail::Mailer,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, post, register},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_goes_out_again_leaves_its_first_link_in_force() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let sql = db.sql().await;
    // As after a stop between the server's taking it and the noting of that.
    let unnoted = "update letter set sent_at = null, next_try_at = created_at";
    for used in [0, 1] {
        let email = format!("rima{used}@example.org");
        let new = json!({"email": email, "name": "Rima"});
        assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
        let first = app.link_to(&email).await;
        sql.batch_execute(unnoted).await.unwrap();
        let links = [first, app.link_to(&email).await];
        assert_ne!(links[0], links[1]);
        for link in &links {
            assert_eq!(app.get(link).await.json()["purpose"], "confirm_address");
        }
        let chosen = json!({"password": PASSWORD});
        let followed = post(&app, &links[used], chosen.clone()).await;
        assert_eq!(followed.status, 200);
        for link in &links {
            assert_eq!(app.get(link).await.status, 404, "it was followed once");
            assert_eq!(post(&app, link, chosen.clone()).await.status, 404);
        }
    }
    let stored: String = sql
        .query_one("select string_agg(l::text, ' ') from letter_link l", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(stored.matches(',').count(), 4, "{stored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_no_server_takes_for_days_is_given_up_and_forgotten() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "other@example.org").await;
    let new = json!({"email": "rima@example.org", "name": "Rima"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("smtp://{closed}").into();
    let nobody = Mailer::server(&url, "haven@example.org").unwrap();
    let sql = db.sql().await;
    let tries = async || -> i32 {
        let tries = "select attempts from letter where email = 'rima@example.org'";
        let row = sql.query_opt(tries, &[]).await.unwrap();
        row.map_or(-1, |row| row.get(0))
    };
    let began = app.clock.now();
    let mut pauses = Vec::new();
    loop {
        let before = tries().await;
        deliver(&db.store, Actor::Upkeep, &*app.clock, &nobody, "")
            .await
            .unwrap();
        if tries().await == before {
            break;
        }
        let due = "select extract(epoch from next_try_at - $1)::bigint / 60 from letter where email = 'rima@example.org'";
        let now = std::time::SystemTime::from(app.clock.now());
        let pause: i64 = sql.query_one(due, &[&now]).await.unwrap().get(0);
        pauses.push(pause);
        app.clock
            .set(app.clock.now() + SignedDuration::from_mins(pause));
    }
    assert_eq!(pauses[..4], [1, 2, 4, 8]);
    assert_eq!(pauses[10..], [1024; 6], "less than a day, six times");
    let took = app.clock.now().duration_since(began).as_hours();
    assert_eq!(took / 24, 4, "{took} hours: in the fifth day");
    assert_eq!(app.post().await.len(), 1, "nor does it go out any more");
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(48));
    assert!(forget(&app.use_cases, Actor::Upkeep).await.unwrap().letters > 0);
    assert_eq!(tries().await, -1, "with what it said");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_letter_waits_behind_none_that_many_are_written() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let at = app.clock.now();
    let many = format!(
        "insert into letter (id, purpose, email, payload, created_at, next_try_at)
        select gen_random_uuid(), purpose, 'karim@example.org', '{{}}', '{at}', '{at}'
        from unnest(array['notice', 'reminder', 'lapse']) as purpose"
    );
    db.sql().await.batch_execute(&many).await.unwrap();
    let new = json!({"email": "rima@example.org", "name": "Rima"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let taken = db.store.write(Actor::Upkeep, async |tx| {
        tx.take_letters(1, app.clock.now()).await
    });
    let taken = taken.await.unwrap();
    assert_eq!(taken[0].purpose.as_str(), "confirm_address");
}
