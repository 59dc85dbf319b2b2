//! Whether reading and searching stay as quick when every listing has three revisions, and how soon it is found what a
//! moderator approves.
//!
//! Makes two directories of the same made-up listings, of which one is changed twice by an import while its process
//! follows. Then both are asked in turn, on 16 connections: fifteen rounds of half a second on each. The change is the median
//! of that of the rounds, so that what else the machine does counts for both. Fails where a case is
//! more than a tenth slower, or something is found only after two seconds. `cargo bench --bench revisions -- 10000`
//! makes so many listings; without a number there are 50,000, which take about 4 GB in memory or on the disk.

#[allow(dead_code, reason = "the bench of words uses the rest")]
#[path = "../words/load.rs"]
mod load;
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../../tests/it/support/mod.rs"]
mod support;

mod cases;
mod ground;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use self::ground::{Ground, People};
use support::{Haven, findable::approved_to_findable};

pub type Anything<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USUAL: u32 = 50_000;

/// What is approved has to be found sooner.
const SOON: Duration = Duration::from_secs(2);
const APPROVED: usize = 10;

/// Whether all is as it should be.
async fn measure(listings: u32) -> Anything<bool> {
    let ground = Ground::new().await?;
    let seeded = ground.copy("seeded").await?;
    let began = Instant::now();
    let first = ground.database("haven");
    ground.import(&first, listings, 1).await?;
    println!("{listings} listings imported in {:.1?}", began.elapsed());
    let revised = ground.copy("revised").await?;

    let haven = ground.serve("seeded", &seeded).await;
    let mut soon = findable(&haven, &ground.people, "the seed data").await;
    haven.stop().await;

    let one = ground.serve("one", &first).await;
    let three = ground.serve("three", &revised).await;
    for revision in [2, 3] {
        let began = Instant::now();
        ground.import(&revised, listings, revision).await?;
        let imported = began.elapsed();
        ground::drained(&three).await;
        println!(
            "revision {revision} of each imported in {imported:.1?}, followed after {:.1?}",
            began.elapsed()
        );
    }
    ground.has_revisions(&revised, listings, 3).await?;
    ground.tidy_up(&[&first, &revised]).await?;
    let within = cases::compare(&one, &three).await?;
    let what = format!("{listings} listings of three revisions");
    soon &= findable(&three, &ground.people, &what).await;
    one.stop().await;
    three.stop().await;
    Ok(within && soon)
}

/// Approves one listing after another; whether each is found soon.
async fn findable(haven: &Haven, people: &People, what: &str) -> bool {
    let mut times = Vec::with_capacity(APPROVED);
    for number in 0..APPROVED {
        // Words that differ in more than a typo.
        let letter = char::from(b'a' + u8::try_from(number).unwrap_or_default());
        let word = format!("Q{}", letter.to_string().repeat(9));
        times.push(approved_to_findable(haven, &people.owner, &people.head, &word).await);
    }
    times.sort_unstable();
    let (half, most) = (times[APPROVED / 2], times[APPROVED - 1]);
    println!(
        "approved to findable, {what}: half within {} ms, all within {} ms",
        half.as_millis(),
        most.as_millis()
    );
    most < SOON
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know that this builds.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let listings = arguments.iter().find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match runtime.block_on(measure(listings.unwrap_or(USUAL))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a figure is beyond its bound");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
