//! Drafts: typing, handing in, looking. Nothing here makes anything public; see `moderation`.
//!
//! Invariant: who may not know of a draft is told that there is none; who may look but not type is told so.

mod answer;
mod change;
mod open;
mod view;

pub(in crate::app) use answer::{answer, answers, answers_in, lacking, lacking_in, told};
pub(in crate::app) use change::BATCH_BYTES;
pub use change::{change, submit, withdraw};
pub use open::{Asked, open, register};
pub(in crate::app) use open::{as_typed, leave_room, placed};
pub(in crate::app) use view::changes;
pub use view::{Wanted, difference, mine, show};

use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{App, AppError, members::is_owned},
    domain::{actor::Person, draft::MOST_BYTES},
    exchange::drafts::Place,
    store::drafts::Draft,
};

/// The draft, where the person may know of it.
pub(in crate::app) async fn seen(app: &App, person: &Person, id: Uuid) -> Result<Draft, AppError> {
    let found = app.parts.store.find_draft(person.scope(), id).await?;
    found.ok_or(AppError::NotFound)
}

/// The same, where the person may type in it: what a moderator opened, any moderator while nobody owns its listing.
async fn editable(app: &App, person: &Person, id: Uuid) -> Result<Draft, AppError> {
    let draft = seen(app, person, id).await?;
    match draft.role {
        Some(role) if role.edits() => Ok(draft),
        None if draft.by_moderator && person.moderates() => {
            match is_owned(app, person, draft.organisation).await? {
                false => Ok(draft),
                true => Err(AppError::Forbidden),
            }
        }
        _ => Err(AppError::Forbidden),
    }
}

/// What belongs to a batch is handed in, taken back and decided on with it.
pub(in crate::app) fn alone(draft: &Draft) -> Result<(), AppError> {
    match draft.batch {
        None => Ok(()),
        Some(_) => Err(AppError::Conflict(
            "it was handed in with a batch: that is what is handed in, taken back or decided on",
        )),
    }
}

/// Whether what is typed is no more than a draft may hold: it is carried whole wherever the draft goes.
///
/// # Errors
/// `TooLarge`.
fn fits(body: &Value) -> Result<(), AppError> {
    match body.to_string().len() <= MOST_BYTES {
        true => Ok(()),
        false => Err(AppError::TooLarge),
    }
}

/// Where a draft belongs.
pub(in crate::app) fn place(draft: &Draft) -> Place {
    Place {
        listing: draft.listing,
        kind: draft.kind,
        organisation: draft.organisation,
    }
}
