//! A Meilisearch to ask: the server that `MEILISEARCH_URL` names, else one started here of the binary on the `PATH`.
//!
//! One that is started here listens on loopback alone, sends nothing home, keeps its data in a temporary directory and
//! is ended with the value. Searches are posted, because the parameters of a GET are written to the server's log.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// How long a start and a task may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Meilisearch {
    url: String,
    key: Option<String>,
    client: Client,
    _started: Option<Started>,
}

struct Started {
    child: Child,
    _data: tempfile::TempDir,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Meilisearch {
    /// The server, or why there is none.
    pub async fn find() -> Result<Self, String> {
        let named = std::env::var("MEILISEARCH_URL")
            .ok()
            .filter(|url| !url.is_empty());
        let (url, key, started) = match named {
            Some(url) => (url, std::env::var("MEILISEARCH_KEY").ok(), None),
            None => {
                let binary = on_path().ok_or(
                    "MEILISEARCH_URL is not set, and there is no `meilisearch` on the PATH",
                )?;
                let (url, started) = start(&binary)?;
                (url, None, Some(started))
            }
        };
        let client = Client::builder().timeout(PATIENCE).build().unwrap();
        let server = Self {
            url: url.trim_end_matches('/').to_owned(),
            key,
            client,
            _started: started,
        };
        server.wait().await?;
        Ok(server)
    }

    /// A name for an index that nobody else uses.
    pub fn unused_name(&self, stem: &str) -> String {
        format!("{stem}_{}", uuid::Uuid::now_v7().simple())
    }

    async fn wait(&self) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let health = self.request(Method::GET, "/health").send().await;
            match health {
                Ok(reply) if reply.status().is_success() => return Ok(()),
                other if began.elapsed() > PATIENCE => {
                    return Err(format!(
                        "Meilisearch at {} does not answer: {other:?}",
                        self.url
                    ));
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self
            .request(Method::POST, path)
            .json(body)
            .send()
            .await
            .unwrap();
        let status = reply.status();
        let answer: Value = reply.json().await.unwrap();
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    pub async fn delete(&self, path: &str) {
        let reply = self.request(Method::DELETE, path).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
    }

    /// Waits until a task that was told in an answer has succeeded.
    pub async fn settled(&self, told: &Value) {
        let path = format!("/tasks/{}", told["taskUid"]);
        let began = Instant::now();
        loop {
            let task: Value = self
                .request(Method::GET, &path)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            match task["status"].as_str() {
                Some("succeeded") => return,
                Some("enqueued" | "processing") if began.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                _ => panic!("{task}"),
            }
        }
    }
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join("meilisearch"))
        .find(|file| file.is_file())
}

fn start(binary: &PathBuf) -> Result<(String, Started), String> {
    let data = tempfile::tempdir().map_err(|error| error.to_string())?;
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| error.to_string())?;
    let child = Command::new(binary)
        .args([
            "--no-analytics",
            "--http-addr",
            &address.to_string(),
            "--env",
            "development",
        ])
        .arg("--db-path")
        .arg(data.path().join("data"))
        .current_dir(data.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    Ok((format!("http://{address}"), Started { child, _data: data }))
}
