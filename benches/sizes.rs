//! How the directory bears sizes: importing, starting, memory, disk, and the time of an answer, at each of some sizes.
//!
//! Fills a fresh directory with generated listings in a private Postgres, then starts it twice: without a local index,
//! which is built from Postgres while everything that needs no words is answered, and from that index. `cargo bench --bench sizes -- 10000 500000` names the sizes, the
//! smallest first; without any they are 10,000, 50,000 and 100,000. Fails where a target is missed: from 500,000 on a
//! start within 60 seconds and 1.2 GiB, and at any size answers in less than ten times the time that they take at the
//! first. Everything lies under `TMPDIR` meanwhile: 500,000 listings take about 8 GB.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

type Anything<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USUAL: &[u32] = &[10_000, 50_000, 100_000];
const SEED: u32 = 1;

/// How often each question is asked, one after the other.
const TIMES: usize = 300;

/// What is held to, from this size on.
const LARGE: u32 = 500_000;
const MOST_START: Duration = Duration::from_secs(60);
const MOST_MIB: u64 = 1_228;
const MOST_SLOWER: f64 = 10.0;

struct Question {
    name: &'static str,
    path: &'static str,
    /// Whether it may take no ten times as long as at the first size.
    held: bool,
}

const fn question(name: &'static str, path: &'static str, held: bool) -> Question {
    Question { name, path, held }
}

const QUESTIONS: [Question; 7] = [
    question(
        "radius 5 km",
        "/v1/search?near=23.71,90.41&radius=5000&limit=20",
        true,
    ),
    question(
        "radius 50 km",
        "/v1/search?near=23.71,90.41&radius=50000&limit=20",
        true,
    ),
    question(
        "filter",
        "/v1/search?kind=support_group&topic=depression&spoken=bn&limit=20",
        true,
    ),
    question(
        "filter, nearest first",
        "/v1/search?near=31.23,121.47&topic=anxiety&limit=20",
        true,
    ),
    question(
        "radius, filter, open now",
        "/v1/search?near=-6.2,106.84&radius=20000&kind=hub&open_now=true&limit=20",
        true,
    ),
    question("list", "/v1/hubs?limit=20", true),
    question("words", "/v1/search?q=grief%20jakarta&limit=20", false),
];

/// What was measured at one size.
struct Measured {
    size: u32,
    import: Duration,
    import_mib: u64,
    start: Duration,
    build: Duration,
    build_mib: u64,
    open: Duration,
    /// When it serves, before it was asked.
    open_memory: Memory,
    open_mib: u64,
    index_mib: u64,
    database_mib: u64,
    answers: Vec<Duration>,
    feed: Feed,
}

/// What a process has in memory now.
struct Memory {
    own_kib: u64,
    mapped_kib: u64,
}

/// A whole copy by the change feed.
struct Feed {
    took: Duration,
    lines: usize,
    mib: u64,
    /// By how much the server's peak rose over it.
    server_mib: u64,
}

fn haven(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haven"));
    command
        .env("HAVEN_DATA_DIR", data_dir)
        .env("HAVEN_LISTEN", "127.0.0.1:0")
        .env("RUST_LOG", "error")
        .env_remove("DATABASE_URL")
        .env_remove("MEILISEARCH_URL");
    command
}

fn memory_kib(pid: u32, which: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(which))?;
    line.trim().trim_end_matches(" kB").trim().parse().ok()
}

/// The most memory that the process has had so far.
fn peak_mib(pid: u32) -> Option<u64> {
    Some(memory_kib(pid, "VmHWM:")? / 1_024)
}

fn memory(pid: u32) -> Option<Memory> {
    Some(Memory {
        own_kib: memory_kib(pid, "RssAnon:")?,
        mapped_kib: memory_kib(pid, "RssFile:")?,
    })
}

fn disk_mib(directory: &Path) -> Anything<u64> {
    let out = Command::new("du").arg("-sm").arg(directory).output()?;
    let text = String::from_utf8(out.stdout)?;
    Ok(text.split_whitespace().next().ok_or("no size")?.parse()?)
}

/// Fills the directory; how long that took, and the importing process's memory.
fn import(data_dir: &Path, size: u32) -> Anything<(Duration, u64)> {
    let seeded = haven(data_dir).arg("seed").stdout(Stdio::null()).status()?;
    if !seeded.success() {
        return Err("the seed was not published".into());
    }
    let began = Instant::now();
    let mut generating = haven(data_dir)
        .args(["generate", "--listings", &size.to_string()])
        .args(["--seed", &SEED.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let listings = generating.stdout.take().ok_or("nothing generated")?;
    let mut importing = haven(data_dir)
        .arg("import")
        .stdin(listings)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let status = loop {
        peak = peak_mib(importing.id()).unwrap_or(0).max(peak);
        if let Some(status) = importing.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    generating.wait()?;
    if !status.success() {
        return Err("the import failed".into());
    }
    Ok((began.elapsed(), peak))
}

struct Served {
    child: Child,
    address: String,
    after: Duration,
}

impl Drop for Served {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

fn serve(data_dir: &Path) -> Anything<Served> {
    let began = Instant::now();
    let mut child = haven(data_dir)
        .arg("serve")
        .env("RUST_LOG", "haven=info")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let log = child.stderr.take().ok_or("no log")?;
    let mut said = BufReader::new(log).lines().map_while(Result::ok);
    let served = |line: String| {
        let (_, rest) = line.split_once("serves on http://")?;
        // The log is of JSON.
        let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':')));
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    };
    let address = said.find_map(served).ok_or("the server ended")?;
    std::thread::spawn(move || said.for_each(drop));
    Ok(Served {
        child,
        address,
        after: began.elapsed(),
    })
}

/// Waits until words are found too.
async fn ready(address: &str) -> Anything<()> {
    let client = reqwest::Client::new();
    loop {
        let reply = client
            .get(format!("http://{address}/readyz"))
            .send()
            .await?;
        if reply.status().is_success() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn median(client: &reqwest::Client, url: &str) -> Anything<Duration> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        let reply = client.get(url).send().await?.error_for_status()?;
        reply.bytes().await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times[TIMES / 2])
}

async fn answers(address: &str) -> Anything<Vec<Duration>> {
    let client = reqwest::Client::new();
    let mut answers = Vec::new();
    for question in &QUESTIONS {
        answers.push(median(&client, &format!("http://{address}{}", question.path)).await?);
    }
    Ok(answers)
}

/// Takes a whole copy, as somebody who begins to keep one.
async fn copy(served: &Served) -> Anything<Feed> {
    let pid = served.child.id();
    let before = peak_mib(pid).ok_or("it is gone")?;
    let began = Instant::now();
    let address = format!("http://{}/v1/changes.ndjson", served.address);
    let mut reply = reqwest::get(address).await?.error_for_status()?;
    let (mut lines, mut bytes, mut end) = (0, 0, Vec::new());
    while let Some(piece) = reply.chunk().await? {
        lines += piece.iter().filter(|byte| **byte == b'\n').count();
        bytes += piece.len() as u64;
        end = piece.to_vec();
    }
    let last = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    if !last.is_some_and(|line| line.starts_with(b"{\"next\"")) {
        return Err("the feed broke off".into());
    }
    Ok(Feed {
        took: began.elapsed(),
        // The last says where it goes on.
        lines: lines - 1,
        mib: bytes / 1_048_576,
        server_mib: peak_mib(pid).ok_or("it is gone")? - before,
    })
}

async fn measure(size: u32) -> Anything<Measured> {
    let data = tempfile::tempdir()?;
    let (import, import_mib) = import(data.path(), size)?;
    let began = Instant::now();
    let built = serve(data.path())?;
    let start = built.after;
    ready(&built.address).await?;
    let build = began.elapsed();
    let build_mib = peak_mib(built.child.id()).ok_or("it is gone")?;
    drop(built);
    let opened = serve(data.path())?;
    let pid = opened.child.id();
    let open_memory = memory(pid).ok_or("it is gone")?;
    let answers = answers(&opened.address).await?;
    let open_mib = peak_mib(pid).ok_or("it is gone")?;
    let feed = copy(&opened).await?;
    Ok(Measured {
        size,
        import,
        import_mib,
        start,
        build,
        build_mib,
        open: opened.after,
        open_memory,
        open_mib,
        index_mib: disk_mib(&data.path().join("words"))?,
        database_mib: disk_mib(&data.path().join("postgres"))?,
        answers,
        feed,
    })
}

fn print(all: &[Measured]) {
    let row = |name: &str, cell: &dyn Fn(&Measured) -> String| {
        let cells: Vec<String> = all.iter().map(|one| format!("{:>10}", cell(one))).collect();
        println!("{name:<42}{}", cells.join(""));
    };
    let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
    let a_second = |many: f64, time: Duration| format!("{:.0}", many / time.as_secs_f64());
    row("listings", &|one| one.size.to_string());
    row("import, s", &|one| seconds(one.import));
    row("  listings a second", &|one| {
        a_second(f64::from(one.size), one.import)
    });
    row("  most memory, MiB", &|one| one.import_mib.to_string());
    row("start from Postgres, s", &|one| seconds(one.start));
    row("  until words are found, s", &|one| seconds(one.build));
    row("  most memory, MiB", &|one| one.build_mib.to_string());
    row("start from the index, s", &|one| seconds(one.open));
    row("  memory of its own, MiB", &|one| {
        (one.open_memory.own_kib / 1_024).to_string()
    });
    row("  the same, bytes a listing", &|one| {
        (one.open_memory.own_kib * 1_024 / u64::from(one.size)).to_string()
    });
    row("  files mapped, MiB", &|one| {
        (one.open_memory.mapped_kib / 1_024).to_string()
    });
    row("  most memory, answers too, MiB", &|one| {
        one.open_mib.to_string()
    });
    row("words index on disk, MiB", &|one| one.index_mib.to_string());
    row("Postgres on disk, MiB", &|one| one.database_mib.to_string());
    for (at, question) in QUESTIONS.iter().enumerate() {
        row(&format!("{}, p50 ms", question.name), &|one| {
            format!("{:.2}", one.answers[at].as_secs_f64() * 1_000.0)
        });
    }
    row("whole copy by the change feed, s", &|one| {
        seconds(one.feed.took)
    });
    row("  entries a second", &|one| {
        a_second(one.feed.lines as f64, one.feed.took)
    });
    row("  MiB", &|one| one.feed.mib.to_string());
    row("  more memory in the server, MiB", &|one| {
        one.feed.server_mib.to_string()
    });
}

/// What is not as it should be.
fn missed(all: &[Measured]) -> Vec<String> {
    let mut missed = Vec::new();
    for one in all.iter().filter(|one| one.size >= LARGE) {
        if one.start > MOST_START || one.open > MOST_START {
            missed.push(format!("{}: the start takes too long", one.size));
        }
        if one.build_mib.max(one.open_mib) > MOST_MIB {
            missed.push(format!("{}: it takes too much memory", one.size));
        }
    }
    let held = || {
        QUESTIONS
            .iter()
            .enumerate()
            .filter(|(_, question)| question.held)
    };
    for one in all.iter().skip(1) {
        for (at, question) in held() {
            let slower = one.answers[at].as_secs_f64() / all[0].answers[at].as_secs_f64();
            if slower >= MOST_SLOWER {
                missed.push(format!(
                    "{}: {} takes {slower:.1} times as long",
                    one.size, question.name
                ));
            }
        }
    }
    missed
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know that this builds.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let mut sizes: Vec<u32> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = USUAL.to_vec();
    }
    let measured = || -> Anything<Vec<Measured>> {
        let runtime = tokio::runtime::Runtime::new()?;
        let mut all = Vec::new();
        for size in sizes {
            all.push(runtime.block_on(measure(size))?);
        }
        Ok(all)
    };
    match measured() {
        Ok(all) => {
            print(&all);
            let missed = missed(&all);
            for line in &missed {
                eprintln!("missed: {line}");
            }
            if missed.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
