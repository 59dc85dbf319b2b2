//! The application with its layers, on a listener that is bound already.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    web::{Data, ServiceConfig},
};
use jiff::Timestamp;
use utoipa_actix_web::AppExt;

use super::document;
use crate::{
    app::App,
    domain::clock::Clock,
    web::{
        allowed::{self, Allowed},
        cors, head, limits, negotiate, request_id,
    },
};

/// How long requests in flight may take once a stop was asked for.
const GRACE_S: u64 = 5;
/// How long a client may take to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEPT: Duration = Duration::from_secs(30);

/// The layers take their time from the application's clock.
struct AppClock(App);

impl Clock for AppClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The application for one worker. Layers are listed from the innermost out.
macro_rules! application {
    ($app:expr, $pages:expr) => {{
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
            .app_data(Data::new(Allowed::of(&document)))
            .app_data(Data::new(super::docs::Published::of(&document)))
            .configure(super::docs::pages)
            .configure($pages)
            .default_service(actix_web::web::to(allowed::nowhere))
            .wrap(from_fn(negotiate::by_extension))
            .wrap(Compress::default())
            .wrap(from_fn(head::as_get))
            .wrap(from_fn(limits::guard))
            .wrap(cors::reads())
            .wrap(from_fn(request_id::track))
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
) -> std::io::Result<Server> {
    let server = HttpServer::new(move || application!(app.clone(), pages))
        .keep_alive(KEPT)
        .client_request_timeout(PATIENCE)
        .shutdown_timeout(GRACE_S)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}
