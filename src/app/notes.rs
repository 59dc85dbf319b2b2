//! Who looks at what waits, and what moderators write of it for one another. Nobody else ever sees it.
//!
//! Notes on a report are forgotten with what was said in it: they may repeat it.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError, batches, drafts,
        moderation::moderator,
        once::{Once, once},
    },
    domain::{actor::Person, draft::Noted},
    exchange::drafts::{NoteAnswer, NoteList},
    store::{WriteTx, drafts::Note},
};

/// Says who looks at it.
///
/// # Errors
/// `Forbidden` for all but moderators; `NotFound` where there is no such thing or moderator, `Conflict` where it is decided.
pub async fn assign(
    app: &App,
    person: &Person,
    of: Noted,
    to: Option<Uuid>,
) -> Result<(), AppError> {
    if !handed_in(app, person, of).await? {
        return Err(AppError::Conflict(
            "it is decided: nobody needs to look at it",
        ));
    }
    if let Some(to) = to {
        let account = app.parts.store.find_account(to).await?;
        if account.is_none_or(|account| account.role.is_none()) {
            return Err(AppError::NotFound);
        }
    }
    let now = app.now();
    let written = app.write(person, async |tx| {
        hold(tx, of).await?;
        tx.assign(of, to).await?;
        Ok::<_, AppError>(tx.audit("assign", subject(of), now).await?)
    });
    written.await
}

/// What moderators noted.
///
/// # Errors
/// As `assign`.
pub async fn list(app: &App, person: &Person, of: Noted) -> Result<NoteList, AppError> {
    handed_in(app, person, of).await?;
    let found = app.parts.store.list_notes(person.scope(), of).await?;
    let answer = |note: Note| NoteAnswer {
        id: note.id,
        author: note.author,
        note: note.note,
        created_at: note.created_at,
    };
    Ok(NoteList {
        items: found.into_iter().map(answer).collect(),
    })
}

/// Notes something for the other moderators.
///
/// # Errors
/// As `assign` and `once`.
pub async fn note(
    app: &App,
    person: &Person,
    of: Noted,
    note: String,
    asked: &Once,
) -> Result<Value, AppError> {
    let may = handed_in(app, person, of).await;
    let now = app.now();
    once(app, person, asked, async |tx| {
        // After it was looked up whether this was done before: it may be gone since.
        may?;
        hold(tx, of).await?;
        let id = tx.add_note(of, person.account, &note, now).await?;
        tx.audit("note", subject(of), now).await?;
        Ok(NoteAnswer {
            id,
            author: Some(person.account),
            note,
            created_at: now,
        })
    })
    .await
}

fn subject(of: Noted) -> String {
    match of {
        Noted::Draft(id) => format!("draft/{id}"),
        Noted::Batch(id) => format!("batch/{id}"),
        Noted::Claim(id) => format!("claim/{id}"),
        Noted::Report(id) => format!("report/{id}"),
    }
}

/// Something that a moderator may look at: what was handed in once, a claim, a report that waits. Whether it is still to be
/// decided.
async fn handed_in(app: &App, person: &Person, of: Noted) -> Result<bool, AppError> {
    let store = &app.parts.store;
    match of {
        Noted::Draft(id) => {
            let draft = drafts::seen(app, person, id).await?;
            moderator(person)?;
            draft.submitted_at.ok_or(AppError::Forbidden)?;
            Ok(draft.state.is_open())
        }
        Noted::Batch(id) => {
            let batch = batches::seen(app, person, id).await?;
            moderator(person)?;
            Ok(batch.state.is_open())
        }
        Noted::Claim(id) => {
            moderator(person)?;
            let found = store.list_claims_of(person.scope(), &[id]).await?.pop();
            found.map(|_| true).ok_or(AppError::NotFound)
        }
        Noted::Report(id) => {
            moderator(person)?;
            let found = store
                .list_reports(person.scope(), Some(&[id]), 1)
                .await?
                .pop();
            found.map(|_| true).ok_or(AppError::NotFound)
        }
    }
}

/// What somebody settles meanwhile is forgotten, and nothing is added to it.
async fn hold(tx: &mut WriteTx<'_>, of: Noted) -> Result<(), AppError> {
    match of {
        Noted::Report(id) if !tx.hold_report(id).await? => Err(AppError::NotFound),
        _ => Ok(()),
    }
}
