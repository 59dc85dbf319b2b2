//! `haven import`: publishes listings from files and feeds.

use std::{
    fs::File,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::json;

use crate::domain::actor::Actor;
use crate::{
    app::import::{self, Counts, Expire, Input, Options, RefusedLine, Summary, Told},
    cli::{
        Failure,
        clock::SystemClock,
        database::{self, Database},
        progress::Progress,
        say, seed,
    },
    config::Settings,
    domain::clock::Clock,
    store::Store,
};

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// NDJSON files of listings; `-` is standard input, which is also read where none is named.
    files: Vec<PathBuf>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The name of this feed, in place of the name of each line's first source.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Withdraw listings of the source that the feed no longer has. The feed must be whole.
    #[arg(long, requires = "source")]
    expire_missing: bool,
    /// Withdraw nothing where that would be more than so many in a hundred of the source's listings; 100 allows all.
    #[arg(long, value_name = "PERCENT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(..=100))]
    at_most: u8,
}

/// Publishes the listings of these files. What was refused, withdrawn, or left as its owner has it is told on standard
/// output as NDJSON, a summary last.
pub(in crate::cli) async fn import(
    settings: &Settings,
    arguments: Arguments,
) -> Result<(), Failure> {
    let (inputs, size) = open(&arguments.files)?;
    let expire = arguments
        .source
        .clone()
        .filter(|_| arguments.expire_missing);
    let options = Options {
        dry_run: arguments.dry_run,
        source: arguments.source,
        expire: expire.map(|source| Expire {
            source,
            at_most_percent: arguments.at_most,
        }),
    };
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let done = async {
        prepare(&database, options.dry_run, &progress).await?;
        run(&database.store, inputs, &options, size, &progress).await
    };
    let done = done.await;
    progress.finish();
    database.stop().await?;
    let Summary {
        counts,
        expiry_refused,
    } = done?;
    summarise(&counts, options.dry_run);
    if let Some(why) = expiry_refused {
        return Err(Failure::new(format!(
            "nothing was withdrawn: {why}; look at the feed, or allow more with --at-most"
        )));
    }
    match counts.refused {
        0 => Ok(()),
        1 => Err(Failure::new("one line was refused; see the report above")),
        refused => Err(Failure::new(format!(
            "{refused} lines were refused; see the report above"
        ))),
    }
}

/// Listings name topics and areas: a private database that has none yet begins with the seed data, as it would when it
/// is served. Without that, every line would be refused.
async fn prepare(database: &Database, dry_run: bool, progress: &Progress) -> Result<(), Failure> {
    let store = &database.store;
    if !dry_run {
        store.migrate().await?;
    }
    if !store.is_blank().await? {
        return Ok(());
    }
    if dry_run || !database.is_private() {
        return Err(Failure::new(
            "the directory has no topics and areas yet that listings could name: run `haven seed` first",
        ));
    }
    progress.step("publishing the seed data");
    let counts = seed::publish(store).await?;
    tracing::info!(listings = counts.created, "the seed data is published");
    Ok(())
}

async fn run(
    store: &Store,
    inputs: Vec<Input>,
    options: &Options,
    size: Option<u64>,
    progress: &Progress,
) -> Result<Summary, Failure> {
    progress.step("publishing listings");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut tell = |told: Told<'_>| match told {
        Told::Refused(line) => progress.aside(|| report(line)),
        Told::Claimed(line) => progress.aside(|| {
            say(json!({
                "file": line.file, "line": line.line, "code": "claimed",
                "claimed": format!("{}/{}", line.kind, line.slug), "listing": line.listing,
            }));
        }),
        Told::Expired(expired) => progress.aside(|| {
            let what = format!("{}/{}", expired.kind, expired.slug);
            say(match expired.kept {
                Some(why) => json!({"kept": what, "code": why}),
                None => json!({"withdrawn": what}),
            });
        }),
        Told::Progress(bytes, counts) => match size {
            Some(size) => progress.at(bytes, size),
            None => progress.note(format!("publishing listings: {}", sentence(&counts))),
        },
    };
    Ok(import::listings(store, Actor::Operator, &clock, inputs, options, &mut tell).await?)
}

/// The inputs, and how long they are together where that is known.
fn open(files: &[PathBuf]) -> Result<(Vec<Input>, Option<u64>), Failure> {
    let standard_input = [PathBuf::from("-")];
    let files = if files.is_empty() {
        if io::stdin().is_terminal() {
            return Err(Failure::of_setting(
                "name the files to import, or give listings on standard input",
            ));
        }
        &standard_input
    } else {
        files
    };
    let (mut inputs, mut size) = (Vec::new(), Some(0));
    for file in files {
        let (input, length) = open_one(file)?;
        inputs.push(input);
        size = size.zip(length).map(|(size, length)| size + length);
    }
    Ok((inputs, size))
}

fn open_one(file: &Path) -> Result<(Input, Option<u64>), Failure> {
    let name = file.display().to_string();
    if name == "-" {
        let input = Input {
            name: "standard input".to_owned(),
            bytes: Box::new(io::stdin()),
        };
        return Ok((input, None));
    }
    let told = |error: io::Error| Failure::new(format!("{name} cannot be read: {error}"));
    let opened = File::open(file).map_err(told)?;
    let about = opened.metadata().map_err(told)?;
    if about.is_dir() {
        return Err(told(io::ErrorKind::IsADirectory.into()));
    }
    let input = Input {
        name,
        bytes: Box::new(opened),
    };
    Ok((input, about.is_file().then_some(about.len())))
}

fn report(line: &RefusedLine) {
    for fault in &line.faults {
        say(json!({
            "file": line.file, "line": line.line, "pointer": fault.pointer,
            "code": fault.code, "expected": fault.expected,
        }));
    }
}

fn sentence(counts: &Counts) -> String {
    let Counts {
        created,
        changed,
        unchanged,
        refused,
        ..
    } = counts;
    format!("{created} created, {changed} changed, {unchanged} as they were, {refused} refused")
}

fn summarise(counts: &Counts, dry_run: bool) {
    let Counts {
        created,
        changed,
        unchanged,
        refused,
        claimed,
        withdrawn,
        kept,
    } = counts;
    say(json!({"summary": {
        "created": created, "changed": changed, "unchanged": unchanged, "refused": refused, "claimed": claimed,
        "withdrawn": withdrawn, "kept": kept, "dry_run": dry_run,
    }}));
    let would = if dry_run {
        "nothing was changed; it would be: "
    } else {
        ""
    };
    let mut text = format!("{would}{}", sentence(counts));
    if *claimed > 0 {
        text = format!("{text}, {claimed} kept as their owners have them");
    }
    if withdrawn + kept > 0 {
        text = format!("{text}, {withdrawn} withdrawn, {kept} kept though missing");
    }
    eprintln!("{text}");
}
