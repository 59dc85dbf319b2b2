//! A stop finishes what was accepted, and accepts nothing more.

use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::support::{Haven, TestDb, app::Reply, sample};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_answered_and_nothing_else_is_begun() {
    let (db, dir) = (TestDb::seeded().await, tempfile::tempdir().unwrap());
    let mut haven = Haven::serve(dir.path(), &[("DATABASE_URL", &db.url)]).await;
    // A question whose body is still on its way, beside a connection that is kept for nothing.
    let body = br#"{"q": "grief", "lang": "en"}"#;
    let mut idle = TcpStream::connect(haven.address).await.unwrap();
    let mut asking = TcpStream::connect(haven.address).await.unwrap();
    let head = format!(
        "POST /v1/search HTTP/1.1\r\nHost: haven\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    );
    asking.write_all(head.as_bytes()).await.unwrap();
    // It has begun: what is accepted is what somebody was told to go on with.
    let mut answer = vec![0; 4096];
    let length = asking.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 100"));
    asking.write_all(&body[..5]).await.unwrap();
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: haven\r\n\r\n")
        .await
        .unwrap();
    let length = idle.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 200"));

    haven.signal(Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(haven.address).await.is_ok() {
        assert!(Instant::now() < deadline, "it still takes connections");
        tokio::task::yield_now().await;
    }
    asking.write_all(&body[5..]).await.unwrap();
    let mut answer = String::new();
    asking.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"hits\""), "{answer}");
    assert_eq!(idle.read(&mut [0; 10]).await.unwrap(), 0);
    let status = haven.ended().await;
    assert!(status.success(), "{status}: {}", haven.log());
}

/// Sends a question for one listing; the connection, on which nothing has come back.
async fn asking(haven: &Haven, line: &str) -> TcpStream {
    let mut stream = TcpStream::connect(haven.address).await.unwrap();
    let head = format!("GET /v1/helplines/{line} HTTP/1.1\r\nHost: haven\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Returns once so many questions to this database wait for a lock.
async fn waiting(db: &TestDb, questions: i64) {
    let sql = db.sql().await;
    let waiting = "select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'haven' and wait_event_type = 'Lock'";
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let found: i64 = sql.query_one(waiting, &[]).await.unwrap().get(0);
        if found >= questions {
            return;
        }
        assert!(Instant::now() < deadline, "{found} of {questions} wait");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_the_database_is_answered_whichever_worker_opened_the_connection() {
    let (db, dir) = (TestDb::seeded().await, tempfile::tempdir().unwrap());
    db.publish(&sample::helpline("quiet-line")).await;
    let mut haven = Haven::serve(dir.path(), &[("DATABASE_URL", &db.url)]).await;
    let list = haven.get("/v1/helplines?limit=1").await.json();
    let line = list["items"][0]["id"].as_str().unwrap();
    let mut locked = db.sql().await;
    // So many at once that every worker has opened connections to the database.
    let hold = "lock table published in access exclusive mode";
    let lock = locked.transaction().await.unwrap();
    lock.batch_execute(hold).await.unwrap();
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(asking(&haven, line).await);
    }
    waiting(&db, 8).await;
    lock.rollback().await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    for stream in &mut streams {
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
    }
    // Workers take turns with the clients: these are all of one, and the others have nothing to do.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let lock = locked.transaction().await.unwrap();
    lock.batch_execute(hold).await.unwrap();
    let mut in_flight: Vec<TcpStream> = streams.into_iter().step_by(workers).collect();
    let head = format!("GET /v1/helplines/{line} HTTP/1.1\r\nHost: haven\r\n\r\n");
    for stream in &mut in_flight {
        stream.write_all(head.as_bytes()).await.unwrap();
    }
    waiting(&db, in_flight.len().try_into().unwrap()).await;

    haven.signal(Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(haven.address).await.is_ok() {
        assert!(Instant::now() < deadline, "it still takes connections");
        tokio::task::yield_now().await;
    }
    lock.rollback().await.unwrap();
    for stream in &mut in_flight {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let status = haven.ended().await;
    assert!(status.success(), "{status}: {}", haven.log());
}

/// Speaks for a mail server until the letter is there; the connection, on which whoever sent it waits to hear that.
async fn letter_in_hand(server: &TcpListener) -> TcpStream {
    let (stream, _) = server.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.test\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let answer: &[u8] = match &line[..4] {
            "EHLO" => b"250 mail.test\r\n",
            "DATA" => b"354 go on\r\n",
            _ => b"250 well\r\n",
        };
        stream.write_all(answer).await.unwrap();
        if line.starts_with("DATA") {
            break;
        }
    }
    let mut line = String::new();
    while line != ".\r\n" {
        line.clear();
        assert!(stream.read_line(&mut line).await.unwrap() > 0);
    }
    stream.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_hand_is_sent_and_noted_before_the_end() {
    let (db, dir) = (TestDb::seeded().await, tempfile::tempdir().unwrap());
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mail = format!("smtp://{}", server.local_addr().unwrap());
    let settings = [
        ("DATABASE_URL", &*db.url),
        ("HAVEN_SMTP_URL", &mail),
        ("RUST_LOG", "warn,haven=debug"),
    ];
    let mut haven = Haven::serve(dir.path(), &settings).await;
    let new = json!({"email": "rima@example.org", "name": "Rima"});
    let register = haven.request(Method::POST, "/v1/accounts").json(&new);
    assert_eq!(Reply::of(register).await.status, 202);
    let mut stream = letter_in_hand(&server).await;
    haven.signal(Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(haven.address).await.is_ok() {
        assert!(Instant::now() < deadline, "it still takes connections");
        tokio::task::yield_now().await;
    }
    // It takes the letter, and the leave of whoever sent it.
    stream
        .write_all(b"250 taken\r\n221 good-bye\r\n")
        .await
        .unwrap();
    let status = haven.ended().await;
    assert!(status.success(), "{status}: {}", haven.log());
    let sent = "select sent_at is not null from letter";
    let sent: bool = db.sql().await.query_one(sent, &[]).await.unwrap().get(0);
    assert!(sent, "{}", haven.log());
}
