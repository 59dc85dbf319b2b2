//! Backups in Postgres' own format, made and brought back by its own programs.
//!
//! A backup holds everything: ids, revisions, what is confidential. Whoever brings one back gets the directory of then,
//! as another incarnation: what was cached or followed of the former one is void. It is brought back whole or not at
//! all. No password is ever on a command line or in a file; the programs are given it in their environment.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Stdio,
};

use diesel_async::RunQueryDsl;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};
use tokio_postgres::config::{Host, SslMode};

use super::{
    Store,
    cluster::{Binaries, ClusterError},
    connect,
    error::StoreError,
    schema::change,
};

/// Why there is no backup, or nothing was brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Program(#[from] ClusterError),
    #[error("{program} cannot be run")]
    Run {
        program: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("{program} failed: {said}")]
    Failed { program: PathBuf, said: String },
    #[error("the database holds a directory already")]
    NotEmpty,
    #[error("the file is no backup of a directory")]
    Foreign,
}

/// In every backup of a directory.
const MARK: &str = "TABLE DATA public __diesel_schema_migrations";

const BEGIN: &str = "begin; drop schema public cascade; create schema public;\n";

/// Every copy of the log elsewhere ends here, also where this one began anew at the same place.
const COMMIT: &str = "
    do $$ begin
        if to_regclass('public.incarnation') is not null then
            update public.incarnation set id = gen_random_uuid();
        end if;
    end $$;
    delete from public.follower_cursor;
    commit;\n";

impl Store {
    /// Writes a backup of the whole database, as it is at one moment.
    ///
    /// # Errors
    /// Where the program that does it is missing or fails; any error of the connection.
    pub async fn back_up(&self, into: File) -> Result<(), BackupError> {
        let program = Binaries::program("pg_dump", self.server_major().await?)?;
        let mut command = self.command(&program)?;
        command.args(["--format=custom", "--no-owner", "--no-privileges"]);
        let child = spawn(&program, command.stdin(Stdio::null()).stdout(into))?;
        ended(&program, child).await
    }

    /// Brings a backup back. What the database held is replaced; where it held a directory, only if that is wanted.
    ///
    /// # Errors
    /// As `back_up`; `NotEmpty`, and `Foreign` where the file is something else. The database is then as it was.
    pub async fn bring_back(&self, from: &Path, replace: bool) -> Result<(), BackupError> {
        if !replace && !self.is_vacant().await? {
            return Err(BackupError::NotEmpty);
        }
        let (restore, psql) = (
            Binaries::program("pg_restore", OLDEST)?,
            Binaries::program("psql", OLDEST)?,
        );
        if !listed(&restore, from).await?.contains(MARK) {
            return Err(BackupError::Foreign);
        }
        let mut reading = Command::new(&restore);
        reading
            .args(["--no-owner", "--no-privileges", "--file=-"])
            .arg(from);
        let mut reading = spawn(
            &restore,
            reading.stdin(Stdio::null()).stdout(Stdio::piped()),
        )?;
        let mut writing = self.command(&psql)?;
        writing.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
        let mut writing = spawn(&psql, writing.stdin(Stdio::piped()).stdout(Stdio::null()))?;
        let piped = pipe(&mut reading, &mut writing).await;
        // Of what went wrong in several places, the database's own words say most.
        let read = ended(&restore, reading).await;
        if read.is_ok() && piped.is_ok() {
            // Without it, the end of the input ends the transaction too, and nothing was done.
            commit(&psql, &mut writing).await?;
        } else {
            drop(writing.stdin.take());
        }
        ended(&psql, writing).await?;
        read?;
        piped.map_err(|cause| BackupError::Run {
            program: psql,
            cause,
        })?;
        // What the application may do is no part of a backup.
        self.confine().await?;
        Ok(())
    }

    /// Whether nothing would be lost: no directory is there, or one that holds nothing.
    async fn is_vacant(&self) -> Result<bool, StoreError> {
        use diesel::{query_dsl::QueryDsl, sql_types};
        let mut connection = self.connection().await?;
        let made: bool = diesel::select(diesel::dsl::sql::<sql_types::Bool>(
            "to_regclass('public.listing') is not null",
        ))
        .get_result(&mut connection)
        .await?;
        if !made {
            return Ok(true);
        }
        let used: bool =
            diesel::select(diesel::dsl::exists(change::table.select(change::sequence)))
                .get_result(&mut connection)
                .await?;
        Ok(!used && self.is_blank().await?)
    }

    async fn server_major(&self) -> Result<u32, StoreError> {
        use diesel::sql_types;
        let mut connection = self.connection().await?;
        let number: i32 = diesel::select(diesel::dsl::sql::<sql_types::Integer>(
            "current_setting('server_version_num')::integer",
        ))
        .get_result(&mut connection)
        .await?;
        Ok(number.unsigned_abs() / 10_000)
    }

    /// A program of Postgres' that connects as this store does.
    fn command(&self, program: &Path) -> Result<Command, StoreError> {
        let config = connect::configure(&self.url, &connect::PoolSettings::default())?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        command.env("PGHOST", hosts.join(","));
        let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
        if !ports.is_empty() {
            command.env("PGPORT", ports.join(","));
        }
        for (name, value) in [
            ("PGUSER", config.get_user()),
            ("PGDATABASE", config.get_dbname()),
        ] {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(password) = config.get_password() {
            command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
        }
        let encrypted = !connect::is_local(&config);
        let never = config.get_ssl_mode() == SslMode::Disable;
        command.env(
            "PGSSLMODE",
            match encrypted {
                true => "require",
                false if never => "disable",
                false => "prefer",
            },
        );
        command.env("LC_ALL", "C");
        Ok(command)
    }
}

/// Any version reads what an older one wrote; what a newer one wrote, it says itself that it cannot.
const OLDEST: u32 = 14;

fn spawn(program: &Path, command: &mut Command) -> Result<Child, BackupError> {
    let command = command.stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|cause| BackupError::Run {
        program: program.to_owned(),
        cause,
    })
}

async fn ended(program: &Path, child: Child) -> Result<(), BackupError> {
    let output = child.wait_with_output().await;
    let output = output.map_err(|cause| BackupError::Run {
        program: program.to_owned(),
        cause,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty());
    Err(BackupError::Failed {
        program: program.to_owned(),
        said: first.unwrap_or("it gave no reason").trim().to_owned(),
    })
}

async fn listed(program: &Path, backup: &Path) -> Result<String, BackupError> {
    let output = Command::new(program)
        .arg("--list")
        .arg(backup)
        .stdin(Stdio::null())
        .output()
        .await;
    let output = output.map_err(|cause| BackupError::Run {
        program: program.to_owned(),
        cause,
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn pipe(from: &mut Child, into: &mut Child) -> io::Result<()> {
    let (Some(mut script), Some(input)) = (from.stdout.take(), into.stdin.as_mut()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    input.write_all(BEGIN.as_bytes()).await?;
    tokio::io::copy(&mut script, input).await?;
    Ok(())
}

async fn commit(program: &Path, writing: &mut Child) -> Result<(), BackupError> {
    let Some(mut input) = writing.stdin.take() else {
        return Ok(());
    };
    let written = input.write_all(COMMIT.as_bytes()).await;
    let flushed = written.and(input.flush().await);
    flushed.map_err(|cause| BackupError::Run {
        program: program.to_owned(),
        cause,
    })
}
