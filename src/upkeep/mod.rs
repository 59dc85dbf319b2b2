//! Work on a timer. Each piece is a use case of `app`; here is only how often it is done.
//!
//! Everything is done soon after a start and from then on at its pace: a process may live for less than that, and each
//! piece sees in the database what was done before. What fails is logged and done again soon: nothing here is awaited by
//! anybody.

use std::{fmt::Debug, time::Duration};

use tokio::{sync::watch, time::sleep};

use crate::app::{self, App, AppError};
use crate::domain::actor::Actor;

/// How often the change log is rid of what later entries say too, and what is of no use any more is forgotten.
const COMPACT: Duration = Duration::from_secs(3_600);

/// How often owners are reminded of what is due, what stays unanswered lapses, and national lines are looked at.
const REMIND: Duration = Duration::from_secs(6 * 3_600);

/// How soon what failed is done again.
const AGAIN: Duration = Duration::from_secs(300);

/// How often it is looked whether the database is there.
const LOOK: Duration = Duration::from_secs(1);

/// Does what is due until `shutdown` turns true or its sender is gone.
pub async fn run(app: App, mut shutdown: watch::Receiver<bool>) {
    tokio::select! {
        _ = shutdown.wait_for(|down| *down) => {}
        () = keep(&app) => {}
    }
}

async fn keep(app: &App) {
    // Before, the database may be away, or of an earlier version.
    while !app.has_followed() {
        sleep(LOOK).await;
    }
    tokio::join!(keep_tidying(app), keep_reminding(app));
}

async fn keep_tidying(app: &App) {
    loop {
        let done = [
            told(
                "compact the change log",
                app::changes::compact(app, Actor::Upkeep).await,
            ),
            told(
                "forget what is of no use",
                app::forget::forget(app, Actor::Upkeep).await,
            ),
        ];
        sleep(next(COMPACT, &done)).await;
    }
}

async fn keep_reminding(app: &App) {
    loop {
        let done = [
            told(
                "remind owners of what is due",
                app::confirm::remind(app, Actor::Upkeep).await,
            ),
            told("withdraw what nobody confirmed", withdraw(app).await),
            told(
                "tell owners what imports say otherwise",
                app::suggestions::tell(app, Actor::Upkeep).await,
            ),
            told("look at national lines", alarm(app).await),
        ];
        sleep(next(REMIND, &done)).await;
    }
}

async fn withdraw(app: &App) -> Result<usize, AppError> {
    let gone = app::lapse::lapse(app, Actor::Upkeep).await?;
    if gone > 0 {
        tracing::info!(gone, "what nobody confirmed is withdrawn");
    }
    Ok(gone)
}

async fn alarm(app: &App) -> Result<usize, AppError> {
    let alarms = app::national::watch(app, Actor::Upkeep).await?;
    if alarms > 0 {
        tracing::warn!(alarms, "a country's last national line wants a moderator");
    }
    Ok(alarms)
}

/// Tells of a piece of work, and how much there was of it; whether it was done.
fn told<T: Debug>(what: &str, done: Result<T, AppError>) -> bool {
    match &done {
        Ok(much) => tracing::debug!(?much, "upkeep: {what}"),
        Err(error) => tracing::warn!(%error, "upkeep failed: {what}"),
    }
    done.is_ok()
}

/// When it is done the next time.
fn next(pace: Duration, done: &[bool]) -> Duration {
    match done.iter().all(|done| *done) {
        true => pace,
        false => AGAIN,
    }
}
