//! What searches are like while Meilisearch fails, at half the rate at which everything is busy.
//!
//! Every fault comes two seconds after the load and goes four seconds later. No search may fail; of a hundred, ninety-nine
//! have to be answered within the budget and a tenth of a second, and all within twice the budget; and when the fault is
//! gone, Meilisearch has to answer again by itself.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Measured,
    bed::Bed,
    faults::{Fault, FaultyWire},
    load::{Sample, Sequence, Turns, Wire, get, holds, paced, print_failures, quantiles, rate},
};

const LISTINGS: u32 = 20_000;
const CONNECTIONS: usize = 16;
const BUDGET: Duration = Duration::from_millis(300);
const BEFORE: Duration = Duration::from_secs(2);
const DURING: Duration = Duration::from_secs(4);
const WHOLE: Duration = Duration::from_secs(8);

/// Longest until Meilisearch answers again after a fault.
const BACK: Duration = Duration::from_secs(20);

const PATHS: [&str; 6] = [
    "/v1/search?q=grief",
    "/v1/search?q=postnatal%20depression",
    "/v1/search?q=%E6%8A%91%E9%83%81%E7%97%87",
    "/v1/search?q=kecemasan&near=-6.2,106.82&radius=50000",
    "/v1/search?q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE&near=23.81,90.41&radius=50000",
    "/v1/search?q=mornng%20clinc",
];

/// What befalls the server.
#[derive(Debug)]
enum Trouble {
    None,
    OnTheWire(Fault),
    /// SIGKILL, and a new start.
    Killed,
    /// SIGSTOP, and SIGCONT.
    Stopped,
}

pub async fn measure() -> Measured {
    let mut bed = Bed::of(LISTINGS).await?;
    let wire = FaultyWire::to(bed.server.address()).await;
    let url = format!("http://{}", wire.address);
    let budget = u64::try_from(BUDGET.as_millis())?;
    // Every search meets the fault.
    let haven = bed.on_server("outage", &url, budget, Some(0)).await;
    let asked: Vec<Sequence> = PATHS
        .iter()
        .map(|path| vec![get(haven.address, path)])
        .collect();
    let asked = Arc::new(asked);
    let most = rate(
        haven.address,
        &Turns::of(asked.to_vec()),
        CONNECTIONS,
        Duration::from_secs(5),
        "",
    )
    .await?;
    let pace = most / 2.0;
    println!("{LISTINGS} listings; at most {most:.0} searches a second; asked {pace:.0} a second");
    println!(
        "{:<28} {:>7} {:>7} {:>9} {:>8} {:>8} {:>8} {:>8}",
        "", "asked", "failed", "degraded", "p50", "p99", "longest", "back in"
    );
    let mut held = true;
    for trouble in troubles() {
        recovered(haven.address, &asked).await?;
        let load = paced(haven.address, &asked, pace, WHOLE);
        let (samples, ()) = tokio::join!(load, befall(&trouble, &wire, &mut bed));
        let back = recovered(haven.address, &asked).await?;
        held &= told(&trouble, &samples, back);
    }
    haven.stop().await;
    Ok(held)
}

fn troubles() -> Vec<Trouble> {
    let says = |answer| Trouble::OnTheWire(Fault::Says(answer));
    vec![
        Trouble::None,
        Trouble::OnTheWire(Fault::Late(BUDGET / 2)),
        Trouble::OnTheWire(Fault::Late(BUDGET * 2)),
        Trouble::OnTheWire(Fault::Silent),
        Trouble::OnTheWire(Fault::Reset),
        says("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"),
        Trouble::OnTheWire(Fault::Half),
        Trouble::Stopped,
        Trouble::Killed,
    ]
}

async fn befall(trouble: &Trouble, wire: &FaultyWire, bed: &mut Bed) {
    sleep(BEFORE).await;
    match trouble {
        Trouble::None => {}
        Trouble::OnTheWire(fault) => {
            wire.set(fault.clone());
            sleep(DURING).await;
            wire.set(Fault::None);
        }
        Trouble::Stopped => {
            bed.server.pause();
            sleep(DURING).await;
            bed.server.resume();
        }
        Trouble::Killed => {
            bed.server.kill();
            sleep(DURING).await;
            bed.server.up().await;
        }
    }
}

/// How long it takes until a dozen searches one after another are not degraded.
async fn recovered(
    address: SocketAddr,
    asked: &[Sequence],
) -> Result<Duration, Box<dyn std::error::Error + Send + Sync>> {
    let began = Instant::now();
    let mut wire = Wire::to(address).await?;
    let mut well = 0;
    for sequence in asked.iter().cycle() {
        let (_, body) = wire.ask(&sequence[0]).await?;
        well = if holds(body, "\"degraded\":true") {
            0
        } else {
            well + 1
        };
        if well == 12 {
            break;
        }
        if began.elapsed() > BACK {
            return Err("Meilisearch is not asked again".into());
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(began.elapsed())
}

fn told(trouble: &Trouble, samples: &[Sample], back: Duration) -> bool {
    let [half, most, all] = quantiles(samples);
    let failed = samples.iter().filter(|sample| sample.failed.is_some());
    let failed = failed.count();
    let degraded = samples.iter().filter(|sample| sample.degraded).count();
    let name: String = format!("{trouble:?}").chars().take(28).collect();
    println!(
        "{name:<28} {:>7} {failed:>7} {degraded:>9} {:>5} ms {:>5} ms {:>5} ms {:>5} ms",
        samples.len(),
        half.as_millis(),
        most.as_millis(),
        all.as_millis(),
        back.as_millis(),
    );
    print_failures(samples);
    failed == 0 && most <= BUDGET + Duration::from_millis(100) && all <= BUDGET * 2
}
