//! Forgetting what is of no use any more; how long each thing is kept, `store::people` says.

use crate::{
    app::{App, AppError},
    domain::actor::Actor,
    store::people::Forgotten,
};

/// Forgets it; says how much.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn forget(app: &App) -> Result<Forgotten, AppError> {
    let now = app.now();
    let forgotten = app
        .parts
        .store
        .write(Actor::Upkeep, async |tx| tx.forget(now).await);
    Ok(forgotten.await?)
}
