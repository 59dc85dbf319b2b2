//! Ten minutes of mixed reads and writes on both engines, while the server and Postgres are killed and brought back
//! twice each. No search may fail; at the end every id and version is compared, in the database, in both engines' indexes
//! and in what both processes answer.
//!
//! `HAVEN_SOAK_SECONDS` makes it shorter; the times of the killings shrink with it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use crate::{
    Measured,
    bed::{Bed, resident_mib, until_current},
    compare,
    load::{Sample, Sequence, get, paced, print_failures, quantiles},
    support::Haven,
    writers::Writers,
};

/// Listings that are written again and again, beside those that are only read.
const WRITTEN: usize = 400;
const READ: u32 = 2_000;

/// So many writers write one so often, and each process is asked so many times a second.
const WRITERS: usize = 4;
const PACE: Duration = Duration::from_millis(150);
const ASKED: f64 = 20.0;

const BUDGET_MS: u64 = 300;

/// Of the whole time, when what is killed and when it comes back.
const KILLINGS: [(f64, f64, Victim); 4] = [
    (0.10, 0.16, Victim::Meilisearch),
    (0.25, 0.29, Victim::Postgres),
    (0.45, 0.52, Victim::Meilisearch),
    (0.65, 0.69, Victim::Postgres),
];

#[derive(Clone, Copy, Debug)]
enum Victim {
    Meilisearch,
    Postgres,
}

const PATHS: [&str; 7] = [
    "/v1/search?q=soak",
    "/v1/search?q=grief",
    "/v1/search?q=postnatal%20depression",
    "/v1/search?q=%E6%8A%91%E9%83%81%E7%97%87",
    "/v1/search?q=kecemasan&near=-6.2,106.82&radius=50000",
    "/v1/search?q=mornng%20clinc",
    "/v1/search?near=23.81,90.41&radius=50000",
];

pub async fn measure() -> Measured {
    let seconds = std::env::var("HAVEN_SOAK_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(600);
    let whole = Duration::from_secs(seconds);
    let mut bed = Bed::of(READ).await?;
    let url = bed.server.url();
    let on_server = bed.on_server("server", &url, BUDGET_MS, None).await;
    let embedded = bed.embedded("embedded").await;
    let store = bed.postgres.store();
    let over = AtomicBool::new(false);
    println!("{seconds} s, {READ} listings and {WRITTEN} that are written");
    let writers = Writers {
        listings: WRITTEN,
        writers: WRITERS,
        at_once: 1,
        pace: PACE,
        confirmed: AtomicUsize::new(0),
    };
    let asking = |haven: &Haven| {
        let address = haven.address;
        async move { paced(address, &sequences(address), ASKED, whole).await }
    };
    let timeline = async {
        befall(&mut bed, whole).await;
        over.store(true, Ordering::Release);
    };
    let (model, by_server, by_embedded, ()) = tokio::join!(
        writers.write(&store, &over),
        asking(&on_server),
        asking(&embedded),
        timeline
    );
    println!("{:?} writes were confirmed", writers.confirmed);
    let mut held = told("on Meilisearch", &by_server) & told("embedded", &by_embedded);
    for (haven, part) in [
        (&on_server, "meilisearch"),
        (&on_server, "follower"),
        (&embedded, "follower"),
    ] {
        until_current(haven, part, Duration::from_secs(120)).await;
    }
    println!(
        "resident: Haven on Meilisearch {} MiB, embedded {} MiB, Meilisearch {} MiB",
        resident_mib(on_server.pid().as_raw_nonzero().get()),
        resident_mib(embedded.pid().as_raw_nonzero().get()),
        resident_mib(bed.server.pid()),
    );
    let processes = vec![("server", on_server), ("embedded", embedded)];
    let faults = compare::everything(&bed, &store, &model, processes).await?;
    held &= faults.is_empty();
    for fault in &faults {
        println!("! {fault}");
    }
    Ok(held)
}

fn sequences(address: SocketAddr) -> Arc<Vec<Sequence>> {
    Arc::new(PATHS.iter().map(|path| vec![get(address, path)]).collect())
}

async fn befall(bed: &mut Bed, whole: Duration) {
    let began = Instant::now();
    for (killed, back, victim) in KILLINGS {
        sleep_until(began + whole.mul_f64(killed)).await;
        println!("{:>4} s: {victim:?} is killed", began.elapsed().as_secs());
        match victim {
            Victim::Meilisearch => bed.server.kill(),
            Victim::Postgres => bed.postgres.kill().await,
        }
        sleep_until(began + whole.mul_f64(back)).await;
        match victim {
            Victim::Meilisearch => bed.server.up().await,
            Victim::Postgres => bed.postgres.start_again().await,
        }
        println!("{:>4} s: {victim:?} is back", began.elapsed().as_secs());
    }
    sleep_until(began + whole).await;
}

fn told(name: &str, samples: &[Sample]) -> bool {
    let [half, most, all] = quantiles(samples);
    let failed = samples.iter().filter(|sample| sample.failed.is_some());
    let failed = failed.count();
    let degraded = samples.iter().filter(|sample| sample.degraded).count();
    println!(
        "{name}: {} searches, {failed} failed, {degraded} degraded; half within {} ms, 99 of 100 within {} ms, all within {} ms",
        samples.len(),
        half.as_millis(),
        most.as_millis(),
        all.as_millis(),
    );
    print_failures(samples);
    failed == 0
}
