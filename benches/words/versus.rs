//! Haven on Meilisearch against the same server asked directly: by what Haven itself asks it, and by its own distance
//! sort.
//!
//! What Haven sends for a search is recorded on the way, and sent again as it was, on kept connections. Both sides are
//! asked the same few searches again and again, so Haven is measured as it is set up, where it gives an answer again for
//! two seconds and the bounds hold, and once more where it asks the server anew for every search.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use crate::{
    Measured,
    bed::{Bed, resident_mib, size_mib},
    faults::next_request,
    load::{Sequence, get, median, rate},
    support::Haven,
};

const LISTINGS: u32 = 50_000;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

/// Long enough that nothing is late, since it is Meilisearch that is measured.
const BUDGET_MS: u64 = 5_000;

/// How long an answer is given again where nothing is set, and where it never is.
const REMEMBER_MS: u64 = 2_000;
const NOTHING: u64 = 0;

/// Of the requests a second that the server answers when it is asked the same.
const LEAST_OF_SAME: f64 = 0.85;
/// Of those that it answers with words and its own distance sort.
const LEAST_OF_SORTED: f64 = 2.0;

const WORDS: [&str; 6] = [
    "grief",
    "postnatal depression",
    "বিষণ্নতা",
    "kecemasan",
    "抑郁症",
    "morning clinic stress",
];
/// Latitude and longitude; twenty kilometres around them.
const POINTS: [(f64, f64); 3] = [(23.81, 90.41), (-6.2, 106.82), (22.54, 114.06)];
const RADIUS: u32 = 20_000;

/// What is sent straight to the server, and what is asked of Haven.
struct Load {
    same: Arc<Vec<Sequence>>,
    same_within: Arc<Vec<Sequence>>,
    sorted: Arc<Vec<Sequence>>,
    searches: Vec<String>,
    within: Vec<String>,
}

pub async fn measure() -> Measured {
    let began = Instant::now();
    let bed = Bed::of(LISTINGS).await?;
    println!("{LISTINGS} listings imported in {:.1?}", began.elapsed());
    let recorder = Recorder::to(bed.server.address()).await?;
    let began = Instant::now();
    let recorded = bed
        .on_server("haven", &recorder.url, BUDGET_MS, NOTHING)
        .await;
    println!("Meilisearch's index built in {:.1?}", began.elapsed());
    sizes(&bed, &recorded);
    let searches: Vec<String> = WORDS.iter().map(|words| search(words, None)).collect();
    let within: Vec<String> = WORDS
        .iter()
        .flat_map(|words| POINTS.map(|point| search(words, Some(point))))
        .collect();
    let same = recorder.of(&recorded, &searches).await;
    let same_within = recorder.of(&recorded, &within).await;
    recorded.stop().await;
    let load = Load {
        same,
        same_within,
        sorted: sorted_by_distance(&bed).await?,
        searches,
        within,
    };
    println!(
        "{:<44} {:>10} {:>10} {:>7} {:>7}",
        "case", "server/s", "Haven/s", "ratio", "floor"
    );
    println!("as it is set up, an answer is given again for two seconds:");
    let remembering = against(&bed, &load, REMEMBER_MS, (LEAST_OF_SAME, LEAST_OF_SORTED)).await?;
    println!("the server is asked anew for every search:");
    let anew = against(&bed, &load, NOTHING, (0.0, 0.0)).await?;
    Ok(remembering && anew)
}

/// All cases on a Haven that gives an answer again for so long.
async fn against(
    bed: &Bed,
    load: &Load,
    remember_ms: u64,
    (least_of_same, least_of_sorted): (f64, f64),
) -> Measured {
    let server = bed.server.address();
    let haven = bed
        .on_server("haven", &bed.server.url(), BUDGET_MS, remember_ms)
        .await;
    let own = |paths: &[String]| -> Arc<Vec<Sequence>> {
        let requests = paths.iter().map(|path| vec![get(haven.address, path)]);
        Arc::new(requests.collect())
    };
    let (searches, within) = (own(&load.searches), own(&load.within));
    let mut reached = true;
    for (name, direct, asked, least) in [
        (
            "words, against the same bodies",
            &load.same,
            &searches,
            least_of_same,
        ),
        (
            "words and radius, against the same bodies",
            &load.same_within,
            &within,
            0.0,
        ),
        (
            "words and radius, against its distance sort",
            &load.sorted,
            &within,
            least_of_sorted,
        ),
    ] {
        let ratio = compare(name, (server, direct), (haven.address, asked), least).await?;
        reached &= ratio >= least;
    }
    haven.stop().await;
    Ok(reached)
}

fn sizes(bed: &Bed, haven: &Haven) {
    println!(
        "Meilisearch: {} MiB resident, {} MiB on the disk; Haven: {} MiB resident, {} MiB on the disk",
        resident_mib(bed.server.pid()),
        size_mib(&bed.server.data()),
        resident_mib(haven.pid().as_raw_nonzero().get()),
        size_mib(&bed.data_dir("haven")),
    );
}

async fn compare(
    name: &str,
    (server, direct): (SocketAddr, &Arc<Vec<Sequence>>),
    (haven, asked): (SocketAddr, &Arc<Vec<Sequence>>),
    least: f64,
) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let (mut ratios, mut directs, mut owns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let direct = rate(server, direct, CONNECTIONS, ROUND, "").await?;
        let own = rate(haven, asked, CONNECTIONS, ROUND, "\"degraded\":true").await?;
        ratios.push(own / direct);
        directs.push(direct);
        owns.push(own);
    }
    let ratio = median(ratios);
    let (direct, own) = (median(directs), median(owns));
    println!("{name:<44} {direct:>10.0} {own:>10.0} {ratio:>7.2} {least:>7.2}");
    Ok(ratio)
}

fn search(words: &str, around: Option<(f64, f64)>) -> String {
    let place = around.map_or(String::new(), |(lat, lon)| {
        format!("&near={lat},{lon}&radius={RADIUS}&sort=nearby")
    });
    let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    format!("/v1/search?q={words}{place}")
}

/// Hands on to the server and keeps what was asked.
struct Recorder {
    url: String,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    async fn to(server: SocketAddr) -> std::io::Result<Self> {
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

    /// What is asked of the server for each of these paths, asked one after another.
    async fn of(&self, haven: &Haven, paths: &[String]) -> Arc<Vec<Sequence>> {
        let mut sequences = Vec::new();
        for path in paths {
            self.kept.lock().unwrap().clear();
            let answer = haven.get(path).await.json();
            assert_eq!(
                (&answer["engine"], &answer["degraded"]),
                (&json!("meilisearch"), &json!(false))
            );
            let asked = std::mem::take(&mut *self.kept.lock().unwrap());
            let asked = asked
                .into_iter()
                .filter(|request| request.starts_with(b"POST /multi-search"));
            let sequence: Sequence = asked.collect();
            assert!(!sequence.is_empty(), "{path}");
            println!(
                "{} requests to the server, {} hits: {path}",
                sequence.len(),
                answer["total"]["value"]
            );
            sequences.push(sequence);
        }
        Arc::new(sequences)
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

/// The same listings as somebody would give them to the server without Haven: one document each with all its texts and
/// its point; and the questions with words and radius, nearest first by the server's own sort.
async fn sorted_by_distance(bed: &Bed) -> Result<Arc<Vec<Sequence>>, String> {
    const INDEX: &str = "plain";
    let server = &bed.server;
    let made = json!({"uid": INDEX, "primaryKey": "id"});
    server.done(Method::POST, "/indexes", Some(&made)).await;
    let settings = json!({"filterableAttributes": ["_geo"], "sortableAttributes": ["_geo"]});
    let path = format!("/indexes/{INDEX}/settings");
    server.done(Method::PATCH, &path, Some(&settings)).await;
    let names = topic_names();
    let lines = read(&bed.made_up(LISTINGS).await?);
    let documents: Vec<Value> = lines
        .lines()
        .enumerate()
        .map(|(id, line)| plain(id, line, &names))
        .collect();
    let path = format!("/indexes/{INDEX}/documents");
    for part in documents.chunks(10_000) {
        server.done(Method::POST, &path, Some(&json!(part))).await;
    }
    let questions = WORDS.iter().flat_map(|words| {
        POINTS.map(|(lat, lon)| {
            let body = json!({
                "q": words, "limit": 20, "filter": format!("_geoRadius({lat}, {lon}, {RADIUS})"),
                "sort": [format!("_geoPoint({lat}, {lon}):asc")], "attributesToRetrieve": ["id"],
            });
            vec![post(
                server.address(),
                server.key(),
                &format!("/indexes/{INDEX}/search"),
                &body.to_string(),
            )]
        })
    });
    Ok(Arc::new(questions.collect()))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn topic_names() -> std::collections::BTreeMap<String, Value> {
    let topics = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed-data/topics.ndjson"));
    let topics = topics.lines().map(|line| {
        let topic: Value = serde_json::from_str(line).unwrap();
        (
            topic["slug"].as_str().unwrap().to_owned(),
            topic["names"].clone(),
        )
    });
    topics.collect()
}

fn plain(id: usize, line: &str, topics: &std::collections::BTreeMap<String, Value>) -> Value {
    let listing: Value = serde_json::from_str(line).unwrap();
    let own = listing["topics"].as_array().into_iter().flatten();
    let own: Vec<&Value> = own.filter_map(|slug| topics.get(slug.as_str()?)).collect();
    let mut document = json!({
        "id": id, "name": listing["name"]["text"], "topics": own, "summary": listing["summary"]["text"],
        "description": listing["description"]["text"],
    });
    let point = &listing["places"][0]["point"];
    if point["lat"].is_number() {
        document["_geo"] = json!({"lat": point["lat"], "lng": point["lon"]});
    }
    document
}

fn post(address: SocketAddr, key: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
