//! The Postgres server of this run of the tests.
//!
//! It is a private cluster, made when the first test asks for a database and shared by all of them, or the server at
//! `HAVEN_TEST_DATABASE_URL` (without TLS; the user must be allowed to create databases). A template is migrated once;
//! each test works on a copy of its own.
//!
//! No destructor ends it, because a static has none: Postgres gets the parent-death signal when this process ends in
//! whatever way, and a child of ours then removes what it left; see `sweep`. The cluster keeps fsync on, as it does for
//! everybody; where there is room it lies in memory, so that this costs nothing.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use haven::store::cluster::{Binaries, Cluster, DataDirLock, lock};
use haven::store::{PoolSettings, Store};
use rustix::fs::{Access, access, statvfs};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};
use url::Url;

use super::sweep;

const IN_MEMORY: &str = "/dev/shm";
const ON_DISK: &str = env!("CARGO_TARGET_TMPDIR");

/// A cluster takes 40 MB, a database 8, and the log of all that is written up to 256.
const ROOM: u64 = 2 << 30;

/// Where clusters of tests are made.
pub fn parent() -> &'static Path {
    let room = statvfs(IN_MEMORY).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    let writable = access(IN_MEMORY, Access::WRITE_OK).is_ok();
    Path::new(if writable && room >= ROOM {
        IN_MEMORY
    } else {
        ON_DISK
    })
}

/// Lives as long as the process. The runtime of a test ends with the test, and the server outlives every test.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static SERVER: OnceCell<Server> = OnceCell::const_new();

pub struct Server {
    /// Copies and drops databases. Its application name tells other runs that this one lives.
    admin: Client,
    url: Url,
    run: String,
    copies: AtomicU32,
    _cluster: Option<(Cluster, DataDirLock)>,
}

/// The server, started at the first call.
pub async fn server() -> &'static Server {
    SERVER
        .get_or_init(|| async { RUNTIME.spawn(Server::start()).await.unwrap() })
        .await
}

impl Server {
    async fn start() -> Self {
        let chance = RandomState::new().hash_one(std::process::id());
        let run = format!("haven_it_{:08x}", chance >> 32);
        let (cluster, url) = match std::env::var("HAVEN_TEST_DATABASE_URL") {
            Ok(url) => (None, url),
            Err(_) => {
                for parent in [IN_MEMORY, ON_DISK] {
                    sweep::clusters(Path::new(parent));
                }
                let dir = parent().join(&run);
                sweep::after_this_process(&dir);
                let held = lock(&dir).unwrap();
                let binaries = Binaries::find(&dir).unwrap();
                let cluster = Cluster::start(&dir, &binaries, &|_| {}).await.unwrap();
                let url = cluster.url().to_owned();
                (Some((cluster, held)), url)
            }
        };
        let mut url = Url::parse(&url).unwrap();
        url.query_pairs_mut().append_pair("application_name", &run);
        let admin = connect(url.as_str()).await;
        sweep::databases(&admin).await;
        let server = Self {
            admin,
            url,
            copies: AtomicU32::new(0),
            run,
            _cluster: cluster,
        };
        server.make_template().await;
        server
    }

    async fn make_template(&self) {
        let template = self.template();
        self.run_sql(&format!("create database {template} template template0"))
            .await;
        let store = Store::new(&self.url_of(&template), &PoolSettings::default()).unwrap();
        assert!(store.migrate().await.unwrap() > 0);
        self.run_sql(&format!(
            "alter database {template} allow_connections false"
        ))
        .await;
    }

    fn template(&self) -> String {
        format!("{}_template", self.run)
    }

    fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(&format!("/{database}"));
        url.to_string()
    }

    async fn run_sql(&self, sql: &str) {
        if let Err(error) = self.admin.batch_execute(sql).await {
            panic!("{sql}: {error:?}");
        }
    }

    /// A new database, migrated or empty; returns its name and where it is.
    pub async fn create(&self, migrated: bool) -> (String, String) {
        let name = format!(
            "{}_{}",
            self.run,
            self.copies.fetch_add(1, Ordering::Relaxed)
        );
        // By the log, which is the default: copying files needs two checkpoints, and those take a second on a disk.
        let from = if migrated {
            self.template()
        } else {
            "template0".to_owned()
        };
        self.run_sql(&format!("create database {name} template {from}"))
            .await;
        let url = self.url_of(&name);
        (name, url)
    }

    /// Drops a database with every session in it, and waits until it is gone. Works wherever a destructor runs.
    pub fn drop_blocking(&'static self, name: &str) {
        let sql = format!("drop database if exists {name} with (force)");
        let (done, wait) = std::sync::mpsc::channel();
        RUNTIME.spawn(async move {
            let _ = done.send(self.admin.batch_execute(&sql).await);
        });
        // A destructor may run while a failed test unwinds: it must not panic. A run sweeps what another leaves.
        if let Ok(Err(error)) = wait.recv() {
            eprintln!("{name} was not dropped: {error:?}");
        }
    }
}

/// A connection for SQL of a test's own.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
