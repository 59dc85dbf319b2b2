//! Typing in a draft, handing it in, taking it back. Each says which version it knows.

use serde_json::Value;
use uuid::Uuid;

use super::{alone, answers_in, editable, fits, lacking};
use crate::{
    app::{App, AppError, duplicates::traits_of},
    domain::{
        actor::Person,
        draft::{DraftState, MemberRole},
        fault::Fault,
    },
    exchange::drafts::{DraftAnswer, merge},
    store::drafts::{Draft, DraftChange},
};

/// So much the drafts of a batch hold in all, in bytes of JSON: it is looked at and decided whole.
pub(in crate::app) const BATCH_BYTES: i64 = 16 * 1024 * 1024;

/// Changes what is typed, by a merge patch. It may be as incomplete as it likes.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Stale` where it is of another version; `Conflict` where it is handed in or decided;
/// `TooLarge` where the draft, or the batch that it is a row of, would hold too much.
pub async fn change(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    patch: Value,
) -> Result<DraftAnswer, AppError> {
    let draft = current(app, person, id, version).await?;
    if !draft.state.is_editable() {
        return Err(AppError::Conflict(
            "it is handed in or decided: take it back if it waits, then go on with what it says by opening it as `draft`",
        ));
    }
    let mut body = draft.body.clone();
    merge(&mut body, patch);
    fits(&body)?;
    let grows = || body.to_string().len() > draft.body.to_string().len();
    let batch = draft.batch.map(|batch| (batch, grows()));
    write(
        app,
        person,
        (id, batch),
        version,
        "change_draft",
        &DraftChange::Body(&body, &traits_of(&body)),
    )
    .await
}

/// Hands a draft in. It stands on what is public now: one that waits for a decision, and of which the public listing changed
/// since, is handed in again for that, and keeps its place.
///
/// # Errors
/// As `change`; `Incomplete` with all that it lacks, by itself and beside what is in the directory.
pub async fn submit(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<DraftAnswer, AppError> {
    let draft = current(app, person, id, version).await?;
    alone(&draft)?;
    let waits_on_former = draft.state == DraftState::Submitted && draft.base != draft.current;
    if !draft.state.is_editable() && !waits_on_former {
        return Err(AppError::Conflict("it is handed in already, or decided"));
    }
    let faults = lacking(app, person.scope(), std::slice::from_ref(&draft)).await?;
    let faults: Vec<Fault> = faults.into_iter().flatten().collect();
    if !faults.is_empty() {
        return Err(AppError::Incomplete(faults));
    }
    let handed_in = DraftChange::Submit {
        by: person.account,
        since: draft.submitted_at.filter(|_| waits_on_former),
        base: draft.current,
        licence: app.staff().licence(),
        by_moderator: draft.by_moderator && draft.role.is_none(),
    };
    write(app, person, (id, None), version, "submit", &handed_in).await
}

/// Takes a draft back; what it says is kept, and the listing is free for another draft.
///
/// # Errors
/// As `change`.
pub async fn withdraw(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<DraftAnswer, AppError> {
    let draft = current(app, person, id, version).await?;
    alone(&draft)?;
    if !draft.state.is_open() {
        return Err(AppError::Conflict("it is decided, or taken back already"));
    }
    write(
        app,
        person,
        (id, None),
        version,
        "withdraw_draft",
        &DraftChange::Withdraw,
    )
    .await
}

async fn current(app: &App, person: &Person, id: Uuid, version: i64) -> Result<Draft, AppError> {
    let draft = editable(app, person, id).await?;
    if draft.version == version {
        Ok(draft)
    } else {
        Err(AppError::Stale {
            current: draft.version,
        })
    }
}

async fn write(
    app: &App,
    person: &Person,
    (id, batch): (Uuid, Option<(Uuid, bool)>),
    version: i64,
    action: &str,
    change: &DraftChange<'_>,
) -> Result<DraftAnswer, AppError> {
    let now = app.now();
    let written = app.write(person, async |tx| {
        // The batch before its rows, as everybody takes them.
        if let Some((batch, _)) = batch {
            tx.hold_batch(person.scope(), batch).await?;
        }
        let changed = tx.change_draft(id, version, change, now).await?;
        let draft = tx.hold_draft(person.scope(), id).await?;
        let draft = draft.ok_or(AppError::NotFound)?;
        // Whoever was taken out meanwhile types no more.
        if !draft.role.is_some_and(MemberRole::edits) && !draft.by_moderator {
            return Err(AppError::Forbidden);
        }
        if !changed {
            return Err(AppError::Stale {
                current: draft.version,
            });
        }
        if matches!(change, DraftChange::Body(..)) {
            tx.note_typist(id, person.account).await?;
            if let Some((batch, grows)) = batch {
                // Whoever hands it in has seen what is typed in it.
                tx.touch_batch(batch).await?;
                if grows && tx.measure_batch(batch).await? > BATCH_BYTES {
                    return Err(AppError::TooLarge);
                }
            }
        }
        tx.audit(action, format!("draft/{id}"), now).await?;
        let answers = answers_in(tx, person.scope(), vec![draft]).await?;
        answers.into_iter().next().ok_or(AppError::NotFound)
    });
    written.await
}
