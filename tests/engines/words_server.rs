//! A Meilisearch server of a test's own, which may be killed, stopped, wiped and started again; or one that is there
//! already, which may not.
//!
//! The binary is the `meilisearch` on the `PATH`. A shell beside it ends it when this process ends, in whatever way. It
//! is spoken to with a key of the rights that Haven documents, and no more. The other one is at `MEILISEARCH_URL`, with
//! the key `MEILISEARCH_KEY`; on it every index is of this process, and goes with `tidy`.

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use haven::search::words::meilisearch::{self, Meilisearch, RIGHTS, Settings};
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use serde_json::{Value, json};

const MASTER: &str = "a-master-key-of-tests-alone";

/// Starts the server, tells its process, and ends it when the input ends.
const WATCH: &str = r#"
    "$@" </dev/null >/dev/null 2>&1 &
    echo $!
    read -r _
    kill -9 $!
"#;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct WordsServer {
    url: String,
    /// None of one that was there already.
    own: Option<(PathBuf, SocketAddr)>,
    watch: Option<Child>,
    pid: Option<Pid>,
    client: reqwest::Client,
    data: tempfile::TempDir,
    /// What it takes in one go, in bytes, where that is not what it takes by itself.
    takes: Option<u32>,
    /// Allows everything that a test does.
    master: String,
    key: String,
    key_file: Value,
}

/// The binary, or why there is none.
pub fn binary() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("meilisearch"))
        .find(|file| file.is_file());
    found.ok_or_else(|| "there is no `meilisearch` on the PATH".to_owned())
}

impl WordsServer {
    /// A fresh server.
    pub async fn start() -> Result<Self, String> {
        let binary = binary()?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = free.map_err(|error| error.to_string())?;
        let url = format!("http://{address}");
        let mut server = Self::at(url, MASTER, Some((binary, address)))?;
        server.up().await;
        Ok(server)
    }

    /// A fresh server that takes no more than so many bytes in one go.
    pub async fn that_takes(bytes: u32) -> Result<Self, String> {
        let mut server = Self::start().await?;
        server.kill();
        server.takes = Some(bytes);
        server.up().await;
        Ok(server)
    }

    /// The one that is there already, where one is named, else a fresh one.
    pub async fn given_or_started() -> Result<Self, String> {
        let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let Some(url) = set("MEILISEARCH_URL") else {
            return Self::start().await;
        };
        let key = set("MEILISEARCH_KEY").unwrap_or_default();
        let mut server = Self::at(url.trim_end_matches('/').to_owned(), &key, None)?;
        server.key = key;
        if server.is_healthy().await {
            return Ok(server);
        }
        Err("the server at MEILISEARCH_URL does not answer".to_owned())
    }

    fn at(url: String, master: &str, own: Option<(PathBuf, SocketAddr)>) -> Result<Self, String> {
        Ok(Self {
            url,
            own,
            watch: None,
            pid: None,
            client: reqwest::Client::builder()
                .pool_max_idle_per_host(0)
                .timeout(PATIENCE)
                .build()
                .unwrap(),
            data: tempfile::tempdir().map_err(|error| error.to_string())?,
            takes: None,
            master: master.to_owned(),
            key: String::new(),
            key_file: json!({
                "actions": RIGHTS, "indexes": ["*"], "expiresAt": null,
                "uid": "6062abda-a5aa-4414-ac91-ecd7944c0f8d",
            }),
        })
    }

    /// Removes what this process made on a server that stays.
    pub async fn tidy(&self) {
        if self.own.is_some() {
            return;
        }
        let all = self.call(reqwest::Method::GET, "/indexes?limit=1000", None);
        let all = all.await;
        let names = all["results"].as_array().into_iter().flatten();
        for name in names.filter_map(|index| index["uid"].as_str()) {
            if name.starts_with(&self.name("")) {
                let path = format!("/indexes/{name}");
                self.done(reqwest::Method::DELETE, &path, None).await;
            }
        }
    }

    /// What the names of indexes begin with: on a server that others use too, with something that nobody else has.
    fn name(&self, prefix: &str) -> String {
        match self.own {
            Some(_) => prefix.to_owned(),
            None => format!("test_{}_{prefix}", std::process::id()),
        }
    }

    /// Starts it where it is down, on the data that it had, and waits until it answers.
    pub async fn up(&mut self) {
        let (binary, address) = self.own.clone().expect("a server of the test's own");
        let takes = self.takes.iter();
        let takes =
            takes.flat_map(|bytes| ["--http-payload-size-limit".to_owned(), bytes.to_string()]);
        let mut watch = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(&binary)
            .args([
                "--no-analytics",
                "--env",
                "production",
                "--master-key",
                MASTER,
            ])
            .args(["--log-level", "OFF", "--http-addr", &address.to_string()])
            .arg("--db-path")
            .arg(self.data.path().join("data"))
            .args(takes)
            .current_dir(self.data.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = watch.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        self.pid = Pid::from_raw(line.trim().parse().unwrap());
        self.watch = Some(watch);
        let began = Instant::now();
        while !self.is_healthy().await {
            assert!(began.elapsed() < PATIENCE, "Meilisearch does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.make_key().await;
    }

    async fn is_healthy(&self) -> bool {
        let asked = self.client.get(format!("{}/health", self.url())).send();
        asked.await.is_ok_and(|reply| reply.status().is_success())
    }

    /// The key follows from its uid and the master key, so a wiped server gives the same one.
    async fn make_key(&mut self) {
        let made = self
            .call(reqwest::Method::POST, "/keys", Some(&self.key_file))
            .await;
        if let Some(key) = made["key"].as_str() {
            key.clone_into(&mut self.key);
        }
        assert!(!self.key.is_empty(), "{made}");
    }

    /// Where a server of the test's own is.
    pub fn address(&self) -> SocketAddr {
        self.own.as_ref().expect("a server of the test's own").1
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    #[allow(dead_code, reason = "the benches use it")]
    pub fn pid(&self) -> i32 {
        self.pid.map_or(0, |pid| pid.as_raw_nonzero().get())
    }

    /// Where it keeps everything.
    #[allow(dead_code, reason = "the benches use it")]
    pub fn data(&self) -> PathBuf {
        self.data.path().join("data")
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// A call with all rights, for what a test does behind Haven's back.
    pub async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let request = self
            .client
            .request(method, format!("{}{path}", self.url()))
            .bearer_auth(&self.master);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let reply = request.send().await.unwrap();
        reply.json().await.unwrap_or_default()
    }

    /// As `call`, and waits for the task that it enqueues.
    pub async fn done(&self, method: reqwest::Method, path: &str, body: Option<&Value>) {
        let told = self.call(method, path, body).await;
        let task = format!("/tasks/{}", told["taskUid"]);
        let began = Instant::now();
        loop {
            let task = self.call(reqwest::Method::GET, &task, None).await;
            match task["status"].as_str() {
                Some("succeeded") => return,
                Some("enqueued" | "processing") => assert!(began.elapsed() < PATIENCE, "{task}"),
                _ => panic!("{path}: {told} {task}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes the rights from Haven's key, until the next start.
    pub async fn take_key_away(&self) {
        let path = format!("/keys/{}", self.key);
        self.call(reqwest::Method::DELETE, &path, None).await;
    }

    /// Ends it without warning.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.pid = None;
        if let Some(mut watch) = self.watch.take() {
            drop(watch.stdin.take());
            let _ = watch.wait();
        }
    }

    /// It hangs until `resume`.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid.unwrap(), signal).unwrap();
    }

    /// Ends it and forgets all its data.
    pub fn wipe(&mut self) {
        self.kill();
        std::fs::remove_dir_all(self.data.path().join("data")).unwrap();
    }

    /// A key with these rights.
    pub async fn key_for(&self, rights: &[&str]) -> String {
        let asked = json!({"actions": rights, "indexes": ["*"], "expiresAt": null});
        let made = self.call(reqwest::Method::POST, "/keys", Some(&asked));
        made.await["key"].as_str().unwrap().to_owned()
    }

    /// The settings of the engine on it; it remembers nothing, so that the server is met, and has a budget that a busy
    /// machine keeps.
    pub fn settings(&self, prefix: &str) -> Settings {
        Settings {
            url: self.url(),
            key: Some(SecretString::from(self.key.clone())),
            budget: Duration::from_secs(5),
            remember: Duration::ZERO,
            patience: meilisearch::PATIENCE,
            prefix: self.name(prefix),
        }
    }

    /// The engine on it, as Haven uses it; `through` is where it is reached.
    pub fn engine_through(
        &self,
        through: SocketAddr,
        prefix: &str,
        budget: Duration,
    ) -> Meilisearch {
        let url = format!("http://{through}");
        let settings = Settings {
            url,
            budget,
            ..self.settings(prefix)
        };
        Meilisearch::new(settings).unwrap()
    }

    /// The engine on it.
    pub fn engine(&self, prefix: &str) -> Meilisearch {
        Meilisearch::new(self.settings(prefix)).unwrap()
    }

    /// The same, which gives an answer again that is no older than this.
    pub fn engine_that_remembers(&self, prefix: &str, remember: Duration) -> Meilisearch {
        let settings = Settings {
            remember,
            ..self.settings(prefix)
        };
        Meilisearch::new(settings).unwrap()
    }
}

impl Drop for WordsServer {
    fn drop(&mut self) {
        if let Some(mut watch) = self.watch.take() {
            // Stopped or not, it is ended by the shell, whose input ends here.
            drop(watch.stdin.take());
            let _ = watch.wait();
        }
    }
}
