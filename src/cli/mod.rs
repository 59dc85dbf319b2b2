//! The command line, and the only place where the parts are wired together.
//!
//! Each command is one file. What goes wrong is told in one sentence that says what to do, with a non-zero exit: 2 for
//! a setting or argument, 1 for everything else.

mod administrator;
mod assemble;
mod bring_up;
mod clock;
mod database;
mod doctor;
mod document;
mod embedded;
mod export;
mod generate;
mod import;
mod post;
mod progress;
mod seed;
mod serve;
mod watch;

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    cli::progress::Beside,
    config::{LogFormat, Settings},
    store::cluster::ClusterError,
    telemetry::{self, Shape},
};

/// A community mental-health resource directory.
#[derive(Parser)]
#[command(name = "haven", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Write the log as JSON, one object a line, whatever HAVEN_LOG_FORMAT says.
    #[arg(long, global = true)]
    json_log: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the directory. With nothing set, it runs a private Postgres and begins with the seed data.
    Serve,
    /// Bring the database up to date.
    Migrate,
    /// Publish the seed data. Repeated, it changes nothing.
    Seed,
    /// Publish listings from NDJSON files or standard input. Repeated, or cut short and repeated, it changes nothing
    /// that is in already.
    Import(import::Arguments),
    /// Write every published listing as NDJSON, to be imported elsewhere.
    Export {
        /// The file; standard output where it is `-` or not named.
        file: Option<PathBuf>,
    },
    /// Write a backup of everything, in the format of pg_dump.
    Backup { file: PathBuf },
    /// Bring a backup back.
    Restore {
        file: PathBuf,
        /// Lose the directory that the database holds.
        #[arg(long)]
        replace_what_is_there: bool,
    },
    /// Write made-up listings to standard output, for load and tests; needs neither server nor database.
    Generate(generate::Arguments),
    /// Make somebody an administrator; a link to choose a password is sent to them.
    Administrator {
        /// Their e-mail address.
        email: String,
    },
    /// Take a lost second factor off an account; it ends its sessions, and a letter says so.
    LostFactor {
        /// The account's e-mail address.
        email: String,
    },
    /// Give an account another address, of somebody who no longer reads letters at the one that it has; it ends their
    /// sessions, and a link to choose a password goes to the new address.
    MoveAccount {
        /// The account's e-mail address, or its id.
        account: String,
        /// The new e-mail address.
        email: String,
    },
    /// Write the OpenAPI document and the list of operations; needs neither server nor database.
    Openapi {
        /// The folder to write to.
        #[arg(default_value = "openapi")]
        folder: PathBuf,
    },
    /// Say which settings are in force, what is wrong with them, and the mend.
    Doctor,
}

/// What went wrong, for whoever typed the command.
#[derive(Debug)]
pub(in crate::cli) struct Failure {
    pub sentence: String,
    pub code: u8,
}

impl Failure {
    pub(in crate::cli) fn new(sentence: impl ToString) -> Self {
        Self {
            sentence: sentence.to_string(),
            code: 1,
        }
    }

    /// A full disk shows itself in many places, and the mend is always the same.
    fn or_full_disk(self, data_dir: Option<PathBuf>) -> Self {
        let full = ["No space left on device", "Disk quota exceeded"];
        match data_dir {
            Some(path) if full.iter().any(|text| self.sentence.contains(text)) => {
                Self::new(ClusterError::DiskFull { path })
            }
            _ => self,
        }
    }

    /// A setting or an argument that cannot be used.
    pub(in crate::cli) fn of_setting(sentence: impl ToString) -> Self {
        Self {
            sentence: sentence.to_string(),
            code: 2,
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    /// The error with its causes, as one sentence.
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !sentence.contains(&text) {
                sentence = format!("{sentence}: {text}");
            }
            cause = error.source();
        }
        Self::new(sentence)
    }
}

/// Runs the program on the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = io::stderr().is_terminal();
    let shape = Shape {
        json: arguments.json_log || LogFormat::from_environment(terminal) == LogFormat::Json,
        colour: terminal && std::env::var_os("NO_COLOR").is_none(),
    };
    telemetry::start(shape, || Beside);
    let settings = match settings() {
        Ok(settings) => settings,
        Err(failure) => return tell(&failure),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return tell(&error.into()),
    };
    let private = settings
        .database_address()
        .is_none()
        .then(|| settings.data_dir.clone());
    let done = runtime.block_on(run(arguments.command, settings));
    progress::clear();
    // A task that hangs must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => tell(&failure.or_full_disk(private)),
    }
}

fn settings() -> Result<Settings, Failure> {
    let privileged = rustix::process::geteuid().is_root();
    let settings = Settings::from_environment(privileged).map_err(Failure::of_setting)?;
    assemble::country(&settings)?;
    Ok(settings)
}

async fn run(command: Command, settings: Settings) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::serve(settings).await,
        Command::Migrate => database::migrate(&settings).await,
        Command::Seed => seed::seed(&settings).await,
        Command::Import(arguments) => import::import(&settings, arguments).await,
        Command::Export { file } => export::export(&settings, file.as_deref()).await,
        Command::Backup { file } => export::backup(&settings, &file).await,
        Command::Restore {
            file,
            replace_what_is_there,
        } => export::restore(&settings, &file, replace_what_is_there).await,
        Command::Generate(arguments) => generate::generate(&arguments),
        Command::Administrator { email } => administrator::administrator(&settings, &email).await,
        Command::LostFactor { email } => administrator::lost_factor(&settings, &email).await,
        Command::MoveAccount { account, email } => {
            administrator::move_account(&settings, &account, &email).await
        }
        Command::Openapi { folder } => document::write(&folder),
        Command::Doctor => doctor::doctor(&settings).await,
    }
}

fn tell(failure: &Failure) -> ExitCode {
    // Nobody may be listening any more; the exit code still tells.
    let _ = writeln!(io::stderr(), "haven: {}", failure.sentence);
    ExitCode::from(failure.code)
}

/// One line of what was asked for. A reader that went away, as `head` does, is no reason to fail.
pub(in crate::cli) fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}
