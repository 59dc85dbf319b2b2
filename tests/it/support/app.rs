//! The whole application over HTTP on a port of its own, with a clock that stands and a follower that is stepped by
//! hand. When it goes, nothing may be left to follow.

use haven::domain::actor::Actor;
use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, LazyLock},
};

use haven::{
    app::{
        App, Parts, Phrases,
        changes::Wakes,
        import::{self, Seed},
        post,
        staff::Staff,
        status::FollowerState,
    },
    config::Network,
    domain::{
        clock::{Clock, FixedClock},
        listing::{Details, Listing},
    },
    exchange::{listing, reference},
    http,
    indexing::{self, Follower, IndexingError, Mirror, MirrorParts, Step},
    mail::Mailer,
    search::{
        ask::Directory,
        entry::Decoder,
        reference::{Reference, ReferenceData},
        words::{Words, embedded::Embedded, meilisearch::Meilisearch},
    },
    site,
    store::Store,
    wording::{Danger, Intents, Synonyms},
};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::{
    runtime::Runtime,
    sync::{Mutex, watch},
};

use super::{clock::clock, promise};

/// Servers live longer than the runtime of a single test.
static SERVERS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// So many requests a minute has each address that a test pretends to ask for.
pub const PER_MINUTE: u32 = 60;

/// A served directory.
pub struct TestApp {
    pub clock: Arc<FixedClock>,
    pub client: Client,
    address: String,
    follower: Mutex<Follower>,
    /// The same application without HTTP.
    pub use_cases: App,
    directory: Arc<Directory>,
    store: Store,
    stop: watch::Sender<bool>,
    mail: tempfile::TempDir,
    /// A mail server to send to, and where it keeps what it took; a folder where there is none.
    pub mail_server: Option<(Mailer, std::path::PathBuf)>,
    index: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    /// The answer to the request, which is as the document says.
    pub async fn of(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let reply = client.execute(request).await.unwrap();
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let reply = Self {
            status,
            headers,
            text: reply.text().await.unwrap(),
        };
        promise::hold(&method, &url, &reply);
        reply
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// All of it but what every answer has of its own: the id of its request, the time, and whether the body had come
    /// before it was refused.
    #[allow(dead_code, reason = "the suite of the engines has no use for it")]
    pub fn without_its_id(&self) -> String {
        let id = self.header("x-request-id");
        let own = |name: &str| ["connection", "date", "x-request-id"].contains(&name);
        let headers = self.headers.iter().filter(|(name, _)| !own(name.as_str()));
        let mut headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        let text = self.text.replace(id, "");
        format!("{} {} {text}", self.status, headers.join(" "))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn file(name: &str) -> &'static str {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seed-data")
        .join(name);
    std::fs::read_to_string(path).unwrap().leak()
}

/// The whole seed, read from its files.
pub fn seed() -> Seed {
    let listings = [
        "organisations.ndjson",
        "hubs.ndjson",
        "helplines.ndjson",
        "support-groups.ndjson",
    ];
    Seed {
        areas: reference::areas(file("areas.ndjson")).unwrap(),
        topics: reference::topics(file("topics.ndjson")).unwrap(),
        emergency_numbers: reference::emergency_numbers(file("crisis.tsv")).unwrap(),
        listings: listings
            .map(|name| (name, file(&format!("listings/{name}"))))
            .into(),
    }
}

fn phrases() -> Phrases {
    Phrases {
        intents: Intents::parse(file("intents.tsv")).unwrap(),
        danger: Danger::parse(file("danger.tsv")).unwrap(),
    }
}

pub fn decoder() -> Decoder {
    Arc::new(listing::decode)
}

/// What a program knows before it has read anything: the copy that is built in.
fn built_in() -> Reference {
    let Seed {
        areas,
        topics,
        emergency_numbers,
        ..
    } = seed();
    let national =
        |listing: &Listing| matches!(&listing.details, Details::Helpline(line) if line.national);
    let lines = file("listings/helplines.ndjson").lines();
    let lines = lines.filter(|line| listing::decode(line).is_ok_and(|listing| national(&listing)));
    let data = ReferenceData {
        areas,
        topics,
        emergency: emergency_numbers,
        national_lines: lines
            .map(|line| (uuid::Uuid::nil(), 0, Arc::from(line)))
            .collect(),
        as_of: clock().now(),
        cursor: None,
    };
    Reference::build(data, &[], &decoder()).unwrap()
}

impl TestApp {
    /// A directory of what the store holds.
    pub async fn on(store: &Store) -> Self {
        Self::asking(store, Vec::new()).await
    }

    /// One that asks these engines before the one in the process.
    pub async fn asking(store: &Store, engines: Vec<Arc<dyn Words>>) -> Self {
        let app = Self::empty(store, engines).await;
        app.follow().await;
        app
    }

    /// One that has read nothing of the store yet.
    pub async fn empty(store: &Store, mut engines: Vec<Arc<dyn Words>>) -> Self {
        let clock = clock();
        let index = tempfile::tempdir().unwrap();
        let words = Embedded::open(index.path()).unwrap();
        engines.push(Arc::new(words.clone()));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let directory = Arc::new(Directory::with_synonyms(
            built_in(),
            engines,
            Arc::clone(&as_clock),
            Synonyms::parse(file("synonyms.tsv")).unwrap(),
        ));
        let mut follower = Follower::new(indexing::Parts {
            store: store.clone(),
            directory: Arc::clone(&directory),
            index: words,
            decode: decoder(),
            clock: Arc::clone(&as_clock),
            boundaries: vec![file("boundaries/id_provinces.geojson")],
            snapshot: None,
        });
        follower.load().await.unwrap();
        let standing = follower.standing();
        let following = Arc::new(move || {
            let standing = standing.borrow();
            FollowerState {
                sequence: standing.sequence,
                loaded: standing.loaded,
                head: standing.head,
                ..FollowerState::default()
            }
        });
        let stop = watch::Sender::new(false);
        let app = App::new(Parts {
            store: store.clone(),
            directory: Arc::clone(&directory),
            clock: as_clock,
            country: None,
            phrases: Arc::new(phrases()),
            staff: Staff::default(),
            following,
            wakes: Wakes {
                log: store.watch(),
                stopping: stop.subscribe(),
            },
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let use_cases = app.clone();
        // Tests come from this machine, which is not limited; one that says to ask for another is.
        let trusted = Network::parse("127.0.0.1").unwrap();
        let quota = http::Quota::new(PER_MINUTE, vec![trusted]);
        SERVERS.spawn(async move {
            let server = http::server_that_minds_no_lateness(app, listener, site::pages, quota);
            server.unwrap().await
        });
        // No connection is kept: it would belong to the runtime of the test that opened it, and die with it.
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self {
            clock,
            client,
            address,
            follower: Mutex::new(follower),
            use_cases,
            directory,
            store: store.clone(),
            stop,
            mail: tempfile::tempdir().unwrap(),
            mail_server: None,
            index,
        }
    }

    /// The seed data, served; made once and shared by the tests that only read.
    pub async fn of_the_seed() -> &'static Self {
        static SHARED: tokio::sync::OnceCell<TestApp> = tokio::sync::OnceCell::const_new();
        SHARED
            .get_or_init(|| async {
                // Whoever comes first makes it, on a runtime that stays.
                SERVERS
                    .spawn(async {
                        let db = Box::leak(Box::new(super::TestDb::new().await));
                        import::seed(&db.store, Actor::Operator, &*clock(), &seed())
                            .await
                            .unwrap();
                        TestApp::on(&db.store).await
                    })
                    .await
                    .unwrap()
            })
            .await
    }

    /// Follows the log to its end.
    pub async fn follow(&self) -> Step {
        self.try_follow().await.unwrap()
    }

    /// Follows the log to its end, if that is possible.
    pub async fn try_follow(&self) -> Result<Step, IndexingError> {
        self.follower.lock().await.step().await
    }

    /// Where the index in the process lies.
    pub fn index(&self) -> &Path {
        self.index.path()
    }

    /// What follows for an index of a server, after the own follower.
    #[allow(dead_code, reason = "the suite of the engines uses it")]
    pub async fn mirror(&self, index: Meilisearch) -> Mirror {
        Mirror::new(MirrorParts {
            store: self.store.clone(),
            directory: Arc::clone(&self.directory),
            index,
            clock: self.clock.clone(),
            own: self.follower.lock().await.standing(),
        })
    }

    /// Builds the index afresh; what pages of the former one were given out is void.
    pub async fn rebuild(&self) {
        self.follower.lock().await.rebuild().await.unwrap();
    }

    /// Where it listens: host and port.
    pub fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// What a process does first when it is told to stop.
    pub fn say_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Sends the letters that wait into a folder; what came, the latest last.
    pub async fn post(&self) -> Vec<String> {
        let folder =
            || Mailer::folder(self.mail.path().to_owned(), "Haven <haven@example.org>").unwrap();
        let (mailer, kept) = match &self.mail_server {
            Some((mailer, kept)) => (mailer.clone(), kept.as_path()),
            None => (folder(), self.mail.path()),
        };
        post::deliver(
            &self.store,
            Actor::Upkeep,
            &*self.clock,
            &mailer,
            "http://haven.test",
        )
        .await
        .unwrap();
        let mut files: Vec<_> = std::fs::read_dir(kept)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        // Ids of one moment are in no order, and the clock of the tests stands.
        files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
        let letters = files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap());
        letters
            .map(|letter| {
                letter
                    .replace("\r\n", "\n")
                    .replace("=\n", "")
                    .replace("=3D", "=")
            })
            .collect()
    }

    /// The link in the latest letter to an address.
    pub async fn link_to(&self, email: &str) -> String {
        let letters = self.post().await;
        let to = format!("To: {email}\n");
        let letter = letters.iter().rfind(|letter| letter.contains(&to)).unwrap();
        link_after(letter, &to).unwrap()
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.address))
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        Reply::of(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(reqwest::Method::GET, path)).await
    }

    /// The answer to a question by words and other parameters.
    pub async fn search(&self, parameters: &[(&str, &str)]) -> Value {
        let request = self
            .request(reqwest::Method::GET, "/v1/search")
            .query(parameters);
        let reply = self.send(request).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }
}

/// The first link that follows what the letter says last in these words.
pub fn link_after(letter: &str, says: &str) -> Option<String> {
    let (_, after) = letter.rsplit_once(says)?;
    let link = after.split("http://haven.test/v1/links/").nth(1)?;
    Some(format!("/v1/links/{}", link.split_whitespace().next()?))
}

/// The slugs of a list or of hits.
pub fn slugs(of: &Value) -> Vec<&str> {
    of.as_array()
        .unwrap()
        .iter()
        .map(|item| item["slug"].as_str().unwrap())
        .collect()
}
