//! `haven doctor`: which settings are in force, what is wrong with them, and the mend. It changes nothing.

use std::{io, net::TcpListener, path::Path};

use rustix::fs::{Access, access};

use crate::{
    cli::{Failure, database, progress::Progress, say, serve},
    config::Settings,
    store::{
        StoreError,
        cluster::{self, Binaries, ClusterError},
    },
};

/// Tells everything, then fails if something would keep `serve` from working.
pub(in crate::cli) async fn doctor(settings: &Settings) -> Result<(), Failure> {
    let beside = is_held(&settings.data_dir);
    let mut faults = 0;
    let mut line = |name: &str, value: &str, fault: Option<String>| {
        say(format_args!("{name:<16}{value}"));
        if let Some(fault) = fault {
            faults += 1;
            say(format_args!("{:<16}! {fault}", ""));
        }
    };
    let listen = settings.listen.to_string();
    let taken = TcpListener::bind(settings.listen).err();
    let taken = taken.filter(|error| !(beside && error.kind() == io::ErrorKind::AddrInUse));
    line(
        "HAVEN_LISTEN",
        &listen,
        taken.map(|error| serve::cannot_listen(settings, &error)),
    );
    let data_dir = settings.data_dir.display().to_string();
    line("HAVEN_DATA_DIR", &data_dir, unwritable(&settings.data_dir));
    let country = settings.country.as_deref();
    let country = country.unwrap_or("not set: crisis answers offer a choice");
    line("HAVEN_COUNTRY", country, None);
    if settings.database_address().is_some() {
        line("DATABASE_URL", "set", None);
        let (value, fault) = reached(settings).await;
        line("database", &value, fault);
    } else {
        let private = "not set: a private Postgres in the data directory is used";
        line("DATABASE_URL", private, None);
        match Binaries::find(&settings.data_dir) {
            Ok(found) => {
                let value = format!("{} ({})", found.major, found.postgres.display());
                line("Postgres", &value, None);
            }
            Err(error) => line("Postgres", "none", Some(error.to_string())),
        }
        if database::running(&settings.data_dir).is_some() {
            let (value, fault) = reached(settings).await;
            line("database", &value, fault);
        } else {
            line("database", "not running", None);
        }
    }
    match faults {
        0 => Ok(()),
        1 => Err(Failure::new("one thing is wrong; see above")),
        many => Err(Failure::new(format!("{many} things are wrong; see above"))),
    }
}

/// Whether another Haven has the data directory, and so the address too.
fn is_held(data_dir: &Path) -> bool {
    let there = data_dir.join("lock").exists();
    there && matches!(cluster::lock(data_dir), Err(ClusterError::Locked { .. }))
}

fn unwritable(data_dir: &Path) -> Option<String> {
    let nearest = data_dir.ancestors().find(|dir| dir.exists())?;
    let error = access(nearest, Access::WRITE_OK | Access::EXEC_OK).err()?;
    let nearest = nearest.display();
    Some(format!(
        "Haven may not write to {nearest} ({}): give it that right, or set HAVEN_DATA_DIR",
        io::Error::from(error)
    ))
}

async fn reached(settings: &Settings) -> (String, Option<String>) {
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await;
    progress.finish();
    let database = match database {
        Ok(database) => database,
        Err(failure) => return ("out of reach".to_owned(), Some(failure.sentence)),
    };
    match database.store.published_count().await {
        Ok(count) => (format!("answers; {count} listings are published"), None),
        Err(StoreError::Database(_)) => {
            let fresh =
                "answers; not brought up to date yet, which `haven serve` and `haven migrate` do";
            (fresh.to_owned(), None)
        }
        Err(error) => {
            let why = Failure::from(error).sentence;
            ("does not answer as it should".to_owned(), Some(why))
        }
    }
}
