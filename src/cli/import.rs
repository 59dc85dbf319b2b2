//! `haven import`: publishes listings from files.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    app::import::{self, Counts, RefusedLine},
    cli::{Failure, clock::SystemClock, database, progress::Progress},
    config::Settings,
};

/// Publishes the listings of these files; refused lines are told on standard output as NDJSON.
pub(in crate::cli) async fn import(settings: &Settings, files: &[PathBuf]) -> Result<(), Failure> {
    let texts = files
        .iter()
        .map(|file| read(file))
        .collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let mut total = Counts::default();
    let done: Result<(), Failure> = async {
        database.store.migrate().await?;
        for (name, text) in &texts {
            progress.step(format!("publishing {name}"));
            let (counts, refused) =
                import::listings(&database.store, &SystemClock, name, text).await?;
            report(&refused);
            total.created += counts.created;
            total.changed += counts.changed;
            total.unchanged += counts.unchanged;
            total.refused += counts.refused;
        }
        Ok(())
    }
    .await;
    progress.finish();
    database.stop().await?;
    done?;
    let Counts {
        created,
        changed,
        unchanged,
        refused,
    } = total;
    eprintln!("{created} created, {changed} changed, {unchanged} as they were, {refused} refused");
    if refused > 0 {
        return Err(Failure::new(format!(
            "{refused} lines were refused; see the report above"
        )));
    }
    Ok(())
}

fn read(file: &Path) -> Result<(String, String), Failure> {
    let name = file.display().to_string();
    let told = |error: std::io::Error| Failure::new(format!("{name} cannot be read: {error}"));
    if name == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(told)?;
        return Ok(("standard input".to_owned(), text));
    }
    let text = std::fs::read_to_string(file).map_err(told)?;
    Ok((name, text))
}

fn report(refused: &[RefusedLine]) {
    for line in refused {
        for fault in &line.faults {
            let told = serde_json::json!({
                "file": line.file, "line": line.line, "pointer": fault.pointer,
                "code": fault.code, "expected": fault.expected,
            });
            println!("{told}");
        }
    }
}
