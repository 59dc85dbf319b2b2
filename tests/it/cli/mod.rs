//! The program itself, started as a command.

mod backup;
mod import;
mod lost_factor;
mod move_account;
mod private;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, with the database of a test and nothing else of the environment's.
pub fn haven(url: &str, data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haven"));
    command
        .env("DATABASE_URL", url)
        .env("HAVEN_DATA_DIR", data_dir)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn said(output: &Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// What `haven generate` writes.
pub fn generated(listings: u32, seed: u64) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_haven"))
        .args(["generate", "--listings", &listings.to_string()])
        .args(["--seed", &seed.to_string()])
        .output();
    let output = output.unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
