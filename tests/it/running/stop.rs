//! A stop finishes what was accepted, and accepts nothing more.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Haven, TestDb};

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
