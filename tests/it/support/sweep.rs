//! Removes what runs leave behind, and never what a run that lives still uses.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use haven::store::cluster::lock;
use tokio_postgres::Client;

/// Waits for the end of its input, then for Postgres to shut down, then removes the cluster and its socket.
const REMOVE: &str = r#"
    cat
    for i in $(seq 100); do [ -e "$0/postgres/data/postmaster.pid" ] && sleep 0.1; done
    rm -rf "$0" "$(cat "$0/postgres/socket")"
"#;

/// Never dropped: its input ends with this process, however that ends.
static REMOVER: Mutex<Option<Child>> = Mutex::new(None);

/// Has `dir` removed when this process has ended.
pub fn after_this_process(dir: &Path) {
    let remover = Command::new("sh")
        .args(["-c", REMOVE])
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C is meant for the tests.
        .process_group(0)
        .spawn();
    *REMOVER.lock().unwrap() = Some(remover.unwrap());
}

/// Removes the clusters of dead runs in `parent` that nobody removed. A run holds the lock of its cluster for as
/// long as it lives; its Postgres may take a moment longer, and is then left for the next sweep.
pub fn clusters(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let dir = entry.path();
        if !entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(b"haven_it_")
        {
            continue;
        }
        let Ok(_held) = lock(&dir) else { continue };
        if is_served(&dir) {
            continue;
        }
        if let Ok(socket_dir) = fs::read_to_string(dir.join("postgres/socket")) {
            // After a crash the socket is still in it.
            let _ = fs::remove_dir_all(socket_dir.trim_end());
        }
        let _ = fs::remove_dir_all(&dir);
    }
}

fn is_served(dir: &Path) -> bool {
    let noted = fs::read_to_string(dir.join("postgres/data/postmaster.pid"));
    let pid = noted.unwrap_or_default();
    let pid = pid.lines().next().unwrap_or_default().trim();
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    !pid.is_empty() && name.is_ok_and(|name| name.trim_end() == "postgres")
}

/// Drops the databases of dead runs: those that no session of their run's name belongs to.
pub async fn databases(admin: &Client) {
    let dead =
        "select datname from pg_database where datname ~ '^haven_it_[0-9a-f]{8}_' and not exists (
        select from pg_stat_activity where application_name = substr(datname, 1, 17))";
    for row in admin.query(dead, &[]).await.unwrap() {
        let name: &str = row.get(0);
        // Another run may sweep at the same time.
        let _ = admin
            .batch_execute(&format!("drop database if exists {name} with (force)"))
            .await;
    }
}
