//! Requests over kept connections: as many as go through, or so many a second whether or not they are answered.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

type Anything<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Requests that are sent one after another and count as one.
pub type Sequence = Vec<Vec<u8>>;

/// Sequences that are asked in turn by whichever connection is free: none comes twice before all others came once.
pub struct Turns {
    sequences: Vec<Sequence>,
    next: AtomicUsize,
}

impl Turns {
    pub fn of(sequences: Vec<Sequence>) -> Arc<Self> {
        assert!(!sequences.is_empty());
        Arc::new(Self {
            sequences,
            next: AtomicUsize::new(0),
        })
    }

    fn next(&self) -> &Sequence {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        &self.sequences[turn % self.sequences.len()]
    }
}

pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub async fn to(address: SocketAddr) -> Anything<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(256 * 1024),
        })
    }

    /// Whether the other side has not closed it; nothing is due on it.
    fn is_open(&self) -> bool {
        let nothing = self.stream.try_read(&mut [0]);
        nothing.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    /// One answer: its status and body.
    pub async fn ask(&mut self, request: &[u8]) -> Anything<(u16, &[u8])> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let (head, length) = loop {
            self.read().await?;
            let Some(end) = self
                .buffer
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n")
            else {
                continue;
            };
            let text = std::str::from_utf8(&self.buffer[..end])?.to_ascii_lowercase();
            let mut lines = text.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length:"));
            let length = length.map(|length| length.trim().parse::<usize>());
            break (end + 4, length.transpose()?);
        };
        // Without a length it comes in chunks, of which the last is empty.
        while match length {
            Some(length) => self.buffer.len() < head + length,
            None => !self.buffer[head..].ends_with(b"0\r\n\r\n"),
        } {
            self.read().await?;
        }
        let status = std::str::from_utf8(&self.buffer[9..12])?.parse()?;
        Ok((status, &self.buffer[head..]))
    }

    async fn read(&mut self) -> Anything<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }
}

/// A request for a path.
pub fn get(address: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\r\n")
        .into_bytes()
}

/// Sequences a second that are answered, over so many connections. What is
/// refused because too much is asked does not count; every other answer has to be a 200 without `never` in it.
pub async fn rate(
    address: SocketAddr,
    turns: &Arc<Turns>,
    connections: usize,
    time: Duration,
    never: &'static str,
) -> Anything<f64> {
    let began = Instant::now();
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let turns = Arc::clone(turns);
            tokio::spawn(async move {
                let mut wire = Wire::to(address).await?;
                let mut count = 0_u32;
                while began.elapsed() < time {
                    let mut refused = false;
                    for request in turns.next() {
                        let (status, body) = wire.ask(request).await?;
                        refused |= status == 503;
                        if status == 503 {
                            continue;
                        }
                        if status != 200 || holds(body, never) {
                            let body = String::from_utf8_lossy(body);
                            return Err(format!("status {status}: {body}").into());
                        }
                    }
                    count += u32::from(!refused);
                }
                Anything::Ok(count)
            })
        })
        .collect();
    let mut total = 0.0;
    for worker in workers {
        total += f64::from(worker.await??);
    }
    Ok(total / began.elapsed().as_secs_f64())
}

pub fn holds(body: &[u8], what: &str) -> bool {
    !what.is_empty()
        && body
            .windows(what.len())
            .any(|bytes| bytes == what.as_bytes())
}

/// How one request went; the time counts from when it was due.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Since the first was due.
    pub at: Duration,
    pub took: Duration,
    /// Status and code of the problem, or what befell the connection.
    pub failed: Option<String>,
    pub degraded: bool,
}

/// Asks at an even pace, whether or not what was asked before is answered.
pub async fn paced(
    address: SocketAddr,
    sequences: &Arc<Vec<Sequence>>,
    a_second: f64,
    time: Duration,
) -> Vec<Sample> {
    let idle: Arc<Mutex<Vec<Wire>>> = Arc::default();
    let pace = Duration::from_secs_f64(1.0 / a_second);
    let mut ticks = tokio::time::interval(pace);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let began = Instant::now();
    let mut asked = Vec::new();
    for sequence in (0..sequences.len()).cycle() {
        let due: Instant = ticks.tick().await.into();
        if began.elapsed() >= time {
            break;
        }
        let (sequences, idle) = (Arc::clone(sequences), Arc::clone(&idle));
        asked.push(tokio::spawn(async move {
            let answered = one(address, &sequences[sequence][0], &idle).await;
            let took = due.elapsed();
            let (failed, degraded) = match answered {
                Ok(degraded) => (None, degraded),
                Err(failure) => (Some(failure.to_string()), false),
            };
            Sample {
                at: due.saturating_duration_since(began),
                took,
                failed,
                degraded,
            }
        }));
    }
    let mut samples = Vec::with_capacity(asked.len());
    for one in asked {
        samples.push(one.await.unwrap());
    }
    samples
}

/// Whether the answer was degraded.
async fn one(address: SocketAddr, request: &[u8], idle: &Mutex<Vec<Wire>>) -> Anything<bool> {
    let (status, body, wire) = loop {
        // One that was idle for long may have been closed, as every client has to expect: the next one is taken. It may
        // also be closed while the request is on its way; what only reads is sent again then, as every client does.
        let kept = idle.lock().unwrap().pop();
        let is_new = kept.is_none();
        let mut wire = match kept {
            Some(wire) if wire.is_open() => wire,
            Some(_) => continue,
            None => Wire::to(address).await?,
        };
        let answered = wire.ask(request).await;
        match answered.map(|(status, body)| (status, body.to_vec())) {
            Err(_) if !is_new && wire.buffer.is_empty() => {}
            Err(error) => return Err(error),
            Ok((status, body)) => break (status, body, wire),
        }
    };
    if status != 200 {
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or("no code");
        return Err(format!("{status} {code}").into());
    }
    let degraded = holds(&body, "\"degraded\":true");
    idle.lock().unwrap().push(wire);
    Ok(degraded)
}

/// Prints what failed, how often, and from when to when.
pub fn print_failures(samples: &[Sample]) {
    let mut kinds: BTreeMap<&str, (usize, Duration, Duration)> = BTreeMap::new();
    for sample in samples {
        let Some(failure) = &sample.failed else {
            continue;
        };
        let kind = kinds.entry(failure).or_insert((0, sample.at, sample.at));
        *kind = (kind.0 + 1, kind.1.min(sample.at), kind.2.max(sample.at));
    }
    for (failure, (count, first, last)) in kinds {
        println!("! {count} times {failure}, from {first:.1?} to {last:.1?}");
    }
}

/// The times within which the half, 99 of 100, and all of the samples were answered.
pub fn quantiles(samples: &[Sample]) -> [Duration; 3] {
    let mut times: Vec<Duration> = samples.iter().map(|sample| sample.took).collect();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    [at(50), at(99), at(100)]
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
