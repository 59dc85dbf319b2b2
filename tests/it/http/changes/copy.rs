//! A copy of the directory, kept by nothing but the feed, ends equal to it: through hundreds of writes of every sort,
//! with pages of any size, fresh starts, a log that is compacted meanwhile, and writers side by side.

use std::collections::BTreeMap;

use haven::{
    app::changes,
    domain::{
        actor::Actor, area::Name, change::Removal, language::Language, slug::Slug, topic::Topic,
    },
    exchange::listing::Listing,
    store::{Outcome, PublishFault, Store, StoreError},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Sample, TestApp, TestDb, sample};

/// Version and document of each listing.
type Listings = BTreeMap<Uuid, (i64, Value)>;

/// What somebody else has of the directory.
#[derive(Default)]
pub struct Copy {
    pub listings: Listings,
    pub cursor: Option<String>,
    /// How many entries it was told.
    pub told: usize,
}

impl Copy {
    /// Reads a page and says whether more is there.
    pub async fn read(&mut self, app: &TestApp, query: &str) -> bool {
        let cursor = self
            .cursor
            .as_ref()
            .map(|cursor| format!("&cursor={cursor}"));
        let path = format!("/v1/changes?{query}{}", cursor.unwrap_or_default());
        let reply = app.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let page = reply.json();
        for entry in page["items"].as_array().unwrap() {
            self.take(entry);
        }
        self.cursor = Some(page["next"].as_str().unwrap().to_owned());
        page["more"].as_bool().unwrap()
    }

    pub fn take(&mut self, entry: &Value) {
        self.told += 1;
        let id = entry["id"].as_str().unwrap().parse().unwrap();
        match entry["operation"].as_str().unwrap() {
            "upsert" => {
                let listing = &entry["listing"];
                assert_eq!(entry["kind"], listing["kind"]);
                let version = entry["version"].as_i64().unwrap();
                let before = self.listings.insert(id, (version, listing.clone()));
                assert!(
                    before.is_none_or(|(before, _)| before <= version),
                    "{entry}"
                );
            }
            "delete" => {
                self.listings.remove(&id);
            }
            other => panic!("{other}"),
        }
    }
}

/// What is published.
pub async fn directory(store: &Store) -> Listings {
    let rows = store.published_page(None, 10_000).await.unwrap();
    let shown = |document: &str| {
        let listing: Listing = serde_json::from_str(document).unwrap();
        serde_json::to_value(listing).unwrap()
    };
    rows.into_iter()
        .map(|row| (row.id, (row.version, shown(&row.document))))
        .collect()
}

/// Chance that comes out the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const NAMES: [&str; 5] = ["ash", "beech", "cedar", "date", "elm"];

/// A listing of any kind that names others, and differs from the last of that name.
fn listing(chance: &mut Chance, turn: usize) -> Sample {
    let name = *chance.one_of(&NAMES);
    let other = *chance.one_of(&NAMES);
    let kind = chance.below(4);
    let plain = match kind {
        0 => sample::organisation(name),
        // Whose name is later: none is within itself.
        1 if other > name => sample::hub(name).with("/hub_details/part_of", json!(other)),
        1 => sample::hub(name),
        2 => sample::helpline(name),
        _ => sample::support_group(name).with(
            "/group_details/refers_to",
            json!([format!("helpline/{other}"), format!("hub/{name}")]),
        ),
    };
    let plain = match chance.below(3) {
        0 if kind != 0 || other > name => plain.with("/organisation", json!(other)),
        _ => plain,
    };
    match chance.below(4) {
        // The same again, if nothing else was written since.
        0 => plain,
        // Only what is not public changes.
        1 => plain.with(
            "/contacts/1/value",
            json!(format!("staff{turn}@example.org")),
        ),
        _ => plain.with("/summary", sample::text(&format!("As of turn {turn}."))),
    }
}

fn topic(turn: usize) -> Topic {
    Topic {
        slug: Slug::parse("sleep").unwrap(),
        parent: None,
        names: vec![Name {
            language: Language::parse("en").unwrap(),
            text: turn.to_string().into(),
            old: false,
        }],
    }
}

/// Writes something; whether it was let.
async fn write(db: &TestDb, chance: &mut Chance, turn: usize) -> bool {
    match chance.below(10) {
        0..=6 => match db.try_publish(&listing(chance, turn)).await {
            Ok(outcome) => !matches!(outcome, Outcome::Unchanged(_)),
            // The last wall: an organisation that provides itself.
            Err(PublishFault::Faults(_) | PublishFault::Store(StoreError::Constraint { .. })) => {
                false
            }
            Err(PublishFault::Store(error)) => panic!("{error:?}"),
        },
        7 | 8 => {
            let there: Vec<Uuid> = directory(&db.store).await.into_keys().collect();
            if there.is_empty() {
                return false;
            }
            let (id, into) = (*chance.one_of(&there), *chance.one_of(&there));
            let removals = [Removal::Withdrawn, Removal::Expired, Removal::Merged(into)];
            match db.try_withdraw(id, *chance.one_of(&removals)).await {
                Ok(gone) => gone,
                Err(PublishFault::Faults(_)) => false,
                Err(PublishFault::Store(error)) => panic!("{error:?}"),
            }
        }
        _ => {
            let topics = [topic(turn)];
            let write = db
                .store
                .write(Actor::Operator, async |tx| tx.put_topics(&topics).await);
            write.await.is_ok()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_equal_through_hundreds_of_random_writes() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let mut chance = Chance(0x5eed_0003);
    let (mut copies, mut written, mut most) = (Vec::new(), 0, 0);
    for _ in 0..3 {
        copies.push(Copy::default());
    }
    for turn in 0..500 {
        written += usize::from(write(&db, &mut chance, turn).await);
        for copy in &mut copies {
            match chance.below(40) {
                // Whoever lost the copy begins anew.
                0 => *copy = Copy::default(),
                1..=9 => {
                    let limit = 1 + chance.below(7);
                    for _ in 0..chance.below(4) {
                        copy.read(&app, &format!("limit={limit}")).await;
                    }
                }
                _ => {}
            }
        }
        if chance.below(50) == 0 {
            changes::compact(&app.use_cases, Actor::Upkeep)
                .await
                .unwrap();
        }
        if chance.below(25) == 0 {
            let there = directory(&db.store).await;
            most = most.max(there.len());
            for copy in &mut copies {
                while copy.read(&app, "limit=3").await {}
                assert_eq!(copy.listings, there, "turn {turn}");
            }
        }
    }
    let there = directory(&db.store).await;
    for copy in &mut copies {
        while copy.read(&app, "limit=2").await {}
        assert_eq!(copy.listings, there);
    }
    assert!(
        written > 200 && most > 8,
        "{written} writes, {most} listings at most"
    );

    // One entry an id stands, and it is enough.
    changes::compact(&app.use_cases, Actor::Upkeep)
        .await
        .unwrap();
    let twice = "select count(*) - count(distinct (subject, id)) from change";
    let twice: i64 = db.sql().await.query_one(twice, &[]).await.unwrap().get(0);
    assert_eq!(twice, 0);
    let mut fresh = Copy::default();
    while fresh.read(&app, "limit=5").await {}
    assert_eq!(fresh.listings, there);
    assert_eq!(fresh.told, there.len());
}

const WRITERS: usize = 8;
const TURNS: usize = 25;

/// Each writer lingers between drawing its places in the log and committing them, so that others come in between if
/// anything lets them.
const LINGER: &str = "
    create function linger() returns trigger language plpgsql as $$
    begin
        perform pg_sleep(random() * 0.01);
        return null;
    end $$;
    create trigger zz_linger after insert on change for each statement execute function linger();";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_while_many_write() {
    let db = TestDb::with_connections(WRITERS + 2).await;
    crate::support::seed_reference(&db.store).await;
    db.sql().await.batch_execute(LINGER).await.unwrap();
    let app = TestApp::on(&db.store).await;
    let write_on = async |writer: usize| {
        let mut chance = Chance(writer as u64 + 1);
        let mut own: Option<Uuid> = None;
        for turn in 0..TURNS {
            let slug = format!("hub-{writer}");
            let hub = sample::hub(&slug).with("/summary", sample::text(&format!("Turn {turn}.")));
            match own.filter(|_| chance.below(4) == 0) {
                Some(id) => {
                    db.withdraw(id, Removal::Withdrawn).await;
                    own = None;
                }
                None => match db.publish(&hub).await {
                    Outcome::Created(id) | Outcome::Changed(id) | Outcome::Unchanged(id) => {
                        own = Some(id)
                    }
                    Outcome::Claimed(id) => panic!("nobody keeps {id}"),
                },
            }
        }
    };
    let writers = futures_util::future::join_all((0..WRITERS).map(write_on));
    let mut copy = Copy::default();
    let reading = async {
        loop {
            copy.read(&app, "limit=3&wait=1").await;
        }
    };
    tokio::select! {
        _ = writers => {}
        () = reading => unreachable!(),
    }
    while copy.read(&app, "limit=100").await {}
    assert_eq!(copy.listings, directory(&db.store).await);
    assert!(copy.told > WRITERS * 2, "{}", copy.told);
}
