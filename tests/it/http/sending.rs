//! Bodies that come slowly, of people who are signed in: they keep nobody else from changing anything.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{TestApp, TestDb, people::Someone};

/// So many bodies of one account may be on their way, as the directory has it.
const OF_ONE: usize = 8;

/// The beginning of the answer to a document of which no more than the first byte comes.
async fn answered(host: String, token: String) -> String {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /v1/organisations HTTP/1.1\r\nHost: haven\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8(status.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_slowly_keeps_nobody_from_writing() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    // More than there are places for those who change something.
    let mut slow = JoinSet::new();
    for number in 0..3 {
        let other = Someone::new(&app, &format!("other-{number}@example.org")).await;
        for _ in 0..=OF_ONE {
            slow.spawn(answered(app.host().to_owned(), other.token.clone()));
        }
    }
    // The last of each is refused, so that all others are on their way.
    for _ in 0..3 {
        let answer = slow.join_next().await.unwrap().unwrap();
        assert_eq!(answer, "HTTP/1.1 503");
    }
    let body = json!({"organisation": {"slug": "listeners"}});
    let registered = rima.post("/v1/organisations", body).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
}
