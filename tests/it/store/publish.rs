//! Publishing a listing: all of it or nothing, the same again is nothing, and every refusal says where.

use std::collections::BTreeSet;

use haven::domain::actor::Actor;
use haven::domain::fault::{Fault, FaultCode};
use haven::domain::listing::Kind;
use haven::store::views::Located;
use haven::store::{Outcome, PublishFault, Store};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{TestDb, sample};

/// Rows of the whole directory, the log included.
pub async fn rows(sql: &Client) -> i64 {
    let tables = "select table_name::text from information_schema.tables
        where table_schema = 'public' and table_name not like '\\_\\_%'";
    let mut rows = 0;
    for table in sql.query(tables, &[]).await.unwrap() {
        let count = format!("select count(*) from {}", table.get::<_, &str>(0));
        rows += sql.query_one(&count, &[]).await.unwrap().get::<_, i64>(0);
    }
    rows
}

/// The tables with rows of this listing, and the transactions that wrote them.
async fn traces(sql: &Client, id: Uuid, details: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let own = ["listing", "published", details].map(|table| (table, "id"));
    let below = [
        "place",
        "contact",
        "link",
        "source",
        "listing_topic",
        "listing_coverage",
        "revision",
    ];
    let below = below.map(|table| (table, "listing"));
    let others = [("change", "id"), ("group_referral", "support_group")];
    let (mut tables, mut transactions) = (BTreeSet::new(), BTreeSet::new());
    for (table, column) in own.into_iter().chain(below).chain(others) {
        let find = format!("select distinct xmin::text from {table} where {column}::text = '{id}'");
        for row in sql.query(&find, &[]).await.unwrap() {
            tables.insert(table.to_owned());
            transactions.insert(row.get(0));
        }
    }
    (tables, transactions)
}

fn at(faults: &[Fault]) -> Vec<(&str, FaultCode)> {
    let mut at: Vec<_> = faults
        .iter()
        .map(|fault| (fault.pointer.as_str(), fault.code))
        .collect();
    at.sort_unstable();
    at
}

async fn document(store: &Store, id: Uuid) -> Value {
    let rows = store.published(&[id]).await.unwrap();
    serde_json::from_str(&rows[0].document).unwrap()
}

fn ids(document: &Value, list: &str) -> Vec<String> {
    let each = document[list].as_array().unwrap().iter();
    each.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_kind_is_written_whole_in_one_transaction() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    for sample in sample::one_of_each() {
        let kind = sample.parse().unwrap().kind();
        let id = db.create(&sample).await;
        let (tables, transactions) = traces(&sql, id, kind.as_str()).await;
        let mut expected = BTreeSet::from(
            [
                "listing",
                "place",
                "contact",
                "link",
                "source",
                "listing_topic",
                "listing_coverage",
                "revision",
                "published",
                "change",
            ]
            .map(str::to_owned),
        );
        expected.insert(kind.as_str().to_owned());
        if kind == Kind::SupportGroup {
            expected.insert("group_referral".to_owned());
        }
        assert_eq!(tables, expected);
        assert_eq!(transactions.len(), 1, "{kind}: more than one transaction");

        let revision =
            "select body::text, version, state, author from revision where listing::text = $1";
        let revision = sql.query_one(revision, &[&id.to_string()]).await.unwrap();
        let body: Value = serde_json::from_str(revision.get(0)).unwrap();
        assert_eq!(
            body,
            serde_json::to_value(sample.wire()).unwrap(),
            "the body is as it was typed"
        );
        assert_eq!(
            (revision.get(1), revision.get(2), revision.get(3)),
            (1_i64, "approved", "operator")
        );
        let published = &db.store.published(&[id]).await.unwrap()[0];
        assert_eq!((published.version, published.listing.kind()), (1, kind));
        let changes = db
            .store
            .changes_after(db.store.head().await.unwrap() - 1, 9)
            .await
            .unwrap();
        assert_eq!(
            (changes[0].change.id.as_str(), changes.len()),
            (&*id.to_string(), 1)
        );
        assert_eq!(changes[0].change.subject, kind.subject());
    }
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    for sample in sample::one_of_each() {
        let id = db.create(&sample).await;
        let (before, head) = (rows(&sql).await, db.store.head().await.unwrap());
        assert_eq!(db.publish(&sample).await, Outcome::Unchanged(id));
        assert_eq!(rows(&sql).await, before);
        assert_eq!(db.store.head().await.unwrap(), head);
    }
}

#[tokio::test]
async fn a_change_is_the_next_version_and_keeps_what_others_hold_on_to() {
    let db = TestDb::seeded().await;
    let first = sample::hub("listening-room");
    let id = db.create(&first).await;
    let before = document(&db.store, id).await;
    let second = first
        .with("/summary", sample::text("Somebody listens on Mondays."))
        .with(
            "/contacts/9",
            json!({"channel": "sms", "value": "01711-000002", "country": "BD"}),
        )
        .with("/places/9", json!({"area": "bd-jashore"}));
    assert_eq!(db.publish(&second).await, Outcome::Changed(id));

    let row = &db.store.published(&[id]).await.unwrap()[0];
    assert_eq!((row.version, row.number), (2, 1));
    let after = document(&db.store, id).await;
    assert_eq!(
        after["summary"]["text"]["en"],
        "Somebody listens on Mondays."
    );
    assert_eq!(ids(&after, "places")[..1], ids(&before, "places"));
    assert_eq!(ids(&after, "contacts")[..1], ids(&before, "contacts"));
    let sql = db.sql().await;
    let stored = "select id::text from place where listing::text = $1 order by position";
    let stored = sql.query(stored, &[&id.to_string()]).await.unwrap();
    let stored: Vec<String> = stored.iter().map(|row| row.get(0)).collect();
    assert_eq!(ids(&after, "places"), stored);
    let count = sql
        .query_one("select count(*), max(version) from revision", &[])
        .await
        .unwrap();
    assert_eq!((count.get::<_, i64>(0), count.get::<_, i64>(1)), (2, 2));
}

/// Where a slug of a hub leads: the slug that the hub has now.
async fn leads_to(db: &TestDb, slug: &str) -> Option<(bool, String)> {
    match db.store.locate(Kind::Hub, slug).await.unwrap()? {
        Located::Here(row) => Some((true, row.listing.slug.to_string())),
        Located::Moved(slug) => Some((false, slug.to_string())),
    }
}

#[tokio::test]
async fn a_former_slug_leads_to_the_present_one() {
    let db = TestDb::seeded().await;
    let hub = sample::hub("old-house");
    let id = db.create(&hub).await;
    let there = |slug: &str| Some((true, slug.to_owned()));
    let moved = |slug: &str| Some((false, slug.to_owned()));

    assert_eq!(
        db.publish(&hub.clone().with("/slug", json!("new-house")))
            .await,
        Outcome::Changed(id)
    );
    assert_eq!(leads_to(&db, "new-house").await, there("new-house"));
    assert_eq!(leads_to(&db, "old-house").await, moved("new-house"));
    assert_eq!(leads_to(&db, &id.to_string()).await, there("new-house"));
    assert!(
        db.store
            .locate(Kind::Helpline, "old-house")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        db.store
            .locate(Kind::Helpline, &id.to_string())
            .await
            .unwrap()
            .is_none()
    );

    db.publish(&hub.clone().with("/slug", json!("third-house")))
        .await;
    assert_eq!(leads_to(&db, "old-house").await, moved("third-house"));
    assert_eq!(leads_to(&db, "new-house").await, moved("third-house"));

    // Back again: nothing leads in a circle.
    db.publish(&hub).await;
    assert_eq!(leads_to(&db, "old-house").await, there("old-house"));
    assert_eq!(leads_to(&db, "third-house").await, moved("old-house"));
}

#[tokio::test]
async fn a_former_slug_may_be_taken_over_and_left_again() {
    let db = TestDb::seeded().await;
    let first = sample::hub("old-house");
    db.create(&first).await;
    db.publish(&first.with("/slug", json!("new-house"))).await;
    let second = sample::hub("old-house").with("/sources/0/external_id", json!("another"));
    let id = db.create(&second).await;
    assert_eq!(
        leads_to(&db, "old-house").await,
        Some((true, "old-house".to_owned()))
    );
    assert_eq!(
        db.publish(&second.with("/slug", json!("far-house"))).await,
        Outcome::Changed(id)
    );
    assert_eq!(
        leads_to(&db, "old-house").await,
        Some((false, "far-house".to_owned()))
    );
}

#[tokio::test]
async fn what_another_listing_has_is_refused_at_its_pointer() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    let first = sample::hub("first");
    db.create(&first).await;
    let second = sample::hub("second");
    db.create(&second).await;
    let before = rows(&sql).await;

    let slug = second.clone().with("/slug", json!("first"));
    assert_eq!(at(&db.refusal(&slug).await), [("/slug", FaultCode::Taken)]);
    let stranger = sample::hub("first").with("/sources/0/external_id", json!("stranger"));
    assert_eq!(
        at(&db.refusal(&stranger).await),
        [("/slug", FaultCode::Taken)]
    );
    let taken = json!({"name": "sample", "external_id": "hub/first", "licence": "CC0-1.0", "retrieved_on": "2026-02-01"});
    let source = second.clone().with("/sources/9", taken);
    assert_eq!(
        at(&db.refusal(&source).await),
        [("/sources/1", FaultCode::Taken)]
    );
    let kind = sample::helpline("first").with("/sources/0/external_id", json!("hub/first"));
    assert_eq!(
        at(&db.refusal(&kind).await),
        [("/kind", FaultCode::Contradiction)]
    );
    // A slug belongs to its kind.
    db.create(&sample::helpline("first")).await;
    assert!(rows(&sql).await > before);
}

#[tokio::test]
async fn what_is_not_there_is_refused_at_its_pointer_all_at_once() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    let (before, head) = (rows(&sql).await, db.store.head().await.unwrap());
    let group = sample::support_group("circle")
        .with("/organisation", json!("nobody"))
        .with("/topics", json!(["depression", "no-such-topic"]))
        .with("/places/0/area", json!("bd-atlantis"))
        .with("/coverage", json!({"areas": ["bd", "xx"]}))
        .with("/group_details/refers_to", json!(["helpline/nobody"]));
    let missing = [
        ("/coverage/areas/1", FaultCode::NotFound),
        ("/group_details/refers_to/0", FaultCode::NotFound),
        ("/organisation", FaultCode::NotFound),
        ("/places/0/area", FaultCode::NotFound),
        ("/topics/1", FaultCode::NotFound),
    ];
    assert_eq!(at(&db.refusal(&group).await), missing);
    let hub = sample::hub("room").with("/hub_details/part_of", json!("nowhere"));
    assert_eq!(
        at(&db.refusal(&hub).await),
        [("/hub_details/part_of", FaultCode::NotFound)]
    );
    assert_eq!(
        (rows(&sql).await, db.store.head().await.unwrap()),
        (before, head)
    );
}

#[tokio::test]
async fn a_listing_that_is_no_organisation_provides_nothing() {
    let db = TestDb::seeded().await;
    let helpline = db.create(&sample::helpline("night-line")).await;
    let hub = sample::hub("room").with("/organisation", json!(helpline.to_string()));
    assert_eq!(
        at(&db.refusal(&hub).await),
        [("/organisation", FaultCode::NotFound)]
    );
    let hub = sample::hub("room").with("/hub_details/part_of", json!(helpline.to_string()));
    assert_eq!(
        at(&db.refusal(&hub).await),
        [("/hub_details/part_of", FaultCode::NotFound)]
    );
}

#[tokio::test]
async fn a_fault_leaves_nothing_of_its_transaction_behind() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    let (before, head) = (rows(&sql).await, db.store.head().await.unwrap());
    let (good, bad) = (
        sample::hub("good"),
        sample::hub("bad").with("/topics", json!(["nothing"])),
    );
    let both = db.store.write(Actor::Operator, async |tx| {
        tx.publish(good.publication()).await?;
        tx.publish(bad.publication()).await
    });
    assert!(matches!(both.await, Err(PublishFault::Faults(_))));
    assert_eq!(
        (rows(&sql).await, db.store.head().await.unwrap()),
        (before, head)
    );
    assert!(db.store.locate(Kind::Hub, "good").await.unwrap().is_none());
}
