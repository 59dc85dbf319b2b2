//! A wire to a Meilisearch server that a test can break in the ways in which servers break.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What comes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Answers come so much later.
    Late(Duration),
    /// Connections are taken, and nothing comes through.
    Silent,
    /// Connections are closed as soon as something is asked.
    Closed,
    /// Every answer is this.
    Says(&'static str),
    /// Every answer breaks off.
    Half,
}

pub struct FaultyWire {
    pub address: SocketAddr,
    fault: Arc<watch::Sender<Fault>>,
}

impl FaultyWire {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fault = Arc::new(watch::Sender::new(Fault::None));
        let shared = Arc::clone(&fault);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut seen = shared.subscribe();
                tokio::spawn(async move {
                    let now = seen.borrow_and_update().clone();
                    // Connections from before a fault end with its beginning.
                    tokio::select! {
                        () = carry(client, server, now) => {}
                        _ = seen.changed() => {}
                    }
                });
            }
        });
        Self { address, fault }
    }

    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, fault: Fault) {
    if fault == Fault::None {
        if let Ok(mut server) = TcpStream::connect(server).await {
            let _ = copy_bidirectional(&mut client, &mut server).await;
        }
        return;
    }
    let mut asked = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = client.read(&mut asked).await {
        match &fault {
            Fault::Silent => std::future::pending().await,
            Fault::Closed | Fault::None => return,
            Fault::Says(answer) => {
                if client.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Fault::Late(_) | Fault::Half => {
                let Ok(mut server) = TcpStream::connect(server).await else {
                    return;
                };
                let mut answer = vec![0; 256 * 1024];
                if server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                let Ok(length) = server.read(&mut answer).await else {
                    return;
                };
                if let Fault::Late(delay) = fault {
                    tokio::time::sleep(delay).await;
                    let _ = client.write_all(&answer[..length]).await;
                } else {
                    let _ = client.write_all(&answer[..length / 2]).await;
                    return;
                }
            }
        }
    }
}
