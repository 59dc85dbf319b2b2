//! Makes a new cluster with the database `haven` in it.
//!
//! All is done in a directory aside that is renamed at the end: a start that is killed half-way leaves nothing that
//! could be taken for a cluster.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::account::Account;
use super::binaries::Binaries;
use super::home::Home;
use super::process::{Program, inherited};
use super::report::{Fault, Report};
use super::{ClusterError, DATABASE};

/// Makes the cluster of `home` and gives it to `account`.
pub(super) async fn create(
    home: &Home,
    binaries: &Binaries,
    account: &Account,
) -> Result<(), ClusterError> {
    let room = home.make_room(account)?;
    let _swept = Sweep(home);
    make(home, binaries, account, &room).await?;
    home.move_in(&room)
}

/// Leaves nothing half-made behind, also where nobody waits for the end any more.
struct Sweep<'a>(&'a Home);

impl Drop for Sweep<'_> {
    fn drop(&mut self) {
        self.0.sweep();
    }
}

async fn make(
    home: &Home,
    binaries: &Binaries,
    account: &Account,
    room: &Path,
) -> Result<(), ClusterError> {
    let initdb = [
        "--username=haven",
        "--auth=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
        "--no-instructions",
    ];
    run(home, &binaries.initdb, &initdb, account, room, "").await?;
    // In single-user mode, since a running server would need a client to be told to make a database.
    let single = ["--single", "-c", "exit_on_error=on"];
    let sql = format!("CREATE DATABASE {DATABASE}\n");
    run(home, &binaries.postgres, &single, account, room, &sql).await
}

async fn run(
    home: &Home,
    program: &PathBuf,
    args: &[&str],
    account: &Account,
    room: &Path,
    input: &str,
) -> Result<(), ClusterError> {
    let dir = File::open(room).map_err(|cause| ClusterError::at(room, cause))?;
    let (output, from) = home.open_log()?;
    let mut command = Command::new(program);
    command.args(args).arg("-D").arg(inherited(&dir));
    if !input.is_empty() {
        command.arg("template1");
    }
    let process = Program {
        command,
        account,
        dir,
        input,
        output,
        on_our_death: Signal::KILL,
        env: None,
    }
    .spawn()
    .map_err(|cause| ClusterError::Spawn {
        program: program.clone(),
        user: account.name.clone(),
        cause,
    })?;
    if process.exited().await.success() {
        return Ok(());
    }
    Err(Report::since(home, from).into_error(Fault::Create))
}
