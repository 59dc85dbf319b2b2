//! What is measured on: a Postgres of our own with several directories in it, and Haven on each.

use std::{
    io::Write,
    path::PathBuf,
    process::{Output, Stdio},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::{
    Anything,
    support::{self, Haven, OwnPostgres, TestApp, people::Someone},
};

/// Longest that a follower may take to have everything.
const DRAINED: Duration = Duration::from_secs(600);

pub struct Ground {
    postgres: OwnPostgres,
    pub people: People,
    dir: tempfile::TempDir,
}

/// Tokens of somebody who registers organisations, and of somebody who approves them.
pub struct People {
    pub owner: String,
    pub head: String,
}

impl Ground {
    /// The seed data and two people.
    pub async fn new() -> Anything<Self> {
        let postgres = OwnPostgres::start().await;
        let store = postgres.store();
        store.migrate().await?;
        let app = TestApp::on(&store).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "sessions live in the served process too, whose time is the real one"
        )]
        app.clock.set(Timestamp::now());
        let owner = Someone::new(&app, "rima@example.org").await.token;
        let head = Someone::installed(&app, &store, "head@example.org").await;
        let head = head.token;
        let ground = Self {
            postgres,
            people: People { owner, head },
            dir: tempfile::tempdir()?,
        };
        ground.run(&ground.database("haven"), "seed", &[]).await?;
        Ok(ground)
    }

    /// Where a database of that name is.
    pub fn database(&self, name: &str) -> String {
        self.postgres
            .url()
            .replace("///haven?", &format!("///{name}?"))
    }

    /// The first directory as it is now, in a database of its own.
    pub async fn copy(&self, name: &str) -> Anything<String> {
        let sql = support::sql(&self.database("postgres")).await;
        // What was opened to it before would come back, and a copy is made of what nobody is connected to.
        sql.batch_execute("alter database haven allow_connections false")
            .await?;
        let end =
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = 'haven'";
        sql.batch_execute(end).await?;
        sql.batch_execute(&format!("create database {name} template haven"))
            .await?;
        sql.batch_execute("alter database haven allow_connections true")
            .await?;
        Ok(self.database(name))
    }

    /// Publishes so many made-up listings, in the revision of that number.
    pub async fn import(&self, database: &str, listings: u32, revision: u32) -> Anything<()> {
        let lines = self.lines(listings, revision).await?;
        self.run(database, "import", &[&lines.to_string_lossy()])
            .await?;
        Ok(std::fs::remove_file(lines)?)
    }

    /// A file of made-up listings; each revision says its number in the description.
    async fn lines(&self, listings: u32, revision: u32) -> Anything<PathBuf> {
        let path = self.dir.path().join("made-up.ndjson");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        let mut made = Command::new(env!("CARGO_BIN_EXE_haven"))
            .args(["generate", "--listings", &listings.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(made.stdout.take().ok_or("nothing generated")?).lines();
        while let Some(line) = lines.next_line().await? {
            let mut listing: Value = serde_json::from_str(&line)?;
            let texts = listing["description"]["text"].as_object_mut();
            for text in texts.ok_or("no description")?.values_mut() {
                *text = format!("{} {revision}", text.as_str().unwrap_or_default()).into();
            }
            writeln!(file, "{listing}")?;
        }
        match made.wait().await?.success() {
            true => Ok(path),
            false => Err("haven generate failed".into()),
        }
    }

    async fn run(&self, database: &str, command: &str, arguments: &[&str]) -> Anything<Output> {
        let output = Command::new(env!("CARGO_BIN_EXE_haven"))
            .arg(command)
            .args(arguments)
            .env("DATABASE_URL", database)
            .env("HAVEN_DATA_DIR", self.dir.path().join("commands"))
            .env("RUST_LOG", "error")
            .output()
            .await?;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("haven {command}: {said}").into())
    }

    /// Haven on that database, with all of it in its indexes.
    pub async fn serve(&self, name: &str, database: &str) -> Haven {
        let settings = [("DATABASE_URL", database)];
        let haven = Haven::serve(&self.dir.path().join(name), &settings).await;
        drained(&haven).await;
        haven
    }

    /// An error where a made-up listing has fewer revisions.
    pub async fn has_revisions(&self, database: &str, listings: u32, least: i64) -> Anything<()> {
        let sql = support::sql(database).await;
        let query = "select count(*) from (select from revision join source using (listing)
            where source.name = 'haven-generated' group by listing having count(*) >= $1) as revised";
        let revised: i64 = sql.query_one(query, &[&least]).await?.get(0);
        match revised == i64::from(listings) {
            true => Ok(()),
            false => Err(format!("{revised} of {listings} have {least} revisions").into()),
        }
    }

    /// Does at once what Postgres would do meanwhile, in the background.
    pub async fn tidy_up(&self, databases: &[&str]) -> Anything<()> {
        for database in databases {
            let sql = support::sql(database).await;
            sql.batch_execute("vacuum (analyze)").await?;
        }
        Ok(())
    }
}

/// Waits until the process has followed everything, and finds by words. It is asked for a second: the end of the log that
/// it tells of is the one that it saw last.
pub async fn drained(haven: &Haven) {
    let began = Instant::now();
    let mut looks = 0;
    while looks < 20 {
        let status = haven.get("/status").await.json();
        let current = |part: &Value| {
            part["state"] == "ok" && (part["behind"].is_null() || part["behind"]["changes"] == 0)
        };
        let parts = status["parts"].as_array().unwrap();
        looks = match status["ready"] == true && parts.iter().all(current) {
            true => looks + 1,
            false => 0,
        };
        assert!(began.elapsed() < DRAINED, "{status}\n{}", haven.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
