//! How connections are made: TLS by rustls, time limits on every wait.

use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Pool,
    },
};
use futures_util::FutureExt;
use tokio_postgres::{Config, NoTls, config::Host};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::StoreError;

/// Bounds of the pool and of each wait.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    pub connections: usize,
    /// How long a request waits for a free connection, and for a new one.
    pub wait: Duration,
    /// After this the server itself cuts a statement: a client that gives up does not stop its query.
    pub statement_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            connections: 16,
            wait: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// Reads the address and adds our limits to it.
pub(super) fn configure(url: &str, settings: &PoolSettings) -> Result<Config, StoreError> {
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        StoreError::Url(
            source.unwrap_or_else(|| "postgres://user@host/database is expected".to_owned()),
        )
    })?;
    if config.get_hosts().is_empty() || config.get_dbname().is_none_or(str::is_empty) {
        return Err(StoreError::Url(
            "postgres://user@host/database is expected".to_owned(),
        ));
    }
    let limit = format!(
        "-c statement_timeout={}",
        settings.statement_timeout.as_millis()
    );
    let options = config
        .get_options()
        .map_or_else(|| limit.clone(), |given| format!("{given} {limit}"));
    config.options(options);
    config.connect_timeout(settings.wait);
    config.application_name("haven");
    Ok(config)
}

/// Opens one connection outside the pool.
pub(super) async fn establish(config: &Config) -> ConnectionResult<AsyncPgConnection> {
    let bad = |error: tokio_postgres::Error| ConnectionError::BadConnection(error.to_string());
    if is_local(config) {
        let (client, connection) = config.connect(NoTls).await.map_err(bad)?;
        return AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectionError::BadConnection(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, connection) = config
        .connect(MakeRustlsConnect::new(tls))
        .await
        .map_err(bad)?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await
}

/// A server on this machine has no certificate that anybody vouches for, and needs none.
fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    })
}

pub(super) fn pool(
    url: &str,
    settings: &PoolSettings,
) -> Result<Pool<AsyncPgConnection>, StoreError> {
    let config = configure(url, settings)?;
    let mut manager = ManagerConfig::default();
    // A closed connection is noticed without a query; a query for each request would halve the throughput.
    manager.recycling_method = RecyclingMethod::Fast;
    manager.custom_setup = Box::new(move |_| {
        let config = config.clone();
        async move { establish(&config).await }.boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
    Pool::builder(manager)
        .max_size(settings.connections)
        .wait_timeout(Some(settings.wait))
        .create_timeout(Some(settings.wait))
        .recycle_timeout(Some(settings.wait))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(error.into()))
}
