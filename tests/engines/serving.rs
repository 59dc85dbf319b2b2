//! `haven serve` with a server for its words: what it answers, what `/status` and `haven doctor` tell of the server.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use haven::search::words::{
    Words,
    meilisearch::{Meilisearch, RIGHTS, Settings},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    support::{
        Haven, TestDb,
        sample::{self, text},
    },
    words_server::WordsServer,
};

/// What is awaited comes much sooner.
const SOON: Duration = Duration::from_secs(30);

const SEARCH: &str = "/v1/search?q=zanzibarish";

pub async fn a_served_directory_tells_of_its_server(mut server: WordsServer) {
    let (db, dir) = (TestDb::seeded().await, tempfile::tempdir().unwrap());
    db.create(&sample::hub("room").with("/name", text("Zanzibarish Lantern")))
        .await;
    let (url, key) = (server.url(), server.key().to_owned());
    let settings = [
        ("DATABASE_URL", &*db.url),
        ("MEILISEARCH_URL", &*url),
        ("MEILISEARCH_KEY", &*key),
        ("MEILISEARCH_BUDGET_MS", "3000"),
        ("MEILISEARCH_REMEMBER_MS", "0"),
        // Nothing that people look for passes a proxy, even where all else should.
        ("HTTP_PROXY", "http://127.0.0.1:9"),
    ];
    let haven = Haven::serve(dir.path(), &settings).await;
    let well = part_until(&haven, "ok").await;
    assert_eq!(well["behind"], json!({"changes": 0, "seconds": 0}));
    assert_eq!(well["kind"], "leading");
    assert!(well["since"].is_string() && well.get("refused").is_none());
    assert_eq!(answered(&haven).await, ("meilisearch".to_owned(), false));

    let (code, said) = doctor(dir.path(), haven.address, &settings).await;
    assert_eq!(code, Some(0), "{said}");
    for told in [
        "Meilisearch          answers; version 1.",
        "  rights             sufficient",
        "  index              up to date",
        "  meilisearch        ok since",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(!said.contains(&key), "{said}");
    tells_what_is_wrong_with_it(&server, dir.path(), &haven, &settings).await;

    server.kill();
    assert_eq!(answered(&haven).await, ("embedded".to_owned(), true));
    part_until(&haven, "failing").await;
    let (code, said) = doctor(dir.path(), haven.address, &settings).await;
    assert!(
        code != Some(0) && said.contains("Meilisearch          out of reach"),
        "{said}"
    );
    server.up().await;
    part_until(&haven, "ok").await;
    let deadline = Instant::now() + SOON;
    while answered(&haven).await.1 {
        assert!(Instant::now() < deadline, "{}", haven.log());
    }
    let address = haven.address;
    assert!(!haven.stop().await.contains("zanzibarish"));

    let before = db.store.head().await.unwrap();
    db.create(&sample::hub("tower").with("/name", text("Lantern Tower")))
        .await;
    let behind = db.store.head().await.unwrap() - before;
    let (_, said) = doctor(dir.path(), address, &settings).await;
    let told = format!("  index              {behind} changes behind");
    assert!(behind > 0 && said.contains(&told), "{told}: {said}");
}

/// The rights that a look without changing anything can tell of.
const READING: [&str; 6] = [
    "search",
    "documents.get",
    "indexes.get",
    "settings.get",
    "tasks.get",
    "version",
];

pub async fn every_right_to_read_is_missed_where_the_key_lacks_it(server: WordsServer) {
    let whole = server.key_for(RIGHTS).await;
    let with = |key: String| {
        let settings = Settings {
            key: Some(key.into()),
            ..server.settings("haven")
        };
        Meilisearch::new(settings).unwrap()
    };
    let engine = with(whole);
    for origin in [None, Some(1)] {
        engine.set_origin(origin);
        let health = engine.health().await.unwrap();
        assert!(health.lacking.is_empty(), "{health:?}");
        for right in READING {
            let others: Vec<&str> = RIGHTS.iter().copied().filter(|r| *r != right).collect();
            let narrow = with(server.key_for(&others).await);
            narrow.set_origin(origin);
            assert_eq!(narrow.health().await.unwrap().lacking, [right]);
        }
    }
}

/// Settings that somebody changed, and a key that may not do what it must.
async fn tells_what_is_wrong_with_it(
    server: &WordsServer,
    dir: &Path,
    haven: &Haven,
    settings: &[(&str, &str)],
) {
    let indexes = server.call(Method::GET, "/indexes", None).await;
    let index = indexes["results"][0]["uid"].as_str().unwrap();
    let path = format!("/indexes/{index}/settings");
    for (words, fault) in [(json!(["lantern"]), true), (json!([]), false)] {
        let changed = json!({"stopWords": words});
        server.done(Method::PATCH, &path, Some(&changed)).await;
        let (code, said) = doctor(dir, haven.address, settings).await;
        assert_eq!(said.contains("somebody changed stopWords"), fault, "{said}");
        assert_eq!(code != Some(0), fault, "{said}");
    }
    let narrow = server.key_for(&["search"]).await;
    let mut with: Vec<(&str, &str)> = settings.to_vec();
    with.push(("MEILISEARCH_KEY", &narrow));
    let (code, said) = doctor(dir, haven.address, &with).await;
    assert!(
        code != Some(0) && said.contains("the key lacks version"),
        "{said}"
    );
}

/// Who answers, and whether somebody better should have.
async fn answered(haven: &Haven) -> (String, bool) {
    let reply = haven.get(SEARCH).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    assert_eq!(answer["hits"].as_array().unwrap().len(), 1, "{answer}");
    let engine = answer["engine"].as_str().unwrap().to_owned();
    (engine, answer["degraded"].as_bool().unwrap())
}

/// The server's part of `/status`, once it is in this state.
async fn part_until(haven: &Haven, state: &str) -> Value {
    let deadline = Instant::now() + SOON;
    loop {
        let status = haven.get("/status").await.json();
        let mut parts = status["parts"].as_array().unwrap().iter();
        let part = parts.find(|part| part["name"] == "meilisearch").unwrap();
        if part["state"] == state {
            return part.clone();
        }
        assert!(Instant::now() < deadline, "{status}\n{}", haven.log());
    }
}

async fn doctor(
    data_dir: &Path,
    address: SocketAddr,
    settings: &[(&str, &str)],
) -> (Option<i32>, String) {
    let doctor = Command::new(env!("CARGO_BIN_EXE_haven"))
        .arg("doctor")
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", address.to_string())
        .env_remove("HAVEN_METRICS_LISTEN")
        .envs(settings.iter().copied())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(doctor.stdout).unwrap();
    (doctor.status.code(), said)
}
