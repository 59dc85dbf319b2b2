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
pub async fn forget(app: &App, actor: Actor) -> Result<Forgotten, AppError> {
    let now = app.now();
    let forgotten = app
        .parts
        .store
        .write(actor, async |tx| tx.forget(now).await);
    Ok(forgotten.await?)
}
