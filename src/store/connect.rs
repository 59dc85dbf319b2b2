//! How connections are made: TLS by rustls, time limits on every wait.

use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::{
    AsyncPgConnection, RunQueryDsl,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Hook, HookError, Pool},
    },
};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio_postgres::{Config, NoTls, config::Host, error::SqlState};
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

/// A connection that rested longer is asked for a sign of life before it is used again, and is given so long for it.
/// A query before each request would halve the throughput.
const RESTED: Duration = Duration::from_secs(1);

/// Reads the address and adds our limits to it. No text of its errors repeats what was given: any piece of it may be one
/// of a password.
pub(super) fn configure(url: &str, settings: &PoolSettings) -> Result<Config, StoreError> {
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let why = std::error::Error::source(&error).map(ToString::to_string);
        let named = why.filter(|why| why.starts_with("invalid value for option"));
        StoreError::Url(named.unwrap_or_else(|| "it cannot be read".to_owned()))
    })?;
    if config.get_hosts().is_empty() {
        return Err(StoreError::Url("it names no host".to_owned()));
    }
    if config.get_dbname().is_none_or(str::is_empty) {
        return Err(StoreError::Url("it names no database".to_owned()));
    }
    let limit = settings.statement_timeout;
    let ours = format!("-c statement_timeout={}", limit.as_millis());
    let options = config
        .get_options()
        .map_or_else(|| ours.clone(), |given| format!("{given} {ours}"));
    config.options(options);
    config.connect_timeout(settings.wait);
    // A host that vanished sends no word of it.
    config.tcp_user_timeout(limit);
    config.keepalives_idle(limit);
    config.application_name("haven");
    Ok(config)
}

/// Opens one connection outside the pool.
pub(super) async fn establish(config: &Config) -> Result<AsyncPgConnection, StoreError> {
    // The limit of the configuration ends with the socket's connection; a server that hangs takes that and is silent.
    let limit = config.get_connect_timeout().copied().unwrap_or_default();
    match tokio::time::timeout(limit, connect(config)).await {
        Ok(connected) => connected,
        Err(_) => {
            let silence = format!("no answer within {} s", limit.as_secs());
            Err(StoreError::Unavailable(silence.into()))
        }
    }
}

/// Opens a connection that may do no more than the application does.
async fn confined(config: &Config) -> Result<AsyncPgConnection, StoreError> {
    let mut connection = establish(config).await?;
    assume_role(&mut connection).await?;
    Ok(connection)
}

/// Works as the application's role from here on, where there is one; see `migrate`.
pub(super) async fn assume_role(connection: &mut AsyncPgConnection) -> Result<bool, StoreError> {
    let assume = "select set_config('role', rolname, false) from pg_roles
        where rolname = session_user || '_app' and pg_has_role(session_user, oid, 'member')";
    let assumed = diesel::sql_query(assume).execute(connection).await?;
    Ok(assumed == 1)
}

async fn connect(config: &Config) -> Result<AsyncPgConnection, StoreError> {
    let adopt = |error: ConnectionError| StoreError::Unavailable(error.into());
    if is_local(config) {
        let (client, connection) = config.connect(NoTls).await.map_err(fault)?;
        return AsyncPgConnection::try_from_client_and_connection(client, connection)
            .await
            .map_err(adopt);
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Unavailable(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = MakeRustlsConnect::new(tls);
    let (client, connection) = config.connect(tls).await.map_err(fault)?;
    AsyncPgConnection::try_from_client_and_connection(client, connection)
        .await
        .map_err(adopt)
}

/// Whether waiting helps, or only another address.
fn fault(error: tokio_postgres::Error) -> StoreError {
    const REFUSALS: [SqlState; 4] = [
        SqlState::INVALID_PASSWORD,
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        SqlState::INVALID_CATALOG_NAME,
        SqlState::INSUFFICIENT_PRIVILEGE,
    ];
    match error.as_db_error() {
        Some(said) if REFUSALS.contains(said.code()) => {
            StoreError::Refused(said.message().to_owned())
        }
        _ => StoreError::Unavailable(error.into()),
    }
}

/// A server on this machine has no certificate that anybody vouches for, and needs none.
pub(super) fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    })
}

/// The pool, whose connections live as long as the runtime on which this is called.
pub(super) fn pool(
    url: &str,
    settings: &PoolSettings,
) -> Result<Pool<AsyncPgConnection>, StoreError> {
    let config = configure(url, settings)?;
    let mut manager = ManagerConfig::default();
    // A closed connection is noticed without a query; a query for each request would halve the throughput.
    manager.recycling_method = RecyclingMethod::Fast;
    // A connection is served by a task beside it, which ends with the runtime on which it began. Whoever happens to need the
    // connection first may be a worker that ends while others use it.
    let wait = settings.wait;
    let runtime = Handle::try_current().map_err(|error| StoreError::Unavailable(error.into()))?;
    manager.custom_setup = Box::new(move |_| {
        let (config, runtime) = (config.clone(), runtime.clone());
        async move {
            // Nothing ends what was spawned when the pool gives up.
            let making = async move { tokio::time::timeout(wait, confined(&config)).await };
            // All that a pool passes on is one text.
            let told = |text: String| ConnectionError::BadConnection(text);
            let made = runtime.spawn(making).await;
            let made = made.map_err(|error| told(error.to_string()))?;
            let made = made.map_err(|error| told(error.to_string()))?;
            made.map_err(|error| told(error.root()))
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
    Pool::builder(manager)
        .max_size(settings.connections)
        .wait_timeout(Some(settings.wait))
        .create_timeout(Some(settings.wait))
        .recycle_timeout(Some(settings.wait))
        .pre_recycle(Hook::async_fn(|connection, metrics| {
            let rested = metrics.last_used();
            async move {
                match rested < RESTED || lives(connection).await {
                    true => Ok(()),
                    false => Err(HookError::message("it no longer answers")),
                }
            }
            .boxed()
        }))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(error.into()))
}

/// Whether it answers within a moment.
pub(super) async fn lives(connection: &mut AsyncPgConnection) -> bool {
    let asked = diesel::sql_query("select 1").execute(connection);
    matches!(tokio::time::timeout(RESTED, asked).await, Ok(Ok(_)))
}
