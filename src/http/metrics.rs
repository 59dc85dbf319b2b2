//! `/metrics` for those who run the directory: on a port of its own, and in no document.

use std::{net::TcpListener, sync::Arc};

use actix_web::{App, HttpResponse, HttpServer, dev::Server, get, web};
use futures_util::future::BoxFuture;

/// Reads all metrics, in Prometheus' text format.
pub type Reading = Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>;

#[get("/metrics")]
async fn metrics(reading: web::Data<Reading>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Content-Type", "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header(("Cache-Control", "no-store"))
        .body(reading().await)
}

/// Serves the metrics and nothing else.
///
/// # Errors
/// Where the listener cannot be used.
pub fn server(listener: TcpListener, reading: Reading) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(Arc::clone(&reading)))
            .service(metrics)
    });
    let server = server.workers(1).shutdown_timeout(1).disable_signals();
    Ok(server.listen(listener)?.run())
}
