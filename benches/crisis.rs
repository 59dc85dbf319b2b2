//! Whom to call now is answered in less than 50 ms, each time, whatever else is done to the server.
//!
//! Starts the release build on the seed data with a private Postgres and asks `/v1/crisis` on a new connection each time:
//! in peace, beside 5,000 idle connections, beside clients that send slowly, beside bodies of 10 MiB, and while every
//! process of Postgres is stopped (SIGSTOP). Prints what half, 99 of 100 and all answers took; fails where one took longer
//! than promised. The tests hold nine answers of ten to the same, in a debug build beside other tests.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

type Anything<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What is promised.
const PROMPTLY: Duration = Duration::from_millis(50);

const ASKED: usize = 1_000;
const IDLE: usize = 5_000;
const SLOW: usize = 300;
const SENDERS: usize = 4;
const LARGE: usize = 10 << 20;
/// More than may wait for the database at once.
const WAITING: usize = 60;

const CRISIS: &str =
    "GET /v1/crisis?country=BD HTTP/1.1\r\nHost: haven\r\nConnection: close\r\n\r\n";
const LIST: &str = "GET /v1/sources HTTP/1.1\r\nHost: haven\r\nConnection: close\r\n\r\n";
const HEAD: &str = "GET /v1/search?q=a HTTP/1.1\r\nHost: haven\r\nX-Slow: ";
const BODY: &str =
    "POST /v1/search HTTP/1.1\r\nHost: haven\r\nContent-Type: application/json\r\nContent-Length: ";

struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

fn serve(data_dir: &Path) -> Anything<Served> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_haven"))
        .arg("serve")
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", "127.0.0.1:0")
        .env("RUST_LOG", "off,haven=info")
        .env_remove("DATABASE_URL")
        .env_remove("MEILISEARCH_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let log = child.stderr.take().ok_or("no log")?;
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let served = |line: String| Some(line.split_once("serves on http://")?.1.to_owned());
    let address = lines.find_map(served).ok_or("the server ended")?;
    let end = address.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':')));
    let address = address[..end.unwrap_or(address.len())].to_owned();
    // Read on, so that the log is never full.
    std::thread::spawn(move || lines.for_each(drop));
    Ok(Served { child, address })
}

/// The answer on a connection of its own.
async fn ask(address: &str, request: &str) -> Anything<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Asks again and again, and says whether each answer came in time.
async fn crisis(address: &str, what: &str) -> Anything<bool> {
    let mut taken = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let began = Instant::now();
        let answer = ask(address, CRISIS).await?;
        taken.push(began.elapsed());
        if !answer.starts_with("HTTP/1.1 200") || !answer.contains("tel:999") {
            return Err(format!("{what}: {answer}").into());
        }
    }
    taken.sort_unstable();
    let shown = |at: usize| format!("{:.2}", taken[at].as_secs_f64() * 1_000.0);
    let (half, most, all) = (shown(ASKED / 2), shown(ASKED * 99 / 100), shown(ASKED - 1));
    println!("{what:<36} {half:>8} {most:>8} {all:>8}");
    Ok(taken[ASKED - 1] < PROMPTLY)
}

async fn connected(address: &str, many: usize, first: &str) -> Anything<Vec<TcpStream>> {
    let mut streams = Vec::with_capacity(many);
    for _ in 0..many {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(first.as_bytes()).await?;
        streams.push(stream);
    }
    Ok(streams)
}

/// Sends large bodies without end; a refusal is not waited for.
async fn send_large(address: String) {
    let body = vec![b'x'; LARGE];
    let head = format!("{BODY}{LARGE}\r\n\r\n");
    loop {
        let Ok(mut stream) = TcpStream::connect(&address).await else {
            return;
        };
        // The connection ends when the body was refused.
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&body).await;
    }
}

/// Stops or continues every process of the private Postgres.
fn signal_postgres(data_dir: &Path, signal: Signal) -> Anything<()> {
    let file = std::fs::read_to_string(data_dir.join("postgres/data/postmaster.pid"))?;
    let own = file.lines().next().ok_or("no process")?.trim().to_owned();
    let mut all = vec![own.clone()];
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1));
        if parent == Some(&*own) {
            all.extend(entry.file_name().into_string());
        }
    }
    for pid in all {
        let pid = Pid::from_raw(pid.parse()?).ok_or("no process")?;
        // A process of a connection may have ended since.
        let _ = kill_process(pid, signal);
    }
    Ok(())
}

async fn measure(served: &Served, data_dir: &Path) -> Anything<bool> {
    let address = &served.address;
    println!("{:<36} {:>8} {:>8} {:>8}", "ms", "half", "99 %", "all");
    let mut kept = crisis(address, "in peace").await?;

    let idle = connected(address, IDLE, "").await?;
    kept &= crisis(address, "beside 5,000 idle connections").await?;
    drop(idle);

    let mut slow = connected(address, SLOW, HEAD).await?;
    slow.extend(connected(address, SLOW, &format!("{BODY}60000\r\n\r\n{{")).await?);
    kept &= crisis(address, "beside 600 clients that send slowly").await?;
    drop(slow);

    let senders: Vec<_> = (0..SENDERS)
        .map(|_| tokio::spawn(send_large(address.clone())))
        .collect();
    kept &= crisis(address, "beside bodies of 10 MiB without end").await?;
    for sender in senders {
        sender.abort();
    }

    signal_postgres(data_dir, Signal::STOP)?;
    let waiting: Vec<_> = (0..WAITING)
        .map(|_| {
            let address = address.clone();
            tokio::spawn(async move { ask(&address, LIST).await })
        })
        .collect();
    kept &= crisis(address, "while Postgres is stopped").await?;
    signal_postgres(data_dir, Signal::CONT)?;
    for asked in waiting {
        asked.await??;
    }
    Ok(kept)
}

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that this builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let measured = || -> Anything<bool> {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        setrlimit(Resource::Nofile, raised)?;
        let data = tempfile::tempdir()?;
        let served = serve(data.path())?;
        tokio::runtime::Runtime::new()?.block_on(measure(&served, data.path()))
    };
    match measured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("an answer took longer than {PROMPTLY:?}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
