//! Stands between Haven and the server, hands everything on, and keeps what was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use crate::{faults::next_request, load::Sequence, support::Haven};

pub struct Recorder {
    pub url: String,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    pub async fn to(server: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let kept: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let shared = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Ok(Self { url, kept })
    }

    /// What is asked of the server for each of these paths, asked one after another; nothing for some, perhaps.
    pub async fn of(&self, haven: &Haven, paths: &[String]) -> Vec<Sequence> {
        let mut sequences = Vec::new();
        for path in paths {
            self.kept.lock().unwrap().clear();
            let answer = haven.get(path).await.json();
            assert_eq!(answer["degraded"], json!(false), "{path}");
            let asked = std::mem::take(&mut *self.kept.lock().unwrap());
            let asked = asked.into_iter();
            sequences.push(
                asked
                    .filter(|request| request.starts_with(b"POST /multi-search"))
                    .collect(),
            );
        }
        sequences
    }
}

async fn carry(client: TcpStream, server: SocketAddr, kept: Arc<Mutex<Vec<Vec<u8>>>>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut asked, mut to_client) = client.into_split();
    let (mut answered, mut to_server) = server.into_split();
    let requests = async {
        let mut read = Vec::new();
        while let Some(request) = next_request(&mut asked, &mut read).await {
            kept.lock().unwrap().push(request.clone());
            if to_server.write_all(&request).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        _ = tokio::io::copy(&mut answered, &mut to_client) => {}
    }
}
