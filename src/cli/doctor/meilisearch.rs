//! What `haven doctor` says of a Meilisearch server: version, key, settings of the index, and how far it is behind.

use super::Report;
use crate::{
    cli::{assemble, database, progress::Progress},
    config::{MeilisearchSettings, Settings},
    search::words::{
        Words,
        meilisearch::{Health, RIGHTS},
    },
};

type Line = (&'static str, String, Option<String>);

const SERVER: &str = "Meilisearch";

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    for (name, value, fault) in lines(settings).await {
        report.line(name, value, fault);
    }
}

/// Name, value, and what is wrong with it.
async fn lines(settings: &Settings) -> Vec<Line> {
    let Some(set) = &settings.meilisearch else {
        let without = "not set: words are looked up in this process".to_owned();
        return vec![("MEILISEARCH_URL", without, None)];
    };
    let mut lines = vec![
        ("MEILISEARCH_URL", set.url.clone(), None),
        ("MEILISEARCH_KEY", key(set), None),
        ("  budget", format!("{} ms", set.budget.as_millis()), None),
        ("  remembered", remembered(set), None),
    ];
    let place = place(settings).await;
    let health = match assemble::engine(set) {
        Ok(engine) => {
            engine.set_origin(place.map(|(origin, _)| origin));
            engine.health().await.map_err(|error| error.to_string())
        }
        Err(failure) => Err(failure.sentence),
    };
    match health {
        Err(why) => {
            let mend = format!("{why}; until it answers, the engine in the process does");
            lines.push((SERVER, "out of reach".to_owned(), Some(mend)));
        }
        Ok(health) => lines.extend(shown(&health, place.map(|(_, head)| head))),
    }
    lines
}

fn remembered(set: &MeilisearchSettings) -> String {
    match set.remember.as_millis() {
        0 => "nothing is answered twice".to_owned(),
        ms => format!("while the index is as it was, looked at every {ms} ms"),
    }
}

fn key(set: &MeilisearchSettings) -> String {
    let shown = if set.key.is_some() { "set" } else { "not set" };
    shown.to_owned()
}

/// Which database there is, and the end of its log, where one answers.
async fn place(settings: &Settings) -> Option<(i64, i64)> {
    let running = database::running(&settings.data_dir).is_some();
    if settings.database_address().is_none() && !running {
        return None;
    }
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await;
    progress.finish();
    database.ok()?.store.place().await.ok()
}

fn shown(health: &Health, head: Option<i64>) -> Vec<Line> {
    let old = "it is older than 1.50, for which this Haven was written: upgrade it".to_owned();
    let lacking = format!(
        "the key lacks {}; it needs {}",
        health.lacking.join(", "),
        RIGHTS.join(", ")
    );
    let foreign = format!(
        "somebody changed {}; stop Haven, remove the index, and start Haven, which builds it again",
        health.foreign_settings.join(", ")
    );
    let index = match (health.cursor, head) {
        (_, None) => "which one it is only the database says, which does not answer".to_owned(),
        (None, _) => "not built yet, which `haven serve` does".to_owned(),
        (Some(own), Some(head)) if own < head => format!("{} changes behind", head - own),
        (Some(_), Some(_)) => "up to date".to_owned(),
    };
    vec![
        (
            SERVER,
            format!("answers; version {}", health.version),
            health.too_old.then_some(old),
        ),
        (
            "  rights",
            if health.lacking.is_empty() {
                "sufficient, as far as reading tells"
            } else {
                "too few"
            }
            .to_owned(),
            (!health.lacking.is_empty()).then_some(lacking),
        ),
        (
            "  index",
            index,
            (!health.foreign_settings.is_empty()).then_some(foreign),
        ),
    ]
}
