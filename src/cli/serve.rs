//! `haven serve`: starts the parts in order, tells where they are, and stops them in the other order.

use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
};

use actix_web::dev::ServerHandle;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch::{self as channel, Receiver},
    task::JoinHandle,
};

use crate::{
    app::App,
    cli::{
        Failure,
        assemble::{self, Assembled},
        bring_up::{self, Found},
        database::{self, Database},
        post,
        progress::Progress,
        say, watch,
    },
    config::Settings,
    http,
    indexing::Follower,
    site,
    store::cluster,
    telemetry::metrics,
    upkeep,
};

/// How many connections may wait to be accepted; the system's own limit is below it.
const BACKLOG: i32 = 4_096;

/// Where the process listens.
struct Listeners {
    api: TcpListener,
    metrics: Option<TcpListener>,
}

/// Serves until it is told to stop.
pub(in crate::cli) async fn serve(settings: Settings) -> Result<(), Failure> {
    let progress = Progress::start();
    let mut stop = stop_signal()?;
    raise_file_limit();
    let listeners = listen(&settings)?;
    if listeners.metrics.is_some() {
        metrics::start()?;
    }
    // Where there is a private database, that takes the data directory.
    let _held = settings
        .database_address()
        .map(|_| cluster::lock(&settings.data_dir))
        .transpose()?;
    let database = tokio::select! {
        opened = database::open(&settings, &progress) => opened?,
        _ = stop.changed() => return Ok(()),
    };
    let served = with_database(&settings, &database, listeners, stop, &progress).await;
    progress.finish();
    let stopped = database.stop().await;
    served.and(stopped)
}

/// Serves what is known without the database at once: crisis has to wait for nothing.
async fn with_database(
    settings: &Settings,
    database: &Database,
    listeners: Listeners,
    mut stop: Receiver<bool>,
    progress: &Progress,
) -> Result<(), Failure> {
    progress.step("loading the directory");
    let Assembled {
        app,
        follower,
        mirror,
    } = assemble::assemble(settings, database.store.clone(), stop.clone()).await?;
    let (quit, quitting) = channel::channel(false);
    let watching = tokio::spawn(watch::watch(
        app.clone(),
        database.store.clone(),
        quitting.clone(),
    ));
    let keeping = tokio::spawn(upkeep::run(app.clone(), quitting.clone()));
    let mirroring = mirror.map(|mirror| tokio::spawn(mirror.run(quitting.clone())));
    let posting = tokio::spawn(post::run(
        app.clone(),
        database.store.clone(),
        post::mailer(settings)?,
        settings.public_url.clone(),
        quitting.clone(),
    ));
    let quota = http::Quota::new(
        settings.requests_per_minute,
        settings.trusted_proxies.clone(),
    );
    let address = listeners.api.local_addr()?;
    let metrics = serve_metrics(listeners.metrics, &app, settings)?;
    let server = http::server(app, listeners.api, site::pages, quota)?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    let starting = start_following(database, follower, quitting, progress);
    let mut following = None;
    let done = tokio::select! {
        ended = &mut serving => ended?.map_err(Failure::from),
        _ = stop.changed() => Ok(()),
        failed = async {
            following = Some(starting.await?);
            progress.finish();
            announce(&address);
            std::future::pending::<Result<(), Failure>>().await
        } => failed,
    };
    tracing::info!("stopping");
    handle.stop(true).await;
    quit.send_replace(true);
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    if let Some(following) = following {
        following.await?;
    }
    if let Some(mirroring) = mirroring {
        mirroring.await?;
    }
    watching.await?;
    keeping.await?;
    post::finish(posting).await;
    done
}

/// Brings the database up to date and has its log followed; waits until the index is built, where it can be now.
async fn start_following(
    database: &Database,
    follower: Follower,
    quitting: Receiver<bool>,
    progress: &Progress,
) -> Result<JoinHandle<()>, Failure> {
    let store = &database.store;
    let found = bring_up::bring_up(database, progress).await?;
    let standing = follower.standing();
    let following = tokio::spawn(bring_up::follow(store.clone(), found, follower, quitting));
    if found == Found::UpToDate {
        progress.step("loading the directory");
        match assemble::catch_up(standing, progress).await {
            // It went away again; the follower goes on when it is back.
            Err(failure) if !store.answers().await => {
                let reason = failure.sentence;
                tracing::warn!(reason, "serving what is known without the database");
            }
            caught_up => caught_up?,
        }
    }
    Ok(following)
}

fn serve_metrics(
    listener: Option<TcpListener>,
    app: &App,
    settings: &Settings,
) -> Result<Option<ServerHandle>, Failure> {
    let Some(listener) = listener else {
        return Ok(None);
    };
    let address = listener.local_addr()?;
    let reading = watch::reading(app.clone(), settings.data_dir.clone());
    let server = http::metrics_server(listener, reading)?;
    let handle = server.handle();
    tokio::spawn(server);
    tracing::info!("metrics are at http://{address}/metrics");
    Ok(Some(handle))
}

/// Every connection is an open file, and shells allow 1,024 of them; the system allows more to who asks.
fn raise_file_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

fn listen(settings: &Settings) -> Result<Listeners, Failure> {
    let at = |address: SocketAddr, setting: &str| {
        TcpListener::bind(address)
            .map_err(|error| Failure::new(cannot_listen(address, setting, &error)))
    };
    let api = at(settings.listen, "HAVEN_LISTEN")?;
    rustix::net::listen(&api, BACKLOG)?;
    let metrics = settings.metrics_listen;
    Ok(Listeners {
        api,
        metrics: metrics
            .map(|address| at(address, "HAVEN_METRICS_LISTEN"))
            .transpose()?,
    })
}

/// Why the address of a setting cannot be had, and the mend.
pub(in crate::cli) fn cannot_listen(
    address: SocketAddr,
    setting: &str,
    error: &io::Error,
) -> String {
    let mend = match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("another program listens there; stop it or set {setting}")
        }
        io::ErrorKind::PermissionDenied => {
            format!("ports below 1024 need a right that this user lacks; set {setting}")
        }
        _ => format!("set {setting} to an address of this machine"),
    };
    format!("{address} cannot be listened on: {mend}")
}

/// Turns true at the first SIGINT, SIGTERM or SIGHUP.
fn stop_signal() -> Result<Receiver<bool>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, receiver) = channel::channel(false);
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
