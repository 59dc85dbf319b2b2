//! What is measured: a Postgres and a Meilisearch of our own with made-up listings in them, and Haven on both.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::process::Command;

use crate::{
    support::{Haven, OwnPostgres},
    words_server::WordsServer,
};

/// Longest that an index may take to be built.
const BUILT: Duration = Duration::from_secs(1_200);

pub struct Bed {
    pub postgres: OwnPostgres,
    pub server: WordsServer,
    dir: tempfile::TempDir,
}

impl Bed {
    /// The seed data and so many made-up listings.
    pub async fn of(listings: u32) -> Result<Self, String> {
        let server = WordsServer::start().await?;
        let bed = Self {
            postgres: OwnPostgres::start().await,
            server,
            dir: tempfile::tempdir().map_err(|error| error.to_string())?,
        };
        bed.run("migrate", &[]).await?;
        bed.run("seed", &[]).await?;
        if listings > 0 {
            let lines = bed.made_up(listings).await?;
            bed.run("import", &[&lines.to_string_lossy()]).await?;
        }
        Ok(bed)
    }

    /// A file of made-up listings.
    pub async fn made_up(&self, listings: u32) -> Result<PathBuf, String> {
        let path = self.dir.path().join("made-up.ndjson");
        let file = std::fs::File::create(&path).map_err(|error| error.to_string())?;
        let made = Command::new(env!("CARGO_BIN_EXE_haven"))
            .args([
                "generate",
                "--seed",
                "5",
                "--listings",
                &listings.to_string(),
            ])
            .stdout(Stdio::from(file))
            .status();
        match made.await {
            Ok(status) if status.success() => Ok(path),
            other => Err(format!("haven generate: {other:?}")),
        }
    }

    async fn run(&self, command: &str, arguments: &[&str]) -> Result<(), String> {
        let output = Command::new(env!("CARGO_BIN_EXE_haven"))
            .arg(command)
            .args(arguments)
            .env("DATABASE_URL", self.postgres.url())
            .env("HAVEN_DATA_DIR", self.dir.path().join("commands"))
            .output()
            .await
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("haven {command}: {said}"))
    }

    /// Where a Haven of this name has its data.
    pub fn data_dir(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Haven without a server for its words.
    pub async fn embedded(&self, name: &str) -> Haven {
        let settings = [("DATABASE_URL", self.postgres.url())];
        Haven::serve(&self.data_dir(name), &settings).await
    }

    /// Haven on the server, which it reaches at `url`; returns when the index is built. It remembers as it is told, or as
    /// it is shipped.
    pub async fn on_server(
        &self,
        name: &str,
        url: &str,
        budget_ms: u64,
        remember_ms: Option<u64>,
    ) -> Haven {
        let budget = budget_ms.to_string();
        let remember = remember_ms.map_or_else(String::new, |ms| ms.to_string());
        let settings = [
            ("DATABASE_URL", self.postgres.url()),
            ("MEILISEARCH_URL", url),
            ("MEILISEARCH_KEY", self.server.key()),
            ("MEILISEARCH_BUDGET_MS", &*budget),
            ("MEILISEARCH_REMEMBER_MS", &*remember),
        ];
        let haven = Haven::serve(&self.data_dir(name), &settings).await;
        until_current(&haven, "meilisearch", BUILT).await;
        haven
    }
}

/// Waits until a part of it is as it should be and behind in nothing.
pub async fn until_current(haven: &Haven, name: &str, limit: Duration) {
    let began = Instant::now();
    loop {
        let status = haven.get("/status").await.json();
        let mut parts = status["parts"].as_array().unwrap().iter();
        let current = |part: &&Value| part["state"] == "ok" && part["behind"]["changes"] == 0;
        if parts
            .find(|part| part["name"] == name)
            .is_some_and(|part| current(&part))
        {
            return;
        }
        assert!(began.elapsed() < limit, "{name}: {status}\n{}", haven.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| {
        line.trim()
            .trim_end_matches(" kB")
            .trim()
            .parse::<u64>()
            .ok()
    });
    kib.unwrap_or(0) / 1024
}

/// What a folder takes on the disk in MiB.
pub fn size_mib(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;

    fn blocks(folder: &Path) -> u64 {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.metadata() {
                Ok(data) if data.is_dir() => blocks(&entry.path()),
                Ok(data) => data.blocks(),
                Err(_) => 0,
            })
            .sum()
    }
    blocks(folder) * 512 / 1024 / 1024
}
