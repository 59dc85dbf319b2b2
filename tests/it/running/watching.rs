//! What those who run a directory see of it: log, metrics, status, doctor.

use haven::domain::actor::Actor;
use std::{
    path::Path,
    time::{Duration, Instant},
};

use haven::app::import;
use serde_json::Value;
use tokio::process::Command;

use crate::support::{Haven, OwnPostgres, TestDb, app, clock};

const SOON: Duration = Duration::from_secs(30);

/// The value of a sample, or the sum of those whose labels begin so.
fn measured(metrics: &str, sample: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(sample));
    let values = lines.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap());
    values.fold(
        f64::NAN,
        |sum, value| if sum.is_nan() { value } else { sum + value },
    )
}

fn part<'a>(status: &'a Value, name: &str) -> &'a Value {
    let parts = status["parts"].as_array().unwrap();
    parts.iter().find(|part| part["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_by_template_and_tell_how_the_parts_are() {
    let (db, dir) = (TestDb::new().await, tempfile::tempdir().unwrap());
    import::seed(&db.store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let settings = [
        ("DATABASE_URL", &*db.url),
        ("HAVEN_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let haven = Haven::serve(dir.path(), &settings).await;
    for path in [
        "/v1/hubs/maudsley-hospital",
        "/v1/hubs/maudsley-hospital",
        "/v1/hubs/no-such-hub",
        "/nowhere",
    ] {
        haven.get(path).await;
    }
    let body = haven
        .request(reqwest::Method::POST, "/v1/search")
        .json(&serde_json::json!({"q": "grief"}));
    assert_eq!(body.send().await.unwrap().status(), 200);
    let metrics = haven.metrics().await;
    for (sample, value) in [
        (
            r#"haven_http_requests_total{method="GET",route="/v1/hubs/{hub}",status="200"}"#,
            2.0,
        ),
        (
            r#"haven_http_requests_total{method="GET",route="/v1/hubs/{hub}",status="404"}"#,
            1.0,
        ),
        (
            r#"haven_http_requests_total{method="GET",route="none",status="404"}"#,
            1.0,
        ),
        (
            r#"haven_http_request_duration_seconds_count{method="GET",route="/v1/hubs/{hub}"}"#,
            3.0,
        ),
        (
            r#"haven_http_request_duration_seconds_bucket{method="POST",route="/v1/search",le="+Inf"}"#,
            1.0,
        ),
        (r#"haven_part_ok{part="database"}"#, 1.0),
        (r#"haven_part_ok{part="follower"}"#, 1.0),
        (r#"haven_part_behind_changes{part="follower"}"#, 0.0),
        (r#"haven_part_behind_seconds{part="follower"}"#, 0.0),
        ("haven_pool_connections_limit", 16.0),
        ("haven_pool_waiting", 0.0),
    ] {
        assert_eq!(measured(&metrics, sample), value, "{sample}\n{metrics}");
    }
    let published = db.store.published_count().await.unwrap() as f64;
    assert_eq!(
        measured(&metrics, r#"haven_part_size{part="catalogue"}"#),
        published
    );
    for some in [
        "haven_pool_connections{",
        "haven_pool_wait_seconds_count",
        "haven_words_index_bytes",
        r#"haven_part_since_timestamp_seconds{part="pool"}"#,
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "haven_worker_lateness_seconds_count",
    ] {
        assert!(measured(&metrics, some) > 0.0, "{some}\n{metrics}");
    }
    assert!(!metrics.contains("maudsley") && !metrics.contains("nowhere"));
    // They are nowhere else.
    assert_eq!(haven.get("/metrics").await.status, 404);
    haven.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_of_each_part_what_it_is_since_when_and_how_far_behind() {
    let (mut postgres, dir) = (OwnPostgres::start().await, tempfile::tempdir().unwrap());
    let store = postgres.store();
    store.migrate().await.unwrap();
    import::seed(&store, Actor::Operator, &*clock(), &app::seed())
        .await
        .unwrap();
    let haven = Haven::serve(dir.path(), &[("DATABASE_URL", postgres.url())]).await;
    haven.until("/readyz?strict", 200, SOON).await;
    let well = haven.get("/status").await.json();
    for name in [
        "database",
        "pool",
        "follower",
        "reference",
        "words",
        "catalogue",
    ] {
        assert_eq!(part(&well, name)["state"], "ok", "{well}");
    }
    assert_eq!(part(&well, "words")["kind"], "embedded");
    assert_eq!(part(&well, "reference")["kind"], "followed");
    assert_eq!(
        part(&well, "follower")["behind"],
        serde_json::json!({"changes": 0, "seconds": 0})
    );
    let since = |status: &Value, name: &str| -> jiff::Timestamp {
        part(status, name)["since"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    };

    postgres.kill().await;
    let deadline = Instant::now() + SOON;
    let lost = loop {
        let status = haven.get("/status").await.json();
        if part(&status, "follower")["state"] == "failing" {
            break status;
        }
        assert!(Instant::now() < deadline, "{status}");
    };
    assert_eq!(
        (
            part(&lost, "database")["state"].as_str(),
            lost["degraded"].as_bool()
        ),
        (Some("failing"), Some(true))
    );
    assert!(since(&lost, "database") > since(&well, "database"));
    assert_eq!(since(&lost, "catalogue"), since(&well, "catalogue"));
    let doctor = doctor(dir.path(), &haven, postgres.url()).await;
    assert!(doctor.0 != Some(0), "{}", doctor.1);
    for told in [
        "database             out of reach",
        "  database           failing since",
        "connects again by itself",
    ] {
        assert!(doctor.1.contains(told), "{told}: {}", doctor.1);
    }

    postgres.start_again().await;
    let back = haven.until("/readyz?strict", 200, SOON).await.json();
    assert!(since(&back, "database") > since(&lost, "database"));
    haven.stop().await;
}

/// What `haven doctor` says beside the server, and its exit code.
async fn doctor(data_dir: &Path, haven: &Haven, url: &str) -> (Option<i32>, String) {
    let doctor = Command::new(env!("CARGO_BIN_EXE_haven"))
        .arg("doctor")
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", haven.address.to_string())
        .env("DATABASE_URL", url)
        .env_remove("HAVEN_METRICS_LISTEN")
        .output()
        .await
        .unwrap();
    (
        doctor.status.code(),
        String::from_utf8(doctor.stdout).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_nothing_wrong_where_nothing_is_and_names_what_is() {
    let (db, dir) = (TestDb::empty().await, tempfile::tempdir().unwrap());
    let haven = Haven::serve(dir.path(), &[("DATABASE_URL", &db.url)]).await;
    let (code, said) = doctor(dir.path(), &haven, &db.url).await;
    assert_eq!(code, Some(0), "{said}");
    for told in [
        "letters are files in",
        "127.0.0.0/8,::1/128",
        "migrations           up to date",
        "clock ",
        "disk space",
        "  follower           ok since",
        "keeps what is asked",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    // A last line that nobody confirmed waits for moderators; a country without any is a fault.
    let sql = db.sql().await;
    let alarm = "delete from report;
        insert into report (id, listing, topic, words, urgent, created_at) values
        (gen_random_uuid(), gen_random_uuid(), 'last_national_line', '', true, now())";
    sql.batch_execute(alarm).await.unwrap();
    let (code, said) = doctor(dir.path(), &haven, &db.url).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("1 that nobody confirmed in time stay"),
        "{said}"
    );
    let lost = "update report set listing = null";
    sql.batch_execute(lost).await.unwrap();
    let (code, said) = doctor(dir.path(), &haven, &db.url).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the last one is gone, of countries: 1"));
    sql.batch_execute("delete from report").await.unwrap();
    // A database that a newer program was at, and a server that tells its log what is asked.
    let newer = "insert into __diesel_schema_migrations (version) values ('20991231000001')";
    sql.batch_execute(newer).await.unwrap();
    let telling = format!(
        "{}&options=-c%20log_statement%3Dall%20-c%20log_parameter_max_length%3D-1",
        db.url
    );
    let (code, said) = doctor(dir.path(), &haven, &telling).await;
    assert_eq!(code, Some(1), "{said}");
    for told in [
        "1 that this program does not know",
        "log_statement on the server",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    haven.stop().await;
    let (code, said) = doctor_alone(dir.path(), &db.url).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("not running on this data directory") && said.contains("0 changes behind"),
        "{said}"
    );
}

async fn doctor_alone(data_dir: &Path, url: &str) -> (Option<i32>, String) {
    let doctor = Command::new(env!("CARGO_BIN_EXE_haven"))
        .arg("doctor")
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", "127.0.0.1:0")
        .env("DATABASE_URL", url)
        .output()
        .await
        .unwrap();
    (
        doctor.status.code(),
        String::from_utf8(doctor.stdout).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_json_for_programs_and_names_requests_by_their_id() {
    let (db, dir) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let settings = [("DATABASE_URL", &*db.url), ("RUST_LOG", "haven=debug")];
    let haven = Haven::serve(dir.path(), &settings).await;
    let request = haven.request(reqwest::Method::GET, "/v1/hubs/no-such-hub");
    let reply = request
        .header("x-request-id", "from-the-caller-1")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.headers()["x-request-id"], "from-the-caller-1");
    let log = haven.stop().await;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let answered = lines
        .iter()
        .find(|line| line["span"]["request_id"] == "from-the-caller-1");
    let answered = answered.unwrap_or_else(|| panic!("{log}"));
    for field in ["timestamp", "level", "fields"] {
        assert!(!answered[field].is_null(), "{answered}");
    }
    let told = lines
        .iter()
        .find(|line| line["fields"]["message"] == "answered")
        .unwrap();
    assert_eq!(
        (&told["span"]["route"], &told["span"]["status"]),
        (&"/v1/hubs/{hub}".into(), &404.into()),
        "{told}"
    );
    assert!(!log.contains("no-such-hub"), "{log}");

    let human = Haven::serve(
        dir.path(),
        &[("DATABASE_URL", &*db.url), ("HAVEN_LOG_FORMAT", "human")],
    )
    .await;
    let log = human.stop().await;
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_err()),
        "{log}"
    );
}
