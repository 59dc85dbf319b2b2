//! Real clusters in temporary directories: that they last, are closed to others, and keep words out of the log.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpgid, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::*;

mod deaths;

const QUIET: &(dyn Fn(Step) + Sync) = &|_| {};

/// Set for the child process of the tests that kill a whole Haven.
const SERVE_IN: &str = "HAVEN_TEST_SERVE_IN";

async fn start(data_dir: &Path) -> Cluster {
    try_start(data_dir).await.unwrap()
}

async fn try_start(data_dir: &Path) -> Result<Cluster, ClusterError> {
    let binaries = Binaries::find(data_dir)?;
    Cluster::start(data_dir, &binaries, QUIET).await
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn rows(url: &str) -> i64 {
    let client = connect(url).await;
    let row = client.query_one("SELECT count(*) FROM kept", &[]).await;
    row.unwrap().get(0)
}

async fn write_row(url: &str) {
    let client = connect(url).await;
    let sql = "CREATE TABLE IF NOT EXISTS kept (id int); INSERT INTO kept VALUES (1)";
    client.batch_execute(sql).await.unwrap();
}

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Another process that serves a cluster as Haven would, until it is killed.
struct Elsewhere(Child);

impl Elsewhere {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.kill();
    }
}

fn serve_elsewhere(data_dir: &Path) -> Elsewhere {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "store::cluster::tests::serve_until_killed"])
        .args(["--ignored", "--test-threads=1"])
        .env(SERVE_IN, data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Elsewhere(child.unwrap())
}

#[tokio::test]
#[ignore = "the child process of other tests"]
async fn serve_until_killed() {
    if let Some(data_dir) = env::var_os(SERVE_IN) {
        let _cluster = start(Path::new(&data_dir)).await;
        std::future::pending::<()>().await;
    }
}

async fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "it never came about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn postmaster(data_dir: &Path) -> i32 {
    let text = fs::read_to_string(data_dir.join("postgres/data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

fn dir() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    (dir, data_dir)
}

#[tokio::test]
async fn a_row_outlives_a_stop() {
    let (_dir, data_dir) = dir();
    let steps = Mutex::new(Vec::new());
    let binaries = Binaries::find(&data_dir).unwrap();
    let say = |step| steps.lock().unwrap().push(step);
    let cluster = Cluster::start(&data_dir, &binaries, &say).await.unwrap();
    assert!(cluster.created());
    assert_eq!(*steps.lock().unwrap(), [Step::Creating, Step::Starting]);
    let first = cluster.url().to_owned();
    write_row(&first).await;
    assert_eq!(Cluster::url_of_running(&data_dir), Some(first.clone()));
    cluster.stop().await.unwrap();
    assert_eq!(Cluster::url_of_running(&data_dir), None);

    let cluster = start(&data_dir).await;
    assert!(!cluster.created());
    assert_eq!(cluster.url(), first);
    assert_eq!(rows(cluster.url()).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn it_is_set_up_as_promised() {
    let (_dir, data_dir) = dir();
    let cluster = start(&data_dir).await;
    let client = connect(cluster.url()).await;
    for (name, value) in [
        ("fsync", "on"),
        ("listen_addresses", ""),
        ("max_connections", "60"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("timezone", "UTC"),
        ("data_checksums", "on"),
        ("shared_buffers", "64MB"),
    ] {
        let row = client
            .query_one("SELECT current_setting($1)", &[&name])
            .await;
        assert_eq!(row.unwrap().get::<_, String>(0), value, "{name}");
    }
    let here = getpgid(None).unwrap();
    let there = getpgid(Pid::from_raw(cluster.pid())).unwrap();
    assert_ne!(here, there, "Ctrl-C must not reach Postgres");
    let uid = fs::metadata(format!("/proc/{}", cluster.pid()))
        .unwrap()
        .uid();
    assert_ne!(uid, 0);
    let socket_dir = fs::metadata(&cluster.server.socket_dir).unwrap();
    assert_eq!((socket_dir.uid(), socket_dir.mode() & 0o777), (uid, 0o700));
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn another_role_or_user_is_not_let_in() {
    let (_dir, data_dir) = dir();
    let cluster = start(&data_dir).await;
    let client = connect(cluster.url()).await;
    client
        .batch_execute("CREATE ROLE other LOGIN")
        .await
        .unwrap();
    let other = cluster.url().replace("user=haven", "user=other");
    assert!(tokio_postgres::connect(&other, NoTls).await.is_err());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_under_a_closed_directory_will_do() {
    let (dir, _) = dir();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
    let data_dir = dir.path().join("a long name ".repeat(12)).join("資料");
    let again = data_dir.clone();
    // Spawned, since the futures have to be `Send` for whoever starts and stops it in the background.
    let background = tokio::spawn(async move {
        let cluster = start(&data_dir).await;
        write_row(cluster.url()).await;
        cluster.stop().await
    });
    background.await.unwrap().unwrap();
    let cluster = start(&again).await;
    assert_eq!(rows(cluster.url()).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_used_is_told_in_one_sentence() {
    let (_dir, data_dir) = dir();
    fs::create_dir_all(data_dir.join("postgres")).unwrap();
    let taken = data_dir.join("postgres/data");
    fs::create_dir(&taken).unwrap();
    // Not to be the owner has to be told before anything else.
    if fs::metadata(&taken).unwrap().uid() == 0 {
        let refusal = try_start(&data_dir).await.unwrap_err();
        assert!(
            matches!(refusal, ClusterError::WrongOwner { owner: 0, .. }),
            "{refusal}"
        );
    }
    let data_dir = data_dir.join("other");
    let missing = Binaries {
        initdb: "/nowhere/initdb".into(),
        postgres: "/nowhere/postgres".into(),
        major: 15,
    };
    let refusal = Cluster::start(&data_dir, &missing, QUIET).await;
    let refusal = refusal.unwrap_err().to_string();
    assert!(refusal.contains("/nowhere/initdb"), "{refusal}");
    assert_eq!(refusal.matches(". ").count(), 0, "{refusal}");
}

#[tokio::test]
async fn a_failed_start_tells_why() {
    let (_dir, data_dir) = dir();
    start(&data_dir).await.stop().await.unwrap();
    fs::write(data_dir.join("postgres/data/postgresql.conf"), "nonsense").unwrap();
    let refusal = try_start(&data_dir).await.unwrap_err();
    assert!(
        matches!(&refusal, ClusterError::StartFailed { said, .. } if said.contains("postgresql.conf")),
        "{refusal}"
    );
}

#[tokio::test]
async fn no_word_of_a_statement_reaches_the_log() {
    let (_dir, data_dir) = dir();
    let mut cluster = start(&data_dir).await;
    let client = connect(cluster.url()).await;
    for sql in [
        "SELECT 'canary'::uuid",
        "SELECT canary",
        "DO $$ BEGIN RAISE WARNING 'canary'; END $$",
        "SET statement_timeout = 50; SELECT pg_sleep(9), 'canary'",
        "RESET statement_timeout; ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf()",
        "SELECT 'canary'",
    ] {
        let _ = client.batch_execute(sql).await;
    }
    let _ = client.query("SELECT $1::text::int", &[&"canary"]).await;
    // A backend that crashes in the midst of a statement; Postgres tells of the crash, not of the statement.
    let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
    let backend: i32 = row.unwrap().get(0);
    let asking = tokio::spawn(async move {
        let _ = client.query("SELECT pg_sleep(60), 'canary'", &[]).await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    kill(backend, Signal::SEGV);
    asking.await.unwrap();
    let log = data_dir.join("postgres.log");
    let told = || {
        fs::read_to_string(&log)
            .ok()
            .filter(|text| text.contains("signal 11"))
    };
    let text = until(told).await;
    assert!(!text.contains("canary"), "{text}");
    cluster.restart(QUIET).await.unwrap();
    cluster.stop().await.unwrap();
    let text = fs::read_to_string(&log).unwrap();
    assert!(!text.contains("canary"), "{text}");
}
