//! `haven serve` as a process of its own, as somebody would run it, with everything that it writes kept for the test.

use std::{
    net::SocketAddr,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    sync::watch,
};

use super::app::Reply;

/// A debug build on a busy machine takes its time.
const START: Duration = Duration::from_secs(60);

/// A served directory in another process; killed when it is dropped.
pub struct Haven {
    pub address: SocketAddr,
    pub client: Client,
    child: Child,
    written: Written,
}

/// What the process has written to standard output and standard error.
#[derive(Clone)]
struct Written {
    bytes: Arc<Mutex<Vec<u8>>>,
    length: watch::Sender<usize>,
}

impl Haven {
    /// Starts it on a free port and waits until it says where it serves.
    pub async fn serve(data_dir: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haven"));
        command.arg("serve");
        Self::run(command, data_dir, settings).await
    }

    /// Starts `command`, which is to become `haven serve`.
    pub async fn run(mut command: Command, data_dir: &Path, settings: &[(&str, &str)]) -> Self {
        for inherited in [
            "DATABASE_URL",
            "HAVEN_COUNTRY",
            "HAVEN_LOG_FORMAT",
            "MEILISEARCH_KEY",
            "MEILISEARCH_URL",
            "RUST_LOG",
        ] {
            command.env_remove(inherited);
        }
        let mut child = command
            .env("HAVEN_DATA_DIR", data_dir)
            .env("HAVEN_LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let written = Written {
            bytes: Arc::default(),
            length: watch::Sender::new(0),
        };
        written.keep(child.stdout.take().unwrap());
        written.keep(child.stderr.take().unwrap());
        let address = written.address_after("Haven serves on http://").await;
        Self {
            address,
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(0)
                .build()
                .unwrap(),
            child,
            written,
        }
    }

    /// Where the metrics are.
    pub async fn metrics(&self) -> String {
        let address = self.written.address_after("metrics are at http://").await;
        let url = format!("http://{address}/metrics");
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(reqwest::Method::GET, path)).await
    }

    /// Asks until the answer has the status, which takes no longer than `limit`.
    pub async fn until(&self, path: &str, status: u16, limit: Duration) -> Reply {
        let deadline = Instant::now() + limit;
        loop {
            let reply = self.get(path).await;
            if reply.status == status {
                return reply;
            }
            let Reply { status, text, .. } = reply;
            assert!(
                Instant::now() < deadline,
                "{path} stays {status}: {text}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything written so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.written.bytes.lock().unwrap()).into_owned()
    }

    pub fn pid(&self) -> Pid {
        let pid = self.child.id().unwrap();
        Pid::from_raw(pid.try_into().unwrap()).unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }

    /// Stops it as an operator would; everything that it wrote.
    pub async fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let status = self.ended().await;
        assert!(status.success(), "{status}: {}", self.log());
        self.log()
    }
}

impl Written {
    fn keep(&self, mut from: impl tokio::io::AsyncRead + Unpin + Send + 'static) {
        let kept = self.clone();
        tokio::spawn(async move {
            let mut chunk = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from.read(&mut chunk).await {
                let mut bytes = kept.bytes.lock().unwrap();
                bytes.extend_from_slice(&chunk[..length]);
                kept.length.send_replace(bytes.len());
            }
            kept.length.send_replace(usize::MAX);
        });
    }

    /// The address that follows `text`, once that is written.
    async fn address_after(&self, text: &str) -> SocketAddr {
        let mut length = self.length.subscribe();
        let find = || {
            let bytes = self.bytes.lock().unwrap();
            let all = String::from_utf8_lossy(&bytes).into_owned();
            let rest = all.split_once(text)?.1;
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')?;
            rest[..end].parse().ok()
        };
        let found = async {
            loop {
                // Before looking: what is written in between has to wake this again.
                let ended = *length.borrow_and_update() == usize::MAX;
                if let Some(address) = find() {
                    return address;
                }
                assert!(
                    !ended,
                    "it ended: {}",
                    String::from_utf8_lossy(&self.bytes.lock().unwrap())
                );
                length.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(START, found).await {
            Ok(address) => address,
            Err(_) => panic!(
                "not said: {text}\n{}",
                String::from_utf8_lossy(&self.bytes.lock().unwrap())
            ),
        }
    }
}
