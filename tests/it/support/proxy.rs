//! A wire to Postgres that a test can cut, hold and break.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustix::net::sockopt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};
use url::Url;

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Whole,
    /// Every byte comes so much later.
    Slow(Duration),
    /// Connections are taken, and nothing comes through.
    Held,
    /// Connections are closed, and new ones at once.
    Cut,
    /// Connections are reset, and new ones at once.
    Reset,
}

/// Listens on a port and hands on to the socket of a private cluster.
pub struct Proxy {
    pub url: String,
    wire: Arc<watch::Sender<Wire>>,
}

impl Proxy {
    /// A wire to the cluster at `url`.
    pub async fn to(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let folder = url
            .query_pairs()
            .find(|(name, _)| name == "host")
            .unwrap()
            .1;
        let socket = PathBuf::from(&*folder).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        url.set_query(None);
        let url = format!(
            "postgres://haven@127.0.0.1:{port}{}?sslmode=disable",
            url.path()
        );
        let wire = Arc::new(watch::Sender::new(Wire::Whole));
        tokio::spawn(accept(listener, socket, Arc::clone(&wire)));
        Self { url, wire }
    }

    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, wire: Arc<watch::Sender<Wire>>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(client, socket.clone(), wire.subscribe()));
    }
}

async fn serve(client: TcpStream, socket: PathBuf, mut wire: watch::Receiver<Wire>) {
    let broken = |wire: &Wire| matches!(wire, Wire::Cut | Wire::Reset);
    let reset = |client: &TcpStream| {
        // Closing then sends a reset in place of the end.
        sockopt::set_socket_linger(client, Some(Duration::ZERO)).unwrap();
    };
    if let Ok(server) = UnixStream::connect(&socket).await {
        let (mut from_server, mut to_server) = server.into_split();
        let (mut from_client, mut to_client) = client.into_split();
        let (up, down) = (wire.clone(), wire.clone());
        tokio::select! {
            () = pass(&mut from_client, &mut to_server, up) => {}
            () = pass(&mut from_server, &mut to_client, down) => {}
            broke = wire.wait_for(broken) => {
                let is_reset = broke.is_ok_and(|wire| *wire == Wire::Reset);
                if is_reset {
                    reset(to_client.as_ref());
                }
            }
        }
        return;
    }
    if *wire.borrow() == Wire::Reset {
        reset(&client);
    }
}

/// Hands bytes on as the wire allows.
async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    mut wire: watch::Receiver<Wire>,
) {
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let now = *wire.borrow();
        if let Wire::Slow(delay) = now {
            tokio::time::sleep(delay).await;
        }
        if wire.wait_for(|wire| *wire != Wire::Held).await.is_err() {
            return;
        }
        if to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}
