//! Bringing a database up to date at the start of `serve`, and later where it is away then: nobody restarts anything.

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    cli::{
        Failure,
        database::{self, Database},
        progress::Progress,
        seed,
    },
    indexing::Follower,
    store::{Store, StoreError},
};

/// The first and the longest wait between two tries.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether the database could be brought up to date now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Found {
    UpToDate,
    /// It does not answer; what is known without it is served.
    Away,
}

/// Migrates the database and fills a private one that is blank.
///
/// # Errors
/// Whatever waiting does not mend.
pub(in crate::cli) async fn bring_up(
    database: &Database,
    progress: &Progress,
) -> Result<Found, Failure> {
    progress.step("bringing the database up to date");
    match database.store.migrate().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "migrations ran"),
        Err(error) if database.is_private() => return Err(error.into()),
        Err(error @ StoreError::Unavailable(_)) => {
            let reason = database::told(error).sentence;
            tracing::warn!(reason, "serving what is known without it");
            return Ok(Found::Away);
        }
        Err(error) => return Err(database::told(error)),
    }
    if database.is_private() && database.store.is_blank().await? {
        progress.step("publishing the seed data");
        let counts = seed::publish(&database.store).await?;
        tracing::info!(listings = counts.created, "the seed data is published");
    }
    Ok(Found::UpToDate)
}

/// Follows the log until `quitting` turns true; a database that was away is brought up to date first, when it comes.
pub(in crate::cli) async fn follow(
    store: Store,
    found: Found,
    follower: Follower,
    mut quitting: watch::Receiver<bool>,
) {
    if found == Found::Away {
        tokio::select! {
            () = until_up_to_date(&store) => {}
            _ = quitting.wait_for(|quit| *quit) => return,
        }
    }
    follower.run(quitting).await;
}

async fn until_up_to_date(store: &Store) {
    let mut pause = PAUSE;
    let mut said = String::new();
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let failure = match store.migrate().await {
            Ok(count) => {
                tracing::info!(count, "the database is there and up to date");
                return;
            }
            Err(error) => database::told(error).sentence,
        };
        // The same for hours is said once.
        if failure != said {
            tracing::warn!(
                reason = failure,
                "the database cannot be brought up to date"
            );
            said = failure;
        }
    }
}
