//! What is public: nothing secret, nothing stale, and everything once.

use std::collections::BTreeSet;

use haven::domain::actor::Actor;
use haven::domain::change::{Change, Operation, Subject};
use haven::domain::listing::Kind;
use haven::store::StoreError;
use haven::store::views::Affected;
use serde_json::json;
use uuid::Uuid;

use crate::support::{TestDb, areas, sample, topics};

async fn affected_since(db: &TestDb, sequence: i64) -> BTreeSet<Uuid> {
    let log = db.store.changes_after(sequence, 100).await.unwrap();
    let changes: Vec<Change> = log.into_iter().map(|entry| entry.change).collect();
    assert!(!changes.is_empty());
    match db.store.affected_by(&changes).await.unwrap() {
        Affected::Listings(ids) => ids,
        Affected::All => panic!("a few listings were expected"),
    }
}

fn hidden_shelter() -> sample::Sample {
    sample::hub("shelter")
        .with("/places/0/confidential", json!(true))
        .with("/places/0/name", sample::text("The Yellow House"))
        .with("/places/0/street", sample::text("12 Secret Lane"))
        .with("/places/0/postal_code", json!("98765"))
        .with(
            "/places/0/point",
            json!({"lat": 23.712345, "lon": 90.412345, "precision": "exact"}),
        )
        .with("/places/0/directions", sample::text("Behind the blue gate"))
}

#[tokio::test]
async fn a_confidential_place_is_nowhere_in_what_is_public() {
    let db = TestDb::seeded().await;
    let id = db.create(&hidden_shelter()).await;
    let sql = db.sql().await;
    let kept = sql
        .query_one("select lat, street::text from place", &[])
        .await
        .unwrap();
    assert_eq!(kept.get::<_, f64>(0), 23.712345, "the place itself is kept");
    assert!(kept.get::<_, String>(1).contains("Secret Lane"));

    let row = sql
        .query_one("select published::text from published", &[])
        .await
        .unwrap();
    let public = format!(
        "{}{:?}",
        row.get::<_, &str>(0),
        db.store.published(&[id]).await.unwrap()
    );
    for secret in [
        "712345",
        "412345",
        "Secret Lane",
        "Yellow House",
        "98765",
        "blue gate",
        "team@example.org",
    ] {
        assert!(!public.contains(secret), "{secret} is public");
    }
    assert!(public.contains("bd-dhaka"));
}

#[tokio::test]
async fn moving_a_confidential_place_within_its_area_changes_nothing_public() {
    let db = TestDb::seeded().await;
    let id = db.create(&hidden_shelter()).await;
    let sql = db.sql().await;
    let public = async || {
        let row = sql
            .query_one("select published::text from published", &[])
            .await
            .unwrap();
        (row.get::<_, String>(0), db.store.head().await.unwrap())
    };
    let before = public().await;
    let moved = hidden_shelter()
        .with(
            "/places/0/point",
            json!({"lat": 23.798765, "lon": 90.398765, "precision": "exact"}),
        )
        .with("/places/0/street", sample::text("99 Other Lane"));
    assert_eq!(db.publish(&moved).await, haven::store::Outcome::Changed(id));
    let kept = sql.query_one("select lat from place", &[]).await.unwrap();
    assert_eq!(kept.get::<_, f64>(0), 23.798765);
    assert_eq!(public().await, before);
}

#[tokio::test]
async fn a_join_link_is_public_only_where_anybody_may_join() {
    let db = TestDb::seeded().await;
    let open = db.create(&sample::support_group("open")).await;
    let closed =
        sample::support_group("closed").with("/group_details/joining", json!("on_request"));
    let closed = db.create(&closed).await;
    let rows = db.store.published(&[open, closed]).await.unwrap();
    let link = |id| {
        rows.iter()
            .find(|row| row.id == id)
            .unwrap()
            .document
            .contains("example.org/join")
    };
    assert_eq!((link(open), link(closed)), (true, false));
}

#[tokio::test]
async fn renaming_an_organisation_reaches_its_hub() {
    let db = TestDb::seeded().await;
    let organisation = sample::organisation("listeners");
    let id = db.create(&organisation).await;
    let hub = db
        .create(&sample::hub("room").with("/organisation", json!("listeners")))
        .await;
    db.create(&sample::hub("apart")).await;
    let head = db.store.head().await.unwrap();

    let renamed = organisation.with("/name", sample::text("The Good Listeners"));
    db.publish(&renamed).await;
    assert_eq!(affected_since(&db, head).await, BTreeSet::from([id, hub]));
    let row = &db.store.published(&[hub]).await.unwrap()[0];
    let provider = row.provider.as_ref().unwrap();
    assert_eq!(provider.name.shown(&[]).text, "The Good Listeners");
    assert_eq!((provider.id, provider.slug.as_str()), (id, "listeners"));
}

#[tokio::test]
async fn a_topic_reaches_the_listings_below_it_and_an_area_too() {
    let db = TestDb::seeded().await;
    let new_mothers = sample::hub("new-mothers").with("/topics", json!(["postnatal-depression"]));
    let new_mothers = db.create(&new_mothers).await;
    let jashore = sample::hub("jashore")
        .with("/topics", json!(["suicide"]))
        .with("/places/0/area", json!("bd-jashore"));
    let jashore = db.create(&jashore).await;
    let written = async |topic: &str, area: &str| {
        let head = db.store.head().await.unwrap();
        let (mut topics, mut areas) = (topics(), areas());
        topics.retain(|one| one.slug.as_str() == topic);
        areas.retain(|one| one.code.as_str() == area);
        for names in topics.iter_mut().map(|one| &mut one.names) {
            names[0].text = "Another name".into();
        }
        for names in areas.iter_mut().map(|one| &mut one.names) {
            names[0].text = "Another name".into();
        }
        let write = db.store.write(Actor::Operator, async |tx| {
            tx.put_topics(&topics).await?;
            tx.put_areas(&areas).await
        });
        write.await.unwrap();
        affected_since(&db, head).await
    };
    assert_eq!(
        written("mental-health", "").await,
        BTreeSet::from([new_mothers])
    );
    assert_eq!(
        written("crisis-and-safety", "").await,
        BTreeSet::from([jashore])
    );
    assert_eq!(written("feelings", "").await, BTreeSet::new());
    assert_eq!(
        written("", "bd-khulna-division").await,
        BTreeSet::from([jashore])
    );
    assert_eq!(
        written("", "bd").await,
        BTreeSet::from([new_mothers, jashore])
    );
    assert_eq!(written("", "cn").await, BTreeSet::new());
}

#[tokio::test]
async fn pages_visit_every_listing_once() {
    let db = TestDb::seeded().await;
    let mut created = BTreeSet::new();
    for i in 0..7 {
        created.insert(db.create(&sample::hub(&format!("hub-{i}"))).await);
    }
    let (mut visited, mut after) = (Vec::new(), None);
    loop {
        let page = db.store.published_page(after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        visited.extend(page.iter().map(|row| row.id));
    }
    assert_eq!(visited, created.into_iter().collect::<Vec<_>>());
    assert_eq!(db.store.published_count().await.unwrap(), 7);
}

#[tokio::test]
async fn reference_data_comes_back_as_it_was_written() {
    let db = TestDb::seeded().await;
    let line = db.create(&sample::helpline("night-line")).await;
    let local = sample::helpline("town-line").with("/helpline_details", json!({"crisis": true}));
    db.create(&local).await;
    let found = db.store.reference().await.unwrap();
    let by_code = |mut areas: Vec<_>| {
        areas.sort_by(|a: &haven::domain::area::Area, b| a.code.cmp(&b.code));
        areas
    };
    assert_eq!(by_code(found.areas), by_code(areas()));
    let mut expected = topics();
    expected.sort_by(|a, b| a.slug.cmp(&b.slug));
    assert_eq!(found.topics, expected);
    let lines: Vec<Uuid> = found.national_lines.iter().map(|row| row.id).collect();
    assert_eq!(lines, [line]);
    let numbers: Vec<_> = found
        .emergency
        .iter()
        .map(|one| (one.country.as_str(), &*one.number))
        .collect();
    assert_eq!(numbers, [("BD", "999"), ("CN", "120"), ("ID", "112")]);
    let head = db.store.head().await.unwrap();
    assert_eq!(found.cursor, head);
    crate::support::seed_reference(&db.store).await;
    assert_eq!(
        db.store.head().await.unwrap(),
        head,
        "the same again is no change"
    );
}

#[tokio::test]
async fn an_area_below_nothing_is_refused_and_leaves_nothing() {
    let db = TestDb::new().await;
    let write = db.store.write(Actor::Operator, async |tx| {
        tx.put_areas(&areas()[1..2]).await
    });
    match write.await {
        Err(StoreError::Constraint { name }) => assert_eq!(name, "area_parent_fkey"),
        other => panic!("{other:?}"),
    }
    assert_eq!(db.store.head().await.unwrap(), 0);
}

#[tokio::test]
async fn a_change_of_a_listing_that_is_gone_is_still_affected() {
    let db = TestDb::seeded().await;
    let gone = Uuid::from_u128(7);
    let change = Change {
        subject: Subject::Hub,
        id: gone.to_string(),
        operation: Operation::Delete,
    };
    let affected = db.store.affected_by(&[change]).await.unwrap();
    assert_eq!(affected, Affected::Listings(BTreeSet::from([gone])));
    assert!(
        db.store
            .locate(Kind::Hub, &gone.to_string())
            .await
            .unwrap()
            .is_none()
    );
}
