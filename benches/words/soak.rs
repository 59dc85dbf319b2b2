//! Ten minutes of mixed reads and writes on both engines, while the server and Postgres are killed and brought back
//! twice each. No search may fail; at the end every id and version is compared, in the database, in both engines' indexes
//! and in what both processes answer.
//!
//! `HAVEN_SOAK_SECONDS` makes it shorter; the times of the killings shrink with it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use haven::{
    domain::{actor::Actor, change::Removal},
    search::words::embedded::Embedded,
    store::{Outcome, Store},
};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::{
    Measured,
    bed::{Bed, resident_mib, until_current},
    load::{Sample, Sequence, get, paced, print_failures, quantiles},
    support::{
        Haven, app, clock,
        sample::{self, text},
    },
};

/// Listings that are written again and again, beside those that are only read.
const WRITTEN: usize = 400;
const READ: u32 = 2_000;

const WRITERS: usize = 4;
/// Each writer writes so often, and each process is asked so many times a second.
const PACE: Duration = Duration::from_millis(150);
const ASKED: f64 = 20.0;

const BUDGET_MS: u64 = 300;
const REMEMBER_MS: u64 = 2_000;

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

/// What may be published of a listing: the revisions that were confirmed or may have been written since; none stands
/// for withdrawn.
type Model = BTreeMap<usize, Vec<Option<u32>>>;

pub async fn measure() -> Measured {
    let seconds = std::env::var("HAVEN_SOAK_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(600);
    let whole = Duration::from_secs(seconds);
    let mut bed = Bed::of(READ).await?;
    let url = bed.server.url();
    let on_server = bed.on_server("server", &url, BUDGET_MS, REMEMBER_MS).await;
    let embedded = bed.embedded("embedded").await;
    let store = bed.postgres.store();
    let over = AtomicBool::new(false);
    println!("{seconds} s, {READ} listings and {WRITTEN} that are written");
    let writing = async {
        let lots = (0..WRITERS).map(|writer| write(&store, writer, &over));
        futures_util::future::join_all(lots).await
    };
    let asking = |haven: &Haven| {
        let address = haven.address;
        async move { paced(address, &sequences(address), ASKED, whole).await }
    };
    let timeline = async {
        befall(&mut bed, whole).await;
        over.store(true, Ordering::Release);
    };
    let (models, by_server, by_embedded, ()) =
        tokio::join!(writing, asking(&on_server), asking(&embedded), timeline);
    let writes: usize = models.iter().map(|(_, writes)| writes).sum();
    let model: Model = models.into_iter().flat_map(|(model, _)| model).collect();
    println!("{writes} writes were confirmed");
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
    let faults = compare(&bed, &store, &model, on_server, embedded).await?;
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

/// Publishes, changes and withdraws its own listings in turn, and notes what is known of them.
async fn write(store: &Store, writer: usize, over: &AtomicBool) -> (Model, usize) {
    let (model, confirmed) = (Mutex::new(Model::new()), Mutex::new(0));
    let mut ids: BTreeMap<usize, Uuid> = BTreeMap::new();
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let own: Vec<usize> = (0..WRITTEN)
        .filter(|number| number % WRITERS == writer)
        .collect();
    for revision in 0_u32.. {
        if over.load(Ordering::Acquire) {
            break;
        }
        pace.tick().await;
        // A stride that meets every one of them.
        let number = own[(revision as usize * 37) % own.len()];
        let known = ids.get(&number).copied();
        let withdrawn = known.filter(|_| revision % 7 == 0);
        let may = withdrawn.is_none().then_some(revision);
        model
            .lock()
            .unwrap()
            .entry(number)
            .or_insert_with(|| vec![None])
            .push(may);
        let done = match withdrawn {
            Some(id) => withdraw(store, id).await.map(|()| None),
            None => publish(store, number, revision).await.map(Some),
        };
        let Ok(id) = done else {
            // Whether it was written is not known; what is known of the id no longer holds.
            ids.remove(&number);
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        *confirmed.lock().unwrap() += 1;
        model.lock().unwrap().insert(number, vec![may]);
        match id {
            Some(id) => ids.insert(number, id),
            None => ids.remove(&number),
        };
    }
    (model.into_inner().unwrap(), confirmed.into_inner().unwrap())
}

async fn publish(store: &Store, number: usize, revision: u32) -> Result<Uuid, String> {
    let name = format!("Soak {} {revision}", slug(number));
    let publication = sample::hub(&slug(number))
        .with("/name", text(&name))
        .publication();
    let written = store.write(Actor::Operator, async |tx| tx.publish(publication).await);
    match written.await {
        Ok(
            Outcome::Created(id)
            | Outcome::Changed(id)
            | Outcome::Unchanged(id)
            | Outcome::Claimed(id),
        ) => Ok(id),
        Err(fault) => Err(fault.to_string()),
    }
}

async fn withdraw(store: &Store, id: Uuid) -> Result<(), String> {
    let now = haven::domain::clock::Clock::now(&*clock());
    let written = store.write(Actor::Operator, async |tx| {
        tx.withdraw(id, Removal::Withdrawn, now).await
    });
    let written: Result<bool, haven::store::PublishFault> = written.await;
    written.map(drop).map_err(|fault| fault.to_string())
}

fn slug(number: usize) -> String {
    format!("soak-{number}")
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

/// Everything that is lost, stale or doubled somewhere.
async fn compare(
    bed: &Bed,
    store: &Store,
    model: &Model,
    on_server: Haven,
    embedded: Haven,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let mut faults = Vec::new();
    let mut versions: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut names: BTreeMap<Uuid, String> = BTreeMap::new();
    let mut revisions: BTreeMap<usize, u32> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.published_page(after, 500).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for row in &page {
            versions.insert(row.id, row.version);
            let document: Value = serde_json::from_str(&row.document)?;
            let name = document["name"]["text"]["en"].as_str().unwrap_or_default();
            let mut words = name.split(' ');
            if let (Some("Soak"), Some(slug), Some(revision)) =
                (words.next(), words.next(), words.next())
            {
                let number = slug.trim_start_matches("soak-").parse()?;
                if revisions.insert(number, revision.parse()?).is_some() {
                    faults.push(format!("{slug} is published twice"));
                }
                names.insert(row.id, name.to_owned());
            }
        }
    }
    for (number, may) in model {
        let is = revisions.get(number).copied();
        if !may.contains(&is) {
            faults.push(format!(
                "soak-{number} is {is:?} in the database, not {may:?}"
            ));
        }
    }
    println!(
        "{} listings are published, {} of those that were written",
        versions.len(),
        names.len()
    );
    differ(
        &mut faults,
        "Meilisearch",
        &versions,
        bed.server.engine("haven").held().await?,
    );
    for (name, haven) in [("on Meilisearch", &on_server), ("embedded", &embedded)] {
        let found = all_found(haven).await;
        for (id, found) in &found {
            if found.len() != 1 || names.get(id) != found.first() {
                faults.push(format!(
                    "{name}: {id} is answered as {found:?}, not {:?}",
                    names.get(id)
                ));
            }
        }
        for id in names.keys().filter(|id| !found.contains_key(id)) {
            faults.push(format!("{name}: {id} is not found"));
        }
        println!(
            "{name}: {} of those that were written are found by a word",
            found.len()
        );
    }
    on_server.stop().await;
    embedded.stop().await;
    for name in ["server", "embedded"] {
        let index = Embedded::open(&bed.data_dir(name).join("words"))?;
        let mut held = BTreeMap::new();
        for entry in index.entries(&app::decoder()) {
            let entry = entry?;
            if held.insert(entry.id, Some(entry.version)).is_some() {
                faults.push(format!("{} is twice in the index of {name}", entry.id));
            }
        }
        differ(
            &mut faults,
            &format!("the index of {name}"),
            &versions,
            held,
        );
    }
    Ok(faults)
}

fn differ(
    faults: &mut Vec<String>,
    name: &str,
    versions: &BTreeMap<Uuid, i64>,
    held: BTreeMap<Uuid, Option<i64>>,
) {
    for (id, version) in versions {
        if held.get(id) != Some(&Some(*version)) {
            faults.push(format!("{name}: {id} is {:?}, not {version}", held.get(id)));
        }
    }
    for id in held.keys().filter(|id| !versions.contains_key(id)) {
        faults.push(format!("{name}: {id} is left over"));
    }
    println!(
        "{name}: {} ids and versions compared with {}",
        held.len(),
        versions.len()
    );
}

/// Every listing that the word of all that were written finds, page by page, with its names.
async fn all_found(haven: &Haven) -> BTreeMap<Uuid, Vec<String>> {
    let mut found: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let reply = haven
            .get(&format!("/v1/search?q=soak&limit=100&lang=en{cursor}"))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let answer = reply.json();
        assert_eq!(answer["degraded"], false);
        for hit in answer["hits"].as_array().unwrap() {
            let id = hit["id"].as_str().unwrap().parse().unwrap();
            let name = hit["name"]["text"].as_str().unwrap_or_default().to_owned();
            // The word sounds like others too.
            if name.starts_with("Soak ") {
                found.entry(id).or_default().push(name);
            }
        }
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
