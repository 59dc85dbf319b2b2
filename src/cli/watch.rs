//! What looks after the parts while they serve: how they are, since when, and what that is in numbers.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use metrics::{counter, gauge};
use tokio::{sync::watch, time::sleep};

use crate::{
    app::{
        App,
        status::{self, Part, PartState},
    },
    http::MetricsReading,
    store::Store,
    telemetry::metrics as registry,
};

/// Often enough that "since when" is true to the second.
const LOOK: Duration = Duration::from_secs(1);

/// Looks at the parts every second until `quitting` turns true.
pub(in crate::cli) async fn watch(app: App, store: Store, mut quitting: watch::Receiver<bool>) {
    let looking = async {
        loop {
            status::status(&app).await;
            registry::settle();
            sleep(LOOK).await;
        }
    };
    tokio::select! {
        _ = quitting.wait_for(|quit| *quit) => {}
        () = store.watch_over() => {}
        () = looking => {}
    }
}

/// Reads all metrics: those that were counted, and how the parts are now.
pub(in crate::cli) fn reading(app: App, data_dir: PathBuf) -> MetricsReading {
    let words = data_dir.join("words");
    Arc::new(move || {
        let (app, words) = (app.clone(), words.clone());
        Box::pin(async move {
            for part in status::status(&app).await.parts {
                measure(&part);
            }
            // A few dozen files; reading their sizes takes less than a switch of threads.
            gauge!("haven_words_index_bytes").set(as_float(bytes_below(&words)));
            gauge!("haven_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            measure_process();
            registry::render()
        })
    })
}

fn measure(part: &Part) {
    let name = part.name;
    let ok = f64::from(u8::from(part.state == PartState::Ok));
    gauge!("haven_part_ok", "part" => name).set(ok);
    gauge!("haven_part_since_timestamp_seconds", "part" => name)
        .set(part.since.as_millisecond() as f64 / 1e3);
    if let Some(behind) = part.behind {
        gauge!("haven_part_behind_changes", "part" => name).set(as_float(behind.changes));
        gauge!("haven_part_behind_seconds", "part" => name).set(as_float(behind.seconds));
    }
    if let Some(size) = part.size {
        gauge!("haven_part_size", "part" => name).set(as_float(size));
    }
    if name == "meilisearch" {
        gauge!("haven_part_refused", "part" => name).set(part.refused.len() as f64);
    }
    if let Some(pool) = part.pool {
        let idle = pool.size.saturating_sub(pool.in_use);
        gauge!("haven_pool_connections", "state" => "in_use").set(pool.in_use as f64);
        gauge!("haven_pool_connections", "state" => "idle").set(idle as f64);
        gauge!("haven_pool_connections_limit").set(pool.limit as f64);
        gauge!("haven_pool_waiting").set(pool.waiting as f64);
    }
}

fn as_float(count: u64) -> f64 {
    count as f64
}

fn bytes_below(folder: &Path) -> u64 {
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => bytes_below(&entry.path()),
        Ok(data) => data.len(),
        // Merged away since it was listed.
        Err(_) => 0,
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(size).sum()
}

/// The names are those that Prometheus' own clients use. What the kernel does not tell is left out.
fn measure_process() {
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(files.count() as f64);
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if let Some(limit) = limit.current {
        gauge!("process_max_fds").set(as_float(limit));
    }
    let page = rustix::param::page_size() as f64;
    let memory = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    if let Some(pages) = nth::<u64>(&memory, 1) {
        gauge!("process_resident_memory_bytes").set(as_float(pages) * page);
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name, which stands in brackets before the rest, may have spaces in it.
    let stat = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rustix::param::clock_ticks_per_second();
    if let (Some(user), Some(system)) = (nth::<u64>(stat, 11), nth::<u64>(stat, 12)) {
        counter!("process_cpu_seconds_total").absolute((user + system) / ticks.max(1));
    }
    let boot = fs::read_to_string("/proc/stat").unwrap_or_default();
    let boot = boot.lines().find_map(|line| line.strip_prefix("btime "));
    let boot: Option<f64> = boot.and_then(|text| text.trim().parse().ok());
    if let (Some(boot), Some(started)) = (boot, nth::<u64>(stat, 19)) {
        gauge!("process_start_time_seconds").set(boot + as_float(started) / ticks as f64);
    }
}

fn nth<T: std::str::FromStr>(text: &str, position: usize) -> Option<T> {
    text.split_ascii_whitespace().nth(position)?.parse().ok()
}
