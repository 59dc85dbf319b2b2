//! The seed data and some made-up listings around the edges of the earth, in a directory that asks one engine.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use haven::{
    domain::{
        clock::{Clock, FixedClock},
        listing::{Kind, Listing, Reference as Named},
    },
    exchange::{listing, reference},
    search::{
        ask::{Answer, Directory, Question},
        catalogue::{Card, Facet},
        entry::{Decoder, Entry, OrganisationName},
        reference::{Reference, ReferenceData},
        words::{Index, Waited, Words, Write, embedded::Embedded},
    },
};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::words_server::WordsServer;

/// The moment of all tests.
const NOW: &str = "2026-03-02T06:00:00Z";

const KINDS: [&str; 4] = ["organisations", "hubs", "helplines", "support-groups"];

/// An engine's two sides.
pub struct Engine {
    words: Arc<dyn Words>,
    index: Arc<dyn Index>,
    _data: Option<tempfile::TempDir>,
}

impl Engine {
    pub fn embedded() -> Self {
        let data = tempfile::tempdir().unwrap();
        let engine = Embedded::open(data.path()).unwrap();
        Self {
            words: Arc::new(engine.clone()),
            index: Arc::new(engine),
            _data: Some(data),
        }
    }

    /// On an index of its own.
    pub fn meilisearch(server: &WordsServer) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("haven_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let engine = server.engine(&prefix);
        engine.set_origin(Some(1));
        Self {
            words: Arc::new(engine.clone()),
            index: Arc::new(engine),
            _data: None,
        }
    }
}

/// A directory that asks one engine.
pub struct World {
    pub directory: Directory,
    pub index: Arc<dyn Index>,
    pub reference: Arc<Reference>,
    _engine: Engine,
}

/// All hits of a question in order, the total, and the counts.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub slugs: Vec<String>,
    pub total: u64,
    pub counts: BTreeMap<&'static str, Vec<(String, u64)>>,
}

impl Outcome {
    /// The slugs in no order.
    pub fn set(&self) -> std::collections::BTreeSet<&str> {
        self.slugs.iter().map(String::as_str).collect()
    }
}

fn seed_file(name: &str) -> &'static str {
    static FILES: LazyLock<std::sync::Mutex<BTreeMap<String, &'static str>>> =
        LazyLock::new(std::sync::Mutex::default);
    let mut files = FILES.lock().unwrap();
    files.entry(name.to_owned()).or_insert_with(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("seed-data")
            .join(name);
        std::fs::read_to_string(path).unwrap().leak()
    })
}

fn decoder() -> Decoder {
    Arc::new(listing::decode)
}

fn reference() -> Reference {
    let data = ReferenceData {
        areas: reference::areas(seed_file("areas.ndjson")).unwrap(),
        topics: reference::topics(seed_file("topics.ndjson")).unwrap(),
        emergency: Vec::new(),
        national_lines: Vec::new(),
        as_of: NOW.parse().unwrap(),
        cursor: Some(1),
    };
    Reference::build(data, &[], &decoder()).unwrap()
}

/// A listing of everything, as it is published.
pub fn entry(
    number: u32,
    listing: Listing,
    organisations: &BTreeMap<String, OrganisationName>,
) -> Arc<Entry> {
    let organisation = match &listing.organisation {
        Some(Named::Slug(_, slug)) => organisations.get(slug.as_str()).cloned(),
        _ => None,
    };
    Arc::new(Entry {
        id: id(number),
        number,
        version: 1,
        listing,
        document: "{}".into(),
        organisation,
        former_names: Vec::new(),
    })
}

/// Ids in another order than numbers.
fn id(number: u32) -> Uuid {
    Uuid::from_u128(
        u128::from(number.wrapping_mul(0x9E37_79B1)) << 96 | u128::from(number) | 7 << 76,
    )
}

/// A hub with a name and a place.
pub fn hub(slug: &str, name: &str, point: Option<(f64, f64)>) -> Listing {
    let place = point.map(|(lat, lon)| {
        json!({"area": "bd-c", "point": {"lat": lat, "lon": lon, "precision": "exact"}})
    });
    let document = json!({
        "format": 1, "kind": "hub", "slug": slug,
        "name": {"source": "en", "text": {"en": name}},
        "summary": {"source": "en", "text": {"en": "Quiet help for everyone."}},
        "topics": [], "spoken": ["en"], "delivery": ["in_person"],
        "places": place.into_iter().collect::<Vec<_>>(),
        "sources": [{"name": "contract", "external_id": slug, "licence": "CC0-1.0", "retrieved_on": "2026-02-01"}],
        "hub_details": {"kind": "counselling_centre"},
    });
    listing::decode(&document.to_string()).unwrap()
}

/// Points where maps go wrong.
const EDGES: &[(&str, f64, f64)] = &[
    ("edge-fiji-west", -16.8, 179.99),
    ("edge-fiji-east", -16.8, -179.99),
    ("edge-line-east", -16.9, 180.0),
    ("edge-line-west", -17.0, -180.0),
    ("edge-north-pole", 90.0, 0.0),
    ("edge-near-north-pole", 89.9, 170.0),
    ("edge-south-pole", -90.0, 12.0),
    ("edge-near-south-pole", -89.95, -70.0),
    ("edge-null-island", 0.0, 0.0),
];

fn entries() -> Vec<Arc<Entry>> {
    static MADE: OnceLock<Vec<Arc<Entry>>> = OnceLock::new();
    MADE.get_or_init(made_up).clone()
}

fn made_up() -> Vec<Arc<Entry>> {
    let lines = KINDS.map(|kind| seed_file(&format!("listings/{kind}.ndjson")));
    let mut listings: Vec<Listing> = lines
        .iter()
        .flat_map(|lines| lines.lines())
        .filter(|line| !line.trim().is_empty())
        .map(|line| listing::decode(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    listings.extend(
        EDGES
            .iter()
            .map(|(slug, lat, lon)| hub(slug, &format!("Quiet edge {slug}"), Some((*lat, *lon)))),
    );
    let numbered: Vec<(u32, Listing)> = (1_u32..).zip(listings).collect();
    let organisations: BTreeMap<String, OrganisationName> = numbered
        .iter()
        .filter(|(_, listing)| listing.kind() == Kind::Organisation)
        .map(|(number, listing)| {
            let name = OrganisationName {
                id: id(*number),
                slug: listing.slug.clone(),
                name: listing.name.clone(),
            };
            (listing.slug.as_str().to_owned(), name)
        })
        .collect();
    numbered
        .into_iter()
        .map(|(number, listing)| entry(number, listing, &organisations))
        .collect()
}

impl World {
    /// The engine with the seed data in it.
    fn new(runtime: &Runtime, engine: Engine) -> Self {
        Self::of(runtime, engine, entries())
    }

    /// The engine with a few listings in it.
    pub fn of_a_few(runtime: &Runtime, engine: Engine) -> Self {
        let all = entries();
        Self::of(runtime, engine, all.into_iter().rev().take(30).collect())
    }

    fn of(runtime: &Runtime, engine: Engine, entries: Vec<Arc<Entry>>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        let world = Self {
            directory: Directory::new(reference(), vec![Arc::clone(&engine.words)], clock),
            index: Arc::clone(&engine.index),
            reference: Arc::new(reference()),
            _engine: engine,
        };
        world.rebuild(runtime, entries, 1);
        world
    }

    /// Builds index and catalogue of these listings.
    pub fn rebuild(&self, runtime: &Runtime, entries: Vec<Arc<Entry>>, cursor: i64) {
        let writes: Vec<Write> = entries.into_iter().map(Write::Upsert).collect();
        let known = self.directory.versions();
        let gone: Vec<Write> = known
            .into_iter()
            .map(|(id, _)| Write::Delete { id })
            .collect();
        self.directory.apply(&gone);
        self.directory.apply(&writes);
        runtime.block_on(async {
            let mut filling = self.index.begin_rebuild().await.unwrap();
            filling
                .add(writes, Arc::clone(&self.reference))
                .await
                .unwrap();
            filling.finish(cursor).await.unwrap();
        });
    }

    /// Applies writes to index and catalogue.
    pub fn apply(&self, runtime: &Runtime, writes: Vec<Write>, cursor: i64) {
        self.directory.apply(&writes);
        let applied = self
            .index
            .apply(writes, Arc::clone(&self.reference), cursor);
        runtime.block_on(applied).unwrap();
    }

    /// One page.
    pub fn ask(&self, runtime: &Runtime, question: &Question) -> Answer {
        // Each page is a search of its own.
        let question = Question {
            waited: Waited::default(),
            ..question.clone()
        };
        let answer = runtime.block_on(self.directory.ask(&question));
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Every page.
    pub fn all(&self, runtime: &Runtime, question: &Question) -> Outcome {
        let mut question = question.clone();
        question.limit = 100;
        let mut slugs = Vec::new();
        let mut first = None;
        loop {
            let answer = self.ask(runtime, &question);
            assert!(!answer.degraded);
            slugs.extend(answer.hits.iter().map(|hit| name_of(&hit.card)));
            let next = answer.next.clone();
            first.get_or_insert(answer);
            match next {
                Some(next) => question.after = Some(next),
                None => break,
            }
        }
        let first = first.unwrap();
        let counts = first.facets.into_iter().map(|counted| {
            let values = counted.values.into_iter();
            let values = values.map(|(value, count)| (value.to_string(), count));
            (Facet::as_str(counted.facet), values.collect())
        });
        Outcome {
            slugs,
            total: first.total.value,
            counts: counts.collect(),
        }
    }
}

/// A listing's slug with its kind, without which it is not unique.
pub fn name_of(card: &Card) -> String {
    format!("{}/{}", card.kind.as_str(), card.slug.as_str())
}

/// The engine in the process with the seed data, made once.
pub fn embedded(runtime: &Runtime) -> &'static World {
    static MADE: OnceLock<World> = OnceLock::new();
    MADE.get_or_init(|| World::new(runtime, Engine::embedded()))
}

/// The server with the seed data, made once.
pub fn meilisearch(runtime: &Runtime, server: &WordsServer) -> &'static World {
    static MADE: OnceLock<World> = OnceLock::new();
    MADE.get_or_init(|| World::new(runtime, Engine::meilisearch(server)))
}

/// A question by words alone.
pub fn words(words: &str) -> Question {
    Question {
        words: Some(words.to_owned()),
        ..Question::default()
    }
}
