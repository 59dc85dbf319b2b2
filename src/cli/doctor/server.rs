//! Of a server that runs: what it says of its parts, and whether its metrics are there.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::Report;
use crate::config::Settings;

/// A server that is silent for longer does not work.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn check(settings: &Settings, beside: bool, report: &mut Report) {
    if !beside {
        report.line("server", "not running on this data directory", None);
        return;
    }
    let status = ask(settings.listen, "/status").await;
    let status = status.and_then(|body| serde_json::from_str::<Value>(&body).ok());
    let Some(status) = status else {
        let fault = format!(
            "one has the data directory and does not answer at {}: it may still be starting, or run with another \
             HAVEN_LISTEN; else stop it (SIGTERM, then SIGKILL; no data is lost) and start it again",
            settings.listen
        );
        report.line("server", "does not answer", Some(fault));
        return;
    };
    report.line("server", "answers", None);
    for part in status["parts"].as_array().into_iter().flatten() {
        let (value, fault) = told(part);
        let name = part["name"].as_str().unwrap_or_default();
        report.line(&format!("  {name}"), value, fault);
    }
    if let Some(address) = settings.metrics_listen {
        let fault = ask(address, "/metrics")
            .await
            .is_none()
            .then(|| "start the server with the same HAVEN_METRICS_LISTEN".to_owned());
        let value = if fault.is_some() {
            "do not answer"
        } else {
            "answer"
        };
        report.line("  metrics", value, fault);
    }
}

/// How a part is, and where that is not well, what to do.
fn told(part: &Value) -> (String, Option<String>) {
    let text = |name: &str| part[name].as_str().unwrap_or_default();
    let (name, state) = (text("name"), text("state"));
    let mut value = format!("{state} since {}", text("since"));
    if let (Some(changes), Some(seconds)) = (
        part["behind"]["changes"].as_u64(),
        part["behind"]["seconds"].as_u64(),
    ) && (changes, seconds) != (0, 0)
    {
        value += &format!(", {changes} changes and {seconds} s behind");
    }
    let mend = match (name, state) {
        (_, "ok") => return (value, None),
        (_, "building") => "it is ready when the index is built; the log says how far that is",
        ("database", _) => {
            "see to it that Postgres runs and is reached; the server connects again by itself"
        }
        ("pool", _) => {
            "more is asked of the database than it can do: look for slow statements, or run more servers"
        }
        ("follower", _) => {
            "the log of the server says what stops it; it goes on by itself once that is mended"
        }
        ("meilisearch", "degraded") => {
            "it is far behind, as where its disk is full, or refuses listings; the log of the server says which"
        }
        ("meilisearch", _) => {
            "see to it that Meilisearch runs and takes the key; meanwhile words are looked up in the process"
        }
        _ => "the log of the server says why",
    };
    (value, Some(mend.to_owned()))
}

/// The body of an answer of 200.
async fn ask(address: SocketAddr, path: &str) -> Option<String> {
    let mut address = address;
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let asking = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
    };
    timeout(PATIENCE, asking).await.ok()?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_part_that_is_not_well_has_its_mend() {
        let part = |name: &str, state: &str| {
            json!({"name": name, "state": state, "since": "2026-11-22T12:00:00Z",
                "behind": {"changes": 3, "seconds": 40}})
        };
        let (value, fault) = told(&part("follower", "failing"));
        assert_eq!(
            value,
            "failing since 2026-11-22T12:00:00Z, 3 changes and 40 s behind"
        );
        assert!(fault.unwrap().contains("goes on by itself"));
        assert!(told(&part("database", "ok")).1.is_none());
        for name in [
            "database",
            "pool",
            "words",
            "meilisearch",
            "one that comes later",
        ] {
            assert!(told(&part(name, "failing")).1.is_some());
        }
    }
}
