//! Haven on Meilisearch against the same server asked directly: by what Haven itself asks it, the same with its own
//! distance sort, and by the typed words with its own distance sort.
//!
//! Asked are what many people type at 500 places, each of both sides in the same order and none twice. Haven is measured
//! with nothing remembered, where every search asks the server anew; and as it is shipped, where what the words find is
//! kept for as long as the index stays as it was, and the first round begins with nothing kept. What Haven sends for the
//! first of the searches is recorded on the way, and sent again as it was, on kept connections. One plain search for the
//! typed words is shown beside, to no floor: it asks for far less, and finds far less of what is meant (`make golden`).

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Measured,
    bed::{Bed, resident_mib, size_mib},
    load::{Sequence, Turns, get, median, rate},
    people::{self, Wish},
    plain, pointed,
    recorder::Recorder,
    support::Haven,
};

const LISTINGS: u32 = 50_000;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
/// So many where something is remembered, since that begins with nothing.
const LONG: usize = 15;
const ROUND: Duration = Duration::from_secs(2);

/// More searches than are asked in all rounds, so that none comes twice.
const WISHES: usize = 100_000;
const PLACES: usize = 500;
const RADIUS: u32 = 20_000;
/// Of so many of them it is recorded what Haven asks the server.
const RECORDED: usize = 200;

/// Long enough that nothing is late, since it is Meilisearch that is measured.
const BUDGET_MS: u64 = 5_000;

/// Of the requests a second that the server answers when it is asked the same.
const LEAST_OF_SAME: f64 = 0.85;
/// Of those that it answers when it is asked the same within its own radius, with its own distance sort.
const LEAST_OF_SORTED: f64 = 2.0;

/// A side of a comparison: where it is, and what it is asked.
type Side = (SocketAddr, Arc<Turns>);

/// A comparison, with the least that its ratio may be, where it is held to one.
struct Case {
    name: &'static str,
    least: Option<f64>,
    rounds: usize,
}

const WORDS: Case = Case {
    name: "words, against the same bodies",
    least: Some(LEAST_OF_SAME),
    rounds: ROUNDS,
};
const WITHIN: Case = Case {
    name: "words and radius, against the same bodies",
    least: None,
    rounds: ROUNDS,
};
const SORTED: Case = Case {
    name: "the same, against them with its distance sort",
    least: Some(LEAST_OF_SORTED),
    rounds: ROUNDS,
};
const BY_DISTANCE: Case = Case {
    name: "the same, against one plain search so sorted",
    least: None,
    rounds: ROUNDS,
};
const BY_DISTANCE_SHIPPED: Case = Case {
    rounds: LONG,
    ..BY_DISTANCE
};

pub async fn measure() -> Measured {
    let began = Instant::now();
    let bed = Bed::of(LISTINGS).await?;
    println!("{LISTINGS} listings imported in {:.1?}", began.elapsed());
    let listings = std::fs::read_to_string(bed.made_up(LISTINGS).await?)?;
    let wishes = people::wishes(&listings, WISHES, PLACES);
    let (different, alone) = people::spread(&wishes);
    println!(
        "{WISHES} searches at {PLACES} places, {different} different ones by their words, {alone} of them of one person alone"
    );
    let recorder = Recorder::to(bed.server.address()).await?;
    let began = Instant::now();
    let haven = bed
        .on_server("haven", &recorder.url, BUDGET_MS, Some(0))
        .await;
    println!("Meilisearch's index built in {:.1?}", began.elapsed());
    sizes(&bed, &haven);
    let some = &wishes[..RECORDED];
    let words = Recorded::of(&recorder, &haven, some, everywhere).await;
    let around = Recorded::of(&recorder, &haven, some, within).await;
    haven.stop().await;
    pointed::index(&bed).await?;
    let both = around.sent.iter().zip(&around.wishes);
    let sorted = both.map(|(sent, wish)| pointed::nearest_first(sent, wish, RADIUS));
    let sorted = Turns::of(sorted.collect());
    plain::index(&bed.server, &listings).await;
    let plain = wishes.iter();
    let plain = plain.map(|wish| plain::nearest_first(&bed.server, wish, RADIUS));
    let plain = Turns::of(plain.collect());
    let paths: Vec<String> = wishes.iter().map(within).collect();

    println!(
        "{:<44} {:>10} {:>10} {:>7} {:>7}",
        "case", "server/s", "Haven/s", "ratio", "floor"
    );
    let server = |turns: &Arc<Turns>| (bed.server.address(), Arc::clone(turns));
    println!("where the server is asked anew for every search:");
    let haven = bed
        .on_server("haven", &bed.server.url(), BUDGET_MS, Some(0))
        .await;
    let (same, own) = (server(&words.turns()), asked(&haven, &words.paths));
    let mut reached = compare(&WORDS, same, own).await?;
    let (same, own) = (server(&around.turns()), asked(&haven, &around.paths));
    compare(&WITHIN, same, own).await?;
    let (sorted, own) = (server(&sorted), asked(&haven, &around.paths));
    reached &= compare(&SORTED, sorted, own).await?;
    compare(&BY_DISTANCE, server(&plain), asked(&haven, &paths)).await?;
    haven.stop().await;
    println!("as it is shipped, beginning with nothing remembered:");
    let haven = bed
        .on_server("haven", &bed.server.url(), BUDGET_MS, None)
        .await;
    let (plain, own) = (server(&plain), asked(&haven, &paths));
    compare(&BY_DISTANCE_SHIPPED, plain, own).await?;
    sizes(&bed, &haven);
    haven.stop().await;
    Ok(reached)
}

fn asked(haven: &Haven, paths: &[String]) -> Side {
    let requests = paths.iter().map(|path| vec![get(haven.address, path)]);
    (haven.address, Turns::of(requests.collect()))
}

/// The wishes for which Haven asks the server, its paths for them, and what it asks.
struct Recorded {
    wishes: Vec<Wish>,
    paths: Vec<String>,
    sent: Vec<Sequence>,
}

impl Recorded {
    async fn of(
        recorder: &Recorder,
        haven: &Haven,
        wishes: &[Wish],
        path: fn(&Wish) -> String,
    ) -> Self {
        let all: Vec<String> = wishes.iter().map(path).collect();
        let asked = recorder.of(haven, &all).await;
        let mut recorded = Self {
            wishes: Vec::new(),
            paths: Vec::new(),
            sent: Vec::new(),
        };
        for ((wish, path), sent) in wishes.iter().zip(all).zip(asked) {
            if !sent.is_empty() {
                recorded.wishes.push(wish.clone());
                recorded.paths.push(path);
                recorded.sent.push(sent);
            }
        }
        let requests: usize = recorded.sent.iter().map(Vec::len).sum();
        println!(
            "{} searches such as {} ask the server {requests} times",
            recorded.paths.len(),
            recorded.paths[0]
        );
        recorded
    }

    fn turns(&self) -> Arc<Turns> {
        Turns::of(self.sent.clone())
    }
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

/// Measures both sides in turn, and says whether the median of the ratios is what it has to be.
async fn compare(case: &Case, server: Side, haven: Side) -> Measured {
    let (mut ratios, mut directs, mut owns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..case.rounds {
        let direct = rate(server.0, &server.1, CONNECTIONS, ROUND, "").await?;
        let own = rate(haven.0, &haven.1, CONNECTIONS, ROUND, "\"degraded\":true").await?;
        ratios.push(own / direct);
        directs.push(direct);
        owns.push(own);
    }
    let rounds: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let (ratio, direct, own) = (median(ratios), median(directs), median(owns));
    let floor = |least: f64| format!("{least:.2}");
    let floor = case.least.map_or_else(|| "-".to_owned(), floor);
    let name = case.name;
    println!(
        "{name:<44} {direct:>10.0} {own:>10.0} {ratio:>7.2} {floor:>7}   rounds {}",
        rounds.join(" ")
    );
    Ok(case.least.is_none_or(|least| ratio >= least))
}

fn everywhere(wish: &Wish) -> String {
    let words: String = url::form_urlencoded::byte_serialize(wish.words.as_bytes()).collect();
    format!("/v1/search?q={words}")
}

fn within(wish: &Wish) -> String {
    let (lat, lon) = wish.at;
    format!(
        "{}&near={lat},{lon}&radius={RADIUS}&sort=nearby",
        everywhere(wish)
    )
}
