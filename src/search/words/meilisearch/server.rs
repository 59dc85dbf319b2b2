//! The server's calls that we make, each with the rights that it needs, and waiting for what it does in its own time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use meilisearch_sdk::{
    client::Client,
    request::{HttpClient, Method},
};
use secrecy::SecretString;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    super::WordsError,
    form::{Part, settings},
    former::Listed,
    http::{Http, Said, told, too_much},
};

/// How long a call takes at most that only asks or enqueues.
const CALL: Duration = Duration::from_secs(30);

/// Between two looks at a task, at first and at most.
const LOOK: Duration = Duration::from_millis(5);
const LONGEST_LOOK: Duration = Duration::from_millis(250);

/// The field of documents by which they are told apart.
const KEY: &str = "key";

/// Keys of the two documents that are no listing's: the first says that the index was filled as a whole, comes before it
/// is taken into use and is never written again; the second says up to where in the log it is whole.
const BIRTH: &str = "birth";
const SEAL: &str = "seal";

/// What finds the first of them by a search.
pub(super) const BORN: &str = "label = \"birth\"";

/// A server that is written to.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) base: String,
    http: Http,
    client: Client<Http>,
    /// Grows with everything that may change an answer, as far as this process knows.
    state: Arc<AtomicU64>,
}

/// A task that was enqueued.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enqueued {
    task_uid: u32,
}

#[derive(Deserialize)]
struct Task {
    status: String,
    error: Option<Said>,
}

/// Why a task did not do what it should.
#[derive(Debug)]
pub(super) enum Undone {
    /// Something in the request is refused, and would be again.
    Refused(Said),
    /// The task is still there, and may be done some time.
    Waiting,
    Failed(WordsError),
}

impl From<WordsError> for Undone {
    fn from(error: WordsError) -> Self {
        Self::Failed(error)
    }
}

impl From<Undone> for WordsError {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(said) => (&said).into(),
            Undone::Waiting => Self::Stalled,
            Undone::Failed(error) => error,
        }
    }
}

#[derive(Deserialize)]
struct Fetched<T> {
    results: Vec<T>,
    total: u64,
}

#[derive(Deserialize)]
struct Mark {
    key: String,
    cursor: Option<i64>,
}

/// What the two marks of an index tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// Whether it was filled as a whole, and not emptied since.
    pub(super) born: bool,
    /// Up to where it is whole; none where somebody removed either mark.
    pub(super) sealed: Option<i64>,
}

#[derive(Deserialize)]
struct Versioned {
    key: String,
    #[serde(default)]
    version: i64,
}

impl Server {
    pub(super) fn new(base: &str, key: Option<SecretString>) -> Result<Self, WordsError> {
        let base = base.trim_end_matches('/').to_owned();
        let http = Http::new(key, CALL)?;
        let client = Client::new_with_client(&base, None::<String>, http.clone());
        Ok(Self {
            base,
            http,
            client,
            state: Arc::default(),
        })
    }

    /// The state of the indexes: another number wherever this process may have changed them since.
    pub(super) fn state(&self) -> u64 {
        self.state.load(Ordering::Acquire)
    }

    /// Notes that an answer may be another from now on.
    pub(super) fn changes(&self) {
        self.state.fetch_add(1, Ordering::AcqRel);
    }

    async fn call<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        method: Method<(), impl Serialize + Send + Sync>,
        status: u16,
    ) -> Result<T, WordsError> {
        let url = format!("{}{path}", self.base);
        self.http.request(&url, method, status).await.map_err(told)
    }

    async fn get<T: DeserializeOwned + Send + 'static>(&self, path: &str) -> Result<T, WordsError> {
        self.call(path, Method::<(), ()>::Get { query: () }, 200)
            .await
    }

    /// The version of the server.
    pub(super) async fn version(&self) -> Result<String, WordsError> {
        let version = self.client.get_version().await.map_err(told)?;
        Ok(version.pkg_version)
    }

    /// Searches for nothing, for which the right to search is needed all the same.
    pub(super) async fn search_nothing(&self) -> Result<(), WordsError> {
        let body = json!({"queries": []});
        let method = Method::Post { query: (), body };
        let asked = self.call("/multi-search", method, 200).await;
        asked.map(|IgnoredAny| ())
    }

    /// Looks at a task, whichever it is.
    pub(super) async fn look_at_tasks(&self) -> Result<(), WordsError> {
        let asked = self.get("/tasks?limit=1").await;
        asked.map(|IgnoredAny| ())
    }

    /// The settings of an index.
    pub(super) async fn settings(&self, index: &str) -> Result<Value, WordsError> {
        self.get(&format!("/indexes/{index}/settings")).await
    }

    /// All indexes whose names begin with `prefix`.
    pub(super) async fn indexes(&self, prefix: &str) -> Result<Vec<Listed>, WordsError> {
        let all: Fetched<Listed> = self.get("/indexes?limit=1000").await?;
        let listed = all.results.into_iter();
        Ok(listed
            .filter(|index| index.uid.starts_with(prefix))
            .collect())
    }

    /// When the index was last written to, by whomever, in the server's words.
    pub(super) async fn written(&self, index: &str) -> Result<String, WordsError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Dated {
            updated_at: String,
        }
        let dated: Dated = self.get(&format!("/indexes/{index}")).await?;
        Ok(dated.updated_at)
    }

    /// The marks of the index; neither is there where it is not.
    pub(super) async fn marks(&self, index: &str) -> Result<Marks, WordsError> {
        let wanted = json!({"ids": [BIRTH, SEAL], "fields": [KEY, "cursor"]});
        let marks: Vec<Mark> = match self.fetch(index, wanted).await {
            Ok(fetched) => fetched.results,
            Err(WordsError::Unbuilt) => return Ok(Marks::default()),
            Err(error) => return Err(error),
        };
        let born = marks.iter().any(|mark| mark.key == BIRTH);
        let cursor = marks.iter().find_map(|mark| mark.cursor);
        Ok(Marks {
            born,
            sealed: cursor.filter(|_| born),
        })
    }

    /// The parts with these keys that are there.
    pub(super) async fn parts(
        &self,
        index: &str,
        keys: &[String],
    ) -> Result<Vec<Part>, WordsError> {
        let wanted = json!({"ids": keys, "limit": keys.len()});
        Ok(self.fetch(index, wanted).await?.results)
    }

    /// A page of all parts by key and version, and whether more follow. What is no part of a listing has version 0.
    pub(super) async fn versions(
        &self,
        index: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<(String, i64)>, bool), WordsError> {
        let wanted = json!({"offset": offset, "limit": limit, "fields": [KEY, "version"]});
        let page: Fetched<Versioned> = self.fetch(index, wanted).await?;
        let more = ((offset + limit) as u64) < page.total;
        let parts = page
            .results
            .into_iter()
            .map(|part| (part.key, part.version));
        let parts = parts.filter(|(key, _)| key != BIRTH && key != SEAL);
        Ok((parts.collect(), more))
    }

    async fn fetch<T: DeserializeOwned + Send + 'static>(
        &self,
        index: &str,
        body: Value,
    ) -> Result<Fetched<T>, WordsError> {
        let path = format!("/indexes/{index}/documents/fetch");
        self.call(&path, Method::Post { query: (), body }, 200)
            .await
    }

    /// Enqueues an empty index with our settings and waits for it; one of that name goes first.
    pub(super) async fn create(&self, index: &str, patience: Duration) -> Result<(), WordsError> {
        self.drop_index(index, patience).await?;
        let body = json!({"uid": index, "primaryKey": KEY});
        let created = self
            .enqueue("/indexes", Method::Post { query: (), body })
            .await?;
        self.done(created, patience).await?;
        let path = format!("/indexes/{index}/settings");
        let body = settings();
        let set = self
            .enqueue(&path, Method::Patch { query: (), body })
            .await?;
        Ok(self.done(set, patience).await?)
    }

    /// Removes the index, if there is one.
    pub(super) async fn drop_index(
        &self,
        index: &str,
        patience: Duration,
    ) -> Result<(), WordsError> {
        let path = format!("/indexes/{index}");
        let dropped = self
            .enqueue(&path, Method::<(), ()>::Delete { query: () })
            .await?;
        match self.done(dropped, patience).await.map_err(WordsError::from) {
            Err(WordsError::Unbuilt) => Ok(()),
            other => other,
        }
    }

    /// Puts the index `next` in the place of `live`, whether or not there is one; the former is under `next` then, and
    /// goes last.
    pub(super) async fn swap(
        &self,
        live: &str,
        next: &str,
        patience: Duration,
    ) -> Result<(), WordsError> {
        let known = self.indexes(live).await?;
        let there = known.iter().any(|index| index.uid == live);
        let body = json!([{"indexes": [next, live], "rename": !there}]);
        let swapped = self
            .enqueue("/swap-indexes", Method::Post { query: (), body })
            .await?;
        self.done(swapped, patience).await?;
        if there {
            self.drop_index(next, patience).await?;
        }
        Ok(())
    }

    /// Enqueues documents; each replaces the one with its key. Too many for one go are refused.
    pub(super) async fn add(
        &self,
        index: &str,
        documents: &(impl Serialize + Sync + ?Sized),
    ) -> Result<Enqueued, Undone> {
        self.changes();
        let url = format!("{}/indexes/{index}/documents?primaryKey={KEY}", self.base);
        let body = documents;
        let method = Method::Post { query: (), body };
        let added = self.http.request(&url, method, 202).await;
        added.map_err(|error| match too_much(&error) {
            Some(said) => Undone::Refused(said),
            None => told(error).into(),
        })
    }

    /// Enqueues the mark of an index that is filled.
    pub(super) async fn mark_birth(&self, index: &str) -> Result<Enqueued, WordsError> {
        let birth = json!([{KEY: BIRTH, "label": [BIRTH]}]);
        Ok(self.add(index, &birth).await?)
    }

    /// Enqueues the mark of how far the index is.
    pub(super) async fn seal(&self, index: &str, cursor: i64) -> Result<Enqueued, WordsError> {
        let seal = json!([{KEY: SEAL, "cursor": cursor}]);
        Ok(self.add(index, &seal).await?)
    }

    pub(super) async fn remove(
        &self,
        index: &str,
        keys: &[String],
    ) -> Result<Enqueued, WordsError> {
        let path = format!("/indexes/{index}/documents/delete-batch");
        let body = json!(keys);
        self.enqueue(&path, Method::Post { query: (), body }).await
    }

    async fn enqueue(
        &self,
        path: &str,
        method: Method<(), impl Serialize + Send + Sync>,
    ) -> Result<Enqueued, WordsError> {
        self.changes();
        self.call(path, method, 202).await
    }

    /// Waits until the task is done. A server without room keeps a task for ever and says nothing: after `patience` it
    /// is `Waiting`, and the task stays enqueued.
    pub(super) async fn done(&self, task: Enqueued, patience: Duration) -> Result<(), Undone> {
        let ended = self.ended(task, patience).await;
        self.changes();
        ended
    }

    async fn ended(&self, task: Enqueued, patience: Duration) -> Result<(), Undone> {
        let deadline = Instant::now() + patience;
        let path = format!("/tasks/{}", task.task_uid);
        let mut pause = LOOK;
        loop {
            let Task { status, error } = self.get(&path).await?;
            match (status.as_str(), error) {
                ("succeeded", _) => return Ok(()),
                ("enqueued" | "processing", _) if Instant::now() < deadline => {}
                ("enqueued" | "processing", _) => return Err(Undone::Waiting),
                ("failed", Some(said)) if is_refusal(&said) => return Err(Undone::Refused(said)),
                ("failed", Some(said)) => return Err(Undone::Failed((&said).into())),
                (other, _) => {
                    let why = format!("a task ended as {other}");
                    return Err(Undone::Failed(WordsError::Unavailable(why)));
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }
}

/// Whether trying the same again would end the same way, because of what was sent.
fn is_refusal(said: &Said) -> bool {
    said.kind == "invalid_request" && !said.code.starts_with("index_")
}
