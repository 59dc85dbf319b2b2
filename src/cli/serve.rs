//! `haven serve`: starts the parts in order, tells where they are, and stops them in the other order.

use std::net::TcpListener;

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
        seed,
    },
    config::Settings,
    http,
    indexing::Follower,
    site,
    store::StoreError,
};

/// Serves until it is told to stop.
pub(in crate::cli) async fn serve(settings: Settings) -> Result<(), Failure> {
    let progress = Progress::start();
    let stop = stop_signal()?;
    let listener = listen(&settings)?;
    let database = database::open(&settings, &progress).await?;
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
    std::fs::create_dir_all(&settings.data_dir).map_err(|error| {
        let directory = settings.data_dir.display();
        Failure::new(format!(
            "the data directory {directory} cannot be made: {error}; set HAVEN_DATA_DIR"
        ))
    })?;
    let starting = prepare(settings, database, progress);
    let Assembled { app, follower } = tokio::select! {
        ready = starting => ready?,
        _ = stop.changed() => return Ok(()),
    };
    progress.finish();
    announce(&listener.local_addr()?);
    let (quit, quitting) = watch::channel(false);
    let following = tokio::spawn(Follower::run(follower, quitting));
    let server = http::server(app, listener, site::pages)?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
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
    done
}

/// Brings the database and the indexes to where they can serve. Without the database, an index of an earlier run
/// serves; where there is none, there is nothing to serve.
async fn prepare(
    settings: &Settings,
    database: &Database,
    progress: &Progress,
) -> Result<Assembled, Failure> {
    progress.step("bringing the database up to date");
    let mut away = None;
    match database.store.migrate().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "migrations ran"),
        Err(error @ StoreError::Unavailable(_)) if !database.is_private() => away = Some(error),
        Err(error) => return Err(error.into()),
    }
    if away.is_none() && database.is_private() && database.store.is_blank().await? {
        progress.step("publishing the seed data");
        let counts = seed::publish(&database.store).await?;
        tracing::info!(listings = counts.created, "the seed data is published");
    }
    progress.step("loading the directory");
    let mut assembled = assemble::assemble(settings, database.store.clone()).await?;
    match away {
        None => assemble::catch_up(&mut assembled.follower, progress).await?,
        Some(error) if assembled.follower.standing().borrow().sequence.is_none() => {
            let mut failure = Failure::from(error);
            failure.sentence = format!(
                "the server of DATABASE_URL does not answer, and there is no earlier index to serve from; \
                 check the address and that the server runs ({})",
                failure.sentence
            );
            return Err(failure);
        }
        Some(error) => tracing::warn!(%error, "the database is away; serving what was last known"),
    }
    Ok(assembled)
}

fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    TcpListener::bind(settings.listen).map_err(|error| {
        let address = settings.listen;
        let mend = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program listens there; stop it or set HAVEN_LISTEN"
            }
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a right that this user lacks; set HAVEN_LISTEN"
            }
            _ => "set HAVEN_LISTEN to an address of this machine",
        };
        Failure::new(format!("{address} cannot be listened on: {mend}"))
    })
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

fn announce(listen: &std::net::SocketAddr) {
    println!("Haven serves on http://{listen}");
    println!("  the API's documentation  http://{listen}/docs");
    println!("  whom to call now         http://{listen}/v1/crisis?country=BD");
    println!("Try:  curl 'http://{listen}/v1/search?q=depression&near=23.81,90.41'");
}
