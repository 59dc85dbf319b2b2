//! Handing a batch in again, and taking it back. Each says which version it knows.

use uuid::Uuid;

use super::{row_of, seen, still_edits, under, view::whole};
use crate::{
    app::{App, AppError, drafts},
    domain::{actor::Person, draft::DraftState, fault::Fault},
    exchange::batches::BatchAnswer,
    store::{
        WriteTx,
        drafts::{Batch, BatchChange},
    },
};

const HANDED_IN: AppError = AppError::Conflict("it is handed in already, or decided");

/// Hands a batch in again, with what was changed in its drafts. Each stands on what is public of its listing now: one that
/// waits for a decision, and of which a public listing changed since, is handed in again for that, and keeps its place.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Stale` where it is of another version; `Conflict` where nothing is to be changed in it;
/// `Unfit` with all that its rows lack.
pub async fn submit(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<BatchAnswer, AppError> {
    let batch = editable(app, person, id, version).await?;
    if !matches!(
        batch.state,
        DraftState::ChangesRequested | DraftState::Submitted
    ) {
        return Err(HANDED_IN);
    }
    let (by, licence) = (person.account, app.staff().licence());
    let since = (batch.state == DraftState::Submitted).then_some(batch.submitted_at);
    write(
        app,
        person,
        &batch,
        "hand_in_batch",
        BatchChange::Submit { by, since, licence },
    )
    .await
}

/// Takes a batch back; what its drafts say is kept, and their listings are free for others.
///
/// # Errors
/// As `submit`.
pub async fn withdraw(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<BatchAnswer, AppError> {
    let batch = editable(app, person, id, version).await?;
    if !batch.state.is_open() {
        return Err(AppError::Conflict("it is decided, or taken back already"));
    }
    write(app, person, &batch, "withdraw_batch", BatchChange::Withdraw).await
}

async fn editable(app: &App, person: &Person, id: Uuid, version: i64) -> Result<Batch, AppError> {
    let batch = seen(app, person, id).await?;
    if !batch.role.is_some_and(|role| role.edits()) {
        return Err(AppError::Forbidden);
    }
    match batch.version == version {
        true => Ok(batch),
        false => Err(AppError::Stale {
            current: batch.version,
        }),
    }
}

/// Whether no row lacks anything. Somebody may be typing in one: it is looked at when they are done, and nobody types on.
async fn whole_rows(
    tx: &mut WriteTx<'_>,
    person: &Person,
    (id, state): (Uuid, DraftState),
) -> Result<(), AppError> {
    tx.hold_batch(person.scope(), id).await?;
    let rows = tx.hold_rows(person.scope(), id).await?;
    if state == DraftState::Submitted && rows.iter().all(|row| row.base == row.current) {
        return Err(HANDED_IN);
    }
    let lacking = drafts::lacking_in(tx, person.scope(), &rows).await?;
    let faults = rows.iter().zip(lacking);
    let faults = faults.flat_map(|(draft, lacking)| under(row_of(draft), lacking));
    let faults: Vec<Fault> = faults.collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(AppError::Unfit(faults)),
    }
}

async fn write(
    app: &App,
    person: &Person,
    batch: &Batch,
    action: &str,
    change: BatchChange<'_>,
) -> Result<BatchAnswer, AppError> {
    let now = app.now();
    let written = app.write(person, async |tx| {
        still_edits(tx, person, batch.organisation).await?;
        if matches!(change, BatchChange::Submit { .. }) {
            whole_rows(tx, person, (batch.id, batch.state)).await?;
        }
        let changed = tx
            .change_batch(batch.id, batch.version, change, now)
            .await?;
        let held = tx.hold_batch(person.scope(), batch.id).await?;
        let held = held.ok_or(AppError::NotFound)?;
        if !changed {
            return Err(AppError::Stale {
                current: held.version,
            });
        }
        tx.audit(action, format!("batch/{}", batch.id), now).await?;
        Ok(held)
    });
    whole(app, person, written.await?).await
}
