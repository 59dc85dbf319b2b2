//! How many requests a second a served directory answers, compared with what the same server does for `/livez`.
//!
//! Starts the release build on the seed data in a fresh data directory, asks on 16 connections, five rounds of
//! (`/livez`, case) in turn for two seconds each, and prints the median of the ratios beside the rates. Client and
//! server share the machine, so the ratios say more than the rates. Fails where a ratio is below its floor.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

type Anything<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const MOST_RESIDENT_MIB: u64 = 150;

struct Case {
    name: &'static str,
    path: String,
    floor: f64,
}

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

fn serve(data_dir: &std::path::Path) -> Anything<Served> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_haven"))
        .arg("serve")
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", "127.0.0.1:0")
        .env("RUST_LOG", "warn,haven=info")
        .env_remove("DATABASE_URL")
        .stderr(Stdio::piped())
        .spawn()?;
    let log = child.stderr.take().ok_or("no log")?;
    let mut lines = BufReader::new(log).lines();
    let address = loop {
        let line = lines.next().ok_or("the server ended")??;
        if let Some((_, address)) = line.split_once("serves on http://") {
            let end = address.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':')));
            break address[..end.unwrap_or(address.len())].to_owned();
        }
    };
    // Read on, so that the log is never full.
    std::thread::spawn(move || lines.for_each(drop));
    Ok(Served { child, address })
}

/// One answer on a kept connection: its status and body.
async fn ask(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> Anything<(u16, usize)> {
    stream.write_all(request).await?;
    buffer.clear();
    let (head, length) = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
        let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        break (end + 4, length.ok_or("no length")?.trim().parse::<usize>()?);
    };
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
    }
    let status = std::str::from_utf8(&buffer[9..12])?.parse()?;
    Ok((status, head))
}

fn request(address: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\r\n")
        .into_bytes()
}

/// Requests a second over all connections.
async fn rate(address: &str, path: &str) -> Anything<f64> {
    let began = Instant::now();
    let workers = (0..CONNECTIONS).map(|_| {
        let (address, request) = (address.to_owned(), request(address, path));
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let (mut buffer, mut count) = (Vec::with_capacity(64 * 1024), 0_u64);
            while began.elapsed() < ROUND {
                let (status, _) = ask(&mut stream, &request, &mut buffer).await?;
                if status != 200 {
                    return Err(format!("status {status}").into());
                }
                count += 1;
            }
            Anything::Ok(count)
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut total = 0;
    for worker in workers {
        total += worker.await??;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of two seconds are small"
    )]
    Ok(total as f64 / began.elapsed().as_secs_f64())
}

async fn first_id(address: &str) -> Anything<String> {
    let mut stream = TcpStream::connect(address).await?;
    let mut buffer = Vec::new();
    let (_, head) = ask(
        &mut stream,
        &request(address, "/v1/hubs?limit=1"),
        &mut buffer,
    )
    .await?;
    let body: serde_json::Value = serde_json::from_slice(&buffer[head..])?;
    Ok(body["items"][0]["id"].as_str().ok_or("no hub")?.to_owned())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn resident_mib(pid: u32) -> Anything<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1024)
}

async fn compare(served: &Served) -> Anything<bool> {
    let address = &served.address;
    let id = first_id(address).await?;
    let case = |name, path: &str, floor| Case {
        name,
        path: path.to_owned(),
        floor,
    };
    let cases = [
        case("detail by id", &format!("/v1/hubs/{id}"), 0.15),
        case("list of 20", "/v1/hubs?limit=20", 0.03),
        case(
            "text search",
            "/v1/search?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE",
            0.08,
        ),
        case(
            "suggest",
            "/v1/suggest?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7&near=23.81,90.41&lang=bn",
            0.10,
        ),
        case(
            "radius, nearest first",
            "/v1/search?near=51.51,-0.13&radius=50000",
            0.10,
        ),
    ];
    println!(
        "{:<24} {:>10} {:>10} {:>8} {:>8}",
        "case", "/livez/s", "case/s", "ratio", "floor"
    );
    let mut reached = true;
    for case in &cases {
        let (mut ratios, mut lives, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let live = rate(address, "/livez").await?;
            let asked = rate(address, &case.path).await?;
            ratios.push(asked / live);
            lives.push(live);
            rates.push(asked);
        }
        let ratio = median(ratios);
        reached &= ratio >= case.floor;
        let (live, asked) = (median(lives), median(rates));
        println!(
            "{:<24} {live:>10.0} {asked:>10.0} {ratio:>8.3} {:>8.2}",
            case.name, case.floor
        );
    }
    let resident = resident_mib(served.child.id())?;
    println!("resident memory after all of it: {resident} MiB (at most {MOST_RESIDENT_MIB})");
    Ok(reached && resident < MOST_RESIDENT_MIB)
}

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that this builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let measured = || -> Anything<bool> {
        let data = tempfile::tempdir()?;
        let served = serve(data.path())?;
        tokio::runtime::Runtime::new()?.block_on(compare(&served))
    };
    match measured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a figure is below its floor");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
