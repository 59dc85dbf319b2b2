//! Whatever is done to a server, whom to call now is answered in less than 50 ms.

use haven::domain::actor::Actor;
use std::time::{Duration, Instant};

use haven::app::import;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
};

use crate::support::{Haven, OwnPostgres, app, clock};

/// What is promised.
const PROMPTLY: Duration = Duration::from_millis(50);

const ASKED: usize = 60;

/// A server on a database of its own with the whole seed, which is allowed the 1,024 files of any shell.
async fn served(dir: &std::path::Path) -> (OwnPostgres, Haven) {
    let postgres = OwnPostgres::start().await;
    let store = postgres.store();
    store.migrate().await.unwrap();
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let mut command = Command::new("sh");
    let limited = r#"ulimit -Sn 1024; exec "$0" serve"#;
    command.args(["-c", limited, env!("CARGO_BIN_EXE_haven")]);
    let haven = Haven::run(command, dir, &[("DATABASE_URL", postgres.url())]).await;
    (postgres, haven)
}

/// Asks again and again, each time on a new connection; says how long nine answers of ten took at most.
async fn crisis(haven: &Haven, what: &str) -> Duration {
    let mut taken = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let began = Instant::now();
        let mut stream = TcpStream::connect(haven.address).await.unwrap();
        let request =
            "GET /v1/crisis?country=BD HTTP/1.1\r\nHost: haven\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        taken.push(began.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200"), "{what}: {answer}");
        assert!(answer.contains("tel:999"), "{what}: {answer}");
    }
    taken.sort();
    let (half, most) = (taken[ASKED / 2], taken[ASKED * 9 / 10]);
    println!("{what}: half within {half:?}, nine of ten within {most:?}");
    assert!(most < PROMPTLY, "{what}: {taken:?}");
    most
}

async fn connected(haven: &Haven, many: usize, first: &[u8]) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(many);
    for _ in 0..many {
        let mut stream = TcpStream::connect(haven.address).await.unwrap();
        stream.write_all(first).await.unwrap();
        streams.push(stream);
    }
    streams
}

#[tokio::test(flavor = "multi_thread")]
async fn crisis_is_answered_whatever_clients_do() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (_postgres, haven) = served(dir.path()).await;
    crisis(&haven, "in peace").await;

    let idle = connected(&haven, 5_000, b"").await;
    crisis(&haven, "beside 5,000 idle connections").await;
    drop(idle);

    // Heads that never end, and a body of which one byte came.
    let head = b"GET /v1/search?q=a HTTP/1.1\r\nHost: haven\r\nX-Slow: ";
    let body = b"POST /v1/search HTTP/1.1\r\nHost: haven\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{";
    let mut slow = connected(&haven, 300, head).await;
    // More than there are places for searches: who sends slowly holds none.
    slow.extend(connected(&haven, 300, body).await);
    crisis(&haven, "beside 600 slow requests").await;
    for path in [
        "/v1/search?q=a",
        "/readyz",
        "/status",
        "/v1/topics",
        "/v1/hubs?limit=1",
    ] {
        assert_eq!(haven.get(path).await.status, 200, "{path}");
    }
    drop(slow);

    let large = "x".repeat(10 << 20);
    let sending: Vec<_> = (0..4)
        .map(|_| {
            let request = haven
                .request(reqwest::Method::POST, "/v1/search")
                .header("content-type", "application/json")
                .body(large.clone());
            tokio::spawn(request.send())
        })
        .collect();
    crisis(&haven, "beside bodies of 10 MiB").await;
    for sent in sending {
        // Who is still sending when the refusal comes may see the connection end in its place.
        if let Ok(refused) = sent.await.unwrap() {
            assert_eq!(refused.status(), 413);
        }
    }
    haven.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_keeps_nobody_from_what_does_not_need_it() {
    let dir = tempfile::tempdir().unwrap();
    let (postgres, haven) = served(dir.path()).await;
    assert_eq!(haven.get("/v1/hubs?limit=1").await.status, 200);

    postgres.signal_all(Signal::STOP);
    // The first to ask wait for it.
    let began = Instant::now();
    let lists = ["/v1/hubs?limit=1", "/v1/sources", "/v1/helplines?limit=2"];
    let first: Vec<_> = lists
        .iter()
        .cycle()
        .take(30)
        .map(|path| tokio::spawn(haven.request(reqwest::Method::GET, path).send()))
        .collect();
    crisis(&haven, "beside a database that hangs").await;
    let found = haven.get("/v1/search?q=depression&near=23.81,90.41").await;
    assert_eq!(found.status, 200, "{}", found.text);
    for reply in first {
        let reply = reply.await.unwrap().unwrap();
        assert_eq!(reply.status(), 503);
        assert!(reply.headers().contains_key("retry-after"));
    }
    assert!(
        began.elapsed() < Duration::from_secs(12),
        "{:?}",
        began.elapsed()
    );
    // By now it is known to hang, and nobody waits any more.
    let began = Instant::now();
    assert_eq!(haven.get("/v1/hubs?limit=1").await.status, 503);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    let status = haven.get("/status").await.json();
    assert_eq!(status["parts"][0]["name"], "database");
    assert_eq!(status["parts"][0]["state"], "failing");
    assert_eq!(
        (
            haven.get("/readyz").await.status,
            haven.get("/readyz?strict").await.status
        ),
        (200, 503)
    );
    crisis(&haven, "with a database that is known to hang").await;

    postgres.signal_all(Signal::CONT);
    haven
        .until("/v1/hubs?limit=1", 200, Duration::from_secs(10))
        .await;
    haven
        .until("/readyz?strict", 200, Duration::from_secs(10))
        .await;
    haven.stop().await;
}
