//! What a moderator approves is found soon, in a process that follows as it does for everybody.

use haven::domain::actor::Actor;
use std::time::Duration;

use haven::app::import;
use jiff::Timestamp;

use crate::support::{
    Haven, OwnPostgres, TestApp, app, clock, findable::approved_to_findable, people::Someone,
};

/// What is promised.
const SOON: Duration = Duration::from_secs(2);

/// Made-up words, one for each listing.
const WORDS: [&str; 5] = [
    "Quillaver",
    "Brontessa",
    "Mirrowick",
    "Zephandor",
    "Ashgrimel",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_is_found_within_two_seconds() {
    let postgres = OwnPostgres::start().await;
    let store = postgres.store();
    store.migrate().await.unwrap();
    let people = TestApp::on(&store).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "sessions live in the served process too, whose time is the real one"
    )]
    people.clock.set(Timestamp::now());
    let owner = Someone::new(&people, "rima@example.org").await;
    let head = Someone::installed(&people, &store, "head@example.org").await;
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let haven = Haven::serve(dir.path(), &[("DATABASE_URL", postgres.url())]).await;
    let mut longest = Duration::ZERO;
    for word in WORDS {
        let took = approved_to_findable(&haven, &owner.token, &head.token, word).await;
        println!("approved to findable: {} ms", took.as_millis());
        longest = longest.max(took);
    }
    assert!(longest < SOON, "{longest:?}");
    haven.stop().await;
    people.follow().await;
}
