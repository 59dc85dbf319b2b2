//! What goes over the wire beside answers: nobody is asked for a body that nobody reads, and none is read to its end.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{TestApp, TestDb, people::Someone};

/// Longer than an answer takes, on a machine that does other things too.
const SOON: Duration = Duration::from_secs(8);
/// What two kernels hold between client and server, and what the server reads for the sake of an orderly end.
const IN_BETWEEN: usize = 24 * 1024 * 1024;

/// A connection as a client without manners uses it.
struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    fn to(app: &TestApp) -> Self {
        let stream = TcpStream::connect(app.host()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.set_write_timeout(Some(SOON)).unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends a head of these lines.
    fn head(&mut self, lines: &[&str]) {
        let text = format!("{}\r\nHost: haven\r\n\r\n", lines.join("\r\n"));
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// The status and the text of the next answer.
    fn answer(&mut self) -> (u16, String) {
        let length = |read: &[u8]| {
            let head = read.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
            let lines = std::str::from_utf8(&read[..head]).unwrap().lines();
            let mut lengths = lines.filter_map(|line| line.strip_prefix("content-length: "));
            let body: usize = lengths.next().map_or(0, |length| length.parse().unwrap());
            (read.len() >= head + body).then_some(head + body)
        };
        let end = loop {
            if let Some(end) = length(&self.read) {
                break end;
            }
            let mut bytes = [0; 4096];
            let read = self.stream.read(&mut bytes).unwrap();
            assert_ne!(read, 0, "it ended after {} bytes", self.read.len());
            self.read.extend_from_slice(&bytes[..read]);
        };
        let answer = self.read.drain(..end).collect();
        let text = String::from_utf8(answer).unwrap();
        let status = text.split(' ').nth(1).unwrap();
        (status.parse().unwrap(), text)
    }

    /// Sends as much as is taken, and how much that was.
    fn flood(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < 2 * IN_BETWEEN {
            match self.stream.write(bytes) {
                Ok(0) | Err(_) => break,
                Ok(some) => taken += some,
            }
        }
        taken
    }

    /// How long it goes on taking something now and then.
    fn trickle(&mut self, bytes: &[u8]) -> Duration {
        let began = Instant::now();
        let now_and_then = Some(Duration::from_millis(100));
        self.stream.set_read_timeout(now_and_then).unwrap();
        loop {
            let sent = self.stream.write_all(bytes);
            let ended = match self.stream.read(&mut [0; 64]) {
                Ok(read) => read == 0,
                Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            };
            if sent.is_err() || ended || began.elapsed() > 2 * SOON {
                return began.elapsed();
            }
        }
    }
}

const CHUNKED: &str = "Transfer-Encoding: chunked";
const JSON: &str = "Content-Type: application/json";

/// Requests that are refused before their bodies are whole, with the status of it.
const REFUSED: [(&str, u16); 3] = [
    ("POST /v1/drafts HTTP/1.1", 401),
    ("POST /nowhere HTTP/1.1", 404),
    // The largest question is smaller than what is sent here.
    ("POST /v1/accounts HTTP/1.1", 413),
];

fn chunk(bytes: usize) -> Vec<u8> {
    format!("{bytes:x}\r\n{}\r\n", "a".repeat(bytes)).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_is_not_listened_to() {
    let app = TestApp::of_the_seed().await;
    std::thread::scope(|cases| {
        for (line, status) in REFUSED {
            for framing in [CHUNKED, "Content-Length: 9000000000"] {
                cases.spawn(move || is_not_listened_to(app, line, framing, status));
            }
        }
    });
}

fn is_not_listened_to(app: &TestApp, line: &str, framing: &str, status: u16) {
    let piece = |bytes: usize| match framing {
        CHUNKED => chunk(bytes),
        _ => vec![b'a'; bytes],
    };
    let refused = || {
        let mut wire = Wire::to(app);
        wire.head(&[line, JSON, framing]);
        wire.stream.write_all(&piece(70_000)).unwrap();
        let (answered, text) = wire.answer();
        assert_eq!(answered, status, "{line} {framing}");
        assert!(text.contains("connection: close"), "{text}");
        wire
    };
    let began = Instant::now();
    let taken = refused().flood(&piece(70_000));
    assert!(taken < IN_BETWEEN, "{line} {framing}: {taken}");
    assert!(began.elapsed() < SOON, "{line} {framing}");
    let open = refused().trickle(&piece(1));
    assert!(open < SOON, "{line} {framing}: open for {open:?}");
}

/// Whoever sends as much as anybody may is told why it was in vain, though the answer came before the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_came_in_vain_is_answered() {
    let app = TestApp::of_the_seed().await;
    let length = 1024 * 1024;
    let mut wire = Wire::to(app);
    let announced = format!("Content-Length: {length}");
    wire.head(&["POST /v1/organisations HTTP/1.1", JSON, &announced]);
    wire.stream.write_all(&vec![b' '; length]).unwrap();
    assert_eq!(wire.answer().0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_to_go_on_who_is_refused() {
    let app = TestApp::of_the_seed().await;
    let operations = include_str!("../../../openapi/operations.txt").lines();
    let signed = operations.filter_map(|line| {
        let [method, path, _, who] = *line.split(' ').collect::<Vec<_>>() else {
            panic!("{line}");
        };
        (method != "GET" && who != "public").then_some((method, path))
    });
    let mut walked = 0;
    for (method, path) in signed {
        let parts = path.split('/');
        let named = parts.map(|part| match part.starts_with('{') {
            true => "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b",
            false => part,
        });
        let path = named.collect::<Vec<_>>().join("/");
        let mut wire = Wire::to(app);
        let line = format!("{method} {path} HTTP/1.1");
        wire.head(&[&line, JSON, "Content-Length: 2", "Expect: 100-continue"]);
        let (status, text) = wire.answer();
        assert_eq!(status, 401, "{line}: {text}");
        walked += 1;
    }
    assert!(walked > 40, "{walked}");
    for (line, status) in [
        ("POST /nowhere HTTP/1.1", 404),
        ("PUT /v1/drafts HTTP/1.1", 405),
    ] {
        let mut wire = Wire::to(app);
        wire.head(&[line, JSON, "Content-Length: 2", "Expect: 100-continue"]);
        assert_eq!(wire.answer().0, status, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_let_in_is_told_to_go_on() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let bearer = format!("Authorization: Bearer {}", rima.token);
    let body = "{\"organisation\": {\"slug\": \"listeners\"}}";
    let announced = format!("Content-Length: {}", body.len());
    let line = "POST /v1/organisations HTTP/1.1";
    let waits = "Expect: 100-continue";
    let mut wire = Wire::to(&app);
    // Twice: the connection stays.
    for _ in 0..2 {
        wire.head(&[line, JSON, &bearer, &announced, waits]);
        let (status, text) = wire.answer();
        assert_eq!(status, 100, "{text}");
        wire.stream.write_all(body.as_bytes()).unwrap();
        let (status, text) = wire.answer();
        assert_eq!(status, 201, "{text}");
    }
    let question = "POST /v1/search HTTP/1.1";
    wire.head(&[question, JSON, "Content-Length: 2", waits]);
    assert_eq!(wire.answer().0, 100, "nobody has to be signed in for it");
    wire.stream.write_all(b"{}").unwrap();
    assert_eq!(wire.answer().0, 200);
    // What is wrong with a head is said without a look at the body.
    let of_text = "Content-Type: text/plain";
    wire.head(&[line, of_text, &bearer, &announced, waits]);
    assert_eq!(wire.answer().0, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_bodies_were_read_stays() {
    let app = TestApp::of_the_seed().await;
    let mut wire = Wire::to(app);
    for _ in 0..3 {
        wire.head(&["POST /v1/search HTTP/1.1", JSON, "Content-Length: 2"]);
        wire.stream.write_all(b"{}").unwrap();
        assert_eq!(wire.answer().0, 200);
        wire.head(&["POST /v1/search HTTP/1.1", JSON, CHUNKED]);
        wire.stream.write_all(b"2\r\n{}\r\n0\r\n\r\n").unwrap();
        assert_eq!(wire.answer().0, 200);
        wire.head(&["POST /v1/search HTTP/1.1", JSON, "Content-Length: 1"]);
        wire.stream.write_all(b"{").unwrap();
        assert_eq!(wire.answer().0, 400, "it was read, and is no JSON");
        wire.head(&["GET /v1/topics/nowhere HTTP/1.1"]);
        assert_eq!(wire.answer().0, 404, "it has no body");
    }
}
