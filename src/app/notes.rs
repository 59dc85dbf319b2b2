//! Who looks at what was handed in, and what moderators write of it for one another. Nobody else ever sees it.

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
    store::drafts::Note,
};

/// Says who looks at it.
///
/// # Errors
/// `Forbidden` for all but moderators; `NotFound` where there is no such thing or moderator.
pub async fn assign(
    app: &App,
    person: &Person,
    of: Noted,
    to: Option<Uuid>,
) -> Result<(), AppError> {
    handed_in(app, person, of).await?;
    if let Some(to) = to {
        let account = app.parts.store.find_account(to).await?;
        if account.is_none_or(|account| account.role.is_none()) {
            return Err(AppError::NotFound);
        }
    }
    let now = app.now();
    let written = app.parts.store.write(person.actor(), async |tx| {
        match of {
            Noted::Draft(id) => tx.assign(id, to).await?,
            Noted::Batch(id) => tx.assign_batch(id, to).await?,
        }
        tx.audit("assign", subject(of), now).await
    });
    Ok(written.await?)
}

/// What moderators noted.
///
/// # Errors
/// As `assign`.
pub async fn list(app: &App, person: &Person, of: Noted) -> Result<NoteList, AppError> {
    handed_in(app, person, of).await?;
    let (Noted::Draft(id) | Noted::Batch(id)) = of;
    let found = app.parts.store.list_notes(id).await?;
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
    handed_in(app, person, of).await?;
    let now = app.now();
    once(app, person, asked, async |tx| {
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
    }
}

/// Something that was handed in once, before a moderator.
async fn handed_in(app: &App, person: &Person, of: Noted) -> Result<(), AppError> {
    let submitted_at = match of {
        Noted::Draft(id) => drafts::seen(app, person, id).await?.submitted_at,
        Noted::Batch(id) => Some(batches::seen(app, person, id).await?.submitted_at),
    };
    moderator(person)?;
    match submitted_at {
        Some(_) => Ok(()),
        None => Err(AppError::Forbidden),
    }
}
