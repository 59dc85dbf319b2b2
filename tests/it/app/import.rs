//! Importing feeds: what is refused and what of it, order, repetition, rehearsal.

use haven::domain::actor::Actor;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use haven::app::import::{
    self, ClaimedLine, Input, LONGEST_LINE, Options, RefusedLine, Summary, Told,
};
use haven::domain::clock::Clock;
use haven::domain::fault::FaultCode;
use haven::store::Store;
use serde_json::json;
use tokio_postgres::Client;

use crate::support::{Sample, TestDb, clock, sample};

/// What an import said.
#[derive(Debug)]
pub struct Report {
    pub summary: Summary,
    pub refused: Vec<RefusedLine>,
    /// Lines of listings that somebody keeps.
    pub claimed: Vec<ClaimedLine>,
    /// Of every listing that the feed no longer had, its kind and slug, and why it was kept.
    pub expired: BTreeMap<String, Option<&'static str>>,
}

impl Report {
    /// Created, changed, unchanged, refused.
    pub fn counts(&self) -> [usize; 4] {
        let counts = self.summary.counts;
        [
            counts.created,
            counts.changed,
            counts.unchanged,
            counts.refused,
        ]
    }

    /// Of every refused line its first fault.
    pub fn faults(&self) -> Vec<(u64, &str, FaultCode)> {
        let first = |line: &'_ RefusedLine| (line.line, line.faults[0].code);
        let mut faults: Vec<_> = self
            .refused
            .iter()
            .map(|line| {
                (
                    first(line).0,
                    line.faults[0].pointer.as_str(),
                    first(line).1,
                )
            })
            .collect();
        faults.sort_unstable_by_key(|(line, ..)| *line);
        faults
    }
}

pub async fn import_as(store: &Store, feed: Vec<u8>, options: Options) -> Report {
    let input = Input {
        name: "feed".to_owned(),
        bytes: Box::new(Cursor::new(feed)),
    };
    let clock: Arc<dyn Clock> = clock();
    let (mut refused, mut claimed, mut expired) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut tell = |told: Told<'_>| match told {
        Told::Refused(line) => refused.push(line.clone()),
        Told::Claimed(line) => claimed.push(line.clone()),
        Told::Expired(one) => {
            let what = format!("{}/{}", one.kind, one.slug);
            expired.insert(what, one.kept.map(|kept| kept.as_str()));
        }
        Told::Progress(..) => {}
    };
    let summary = import::listings(
        store,
        Actor::Operator,
        &clock,
        vec![input],
        &options,
        &mut tell,
    );
    Report {
        summary: summary.await.unwrap(),
        refused,
        claimed,
        expired,
    }
}

pub async fn import(store: &Store, feed: impl Into<Vec<u8>>) -> Report {
    import_as(store, feed.into(), Options::default()).await
}

pub fn feed(samples: &[Sample]) -> String {
    samples.iter().map(|sample| sample.json() + "\n").collect()
}

/// Everything that an import could change: rows of every table, and what its sequences would draw next.
async fn everything(sql: &Client) -> BTreeMap<String, String> {
    let tables = "select relname, relkind = 'S' from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')";
    let mut all = BTreeMap::new();
    for row in sql.query(tables, &[]).await.unwrap() {
        let table: &str = row.get(0);
        let lines = "coalesce(string_agg(t::text, e'\\n' order by t::text), '')";
        let rows = match row.get(1) {
            true => format!("select last_value || ' ' || is_called from {table}"),
            false => format!("select {lines} from {table} t"),
        };
        let row = sql.query_one(&rows, &[]).await.unwrap();
        all.insert(table.to_owned(), row.get(0));
    }
    all
}

async fn slugs(sql: &Client) -> Vec<String> {
    let rows = sql.query("select slug from published order by slug", &[]);
    let rows = rows.await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_line_stops_no_other() {
    let db = TestDb::seeded().await;
    let place = "01900000-0000-7000-8000-000000000001";
    let mut feed = b"\xef\xbb\xbf".to_vec();
    let mut line = |text: &[u8]| {
        feed.extend_from_slice(text);
        feed.extend_from_slice(b"\r\n");
    };
    line(sample::organisation("first").json().as_bytes());
    line(b"{\"kind\": \"hub\"");
    line(b"");
    line(
        sample::hub("no-topic")
            .with("/topics/1", json!("nosuch"))
            .json()
            .as_bytes(),
    );
    line(&vec![b'x'; LONGEST_LINE + 1]);
    line(b"{\"slug\": \"\xff\"}");
    // Only the database knows that the id is taken, and only once the other line of the same batch is in.
    line(
        sample::hub("place-a")
            .with("/places/0/id", json!(place))
            .json()
            .as_bytes(),
    );
    line(
        sample::hub("place-b")
            .with("/places/0/id", json!(place))
            .json()
            .as_bytes(),
    );
    line(
        sample::hub("nul")
            .with("/sources/0/evidence", json!("a\0b"))
            .json()
            .as_bytes(),
    );
    line(
        sample::hub("nobody")
            .with("/organisation", json!("nobody"))
            .json()
            .as_bytes(),
    );
    line(
        sample::hub("first-hub")
            .with("/organisation", json!("first"))
            .json()
            .as_bytes(),
    );
    line(sample::hub("twice").json().as_bytes());
    line(
        sample::hub("twice")
            .with("/spoken", json!(["en"]))
            .json()
            .as_bytes(),
    );
    line(
        sample::hub("sourceless")
            .without("/sources")
            .json()
            .as_bytes(),
    );
    feed.extend_from_slice(sample::hub("last").json().as_bytes());

    let report = import(&db.store, feed.clone()).await;
    assert_eq!(
        report.faults(),
        [
            (2, "", FaultCode::Malformed),
            (4, "/topics/1", FaultCode::NotFound),
            (5, "", FaultCode::TooLong),
            (6, "", FaultCode::Malformed),
            (8, "/places", FaultCode::Taken),
            (9, "/sources/0/evidence", FaultCode::Malformed),
            (10, "/organisation", FaultCode::NotFound),
            (13, "/sources/0", FaultCode::Repeated),
            (14, "/sources", FaultCode::Required),
        ]
    );
    assert_eq!(report.counts(), [5, 0, 0, 9]);
    let sql = db.sql().await;
    let there = ["first", "first-hub", "last", "place-a", "twice"];
    assert_eq!(slugs(&sql).await, there);
    // Nothing of a refused line is left.
    let logged = "change where subject in ('hub', 'organisation')";
    for table in [
        "listing",
        "revision",
        "published",
        "place",
        "source",
        logged,
    ] {
        let count = format!("select count(*) from {table}");
        let rows: i64 = sql.query_one(&count, &[]).await.unwrap().get(0);
        assert_eq!(rows, 5, "{table}");
    }

    let before = everything(&sql).await;
    let again = import(&db.store, feed).await;
    assert_eq!(again.counts(), [0, 0, 5, 9]);
    assert_eq!(again.faults(), report.faults());
    let (mut before, mut after) = (before, everything(&sql).await);
    // A number is drawn and given back when the database refuses a line.
    for all in [&mut before, &mut after] {
        all.retain(|table, _| table != "listing_number_seq");
    }
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_name_each_other_in_any_order() {
    let db = TestDb::seeded().await;
    let [organisation, line, hub, group] = sample::one_of_each();
    let inner = sample::hub("inner-room").with("/hub_details/part_of", json!("listening-room"));
    let lines = [group, inner, hub, line, organisation];
    let report = import(&db.store, feed(&lines)).await;
    assert_eq!(report.counts(), [5, 0, 0, 0], "{:?}", report.refused);
    // Also over more than a batch: who is named comes last of all.
    let mut many: Vec<Sample> = (0..1_100)
        .map(|i| sample::hub(&format!("room-{i}")).with("/organisation", json!("house")))
        .collect();
    many.push(sample::organisation("house"));
    let report = import(&db.store, feed(&many)).await;
    assert_eq!(report.counts(), [1_101, 0, 0, 0]);
    let report = import(&db.store, feed(&many)).await;
    assert_eq!(report.counts(), [0, 0, 1_101, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_may_be_handed_on() {
    let db = TestDb::seeded().await;
    db.publish(&sample::hub("old-house")).await;
    // The newcomer comes first and takes the slug that the other gives up.
    let newcomer = sample::hub("newcomer").with("/slug", json!("old-house"));
    let moved = sample::hub("old-house").with("/slug", json!("new-house"));
    let report = import(&db.store, feed(&[newcomer, moved])).await;
    assert_eq!(report.counts(), [1, 1, 0, 0], "{:?}", report.refused);
    assert_eq!(slugs(&db.sql().await).await, ["new-house", "old-house"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_tells_all_and_changes_nothing() {
    let db = TestDb::seeded().await;
    db.publish(&sample::hub("old-house")).await;
    let [organisation, line, hub, group] = sample::one_of_each();
    let lines = [
        group,
        hub,
        line,
        organisation,
        sample::hub("old-house"),
        sample::hub("nowhere").with("/places/0/area", json!("bd-nowhere")),
        sample::hub("other").with("/slug", json!("listening-room")),
    ];
    let sql = db.sql().await;
    let before = everything(&sql).await;
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let rehearsed = import_as(&db.store, feed(&lines).into(), options).await;
    assert_eq!(everything(&sql).await, before);
    let real = import(&db.store, feed(&lines)).await;
    assert_eq!(rehearsed.counts(), [4, 0, 1, 2]);
    assert_eq!(rehearsed.counts(), real.counts());
    assert_eq!(rehearsed.faults(), real.faults());
    assert_ne!(everything(&sql).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_may_be_renamed() {
    let db = TestDb::seeded().await;
    let options = || Options {
        source: Some("partner".to_owned()),
        ..Options::default()
    };
    let lines = feed(&[sample::hub("room"), sample::hub("house")]);
    let report = import_as(&db.store, lines.clone().into(), options()).await;
    assert_eq!(report.counts(), [2, 0, 0, 0]);
    let report = import_as(&db.store, lines.clone().into(), options()).await;
    assert_eq!(report.counts(), [0, 0, 2, 0]);
    // Under its own name the listing is another, whose slug is taken.
    let report = import(&db.store, lines).await;
    assert_eq!(report.counts(), [0, 0, 0, 2]);
    assert_eq!(report.faults()[0], (1, "/slug", FaultCode::Taken));
}
