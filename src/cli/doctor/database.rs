//! Of the database: whether it is there, up to date, on time, and silent about what is asked of it; and whether the
//! words index is one of this program and of this database.

use jiff::SignedDuration;

use super::Report;
use crate::{
    cli::{Failure, clock::SystemClock, database, progress::Progress},
    config::Settings,
    domain::clock::Clock,
    search::words::{Index, embedded::Embedded},
    store::{Inspection, Store, StoreError, cluster::Binaries},
};

/// "Open now" and "confirmed until" are wrong by as much as the clocks differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(30);

pub(super) async fn check(settings: &Settings, beside: bool, report: &mut Report) {
    let set = settings.database_address().is_some();
    let running = database::running(&settings.data_dir).is_some();
    if set {
        report.line("DATABASE_URL", "set", None);
    } else {
        let private = "not set: a private Postgres in the data directory is used";
        report.line("DATABASE_URL", private, None);
        match Binaries::find(&settings.data_dir) {
            Ok(found) => {
                let value = format!("{} ({})", found.major, found.postgres.display());
                report.line("Postgres", value, None);
            }
            Err(error) => report.line("Postgres", "none", Some(error.to_string())),
        }
    }
    let head = match (set || running, beside) {
        (true, _) => reached(settings, report).await,
        (false, false) => {
            report.line("database", "not running: `haven serve` starts it", None);
            None
        }
        (false, true) => {
            let fault = "the server that has the data directory starts it again by itself; postgres.log there says why \
                         it ended";
            report.line("database", "not running", Some(fault.to_owned()));
            None
        }
    };
    // One that is in use is asked after in `server`.
    if !beside {
        words(settings, head, report).await;
    }
}

/// Looks the database over; the end of its log.
async fn reached(settings: &Settings, report: &mut Report) -> Option<i64> {
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await;
    progress.finish();
    let database = match database {
        Ok(database) => database,
        Err(failure) => {
            report.line("database", "out of reach", Some(failure.sentence));
            return None;
        }
    };
    let seen = database.store.inspect().await;
    let count = database.store.published_count().await;
    match seen {
        Ok(seen) => {
            let value = match count {
                Ok(count) => format!("answers; {count} listings are published"),
                Err(StoreError::Database(_)) => "answers; nothing is in it yet".to_owned(),
                Err(error) => error.to_string(),
            };
            report.line("database", value, None);
            told(&seen, report);
            national_lines(&database.store, report).await;
            seen.head
        }
        Err(error) => {
            let why = Failure::from(error).sentence;
            report.line("database", "does not answer as it should", Some(why));
            None
        }
    }
}

/// A database that the migrations have not reached yet has nothing to say.
async fn national_lines(store: &Store, report: &mut Report) {
    let Ok(alarms) = store.count_national_alarms().await else {
        return;
    };
    let value = match alarms.unconfirmed {
        0 => "no alarm waits".to_owned(),
        lines => format!(
            "{lines} that nobody confirmed in time stay, marked: they wait for a moderator in /v1/moderation/reports"
        ),
    };
    let fault = (alarms.lost > 0).then(|| {
        let lost = alarms.lost;
        format!("the last one is gone, of countries: {lost}; see /v1/moderation/reports")
    });
    report.line("national lines", value, fault);
}

fn told(seen: &Inspection, report: &mut Report) {
    let migrations = match (seen.pending, seen.unknown) {
        (0, 0) => ("up to date".to_owned(), None),
        (pending, 0) => (
            format!("{pending} to run: `haven serve` and `haven migrate` run them"),
            None,
        ),
        (_, unknown) => (
            format!("{unknown} that this program does not know"),
            Some("a newer Haven was here: run that, or restore a backup from before it".to_owned()),
        ),
    };
    report.line("migrations", migrations.0, migrations.1);
    let apart = SystemClock.now().duration_since(seen.now);
    let fault = (apart.abs() > CLOCKS_DIFFER).then(|| {
        "opening hours and dates of confirmation go by the clock: let NTP set those of both machines".to_owned()
    });
    let value = format!("{} s from the database's", apart.as_secs());
    report.line("clock", value, fault);
    let told_by = seen.told_by.map(|setting| {
        format!(
            "{setting} on the server writes to its log what is asked of the database: set log_parameter_max_length = 0 \
             there, or switch {setting} off"
        )
    });
    let value = if told_by.is_some() {
        "tells what is asked"
    } else {
        "keeps what is asked to itself"
    };
    report.line("database's log", value, told_by);
}

async fn words(settings: &Settings, head: Option<i64>, report: &mut Report) {
    let dir = settings.data_dir.join("words");
    if !dir.exists() {
        report.line("words index", "none: `haven serve` builds it", None);
        return;
    }
    let cursor = match Embedded::open(&dir) {
        Ok(index) => index.cursor().await,
        Err(error) => Err(error),
    };
    let (value, fault) = match (cursor, head) {
        (Ok(None), _) => (
            "of another version, or unfinished: `haven serve` builds it anew".to_owned(),
            None,
        ),
        (Ok(Some(cursor)), Some(head)) if cursor > head => (
            format!("at {cursor}, and the database at {head}"),
            Some(
                "it was built from another database, or this one was put back: `haven serve` builds it anew"
                    .to_owned(),
            ),
        ),
        (Ok(Some(cursor)), Some(head)) => (format!("{} changes behind", head - cursor), None),
        (Ok(Some(_)), None) => ("whole".to_owned(), None),
        (Err(error), _) => (
            "cannot be read".to_owned(),
            Some(format!(
                "{error}: remove {}, and `haven serve` builds it anew",
                dir.display()
            )),
        ),
    };
    report.line("words index", value, fault);
}
