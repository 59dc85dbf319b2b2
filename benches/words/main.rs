//! Words on a real Meilisearch: how fast (`versus`), through which faults (`outage`), for how long (`soak`),
//! and while everything is built afresh (`rebuild`).
//!
//! Starts a Postgres, a Meilisearch from the `PATH` and the release build of Haven on made-up listings, prints figures,
//! and fails where one is beyond its bound. Client and servers share the machine: ratios say more than rates.

#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../../tests/engines/faults.rs"]
mod faults;
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../../tests/it/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/engines/words_server.rs"]
mod words_server;

mod bed;
mod compare;
mod load;
mod outage;
mod people;
mod plain;
mod pointed;
mod rebuild;
mod recorder;
mod soak;
mod versus;
mod writers;

use std::process::ExitCode;

/// What was measured, and whether every figure is within its bound.
pub type Measured = Result<bool, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know that this builds.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let what = arguments.iter().find(|argument| !argument.starts_with('-'));
    let measured = match what.map(String::as_str) {
        Some("versus") => runtime.block_on(versus::measure()),
        Some("outage") => runtime.block_on(outage::measure()),
        Some("soak") => runtime.block_on(soak::measure()),
        Some("rebuild") => runtime.block_on(rebuild::measure()),
        _ => Err("say what to measure: versus, outage, soak or rebuild".into()),
    };
    match measured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a figure is beyond its bound");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
