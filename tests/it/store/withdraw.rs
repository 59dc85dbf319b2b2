//! Taking a listing back: it is gone whole, the log says why, and nothing that is public names it any more.

use haven::domain::change::Removal;
use haven::domain::listing::Kind;
use haven::store::{Outcome, PublishFault, views::Located};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use super::publish::rows;
use crate::support::{TestDb, sample};

async fn document(db: &TestDb, id: Uuid) -> Value {
    let rows = db.store.published(&[id]).await.unwrap();
    serde_json::from_str(&rows[0].document).unwrap()
}

async fn version(db: &TestDb, id: Uuid) -> i64 {
    db.store.published(&[id]).await.unwrap()[0].version
}

/// The log after `sequence`: id and operation.
async fn log_after(db: &TestDb, sequence: i64) -> Vec<(String, &'static str)> {
    let log = db.store.changes_after(sequence, 99).await.unwrap();
    log.into_iter()
        .map(|entry| (entry.change.id, entry.change.operation.as_str()))
        .collect()
}

/// Reason and successor of the latest entry.
async fn last_reason(sql: &Client) -> (Option<String>, Option<Uuid>) {
    let last = "select reason, merged_into::text from change order by sequence desc limit 1";
    let row = sql.query_one(last, &[]).await.unwrap();
    let into: Option<&str> = row.get(1);
    (row.get(0), into.map(|id| id.parse().unwrap()))
}

#[tokio::test]
async fn it_is_gone_and_logged_as_deleted_once() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    let (before, head) = (rows(&sql).await, db.store.head().await.unwrap());
    let id = db.create(&sample::hub("short-lived")).await;
    db.withdraw(id, Removal::Expired).await;
    assert!(db.store.published(&[id]).await.unwrap().is_empty());
    let located = db.store.locate(Kind::Hub, "short-lived").await.unwrap();
    assert!(located.is_none());
    assert_eq!(
        rows(&sql).await,
        before + 2,
        "nothing but the two changes is left"
    );
    let name = id.to_string();
    assert_eq!(
        log_after(&db, head).await,
        [(name.clone(), "upsert"), (name, "delete")]
    );
    assert_eq!(last_reason(&sql).await, (Some("expired".to_owned()), None));

    let head = db.store.head().await.unwrap();
    assert!(!db.try_withdraw(id, Removal::Withdrawn).await.unwrap());
    assert_eq!(db.store.head().await.unwrap(), head);
}

#[tokio::test]
async fn a_group_no_longer_refers_to_what_is_gone() {
    let db = TestDb::seeded().await;
    let [organisation, line, _, group] = sample::one_of_each();
    let other = sample::helpline("day-line");
    db.create(&organisation).await;
    let line_id = db.create(&line).await;
    let other_id = db.create(&other).await;
    let named = json!(["helpline/night-line", "helpline/day-line"]);
    let group = group
        .with("/group_details/refers_to", named)
        .with("/contacts/1/value", json!("staff@example.org"));
    let group_id = db.create(&group).await;
    // The slug that the group was typed with leads nowhere by now.
    db.publish(&other.with("/slug", json!("noon-line"))).await;
    let head = db.store.head().await.unwrap();

    db.withdraw(line_id, Removal::Withdrawn).await;
    let public = document(&db, group_id).await;
    assert_eq!(
        public["group_details"]["refers_to"],
        json!([other_id.to_string()])
    );
    assert_eq!(version(&db, group_id).await, 2);
    assert_eq!(
        log_after(&db, head).await,
        [
            (group_id.to_string(), "upsert"),
            (line_id.to_string(), "delete")
        ]
    );
    let staff = "select count(*) from contact where value = 'staff@example.org'";
    let staff: i64 = db.sql().await.query_one(staff, &[]).await.unwrap().get(0);
    assert_eq!(staff, 1, "what is not public is kept");

    // It comes back, and who refers to it says so again.
    let line_id = db.create(&line).await;
    let group = group.with("/group_details/refers_to", json!(["helpline/night-line"]));
    assert_eq!(db.publish(&group).await, Outcome::Changed(group_id));
    let public = document(&db, group_id).await;
    assert_eq!(
        public["group_details"]["refers_to"],
        json!([line_id.to_string()])
    );
}

#[tokio::test]
async fn what_provides_or_contains_something_stays() {
    let db = TestDb::seeded().await;
    let organisation = db.create(&sample::organisation("listeners")).await;
    let room = sample::hub("room").with("/organisation", json!("listeners"));
    let house = db.create(&room).await;
    let corner = sample::hub("corner").with("/hub_details/part_of", json!("room"));
    db.create(&corner).await;
    for id in [organisation, house] {
        let refused = db.try_withdraw(id, Removal::Withdrawn).await;
        assert!(matches!(refused, Err(PublishFault::Faults(_))));
        assert_eq!(db.store.published(&[id]).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn whatever_names_a_merged_listing_names_the_other_one() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    let stays = db.create(&sample::organisation("listeners")).await;
    let goes = db.create(&sample::organisation("listeners-ltd")).await;
    let hub = sample::hub("room").with("/organisation", json!("listeners-ltd"));
    let hub = db.create(&hub).await;
    let named = json!(["organisation/listeners-ltd", "organisation/listeners"]);
    let group = sample::support_group("circle").with("/group_details/refers_to", named);
    let group = db.create(&group).await;
    let line = db.create(&sample::helpline("night-line")).await;
    for wrong in [goes, line, Uuid::from_u128(7)] {
        let refused = db.try_withdraw(goes, Removal::Merged(wrong)).await;
        assert!(matches!(refused, Err(PublishFault::Faults(_))), "{wrong}");
    }
    let before = version(&db, stays).await;

    db.withdraw(goes, Removal::Merged(stays)).await;
    assert_eq!(
        last_reason(&sql).await,
        (Some("merged".to_owned()), Some(stays))
    );
    let stays_id = stays.to_string();
    assert_eq!(document(&db, hub).await["organisation"], json!(stays_id));
    let refers_to = &document(&db, group).await["group_details"]["refers_to"];
    assert_eq!(refers_to, &json!([stays_id]));
    assert_eq!(version(&db, stays).await, before);
}

#[tokio::test]
async fn a_listing_merged_into_one_that_names_it_is_not_named_by_itself() {
    let db = TestDb::seeded().await;
    let house = db.create(&sample::hub("house")).await;
    let room = sample::hub("room").with("/hub_details/part_of", json!("house"));
    let room = db.create(&room).await;
    db.withdraw(house, Removal::Merged(room)).await;
    let public = document(&db, room).await;
    assert_eq!(public["hub_details"].get("part_of"), None);
}

/// A group that names a listing while it goes either comes first and is written anew, or is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_group_slips_in_while_a_listing_goes() {
    let db = TestDb::seeded().await;
    for round in 0..12 {
        let line = sample::helpline(&format!("line-{round}"));
        let line_id = db.create(&line).await;
        let group = sample::support_group(&format!("group-{round}")).with(
            "/group_details/refers_to",
            json!([format!("helpline/line-{round}")]),
        );
        let (gone, published) = tokio::join!(
            db.try_withdraw(line_id, Removal::Withdrawn),
            db.try_publish(&group)
        );
        assert!(gone.unwrap());
        if let Ok(Outcome::Created(id)) = published {
            let public = document(&db, id).await;
            assert_eq!(public["group_details"].get("refers_to"), None, "{round}");
        }
    }
}

#[tokio::test]
async fn a_feed_does_not_make_anew_what_was_merged() {
    let db = TestDb::seeded().await;
    let (feed, kept) = (sample::hub("from-a-feed"), sample::hub("kept"));
    let twice = db.create(&feed).await;
    let into = db.create(&kept).await;
    db.withdraw(twice, Removal::Merged(into)).await;
    let head = db.store.head().await.unwrap();
    assert_eq!(db.publish(&feed).await, Outcome::Claimed(into));
    // Where that one is merged too, what leads to it leads on.
    let last = db.create(&sample::hub("last")).await;
    db.withdraw(into, Removal::Merged(last)).await;
    for known in [&feed, &kept] {
        assert_eq!(db.publish(known).await, Outcome::Claimed(last));
    }
    let located = db.store.locate(Kind::Hub, "from-a-feed").await.unwrap();
    assert!(matches!(located, Some(Located::Moved(slug)) if slug.as_str() == "last"));
    assert!(
        log_after(&db, head)
            .await
            .iter()
            .all(|(id, _)| *id != twice.to_string())
    );
    // What stands for it is gone for good: the feed says what there is.
    db.withdraw(last, Removal::Withdrawn).await;
    assert!(matches!(db.publish(&feed).await, Outcome::Created(_)));
}
