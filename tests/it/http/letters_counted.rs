//! How many letters an address is sent: each kind for itself, so that none keeps another away or tells of it.

use futures_util::future::join_all;
use haven::domain::actor::Actor;
use haven::{app::forget::forget, domain::clock::Clock};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, id, post},
};

fn minutes_pass(app: &TestApp, minutes: i64) {
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(minutes));
}

async fn count(db: &TestDb, of: &str) -> i64 {
    let count = format!("select count(*) from letter where {of}");
    db.sql().await.query_one(&count, &[]).await.unwrap().get(0)
}

/// Where an organisation of theirs invites.
async fn invitations(owner: &Someone<'_>, slug: &str) -> String {
    let typed = json!({"organisation": {"slug": slug}});
    let made = owner.post("/v1/organisations", typed).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    format!("/v1/organisations/{organisation}/invitations")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_is_written_keeps_no_reset_and_no_invitation_away() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = "rima@example.org";
    let _rima = Someone::new(&app, rima).await;
    let karim = Someone::new(&app, "karim@example.org").await;
    // An evening's approvals, and somebody who registers the address again and again.
    let at = app.clock.now();
    let news = format!(
        "insert into letter (id, purpose, email, payload, created_at, next_try_at, sent_at)
        select gen_random_uuid(), case when n > 4 then 'reminder' else 'notice' end, '{rima}', '{{}}', '{at}', '{at}', '{at}'
        from generate_series(1, 9) as n"
    );
    db.sql().await.batch_execute(&news).await.unwrap();
    for _ in 0..9 {
        let new = json!({"email": rima, "name": "A stranger"});
        assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    }
    assert_eq!(
        count(
            &db,
            "purpose in ('confirm_address', 'known_address') and email like 'rima@%'"
        )
        .await,
        5
    );
    // The latest letter is the latest one.
    minutes_pass(&app, 1);
    let asked = json!({"email": rima});
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let shown = app.get(&app.link_to(rima).await).await.json();
    assert_eq!(shown["purpose"], "reset_password");
    let invited = json!({"email": rima, "role": "viewer"});
    let path = invitations(&karim, "listeners").await;
    assert_eq!(karim.post(&path, invited).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_resets_all_the_time_keeps_nobody_from_theirs() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = "rima@example.org";
    let _rima = Someone::new(&app, rima).await;
    let asked = json!({"email": rima});
    for minute in (0..150).step_by(5) {
        for _ in 0..6 {
            let reply = post(&app, "/v1/accounts/reset", asked.clone()).await;
            assert_eq!(reply.status, 202);
        }
        // Whoever looks into the mailbox finds a link that works, at any moment.
        let link = app.link_to(rima).await;
        assert_eq!(app.get(&link).await.status, 200, "after {minute} minutes");
        minutes_pass(&app, 5);
    }
    let link = app.link_to(rima).await;
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(&app, &link, chosen).await.status, 200);
    // With that by which the account was made, and that which tells of the new password.
    assert!(app.post().await.len() <= 2 + 3 * 5, "five in an hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_tells_nobody_whether_there_is_an_account() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let _rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let path = invitations(&karim, "listeners").await;
    for email in ["rima@example.org", "nobody@example.org"] {
        for _ in 0..6 {
            let asked = json!({"email": email});
            assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
        }
        let invited = json!({"email": email, "role": "viewer"});
        for status in [202, 202, 202, 202, 202, 429] {
            let reply = karim.post(&path, invited.clone()).await;
            assert_eq!(reply.status, status, "{email}");
        }
        // Nor from another organisation of theirs; what others write is not told.
        let second = invitations(&karim, "others").await;
        assert_eq!(karim.post(&second, invited.clone()).await.status, 429);
    }
    let other = Someone::new(&app, "other@example.org").await;
    let path = invitations(&other, "of-another").await;
    let invited = json!({"email": "nobody@example.org", "role": "viewer"});
    assert_eq!(other.post(&path, invited).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_counts_among_what_was_written() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let path = invitations(&karim, "listeners").await;
    let invited = json!({"email": "rima@example.org", "role": "viewer"});
    let mut statuses = Vec::new();
    for _ in 0..15 {
        let reply = karim.post(&path, invited.clone()).await;
        statuses.push(reply.status);
        app.post().await;
        let open = karim.get(&path).await.json();
        if let Some(open) = open["items"].as_array().unwrap().first() {
            let revoked = format!("{path}/{}", id(open));
            assert_eq!(karim.delete(&revoked).await.status, 204);
        }
    }
    assert_eq!(statuses, [[202; 5].as_slice(), &[429; 10]].concat());
    let letters = app.post().await;
    let to = |letter: &&String| letter.contains("To: rima@example.org\n");
    assert_eq!(letters.iter().filter(to).count(), 5);
    let link = app.link_to("rima@example.org").await;
    assert_eq!(app.get(&link).await.status, 404, "it was taken back");
    let invitations = "purpose = 'invitation'";
    assert_eq!(count(&db, invitations).await, 5);
    minutes_pass(&app, 24 * 60);
    assert!(forget(&app.use_cases, Actor::Upkeep).await.unwrap().letters >= 5);
    assert_eq!(count(&db, invitations).await, 0, "with the address in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_ask_at_one_moment_are_counted_one_after_the_other() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let _rima = Someone::new(&app, "rima@example.org").await;
    let new = || json!({"email": "new@example.org", "name": "A stranger"});
    let asked = (0..12).map(|_| post(&app, "/v1/accounts", new()));
    let reset = (0..12).map(|_| {
        let asked = json!({"email": "rima@example.org"});
        post(&app, "/v1/accounts/reset", asked)
    });
    for replies in [join_all(asked).await, join_all(reset).await] {
        let taken = replies.iter().filter(|reply| reply.status == 202);
        assert!(taken.count() > 5);
    }
    for of in [
        "purpose = 'confirm_address' and email like 'new@%'",
        "purpose = 'reset_password' and next_try_at < 'infinity'",
    ] {
        assert_eq!(count(&db, of).await, 5, "{of}");
    }
}
