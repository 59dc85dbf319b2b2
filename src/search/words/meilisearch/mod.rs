//! The engine of a deployment: a Meilisearch server, whose index this program owns in name, settings and content.
//!
//! Invariants: an answer takes no longer than its budget; a server that fails is left alone until it answers again; what
//! is given again was answered by the index as it was a moment ago; no word of a searcher is in any error or log. Hits,
//! highlights, orders and counts of the server are deliberately unused: it says which parts of which listings match, and
//! the order is made as in the engine in the process.

mod answers;
mod asking;
mod breaker;
mod cells;
mod filling;
mod finding;
mod form;
mod former;
mod health;
mod http;
mod lookout;
mod making;
mod pushdown;
mod readings;
mod remembered;
mod resting;
mod server;
mod token;
mod whose;
mod word;
mod writing;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{BoxFuture, FutureExt};
use meilisearch_sdk::request::{HttpClient, Method};
use secrecy::SecretString;
use serde::Serialize;
use uuid::Uuid;

use self::{
    answers::Answers,
    asking::{Asked, Round},
    breaker::Breaker,
    former::former,
    http::{Http, told},
    lookout::Lookout,
    remembered::Remembered,
    server::Server,
    whose::Whose,
    writing::Writing,
};
pub use self::{
    former::Former,
    health::{Health, RIGHTS},
    writing::{Held, Refused},
};
use super::{Index, Match, Rebuild, Words, WordsError, WordsQuestion, Write};
use crate::search::{entry::Entry, reference::Reference};

/// How long a server may take to write a batch.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where the server is and how it is treated.
#[derive(Clone)]
pub struct Settings {
    /// Such as `http://127.0.0.1:7700`.
    pub url: String,
    pub key: Option<SecretString>,
    /// How long an answer may take.
    pub budget: Duration,
    /// How long the index is taken to be as it was when it was last looked at, so that what it answered is given
    /// again; nothing is where this is zero.
    pub remember: Duration,
    /// How long it may take to write a batch, before it is said that it does not get done; `PATIENCE` but for tests.
    pub patience: Duration,
    /// What the names of our indexes begin with.
    pub prefix: String,
}

/// The engine. Clones share everything.
#[derive(Clone)]
pub struct Meilisearch(Arc<Inner>);

struct Inner {
    http: Http,
    url: String,
    budget: Duration,
    whose: Arc<Whose>,
    server: Server,
    breaker: Breaker,
    lookout: Lookout,
    remembered: Remembered,
    writing: Arc<Writing>,
}

#[derive(Serialize)]
struct Request<'a> {
    queries: Vec<&'a Asked>,
}

impl Meilisearch {
    /// The engine of these settings. Nothing is asked of the server yet, which may start later.
    ///
    /// # Errors
    /// Where this machine cannot make an HTTP client.
    pub fn new(settings: Settings) -> Result<Self, WordsError> {
        let Settings {
            url,
            key,
            budget,
            remember,
            patience,
            prefix,
        } = settings;
        // On connections of its own: a search waits for no batch of documents on the same one.
        let http = Http::new(key.clone(), budget)?;
        let server = Server::new(&url, key)?;
        let whose = Arc::new(Whose::new(prefix));
        Ok(Self(Arc::new(Inner {
            http,
            url: server.base.clone(),
            budget,
            breaker: Breaker::default(),
            lookout: Lookout::new(remember),
            remembered: Remembered::default(),
            writing: Arc::new(Writing::new(server.clone(), Arc::clone(&whose), patience)),
            whose,
            server,
        })))
    }

    /// The name of the index that is asked, which tells of which directory and form it is; none while it is not known
    /// which directory is served.
    #[must_use]
    pub fn index_name(&self) -> Option<String> {
        let names = self.0.whose.names().ok()?;
        Some(names.live.clone())
    }

    /// Of which database the listings are that are asked for now.
    #[must_use]
    pub fn origin(&self) -> Option<i64> {
        self.0.whose.origin()
    }

    /// Looks whether the index is there, ours and whole, and has it answer if it is. A server that is left alone is not
    /// asked.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn look(&self) -> Result<(), WordsError> {
        let inner = &self.0;
        if !inner.breaker.is_open() {
            let names = inner.whose.names()?;
            inner.looks_whole(&names).await?;
        }
        Ok(())
    }

    /// Every listing that the server refuses now.
    #[must_use]
    pub fn refused(&self) -> Vec<Refused> {
        self.0.writing.refused()
    }

    /// Whether the server is left alone because it fails.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        self.0.breaker.is_open()
    }

    /// Which of the listings the index does not hold as it should.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn differing(
        &self,
        entries: &[Arc<Entry>],
        reference: &Arc<Reference>,
    ) -> Result<Vec<Uuid>, WordsError> {
        self.0.writing.differing(entries, reference).await
    }

    /// What the index holds, as far as keys and versions tell.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn held(&self) -> Result<Held, WordsError> {
        self.0.writing.held().await
    }

    /// Removes what is nobody's.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn remove_foreign(&self, held: &Held) -> Result<(), WordsError> {
        self.0.writing.remove(&held.foreign).await
    }

    /// Indexes on the server that may go.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn former(&self) -> Result<Vec<Former>, WordsError> {
        let Whose { prefix, .. } = &*self.0.whose;
        let names = self.0.whose.names()?;
        let all = self.0.server.indexes(prefix).await?;
        Ok(former(prefix, &names, &all))
    }

    /// Removes an index that may go.
    ///
    /// # Errors
    /// Any of the server.
    pub async fn remove_index(&self, name: &str) -> Result<(), WordsError> {
        self.0.server.drop_index(name, PATIENCE).await
    }
}

impl Inner {
    async fn answers(&self, round: &Round) -> Result<Answers, WordsError> {
        let request = Request {
            queries: round.0.iter().map(|part| &part.asked).collect(),
        };
        let method = Method::Post {
            query: (),
            body: request,
        };
        self.http
            .request::<(), Request<'_>, Answers>(&format!("{}/multi-search", self.url), method, 200)
            .await
            .map_err(told)
    }
}

impl Words for Meilisearch {
    fn name(&self) -> &'static str {
        "meilisearch"
    }

    fn find<'a>(
        &'a self,
        question: &'a WordsQuestion,
    ) -> BoxFuture<'a, Result<Vec<Match>, WordsError>> {
        async move {
            let inner = &self.0;
            if inner.breaker.is_open() {
                return Err(WordsError::Resting);
            }
            if question.query.is_empty() {
                return Ok(Vec::new());
            }
            let names = inner.whose.names()?;
            match inner.whose.is_whole() {
                Some(false) => return Err(WordsError::Unbuilt),
                Some(true) => {
                    if let Some(matches) = inner.known(question) {
                        return Ok(matches);
                    }
                }
                None => {}
            }
            let given = question.waited.left_of(inner.budget);
            if given.is_zero() {
                return Err(WordsError::Late);
            }
            let began = Instant::now();
            let answered = tokio::time::timeout(given, inner.find(&names, question)).await;
            question.waited.add(began.elapsed());
            let answered = answered.unwrap_or(Err(WordsError::Late));
            match &answered {
                // The listings are of another directory by now.
                Ok(_) if !inner.whose.has(&names) => return Err(WordsError::Unbuilt),
                Ok(_) => inner.breaker.succeeded(),
                // It is there and well.
                Err(WordsError::Unbuilt) => {
                    inner.whose.note(&names, false);
                    inner.server.changes();
                }
                // It had less than its time; that says nothing of it.
                Err(WordsError::Late) if given < inner.budget => {}
                Err(error) => inner.failed(error),
            }
            answered
        }
        .boxed()
    }

    /// The order is a function of what is published and of the index's form, so a rebuilt index goes on with it.
    fn generation(&self) -> u64 {
        self.0.whose.generation()
    }

    fn set_origin(&self, origin: Option<i64>) {
        if self.0.whose.set_origin(origin) {
            self.0.server.changes();
        }
    }
}

impl Index for Meilisearch {
    fn cursor(&self) -> BoxFuture<'_, Result<Option<i64>, WordsError>> {
        self.0.writing.cursor().boxed()
    }

    fn apply(
        &self,
        writes: Vec<Write>,
        reference: Arc<Reference>,
        cursor: i64,
    ) -> BoxFuture<'_, Result<(), WordsError>> {
        let writing = &self.0.writing;
        async move { writing.apply(&writes, &reference, cursor).await }.boxed()
    }

    fn begin_rebuild(&self) -> BoxFuture<'_, Result<Box<dyn Rebuild>, WordsError>> {
        Arc::clone(&self.0.writing).begin().boxed()
    }
}
