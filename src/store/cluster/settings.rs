//! The settings that Postgres runs with, and who may connect.
//!
//! They are given on the command line, which no file of the cluster's can override: a searcher's words must never
//! reach the log, whatever becomes of a statement. (A superuser's `SET` or `ALTER ROLE` could; Haven issues none.)

use std::path::Path;

use super::account::Account;
use super::home::Home;
use super::{ClusterError, ROLE};

const SETTINGS: [(&str, &str); 27] = [
    ("cluster_name", "haven"),
    ("timezone", "UTC"),
    // Every acknowledged write survives.
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    // No network: the socket, in a private directory, is the only way in.
    ("listen_addresses", ""),
    ("ssl", "off"),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "60"),
    // A directory's database is small, and shares its machine with Haven.
    ("shared_buffers", "64MB"),
    ("work_mem", "8MB"),
    ("maintenance_work_mem", "64MB"),
    ("max_wal_size", "256MB"),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
    // The log is our file, in UTC, without statements. Errors stay out of it because their messages quote values,
    // and TERSE drops the detail of a crash that would name the statement; Haven sees both as the client.
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_timezone", "UTC"),
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_transaction_sample_rate", "0"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
];

/// The command line's settings for a server whose socket lies in `socket_dir`.
pub(super) fn arguments(socket_dir: &Path) -> Vec<String> {
    let socket = format!("unix_socket_directories={}", socket_dir.display());
    SETTINGS
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .chain([socket])
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
}

/// Lets in, by what the kernel says of the other end of the socket, Haven's own user and the one Postgres runs as.
pub(super) fn write_access(home: &Home, account: &Account) -> Result<(), ClusterError> {
    let hba = "local all all peer map=haven\n";
    let own = Account::own();
    let ident = format!(
        "haven {} {ROLE}\nhaven {} {ROLE}\n",
        quoted(&own.name),
        quoted(&account.name)
    );
    home.write("pg_hba.conf", hba, account)?;
    home.write("pg_ident.conf", &ident, account)
}

/// A name in quotes is taken as it is; one with a quote in it cannot be written, and no system has such a user.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', ""))
}
