//! `haven seed`: publishes the seed data.

use crate::domain::actor::Actor;
use crate::{
    app::import::{self, Counts},
    cli::{Failure, clock::SystemClock, database, embedded, progress::Progress, say},
    config::Settings,
    store::Store,
};

/// Publishes the seed data into the database that is set, or the private one.
pub(in crate::cli) async fn seed(settings: &Settings) -> Result<(), Failure> {
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let done = async {
        database.store.migrate().await?;
        progress.step("publishing the seed data");
        publish(&database.store).await
    }
    .await;
    progress.finish();
    database.stop().await?;
    let Counts {
        created,
        changed,
        unchanged,
        ..
    } = done?;
    say(format_args!(
        "{created} listings created, {changed} changed, {unchanged} as they were"
    ));
    Ok(())
}

/// Publishes the seed data into `store`.
pub(in crate::cli) async fn publish(store: &Store) -> Result<Counts, Failure> {
    Ok(import::seed(store, Actor::Operator, &SystemClock, &embedded::seed()?).await?)
}
