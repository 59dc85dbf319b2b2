//! Withdrawing what a feed no longer has, and what keeps a broken feed from doing harm.

use std::collections::BTreeMap;

use haven::app::import::{Expire, ExpiryRefused, Options};
use serde_json::json;

use super::import::{Report, feed, import_as};
use crate::support::{Sample, TestDb, sample};

fn expiring(at_most_percent: u8, dry_run: bool) -> Options {
    Options {
        dry_run,
        source: Some("partner".to_owned()),
        expire: Some(Expire {
            source: "partner".to_owned(),
            at_most_percent,
        }),
    }
}

async fn expire(db: &TestDb, samples: &[Sample], at_most: u8) -> Report {
    import_as(&db.store, feed(samples).into(), expiring(at_most, false)).await
}

fn rooms(count: usize) -> Vec<Sample> {
    (0..count)
        .map(|i| sample::hub(&format!("room-{i}")))
        .collect()
}

async fn published(db: &TestDb) -> u64 {
    db.store.published_count().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_feed_no_longer_has_goes() {
    let db = TestDb::seeded().await;
    db.publish(&sample::hub("of-another-source")).await;
    expire(&db, &rooms(10), 20).await;
    let rehearsed = import_as(&db.store, feed(&rooms(8)).into(), expiring(20, true)).await;
    assert_eq!(published(&db).await, 11);
    let report = expire(&db, &rooms(8), 20).await;
    let gone = BTreeMap::from([
        ("hub/room-8".to_owned(), None),
        ("hub/room-9".to_owned(), None),
    ]);
    assert_eq!((&report.expired, &rehearsed.expired), (&gone, &gone));
    assert_eq!(report.summary.counts.withdrawn, 2);
    assert_eq!(published(&db).await, 9);
    let reasons = "select count(*) from change where operation = 'delete' and reason = 'expired'";
    let reasons: i64 = db.sql().await.query_one(reasons, &[]).await.unwrap().get(0);
    assert_eq!(reasons, 2);
    let again = expire(&db, &rooms(8), 20).await;
    assert!(again.expired.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_feed_withdraws_nothing() {
    let db = TestDb::seeded().await;
    expire(&db, &rooms(10), 20).await;
    let refused = |report: &Report| report.summary.expiry_refused;
    let empty = expire(&db, &[], 20).await;
    assert_eq!(refused(&empty), Some(ExpiryRefused::Empty));
    let short = expire(&db, &rooms(7), 20).await;
    let too_many = ExpiryRefused::TooMany {
        missing: 3,
        total: 10,
        at_most_percent: 20,
    };
    assert_eq!(refused(&short), Some(too_many));
    // Cut off in the middle of its last line, which may be any listing.
    let mut cut = feed(&rooms(10));
    cut.truncate(cut.len() - 30);
    let cut = import_as(&db.store, cut.into(), expiring(100, false)).await;
    assert_eq!(refused(&cut), Some(ExpiryRefused::Nameless(1)));
    // A line at fault is still in the feed.
    let mut faulty = rooms(10);
    faulty[3] = faulty[3].clone().with("/topics/0", json!("nosuch"));
    faulty[4] = faulty[4].clone().with("/kind", json!("nosuch"));
    let faulty = expire(&db, &faulty, 20).await;
    assert_eq!((refused(&faulty), faulty.expired.len()), (None, 0));
    assert_eq!(published(&db).await, 10);
    let all = expire(&db, &[], 100).await;
    assert_eq!((refused(&all), all.expired.len()), (None, 10));
    assert_eq!(published(&db).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_needed_is_kept_and_told() {
    let db = TestDb::seeded().await;
    let vouched = sample::hub("vouched-for").with(
        "/sources/1",
        json!({"name": "ministry", "external_id": "7", "licence": "CC0-1.0", "retrieved_on": "2026-02-01"}),
    );
    let line = |slug: &str| sample::helpline(slug).with("/helpline_details/national", json!(true));
    let feed = [
        sample::organisation("needed"),
        sample::organisation("unneeded"),
        sample::hub("house").with("/organisation", json!("unneeded")),
        sample::hub("room")
            .with("/hub_details/part_of", json!("house"))
            .with("/organisation", json!("unneeded")),
        vouched,
        line("line-one"),
        line("line-two"),
        sample::hub("staying"),
    ];
    expire(&db, &feed, 20).await;
    db.publish(&sample::hub("of-another").with("/organisation", json!("needed")))
        .await;
    db.publish(&sample::support_group("referring").with(
        "/group_details/refers_to",
        json!(["helpline/line-one", "helpline/line-two"]),
    ))
    .await;
    let report = expire(&db, &feed[7..], 100).await;
    let kept: Vec<_> = report
        .expired
        .iter()
        .map(|(what, kept)| (what.as_str(), *kept))
        .collect();
    // Of two lines one is enough: the first by its slug.
    assert_eq!(
        kept,
        [
            ("helpline/line-one", Some("last_national_line")),
            ("helpline/line-two", None),
            ("hub/house", None),
            ("hub/room", None),
            ("hub/vouched-for", Some("other_source")),
            ("organisation/needed", Some("depended_on")),
            ("organisation/unneeded", None),
        ]
    );
    assert_eq!(published(&db).await, 6);
    let again = expire(&db, &feed[7..], 100).await;
    assert!(again.expired.values().all(Option::is_some));
    assert_eq!(published(&db).await, 6);
    // The moderators hear of the line that stays, once.
    let alarms = "select count(*)::int from report join listing on listing.id = report.listing
        where topic = 'last_national_line' and urgent and settled_at is null and slug = 'line-one' and words like '%feed%'";
    let alarms: i32 = db.sql().await.query_one(alarms, &[]).await.unwrap().get(0);
    assert_eq!(alarms, 1);
}
