//! The registry of metrics: what is counted, in which buckets, and the text in which Prometheus reads it.
//!
//! Invariant: labels come from closed sets (methods, templates of routes, statuses, names of parts), never from what
//! was sent; so no searcher shows in a metric, and their number is bounded. Where nobody started the registry, counting
//! costs nothing.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests by method, route and status.
pub const REQUESTS: &str = "haven_http_requests_total";
/// How long answers took, by method and route.
pub const DURATION: &str = "haven_http_request_duration_seconds";
/// Requests being answered, by class.
pub const IN_FLIGHT: &str = "haven_http_requests_in_flight";
/// Requests refused because too much was asked at once, by class.
pub const SHED: &str = "haven_http_requests_shed_total";
/// Open connections.
pub const CONNECTIONS: &str = "haven_http_connections";
/// How late the workers run.
pub const LATENESS: &str = "haven_worker_lateness_seconds";

/// From what a cached answer takes to where everybody has given up.
const SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

static REGISTRY: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts counting. A second call changes nothing.
///
/// # Errors
/// Where something else counts in this process already.
pub fn start() -> Result<(), BuildError> {
    if is_on() {
        return Ok(());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    describe();
    // Only the first call gets so far: a second recorder cannot be installed.
    let _ = REGISTRY.set(handle);
    Ok(())
}

/// Whether anybody counts.
#[must_use]
pub fn is_on() -> bool {
    REGISTRY.get().is_some()
}

/// Puts what was counted lately to the rest; to be done every few seconds, or it piles up between two readings.
pub fn settle() {
    if let Some(registry) = REGISTRY.get() {
        registry.run_upkeep();
    }
}

/// Everything in Prometheus' text format; empty where nobody counts.
#[must_use]
pub fn render() -> String {
    settle();
    REGISTRY
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

fn describe() {
    describe_counter!(REQUESTS, "Requests answered, by method, route and status.");
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "How long answers took, by method and route."
    );
    describe_gauge!(IN_FLIGHT, "Requests being answered, by class.");
    describe_counter!(
        SHED,
        "Requests refused because too much was asked at once, by class."
    );
    describe_gauge!(CONNECTIONS, "Open connections.");
    describe_histogram!(LATENESS, Unit::Seconds, "How late the workers run.");
    describe_histogram!(
        "haven_pool_wait_seconds",
        Unit::Seconds,
        "How long requests waited for a database connection."
    );
    for (name, what) in GAUGES {
        describe_gauge!(*name, *what);
    }
}

/// What is measured when somebody reads.
const GAUGES: &[(&str, &str)] = &[
    (
        "haven_pool_connections",
        "Database connections, by state: in_use or idle.",
    ),
    (
        "haven_pool_connections_limit",
        "How many database connections there may be.",
    ),
    (
        "haven_pool_waiting",
        "Requests that wait for a database connection.",
    ),
    (
        "haven_part_ok",
        "1 where the part is as it should be, 0 where not.",
    ),
    (
        "haven_part_since_timestamp_seconds",
        "Since when the part is as it is.",
    ),
    (
        "haven_part_behind_changes",
        "Changes that the part has yet to take in.",
    ),
    (
        "haven_part_behind_seconds",
        "For how long the part may have been out of date.",
    ),
    (
        "haven_part_size",
        "Listings, areas and topics, or whatever the part holds.",
    ),
    (
        "haven_words_index_bytes",
        "The embedded words index on disk.",
    ),
    ("haven_build_info", "1, with the version as a label."),
    ("process_resident_memory_bytes", "Memory of this process."),
    (
        "process_open_fds",
        "Open files and connections of this process.",
    ),
    (
        "process_max_fds",
        "How many files and connections this process may open.",
    ),
    (
        "process_cpu_seconds_total",
        "Processor time of this process.",
    ),
    ("process_start_time_seconds", "When this process started."),
];
