//! When a server that fails is left alone, and how it is found out that it is back.
//!
//! One question that took all its time may have been a heavy one: whether the server hangs is asked beside the others,
//! by a search that costs next to nothing. The same tells whether one that was left alone answers searches again, for
//! which it does not suffice that it hands out documents.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use meilisearch_sdk::request::{HttpClient, Method};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{super::WordsError, Inner, breaker::Verdict, form::Names, http::told, server::BORN};

/// Between two looks whether a server that failed is back.
const PROBE: Duration = Duration::from_millis(500);

/// Of the budget, a search that costs next to nothing takes this part at most, unless the server hangs.
const FOR_NOTHING: u32 = 2;

impl Inner {
    /// Notes a failure. A server that was slow is still the one that it was; any other may have become another.
    pub(super) fn failed(self: &Arc<Self>, error: &WordsError) {
        let waited = matches!(error, WordsError::Late).then_some(self.budget);
        if waited.is_none() {
            self.server.changes();
        }
        match self.breaker.failed(waited) {
            Verdict::Bearable => {}
            Verdict::Doubtful => {
                tokio::spawn(Self::make_sure(Arc::downgrade(self)));
            }
            Verdict::Failing => self.rest(),
        }
    }

    fn rest(self: &Arc<Self>) {
        self.server.changes();
        tracing::warn!("Meilisearch fails and is left alone until it answers again");
        tokio::spawn(Self::look_until_back(Arc::downgrade(self)));
    }

    /// Asks the cheapest question that only an index answers which is ours and whole, and notes what it says.
    pub(super) async fn looks_whole(&self, names: &Names) -> Result<bool, WordsError> {
        #[derive(Deserialize)]
        struct Marked {
            hits: Vec<IgnoredAny>,
        }
        let url = format!("{}/indexes/{}/search", self.url, names.live);
        let body = json!({"q": "", "filter": BORN, "limit": 1, "attributesToRetrieve": ["key"]});
        let method = Method::Post { query: (), body };
        let asked = self.http.request::<(), Value, Marked>(&url, method, 200);
        let whole = match asked.await.map_err(told) {
            Ok(marked) => !marked.hits.is_empty(),
            Err(WordsError::Unbuilt) => false,
            Err(error) => return Err(error),
        };
        self.whose.note(names, whole);
        Ok(whole)
    }

    /// Whether the server answers searches, of whichever index.
    async fn answers_searches(&self, within: Duration) -> bool {
        let Ok(names) = self.whose.names() else {
            return false;
        };
        let answered = timeout(within, self.looks_whole(&names)).await;
        matches!(answered, Ok(Ok(_)))
    }

    async fn make_sure(inner: Weak<Self>) {
        let Some(inner) = inner.upgrade() else { return };
        if inner.answers_searches(inner.budget / FOR_NOTHING).await {
            inner.breaker.succeeded();
        } else if inner.breaker.open() {
            inner.rest();
        }
    }

    async fn look_until_back(inner: Weak<Self>) {
        loop {
            tokio::time::sleep(PROBE).await;
            let Some(inner) = inner.upgrade() else { return };
            if inner.answers_searches(inner.budget).await {
                inner.breaker.close();
                tracing::info!("Meilisearch answers again");
                return;
            }
        }
    }
}
