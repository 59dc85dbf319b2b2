//! A wire to a Meilisearch server that a test can break in the ways in which servers break.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
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
    /// Connections are reset as soon as something is asked.
    Reset,
    /// Every answer is this.
    Says(&'static str),
    /// Every answer breaks off.
    Half,
    /// Documents with this word in them get a key that no server takes.
    Spoils(&'static str),
    /// Every task is told to be this, whatever becomes of it.
    Tasks(&'static str),
    /// What has this in it is never answered.
    Holds(&'static str),
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
    let for_each = matches!(
        fault,
        Fault::Spoils(_) | Fault::Late(_) | Fault::Holds(_) | Fault::Tasks(_)
    );
    if for_each {
        return hand_on(client, server, fault).await;
    }
    let mut asked = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = client.read(&mut asked).await {
        match &fault {
            Fault::Silent => std::future::pending().await,
            Fault::Reset => {
                // What is closed with something unread, or with no time to linger, is reset.
                let _ = rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO));
                return;
            }
            Fault::Says(answer) => {
                if client.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Fault::Half => {
                let Ok(mut server) = TcpStream::connect(server).await else {
                    return;
                };
                let mut answer = vec![0; 256 * 1024];
                if server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                if let Ok(length) = server.read(&mut answer).await {
                    let _ = client.write_all(&answer[..length / 2]).await;
                }
                return;
            }
            _ => return,
        }
    }
}

/// Hands on request by request, each as the fault has it, and the answers as they come.
async fn hand_on(client: TcpStream, server: SocketAddr, fault: Fault) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut asked, to_client) = client.into_split();
    let (mut answered, mut to_server) = server.into_split();
    let to_client = Mutex::new(to_client);
    let requests = async {
        let mut read = Vec::new();
        while let Some(request) = next_request(&mut asked, &mut read).await {
            if let Fault::Tasks(told) = fault
                && request.starts_with(b"GET /tasks/")
            {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
                let answer = format!("{head}: {}\r\n\r\n{told}", told.len());
                if to_client
                    .lock()
                    .await
                    .write_all(answer.as_bytes())
                    .await
                    .is_err()
                {
                    return;
                }
                continue;
            }
            let request = match fault {
                Fault::Spoils(word) => spoilt(request, word),
                Fault::Late(delay) => {
                    tokio::time::sleep(delay).await;
                    request
                }
                Fault::Holds(part) if String::from_utf8_lossy(&request).contains(part) => {
                    std::future::pending().await
                }
                _ => request,
            };
            if to_server.write_all(&request).await.is_err() {
                return;
            }
        }
    };
    let answers = async {
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = answered.read(&mut chunk).await {
            if to_client
                .lock()
                .await
                .write_all(&chunk[..length])
                .await
                .is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
    }
}

/// A whole request; what was read beyond it stays in `read`.
pub async fn next_request(
    from: &mut (impl AsyncReadExt + Unpin),
    read: &mut Vec<u8>,
) -> Option<Vec<u8>> {
    loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length:"));
            let whole = end + 4 + length.map_or(0, |length| length.trim().parse().unwrap());
            if read.len() >= whole {
                let rest = read.split_off(whole);
                return Some(std::mem::replace(read, rest));
            }
        }
        if from.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

fn spoilt(request: Vec<u8>, word: &str) -> Vec<u8> {
    const KEY: &str = "\"key\":\"";
    let mut text = String::from_utf8(request).unwrap();
    let places: Vec<usize> = text.match_indices(word).map(|(at, _)| at).collect();
    for at in places {
        // A search has the word too, and no key.
        let Some(key) = text[..at].rfind(KEY) else {
            continue;
        };
        text.replace_range(key + KEY.len()..=key + KEY.len(), "!");
    }
    text.into_bytes()
}
