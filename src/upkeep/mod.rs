//! Work on a timer. Each piece is a use case of `app`; here is only how often it is done.
//!
//! What fails is logged and done again the next time: nothing here is awaited by anybody.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::app::{self, App};

/// How often the change log is rid of what later entries say too, and what is of no use any more is forgotten.
const COMPACT: Duration = Duration::from_secs(3_600);

/// How often owners are reminded of what is due, what stays unanswered lapses, and national lines are looked at.
const REMIND: Duration = Duration::from_secs(6 * 3_600);

/// Does what is due until `shutdown` turns true or its sender is gone.
pub async fn run(app: App, mut shutdown: watch::Receiver<bool>) {
    tokio::select! {
        _ = shutdown.wait_for(|down| *down) => {}
        () = keep_compacting(&app) => {}
        () = keep_reminding(&app) => {}
    }
}

async fn keep_compacting(app: &App) {
    loop {
        sleep(COMPACT).await;
        match app::changes::compact(app).await {
            Ok(dropped) => tracing::debug!(dropped, "the change log is compact"),
            Err(error) => tracing::warn!(%error, "the change log could not be compacted"),
        }
        match app::forget::forget(app).await {
            Ok(forgotten) => tracing::debug!(?forgotten, "what is of no use any more is forgotten"),
            Err(error) => {
                tracing::warn!(%error, "what is of no use any more could not be forgotten")
            }
        }
    }
}

async fn keep_reminding(app: &App) {
    loop {
        sleep(REMIND).await;
        match app::confirm::remind(app).await {
            Ok(written) => tracing::debug!(written, "owners are reminded of what is due"),
            Err(error) => tracing::warn!(%error, "nobody could be reminded of what is due"),
        }
        match app::lapse::lapse(app).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "what nobody confirmed is withdrawn"),
            Err(error) => tracing::warn!(%error, "what nobody confirmed could not be withdrawn"),
        }
        match app::suggestions::tell(app).await {
            Ok(told) => tracing::debug!(told, "owners are told of what imports say otherwise"),
            Err(error) => {
                tracing::warn!(%error, "nobody could be told of what imports say otherwise")
            }
        }
        match app::national::watch(app).await {
            Ok(0) => {}
            Ok(alarms) => {
                tracing::warn!(alarms, "a country's last national line wants a moderator")
            }
            Err(error) => tracing::warn!(%error, "national lines could not be looked at"),
        }
    }
}
