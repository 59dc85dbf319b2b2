//! Whoever keeps many listings is asked after all of them in one letter, and answers for each by itself.

use std::path::{Path, PathBuf};

use haven::{
    app::{
        confirm, lapse,
        post::{clear, deliver},
    },
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::Actor,
        clock::Clock,
        id,
    },
    mail::Mailer,
    store::people::NewLetter,
};
use jiff::SignedDuration;
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
fn link(letter: &str, listing: &str) -> String {
    link_after(letter, &format!("\n{listing}:\n")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_letter_asks_after_all_that_somebody_keeps() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    // By name they would come first.
    let hubs = ["room-a", "room-b", "room-c"];
    let body = json!({"organisation": sample::organisation("the-listeners").typed(),
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
    let at = |listing: String| asked.find(&format!("\n{listing}:\n")).unwrap();
    let first = at("organisation the-listeners".to_owned());
    let after = hubs.map(|slug| at(format!("hub {slug}")));
    assert!(after.is_sorted() && first < after[0], "{asked}");
    assert!(!asked.contains("others"));
    let alone = letters(&app, "karim@example.org", "Is this still true?").await;
    assert_eq!(alone.len(), 1);

    // Each link is of one listing, and leaves the others alone.
    let confirmed = async |kind: &str, slug: &str| {
        app.follow().await;
        let shown = app.get(&format!("/v1/{kind}/{slug}")).await.json();
        shown["confirmation"]["confirmed_on"].clone()
    };
    let of_a = link(asked, "hub room-a");
    assert_eq!(post(&app, &of_a, json!({})).await.status, 200);
    assert_eq!(post(&app, &of_a, json!({})).await.status, 404);
    assert_ne!(confirmed("hubs", "room-a").await, "2026-03-02");
    assert_eq!(confirmed("hubs", "room-b").await, "2026-03-02");
    let gone = json!({"closed": true});
    assert_eq!(
        post(&app, &link(asked, "hub room-b"), gone).await.status,
        200
    );

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
        assert_eq!(
            post(&app, &link(told, &format!("hub {slug}")), json!({}))
                .await
                .status,
            200
        );
        assert_ne!(confirmed("hubs", slug).await, Value::Null);
    }
}

/// The letters in a folder, by their files.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = std::fs::read_dir(folder).unwrap();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text.replace("=\r\n", ""))
    };
    let mut files: Vec<_> = files.map(|file| read(file.unwrap().path())).collect();
    files.sort();
    files
}

fn links(text: &str) -> Vec<String> {
    let after = text.split("http://haven.test").skip(1);
    let links = after.map(|after| after.split_whitespace().next().unwrap().to_owned());
    links.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_together_goes_together_again_and_its_file_stays_with_any_of_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    Someone::new(&app, "rima@example.org").await;
    let sql = db.sql().await;
    let at = app.clock.now();
    for number in 1..=51 {
        let written = format!(
            "insert into letter (id, purpose, email, account, payload, link_minutes, created_at, next_try_at)
            select '{}', 'lapse', email, id, '{{\"kind\": \"hub\", \"slug\": \"room-{number}\", \"order\": {number}}}', 60 * 24 * 90, '{at}', '{at}'
            from account where email = 'rima@example.org'",
            id::fresh(at)
        );
        assert_eq!(sql.execute(&written, &[]).await.unwrap(), 1);
    }
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::folder(folder.path().to_owned(), "Haven <haven@example.org>").unwrap();
    let (actor, address) = (Actor::Upkeep, "http://haven.test");
    let deliver = async || {
        let sent = deliver(&db.store, actor, &*app.clock, &mailer, address).await;
        assert_eq!(sent.unwrap(), 2, "no more in one than one can read");
        files(folder.path())
    };
    let first = deliver().await;
    let mut counts: Vec<usize> = first.iter().map(|(_, text)| links(text).len()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 50]);
    let many = first.iter().find(|(_, text)| links(text).len() == 50);
    let (_, many) = many.unwrap();
    let at = |number: u8| many.find(&format!("\nhub room-{number}:"));
    assert!(
        at(51) < at(50) && at(3) < at(2) && at(51).is_some() && at(1).is_none(),
        "{many}"
    );

    // Nobody knows whether they arrived: they go out again as they were, and all links work.
    let again = "update letter set sent_at = null, next_try_at = created_at";
    sql.execute(again, &[]).await.unwrap();
    let second = deliver().await;
    let paths = |of: &[(PathBuf, String)]| -> Vec<PathBuf> {
        of.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(paths(&first), paths(&second));
    for (_, text) in first.iter().chain(&second) {
        for link in links(text) {
            assert_eq!(app.get(&link).await.status, 200);
        }
    }
    let sent = sql.query_one(
        "select count(sent_at) from letter where purpose = 'lapse'",
        &[],
    );
    assert_eq!(sent.await.unwrap().get::<_, i64>(0), 51);

    // A file is kept as long as one of its links is.
    let heads = "delete from letter where purpose = 'lapse' and id = gathered";
    assert_eq!(sql.execute(heads, &[]).await.unwrap(), 2);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(48));
    let thrown_away = clear(&db.store, &*app.clock, &mailer).await;
    assert_eq!(thrown_away.unwrap(), 1, "that of one is gone with it");
    let left = files(folder.path());
    assert_eq!((left.len(), links(&left[0].1).len()), (1, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_goes_when_it_is_said_or_after_a_while() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let at = app.clock.now();
    let later = at + SignedDuration::from_mins(10);
    let letter = |purpose| NewLetter {
        purpose,
        email: EmailAddress::parse("rima@example.org").unwrap(),
        account: None,
        payload: json!({"kind": "hub", "slug": "room"}),
        link_minutes: Some(60),
    };
    let write = async |purpose| {
        let new = letter(purpose);
        let written = db
            .store
            .write(Actor::Upkeep, async |tx| tx.post_at(&new, at, later).await);
        written.await.unwrap();
    };
    write(LetterPurpose::Lapse).await;
    write(LetterPurpose::Reminder).await;
    assert_eq!(app.post().await.len(), 0, "both are held");
    let said = db.store.write(Actor::Upkeep, async |tx| {
        tx.send_at(LetterPurpose::Lapse, at, at).await
    });
    said.await.unwrap();
    let gone = app.post().await;
    assert!(
        gone.len() == 1 && gone[0].contains("no longer publishes"),
        "{gone:?}"
    );
    app.clock.set(later);
    assert_eq!(app.post().await.len(), 2);
}
