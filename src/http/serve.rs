//! The application with its layers, on a listener that is bound already.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_service::ServiceFactoryExt;
use actix_web::{
    dev::{Extensions, Server, fn_service},
    middleware::{Compress, from_fn},
    rt::net::TcpStream,
    web::{Data, ServiceConfig},
};
use jiff::Timestamp;
use rustix::{
    net::sockopt,
    process::{Resource, getrlimit},
};
use utoipa_actix_web::AppExt;

use super::{classes, document, quota};
use crate::{
    app::App,
    domain::clock::Clock,
    web::{
        address,
        admission::{Admission, Class},
        allowed::{self, Allowed},
        arrival,
        connection::Connection,
        cors, head, limits, pace,
        quota::Quota,
        request_id,
    },
};

/// How long requests in flight may take once a stop was asked for: as long as they ever may, and the time to be sent.
const GRACE_S: u64 = Class::Write.grant().patience.as_secs() + 2;
/// How long a client may take to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEPT: Duration = Duration::from_secs(30);
/// How long a client may leave unread what was sent to it.
const UNREAD_MS: u32 = 30_000;
/// How many connections a worker keeps at most; fewer where the process may open fewer files.
const CONNECTIONS: usize = 25_000;
/// So many files are kept free for the database, the indexes and the metrics.
const OTHER_FILES: usize = 200;

/// The layers take their time from the application's clock.
struct AppClock(App);

impl Clock for AppClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The application for one worker. Layers are listed from the innermost out.
macro_rules! application {
    ($app:expr, $doors:expr, $quota:expr, $pages:expr) => {{
        let clock: Arc<dyn Clock> = Arc::new(AppClock($app.clone()));
        let (routes, document) = actix_web::App::new()
            .into_utoipa_app()
            .openapi(document::base())
            .configure(document::operations_of_all)
            .split_for_parts();
        let document = document::finished(document);
        routes
            .app_data(Data::new($app))
            .app_data(Data::new(clock))
            .app_data($doors)
            .app_data($quota)
            .app_data(Data::new(Allowed::of(&document)))
            .app_data(Data::new(super::docs::Published::of(&document)))
            .configure(super::docs::pages)
            .configure($pages)
            .default_service(actix_web::web::to(allowed::nowhere))
            .wrap(Compress::default())
            .wrap(from_fn(head::as_get))
            .wrap(from_fn(limits::guard))
            .wrap(cors::reads())
            .wrap(from_fn(quota::limit))
            .wrap(from_fn(request_id::track))
            .wrap(from_fn(address::settle))
    }};
}

/// Serves the application, with `pages` beside the API. Signals are whoever's who starts it; it stops by its handle.
///
/// # Errors
/// Where the listener cannot be used.
pub fn server(
    app: App,
    listener: TcpListener,
    pages: fn(&mut ServiceConfig),
    quota: Quota,
) -> std::io::Result<Server> {
    served(app, listener, pages, quota, pace::keep)
}

/// As `server`, by workers that refuse nobody for running late: in a test how late they run tells of the machine, and
/// not of what is asked.
///
/// # Errors
/// As `server`.
pub fn server_that_minds_no_lateness(
    app: App,
    listener: TcpListener,
    pages: fn(&mut ServiceConfig),
    quota: Quota,
) -> std::io::Result<Server> {
    served(app, listener, pages, quota, || {})
}

fn served(
    app: App,
    listener: TcpListener,
    pages: fn(&mut ServiceConfig),
    quota: Quota,
    keep_pace: fn(),
) -> std::io::Result<Server> {
    let doors = Data::new(Admission::new(classes::class_of));
    let quota = Data::new(quota);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder
        .workers(workers)
        .max_concurrent_connections(connections_of_a_worker(workers))
        .shutdown_timeout(GRACE_S)
        .disable_signals();
    let server = server.listen("api", listener, move || {
        keep_pace();
        let stopping = stopping.clone();
        let (answering, asking) = arrival::services(application!(
            app.clone(),
            doors.clone(),
            quota.clone(),
            pages
        ));
        let http = HttpService::build()
            .keep_alive(KEPT)
            .client_request_timeout(PATIENCE)
            .client_disconnect_timeout(limits::SPILLING)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(greet)
            // constant: no option is unwrapped here; it is the service for those who wait to be told to go on.
            .expect(asking)
            .finish(answering);
        fn_service(connect).and_then(http)
    })?;
    Ok(server.run())
}

/// A process without a file left could not even reach its database.
fn connections_of_a_worker(workers: usize) -> usize {
    let files = getrlimit(Resource::Nofile).current;
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    let spare = files.saturating_sub(OTHER_FILES).max(files / 2);
    (spare / workers).clamp(1, CONNECTIONS)
}

async fn connect(
    stream: TcpStream,
) -> Result<(Connection, Protocol, Option<SocketAddr>), DispatchError> {
    let peer = stream.peer_addr().ok();
    Ok((Connection::new(stream), Protocol::Http1, peer))
}

/// Counts the connection, and has the kernel end it where the other side reads nothing any more.
fn greet(connection: &Connection, kept: &mut Extensions) {
    kept.insert(Open::count());
    kept.insert(connection.spill());
    // Without it such a connection is kept for as long as its peer wishes.
    let limited = sockopt::set_tcp_user_timeout(connection.stream(), UNREAD_MS);
    if let Err(error) = limited {
        tracing::debug!(%error, "a connection has no time limit");
    }
}

/// An open connection, counted until it is dropped.
struct Open;

impl Open {
    fn count() -> Self {
        metrics::gauge!("haven_http_connections").increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("haven_http_connections").decrement(1.0);
    }
}
