//! A process of Haven whose words are answered by a Meilisearch server, stepped by hand.

use std::sync::Arc;

use haven::{
    domain::{
        clock::{Clock, FixedClock},
        place::Point,
    },
    indexing::{self, Follower, Mirror, MirrorParts, MirrorStep},
    search::{
        ask::{Answer, Directory, Question},
        catalogue::PlaceFilter,
        reference::{Reference, ReferenceData},
        words::{embedded::Embedded, meilisearch::Meilisearch},
    },
    store::Store,
};

use crate::support::{TestDb, app, clock};

/// Where samples are.
const SAMPLES: Point = Point {
    lat: 23.7461,
    lon: 90.3742,
};

/// A process that follows for a server, stepped by hand.
pub struct Process {
    pub directory: Arc<Directory>,
    pub follower: Follower,
    pub mirror: Mirror,
    pub engine: Meilisearch,
    pub clock: Arc<FixedClock>,
    _index: tempfile::TempDir,
}

impl Process {
    pub async fn on(db: &TestDb, engine: Meilisearch) -> Self {
        Self::of(db.store.clone(), engine)
    }

    pub fn of(store: Store, engine: Meilisearch) -> Self {
        let index = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(index.path()).unwrap();
        let clock = clock();
        let as_clock: Arc<dyn Clock> = clock.clone();
        let data = ReferenceData {
            areas: Vec::new(),
            topics: Vec::new(),
            emergency: Vec::new(),
            national_lines: Vec::new(),
            as_of: as_clock.now(),
            cursor: None,
        };
        let reference = Reference::build(data, &[], &app::decoder()).unwrap();
        let directory = Arc::new(Directory::new(
            reference,
            vec![Arc::new(engine.clone()), Arc::new(embedded.clone())],
            Arc::clone(&as_clock),
        ));
        let follower = Follower::new(indexing::Parts {
            store: store.clone(),
            directory: Arc::clone(&directory),
            index: embedded,
            decode: app::decoder(),
            clock: Arc::clone(&as_clock),
            boundaries: Vec::new(),
            snapshot: None,
        });
        let mirror = Mirror::new(MirrorParts {
            store,
            directory: Arc::clone(&directory),
            index: engine.clone(),
            clock: as_clock,
            own: follower.standing(),
        });
        Self {
            directory,
            follower,
            mirror,
            engine,
            clock,
            _index: index,
        }
    }

    /// Brings both indexes to the end of the log.
    pub async fn step(&mut self) -> MirrorStep {
        self.follower.step().await.unwrap();
        self.mirror.step().await.unwrap()
    }

    /// Where the documents of the index are, once it is known which database it is of.
    pub fn documents(&self) -> String {
        format!("/indexes/{}/documents", self.engine.index_name().unwrap())
    }

    pub async fn ask(&self, words: &str) -> Answer {
        let question = Question {
            words: Some(words.to_owned()),
            ..Question::default()
        };
        self.directory.ask(&question).await.unwrap()
    }

    /// The same around the place where samples are.
    pub async fn ask_around(&self, words: &str, radius_m: f64) -> Answer {
        let question = Question {
            words: Some(words.to_owned()),
            place: PlaceFilter {
                near: Some(SAMPLES),
                radius_m: Some(radius_m),
                ..PlaceFilter::default()
            },
            ..Question::default()
        };
        self.directory.ask(&question).await.unwrap()
    }

    /// The slugs that the engine in the process finds where Meilisearch should.
    pub async fn found_without_it(&self, words: &str) -> Vec<String> {
        let answer = self.ask(words).await;
        assert_eq!((answer.engine, answer.degraded), ("embedded", true));
        let slugs = answer
            .hits
            .iter()
            .map(|hit| hit.card.slug.as_str().to_owned());
        slugs.collect()
    }

    /// The slugs that Meilisearch, and nobody else, finds.
    pub async fn found(&self, words: &str) -> Vec<String> {
        let answer = self.ask(words).await;
        assert_eq!((answer.engine, answer.degraded), ("meilisearch", false));
        let slugs = answer
            .hits
            .iter()
            .map(|hit| hit.card.slug.as_str().to_owned());
        slugs.collect()
    }
}
