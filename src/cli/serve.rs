//! `haven serve`: starts the parts in order, tells where they are, and stops them in the other order.

use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    cli::{
        Failure,
        assemble::{self, Assembled},
        database::{self, Database},
        progress::Progress,
        say, seed,
    },
    config::Settings,
    http,
    indexing::Follower,
    site,
    store::{StoreError, cluster},
    upkeep,
};

/// Serves until it is told to stop.
pub(in crate::cli) async fn serve(settings: Settings) -> Result<(), Failure> {
    let progress = Progress::start();
    let mut stop = stop_signal()?;
    let listener = listen(&settings)?;
    // Where there is a private database, that takes the data directory.
    let _held = settings
        .database_address()
        .map(|_| cluster::lock(&settings.data_dir))
        .transpose()?;
    let database = tokio::select! {
        opened = database::open(&settings, &progress) => opened?,
        _ = stop.changed() => return Ok(()),
    };
    let served = with_database(&settings, &database, listener, stop, &progress).await;
    progress.finish();
    let stopped = database.stop().await;
    served.and(stopped)
}

async fn with_database(
    settings: &Settings,
    database: &Database,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
    progress: &Progress,
) -> Result<(), Failure> {
    let (quit, quitting) = watch::channel(false);
    let stopping = stop.clone();
    let starting = async {
        let Assembled { app, follower } = prepare(settings, database, stopping, progress).await?;
        let standing = follower.standing();
        let following = tokio::spawn(Follower::run(follower, quitting.clone()));
        assemble::catch_up(standing, progress).await?;
        Ok::<_, Failure>((app, following))
    };
    let (app, following) = tokio::select! {
        ready = starting => ready?,
        _ = stop.changed() => return Ok(()),
    };
    progress.finish();
    let keeping = tokio::spawn(upkeep::run(app.clone(), quitting.clone()));
    let address = listener.local_addr()?;
    let server = http::server(app, listener, site::pages)?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    announce(&address);
    let done = tokio::select! {
        ended = &mut serving => ended?.map_err(Failure::from),
        _ = stop.changed() => {
            tracing::info!("stopping");
            handle.stop(true).await;
            Ok(())
        }
    };
    quit.send_replace(true);
    following.await?;
    keeping.await?;
    done
}

/// Brings the database and the indexes to where they can serve. Without the database, an index of an earlier run
/// serves; where there is none, there is nothing to serve.
async fn prepare(
    settings: &Settings,
    database: &Database,
    stopping: watch::Receiver<bool>,
    progress: &Progress,
) -> Result<Assembled, Failure> {
    progress.step("bringing the database up to date");
    let mut away = None;
    match database.store.migrate().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "migrations ran"),
        Err(error) if database.is_private() => return Err(error.into()),
        Err(error @ StoreError::Unavailable(_)) => away = Some(database::told(error)),
        Err(error) => return Err(database::told(error)),
    }
    if away.is_none() && database.is_private() && database.store.is_blank().await? {
        progress.step("publishing the seed data");
        let counts = seed::publish(&database.store).await?;
        tracing::info!(listings = counts.created, "the seed data is published");
    }
    progress.step("loading the directory");
    let assembled = assemble::assemble(settings, database.store.clone(), stopping).await?;
    let indexed = assembled.follower.standing().borrow().sequence.is_some();
    match away {
        Some(failure) if !indexed => Err(failure),
        Some(failure) => {
            let reason = failure.sentence;
            tracing::warn!(reason, "serving what was last known");
            Ok(assembled)
        }
        None => Ok(assembled),
    }
}

fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    TcpListener::bind(settings.listen)
        .map_err(|error| Failure::new(cannot_listen(settings, &error)))
}

/// Why the address of the settings cannot be had, and the mend.
pub(in crate::cli) fn cannot_listen(settings: &Settings, error: &io::Error) -> String {
    let address = settings.listen;
    let mend = match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; stop it or set HAVEN_LISTEN",
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need a right that this user lacks; set HAVEN_LISTEN"
        }
        _ => "set HAVEN_LISTEN to an address of this machine",
    };
    format!("{address} cannot be listened on: {mend}")
}

/// Turns true at the first SIGINT, SIGTERM or SIGHUP.
fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        sender.send_replace(true);
        // Kept, so that whoever waits later still sees the value.
        sender.closed().await;
    });
    Ok(receiver)
}

/// Tells a person where to look; the log, where nobody watches.
fn announce(listen: &SocketAddr) {
    if !io::stdout().is_terminal() {
        tracing::info!("Haven serves on http://{listen}");
        return;
    }
    say(format_args!("Haven serves on http://{listen}"));
    say(format_args!(
        "  the API's documentation  http://{listen}/docs"
    ));
    say(format_args!(
        "  whom to call now         http://{listen}/v1/crisis?country=BD"
    ));
    say(format_args!(
        "Try:  curl 'http://{listen}/v1/search?q=depression&near=23.81,90.41'"
    ));
    say("Ctrl-C stops it.");
}
