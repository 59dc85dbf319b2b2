//! How the server is spoken to: by POST where it matters, within a time limit, and without a word in any error.
//!
//! The SDK's own client waits for ever, and its errors may repeat what was asked: here an error is the server's code or
//! the kind of failure, nothing else.

use std::time::Duration;

use async_trait::async_trait;
use meilisearch_sdk::{
    errors::Error,
    request::{HttpClient, Method},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::super::WordsError;

/// Connecting takes no longer than this, whatever the limit.
const CONNECT: Duration = Duration::from_secs(2);

/// A client with a limit for each request.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    key: Option<SecretString>,
    limit: Duration,
}

/// What kept a request from an answer. The texts name nothing of the request.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("out of reach")]
    Unreachable,
    #[error("no answer in time")]
    Late,
    #[error("the answer broke off")]
    Broken,
    #[error("status {0}")]
    Status(u16),
    #[error(transparent)]
    Said(#[from] Said),
}

/// What the server says is wrong, without its sentence, which repeats what was sent.
#[derive(Clone, Debug, Deserialize, thiserror::Error)]
#[error("it says {code}")]
pub(super) struct Said {
    /// Such as `invalid_api_key`.
    pub(super) code: String,
    /// Such as `auth`, `invalid_request`, `internal`, `system`.
    #[serde(rename = "type")]
    pub(super) kind: String,
}

const NO_INDEX: &str = "index_not_found";
const TOO_MUCH: &str = "payload_too_large";
const NO_ROOM: &str = "no_space_left_on_device";

impl Http {
    /// # Errors
    /// Where this machine cannot make an HTTP client at all.
    pub(super) fn new(key: Option<SecretString>, limit: Duration) -> Result<Self, WordsError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT.min(limit))
            .redirect(reqwest::redirect::Policy::none())
            // What people look for passes nobody whom the environment happens to name.
            .no_proxy()
            .tcp_nodelay(true)
            .build();
        let client = client.map_err(|_| WordsError::Unavailable("no HTTP client".to_owned()))?;
        Ok(Self { client, key, limit })
    }

    async fn send(
        &self,
        url: String,
        method: reqwest::Method,
        content_type: &str,
        body: Option<Vec<u8>>,
    ) -> Result<(u16, bytes::Bytes), Trouble> {
        let mut request = self.client.request(method, url).timeout(self.limit);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        if let Some(body) = body {
            request = request.header("Content-Type", content_type).body(body);
        }
        let reply = request.send().await.map_err(|error| trouble(&error))?;
        let status = reply.status().as_u16();
        let body = reply.bytes().await.map_err(|error| trouble(&error))?;
        Ok((status, body))
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        Trouble::Late
    } else if error.is_connect() {
        Trouble::Unreachable
    } else {
        Trouble::Broken
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn request<Query, Body, Output>(
        &self,
        url: &str,
        method: Method<Query, Body>,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Body: Serialize + Send + Sync,
        Output: DeserializeOwned + 'static + Send,
    {
        let query = query_string(method.query())?;
        let verb = verb(&method);
        let body = method.body().map(serde_json::to_vec).transpose()?;
        let url = format!("{url}{query}");
        let (status, body) = self
            .send(url, verb, "application/json", body)
            .await
            .map_err(|trouble| Error::Other(trouble.into()))?;
        read(status, expected_status_code, &body)
    }

    async fn stream_request<Query, Body, Output>(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Body: futures_util::io::AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    {
        use futures_util::io::AsyncReadExt;

        let query = query_string(method.query())?;
        let (verb, url) = (verb(&method), format!("{url}{query}"));
        let mut body = Vec::new();
        if let Some(stream) = method.into_body() {
            let mut stream = Box::pin(stream);
            let read = stream.read_to_end(&mut body).await;
            read.map_err(|error| Error::Other(error.into()))?;
        }
        let (status, body) = self
            .send(url, verb, content_type, Some(body))
            .await
            .map_err(|trouble| Error::Other(trouble.into()))?;
        read(status, expected_status_code, &body)
    }
}

fn verb<Query, Body>(method: &Method<Query, Body>) -> reqwest::Method {
    match method {
        Method::Get { .. } => reqwest::Method::GET,
        Method::Post { .. } => reqwest::Method::POST,
        Method::Patch { .. } => reqwest::Method::PATCH,
        Method::Put { .. } => reqwest::Method::PUT,
        Method::Delete { .. } => reqwest::Method::DELETE,
    }
}

fn query_string<Query: Serialize>(query: &Query) -> Result<String, Error> {
    let text = serde_html_form::to_string(query).map_err(|error| Error::Other(error.into()))?;
    Ok(if text.is_empty() {
        text
    } else {
        format!("?{text}")
    })
}

fn read<Output: DeserializeOwned>(
    status: u16,
    expected: u16,
    body: &[u8],
) -> Result<Output, Error> {
    if status == expected {
        return Ok(serde_json::from_slice(body)?);
    }
    let trouble = serde_json::from_slice(body).map_or(Trouble::Status(status), Trouble::Said);
    Err(Error::Other(trouble.into()))
}

/// Where more was sent than the server, or who stands before it, takes in one go.
pub(super) fn too_much(error: &Error) -> Option<Said> {
    let Error::Other(trouble) = error else {
        return None;
    };
    match trouble.downcast_ref::<Trouble>()? {
        Trouble::Said(said) if said.code == TOO_MUCH => Some(said.clone()),
        Trouble::Status(413) => Some(Said {
            code: TOO_MUCH.to_owned(),
            kind: "invalid_request".to_owned(),
        }),
        _ => None,
    }
}

/// The error as the port tells it.
pub(super) fn told(error: Error) -> WordsError {
    match error {
        Error::ParseError(_) => WordsError::Unavailable("not an answer of a server".to_owned()),
        Error::Other(trouble) => match trouble.downcast::<Trouble>().as_deref() {
            Ok(Trouble::Late) => WordsError::Late,
            Ok(Trouble::Said(said)) => said.into(),
            Ok(trouble) => WordsError::Unavailable(trouble.to_string()),
            Err(_) => WordsError::Unavailable("the request could not be made".to_owned()),
        },
        _ => WordsError::Unavailable("the request could not be made".to_owned()),
    }
}

impl From<&Said> for WordsError {
    fn from(said: &Said) -> Self {
        match said.code.as_str() {
            NO_INDEX => Self::Unbuilt,
            NO_ROOM => Self::Stalled,
            _ => Self::Unavailable(said.to_string()),
        }
    }
}
