//! What a searcher writes, where the searcher is and from which address the searcher asks is written down nowhere.
//!
//! Every operation of the document is walked with words that stand nowhere else in every parameter, header and field of
//! a body, right and wrong, with the database and without; then all that was written is searched for them: the log at
//! trace level, the metrics, every file of the data directory and of Postgres', and Postgres' own log, in which every
//! statement stands for this test. Of that log one thing is allowed: the name in the address of a single listing, area
//! or topic, as the value of a parameter; a private Postgres leaves values out of its log, and `doctor` warns of others.

use haven::domain::actor::Actor;
use std::{net::IpAddr, path::Path};

use haven::app::import;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Haven, OwnPostgres, app, clock};

const LATIN: &str = "kanarivogelsang";
const BENGALI: &str = "ক্যানারিপাখিরগান";
const POINT: &str = "23.718293,90.418374";
/// The address from which all of it is asked, and one that a proxy in front would name.
const ADDRESS: &str = "127.83.41.7";
const FORWARDED: &str = "203.0.113.77";
/// The name in an address of one listing.
const NAMED: &str = "kanari-im-pfad";
/// Written on purpose where something is to be found.
const PLANTED: &str = "planted-kanari-in-sight";

/// Every way in which a text may be written down.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped = |wrap: fn(u32) -> String| -> String {
        let one = |c: char| {
            if c.is_ascii() {
                c.to_string()
            } else {
                wrap(c.into())
            }
        };
        text.chars().map(one).collect()
    };
    let mut forms = vec![
        text.to_owned(),
        text.to_uppercase(),
        percent.to_lowercase(),
        percent,
        escaped(|code| format!("\\u{code:04x}")),
        escaped(|code| format!("\\u{code:04X}")),
        escaped(|code| format!("\\u{{{code:x}}}")),
    ];
    forms.extend(text.split_once(',').map(|(lat, _)| lat.to_owned()));
    forms.extend(text.split_once(',').map(|(_, lon)| lon.to_owned()));
    forms.extend(text.split_once(',').map(|(lat, _)| lat.replace('.', "")));
    forms.into_iter().map(String::into_bytes).collect()
}

/// Which of `texts` stand in `written`, in whatever form.
fn found<'t>(written: &[u8], texts: &[&'t str]) -> Vec<&'t str> {
    let lower = written.to_ascii_lowercase();
    let stands = |form: &Vec<u8>| {
        let form = form.to_ascii_lowercase();
        memchr(&lower, &form)
    };
    let told = texts.iter().filter(|text| forms(text).iter().any(stands));
    told.copied().collect()
}

fn memchr(written: &[u8], text: &[u8]) -> bool {
    let first = text[0];
    let mut rest = written;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(text) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

fn files_below(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.extend(files_below(&entry.path()));
        } else if kind.is_file()
            && let Ok(bytes) = std::fs::read(entry.path())
        {
            files.push((entry.path().display().to_string(), bytes));
        }
    }
    files
}

/// Somebody who asks, from an address of their own and with words in every header.
fn asker() -> Client {
    let address: IpAddr = ADDRESS.parse().unwrap();
    Client::builder()
        .local_address(address)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

struct Walk<'a> {
    haven: &'a Haven,
    client: Client,
    /// Requests made, by status.
    answered: std::collections::BTreeMap<u16, usize>,
}

impl Walk<'_> {
    async fn send(
        &mut self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        body: Option<String>,
    ) {
        let headers = [
            ("user-agent", LATIN.to_owned()),
            ("accept-language", format!("bn, {LATIN};q=0.5")),
            ("x-forwarded-for", FORWARDED.to_owned()),
            ("forwarded", format!("for={FORWARDED}")),
            ("x-real-ip", FORWARDED.to_owned()),
            ("referer", format!("https://example.org/?q={LATIN}")),
            ("cookie", format!("last={LATIN}")),
            ("if-none-match", format!("\"{LATIN}\"")),
            ("origin", format!("https://{LATIN}.example")),
            // One that is no id is not kept.
            ("x-request-id", format!("{LATIN} / {FORWARDED}")),
        ];
        let mut request = self.client.request(
            method.clone(),
            format!("http://{}{path}", self.haven.address),
        );
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let reply = request.query(query).send().await.unwrap();
        let status = reply.status().as_u16();
        assert_ne!(status, 500, "{method} {path} {query:?}");
        reply.bytes().await.unwrap();
        *self.answered.entry(status).or_default() += 1;
    }

    async fn operation(
        &mut self,
        path: &str,
        method: &Method,
        operation: &Value,
        document: &Value,
    ) {
        let parameters: Vec<&Value> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let named: Vec<&str> = parameters
            .iter()
            .filter(|p| p["in"] == "path")
            .filter_map(|p| p["name"].as_str())
            .collect();
        let filled = named.iter().fold(path.to_owned(), |path, name| {
            path.replace(&format!("{{{name}}}"), NAMED)
        });
        let words = named.iter().fold(path.to_owned(), |path, name| {
            path.replace(&format!("{{{name}}}"), LATIN)
        });
        self.send(method, &filled, &[], None).await;
        if !named.is_empty() {
            // No name of anything: refused before anybody looks.
            self.send(method, &format!("{words}%20{BENGALI}"), &[], None)
                .await;
        }
        for parameter in parameters.iter().filter(|p| p["in"] == "query") {
            let name = parameter["name"].as_str().unwrap().to_owned();
            for value in [LATIN, BENGALI, POINT] {
                let mut query = vec![(name.clone(), value.to_owned())];
                self.send(method, &filled, &query, None).await;
                query.push((format!("{LATIN}-{BENGALI}"), POINT.to_owned()));
                self.send(method, &filled, &query, None).await;
            }
        }
        self.body(path, method, operation, document).await;
    }

    async fn body(&mut self, path: &str, method: &Method, operation: &Value, document: &Value) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else {
            return;
        };
        let schema = document.pointer(&reference[1..]).unwrap();
        for (name, _) in schema["properties"].as_object().unwrap() {
            for value in [
                json!(LATIN),
                json!(BENGALI),
                json!(POINT),
                json!([LATIN, BENGALI]),
                json!({LATIN: BENGALI}),
            ] {
                self.send(method, path, &[], Some(json!({name: value}).to_string()))
                    .await;
            }
        }
        for broken in [
            format!("{{\"q\": \"{LATIN}"),
            format!("\"{BENGALI}\""),
            format!("{{\"{LATIN}\": 1}}"),
            LATIN.repeat(10_000),
        ] {
            self.send(method, path, &[], Some(broken)).await;
        }
    }

    /// Every operation, then whatever is none, then questions that are answered.
    async fn everything(&mut self) {
        let document = self.haven.get("/openapi.json").await.json();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                self.operation(path, &method, operation, &document).await;
            }
        }
        for path in [
            format!("/{LATIN}"),
            format!("/v1/{BENGALI}"),
            format!("/v1/search/{LATIN}"),
            format!("/v1/hubs/{LATIN}%zz"),
            format!("/v1/hubs/{LATIN}%FF"),
            format!("/v1/hubs/{LATIN}%00"),
            format!("/docs/{LATIN}"),
            format!("/v1/search.{LATIN}"),
            format!("/{}", LATIN.repeat(200)),
            format!("/v1/search?{}", LATIN.repeat(500)),
        ] {
            self.send(&Method::GET, &path, &[], None).await;
        }
        let odd = Method::from_bytes(LATIN.to_uppercase().as_bytes()).unwrap();
        self.send(&odd, "/v1/search", &[], None).await;
        self.send(
            &Method::DELETE,
            &format!("/v1/hubs/{LATIN}-{LATIN}"),
            &[],
            None,
        )
        .await;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for words in [LATIN, BENGALI] {
            for place in [
                vec![pair("near", POINT)],
                vec![pair("near", POINT), pair("radius", "500")],
                vec![],
            ] {
                let query = [
                    vec![pair("q", &format!("{words} grief")), pair("lang", "bn")],
                    place,
                ]
                .concat();
                self.send(&Method::GET, "/v1/search", &query, None).await;
            }
            let asked = json!({"q": format!("{words} grief"), "near": POINT, "radius": 500});
            self.send(&Method::POST, "/v1/search", &[], Some(asked.to_string()))
                .await;
        }
        for path in ["/v1/crisis", "/v1/areas/locate"] {
            self.send(&Method::GET, path, &[pair("near", POINT)], None)
                .await;
        }
        self.raw().await;
    }

    /// What is not even HTTP.
    async fn raw(&self) {
        for bytes in [
            format!("{LATIN} {BENGALI}\r\n\r\n"),
            format!("GET /{BENGALI} HTTP/1.1\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{LATIN} {BENGALI}\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nContent-Length: {LATIN}\r\n\r\n"),
            format!(
                "POST /v1/search HTTP/1.1\r\nHost: {LATIN}\r\nTransfer-Encoding: chunked\r\n\r\n{LATIN}\r\n"
            ),
        ] {
            let mut stream = TcpStream::connect(self.haven.address).await.unwrap();
            stream.write_all(bytes.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_searcher_is_written_down() {
    let (mut postgres, dir) = (OwnPostgres::start().await, tempfile::tempdir().unwrap());
    let store = postgres.store();
    store.migrate().await.unwrap();
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    // From the next connection on, every statement stands in Postgres' log with its values.
    let (sql, connection) = tokio_postgres::connect(postgres.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let all = "alter role haven set log_statement = 'all'; alter role haven set log_parameter_max_length = -1;
        alter role haven set log_min_messages = 'debug1'; alter role haven set log_min_error_statement = 'error';
        alter role haven set log_parameter_max_length_on_error = -1; alter role haven set log_error_verbosity = 'verbose'";
    sql.batch_execute(all).await.unwrap();
    let settings = [
        ("DATABASE_URL", postgres.url()),
        ("HAVEN_METRICS_LISTEN", "127.0.0.1:0"),
        ("RUST_LOG", "trace"),
        // Who is refused for asking too often gets no further.
        ("HAVEN_REQUESTS_PER_MINUTE", "0"),
    ];
    let haven = Haven::serve(dir.path(), &settings).await;

    // Where something is written, it is found: by its id a request in the log, by its value a statement in Postgres'.
    let sane = haven
        .request(Method::GET, "/v1/search?q=grief")
        .header("x-request-id", PLANTED);
    assert_eq!(sane.send().await.unwrap().status(), 200);
    let (sql, connection) = tokio_postgres::connect(postgres.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    sql.query("select $1::text", &[&PLANTED]).await.unwrap();
    std::fs::write(dir.path().join("planted"), format!("..{PLANTED}..")).unwrap();

    let mut walk = Walk {
        haven: &haven,
        client: asker(),
        answered: std::collections::BTreeMap::new(),
    };
    walk.everything().await;
    assert!(
        walk.answered[&200] > 20 && walk.answered[&400] > 100 && walk.answered[&404] > 5,
        "{:?}",
        walk.answered
    );
    let told = String::from_utf8_lossy(&postgres.log()).into_owned();
    postgres.kill().await;
    walk.everything().await;
    assert!(walk.answered[&503] > 10, "{:?}", walk.answered);
    println!("{:?}", walk.answered);

    let metrics = haven.metrics().await;
    let log = haven.stop().await;
    let secrets = [LATIN, BENGALI, POINT, ADDRESS, FORWARDED, NAMED];
    assert_eq!(found(log.as_bytes(), &[PLANTED]), [PLANTED]);
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log is not at trace level"
    );
    assert_eq!(
        found(log.as_bytes(), &secrets),
        Vec::<&str>::new(),
        "in the log"
    );
    assert!(metrics.contains("route=\"/v1/search\""));
    assert_eq!(
        found(metrics.as_bytes(), &secrets),
        Vec::<&str>::new(),
        "in the metrics"
    );
    let mut planted = 0;
    for (name, bytes) in files_below(dir.path()) {
        planted += found(&bytes, &[PLANTED]).len();
        assert_eq!(found(&bytes, &secrets), Vec::<&str>::new(), "in {name}");
    }
    assert_eq!(planted, 1);
    assert_eq!(found(told.as_bytes(), &[PLANTED]), [PLANTED]);
    let values = |line: &&str| !line.contains("parameters: ");
    let without: Vec<&str> = told.lines().filter(values).collect();
    assert_eq!(
        found(without.join("\n").as_bytes(), &secrets),
        Vec::<&str>::new(),
        "in Postgres' log"
    );
    let words = [LATIN, BENGALI, POINT, ADDRESS, FORWARDED];
    assert_eq!(
        found(told.as_bytes(), &words),
        Vec::<&str>::new(),
        "among the values in Postgres' log"
    );
    for (name, bytes) in files_below(postgres.dir()) {
        if !name.ends_with("postgres.log") {
            assert_eq!(found(&bytes, &secrets), Vec::<&str>::new(), "in {name}");
        }
    }
}

#[test]
fn a_text_is_found_in_whatever_form_it_is_written() {
    let written = [
        format!("a {BENGALI} b"),
        "q=%e0%a6%95%E0%A7%8D%E0%A6%AF%E0%A6%BE%E0%A6%A8%E0%A6%BE%E0%A6%B0%E0%A6%BF%E0%A6%AA%E0%A6%BE%E0%A6%96%E0%A6%BF%E0%A6%B0%E0%A6%97%E0%A6%BE%E0%A6%A8".to_owned(),
        serde_json::to_string(BENGALI).unwrap(),
        BENGALI.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect(),
        BENGALI.escape_unicode().to_string(),
    ];
    for written in written {
        assert_eq!(
            found(written.as_bytes(), &[BENGALI, LATIN]),
            [BENGALI],
            "{written}"
        );
    }
    assert_eq!(
        found(b"Point { lat: 23.718293, lon: 90.418374 }", &[POINT]),
        [POINT]
    );
    assert_eq!(found(b"KanariVogelSang", &[LATIN]), [LATIN]);
}
