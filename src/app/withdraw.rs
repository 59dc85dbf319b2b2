//! Taking a listing back.

use uuid::Uuid;

use crate::{
    app::AppError,
    domain::{actor::Actor, change::Removal, clock::Clock},
    store::Store,
};

/// Takes the listing back. Who follows the directory learns that it is gone, why, and what stands for it instead.
///
/// # Errors
/// `NotFound` where it is not published; `Invalid` where others depend on it, or where it cannot be merged so.
pub async fn withdraw(
    store: &Store,
    clock: &dyn Clock,
    actor: Actor,
    id: Uuid,
    removal: Removal,
) -> Result<(), AppError> {
    let now = clock.now();
    let gone = store
        .write(actor, async |tx| tx.withdraw(id, removal, now).await)
        .await?;
    if gone {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}
