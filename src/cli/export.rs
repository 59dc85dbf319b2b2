//! `haven export`, `haven backup` and `haven restore`: the directory in a file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{
    app::export::{self, ExportError},
    cli::{Failure, database, progress::Progress, say},
    config::Settings,
    store::{BackupError, Store},
};

/// Writes every published listing as NDJSON.
pub(in crate::cli) async fn export(
    settings: &Settings,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let file = file.filter(|file| *file != Path::new("-"));
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    progress.step("writing listings");
    let written = match file {
        Some(file) => {
            whole(file, 0o644, async |into| {
                listings(&database.store, into).await
            })
            .await
        }
        None => listings(&database.store, io::stdout().lock()).await,
    };
    progress.finish();
    database.stop().await?;
    let count = written?;
    if let Some(file) = file {
        say(format_args!("{count} listings are in {}", file.display()));
    }
    Ok(())
}

async fn listings(store: &Store, into: impl Write) -> Result<u64, Failure> {
    let mut into = BufWriter::new(into);
    match export::listings(store, &mut into).await {
        // A reader that went away, as `head` does, is no reason to fail.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(error.into()),
        Ok(count) => {
            into.flush()?;
            Ok(count)
        }
    }
}

/// Writes a backup of the whole database.
pub(in crate::cli) async fn backup(settings: &Settings, file: &Path) -> Result<(), Failure> {
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    progress.step("writing the backup");
    // It holds what is confidential.
    let written = whole(file, 0o600, async |into| {
        Ok(database.store.back_up(into.try_clone()?).await?)
    });
    let written = written.await;
    progress.finish();
    database.stop().await?;
    written?;
    say(format_args!(
        "the directory is in {}; keep it as you keep the directory itself, it holds what is confidential",
        file.display()
    ));
    Ok(())
}

/// Brings a backup back.
pub(in crate::cli) async fn restore(
    settings: &Settings,
    file: &Path,
    replace: bool,
) -> Result<(), Failure> {
    // Before anything is started, and in words of our own.
    File::open(file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))?;
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    progress.step("bringing the backup back");
    let done = async {
        match database.store.bring_back(file, replace).await {
            Err(BackupError::NotEmpty) => {
                return Err(Failure::new(
                    "the database holds a directory already; nothing was done. To lose that for the one in the \
                     file, say --replace-what-is-there",
                ));
            }
            Err(BackupError::Foreign) => {
                return Err(Failure::new(format!(
                    "{} is no backup of `haven backup`; nothing was done",
                    file.display()
                )));
            }
            other => other?,
        }
        database.store.migrate().await?;
        Ok(database.store.published_count().await?)
    }
    .await;
    progress.finish();
    database.stop().await?;
    let count = done?;
    say(format_args!(
        "the directory is back; {count} listings are published"
    ));
    Ok(())
}

/// Writes a file that is there whole or not at all.
async fn whole<R>(
    file: &Path,
    mode: u32,
    write: impl AsyncFnOnce(&File) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let told =
        |error: io::Error| Failure::new(format!("{} cannot be written: {error}", file.display()));
    let mut open = OpenOptions::new();
    let open = open.write(true).create(true).truncate(true).mode(mode);
    let opened = open.open(&partial).map_err(told)?;
    let written = write(&opened).await;
    let kept = match written {
        Ok(value) => opened
            .sync_all()
            .and_then(|()| fs::rename(&partial, file))
            .map(|()| value)
            .map_err(told),
        Err(failure) => Err(failure),
    };
    if kept.is_err() {
        // What is left of it is of no use.
        let _ = fs::remove_file(&partial);
    }
    kept
}
