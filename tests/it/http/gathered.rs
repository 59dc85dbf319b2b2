//! Whoever keeps many listings is asked after all of them in one letter, and answers for each by itself.

use haven::{
    app::{confirm, lapse},
    domain::actor::Actor,
};
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    app::link_after,
    people::{Someone, approved, months_pass, post},
    sample,
};

/// The letters to somebody of that subject.
async fn letters(app: &TestApp, to: &str, subject: &str) -> Vec<String> {
    let lines = [format!("To: {to}\n"), format!("Subject: {subject}\n")];
    let letters = app.post().await.into_iter();
    letters
        .filter(|letter| lines.iter().all(|line| letter.contains(line)))
        .collect()
}

/// The link of a listing in it.
fn link(letter: &str, slug: &str) -> String {
    link_after(letter, &format!("\n{slug}:\n")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_letter_asks_after_all_that_somebody_keeps() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let hubs = ["room-a", "room-b", "room-c"];
    let body = json!({"organisation": sample::organisation("listeners").typed(),
        "hubs": hubs.map(|slug| sample::hub(slug).typed())});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    for hub in made["hubs"].as_array().unwrap() {
        approved(&rima, &head, hub).await;
    }
    let body = json!({"organisation": sample::organisation("others").typed()});
    let others = karim.post("/v1/organisations", body).await.json();
    approved(&karim, &head, &others["organisation"]).await;

    months_pass(&app, 13);
    let reminded = confirm::remind(&app.use_cases, Actor::Upkeep).await;
    assert_eq!(reminded.unwrap(), 5, "each listing of each owner");
    let asked = letters(&app, "rima@example.org", "Are these 4 listings still true?").await;
    let [asked] = &asked[..] else {
        panic!("{} letters", asked.len());
    };
    let at = |slug: &str| asked.find(&format!("\n{slug}:\n")).unwrap();
    assert!(hubs.iter().all(|hub| at("listeners") < at(hub)), "{asked}");
    assert!(!asked.contains("others"));
    let alone = letters(&app, "karim@example.org", "Is this still true?").await;
    assert_eq!(alone.len(), 1);

    // Each link is of one listing, and leaves the others alone.
    let confirmed = async |kind: &str, slug: &str| {
        app.follow().await;
        let shown = app.get(&format!("/v1/{kind}/{slug}")).await.json();
        shown["confirmation"]["confirmed_on"].clone()
    };
    let of_a = link(asked, "room-a");
    assert_eq!(post(&app, &of_a, json!({})).await.status, 200);
    assert_eq!(post(&app, &of_a, json!({})).await.status, 404);
    assert_ne!(confirmed("hubs", "room-a").await, "2026-03-02");
    assert_eq!(confirmed("hubs", "room-b").await, "2026-03-02");
    let gone = json!({"closed": true});
    assert_eq!(post(&app, &link(asked, "room-b"), gone).await.status, 200);

    // What stays without an answer goes, and one letter tells of it, too; the organisation stays with what is true of it.
    months_pass(&app, 4);
    assert_eq!(
        lapse::lapse(&app.use_cases, Actor::Upkeep).await.unwrap(),
        3
    );
    let told = "2 listings are no longer published";
    let told = letters(&app, "rima@example.org", told).await;
    let [told] = &told[..] else {
        panic!("{} letters", told.len());
    };
    for slug in ["room-c", "room-b"] {
        assert_eq!(post(&app, &link(told, slug), json!({})).await.status, 200);
        assert_ne!(confirmed("hubs", slug).await, Value::Null);
    }
}
