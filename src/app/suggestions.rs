//! What feeds say of listings whose owners say otherwise. The owners' word stands until they take the feed's over, by a
//! draft like any other, or settle it.

use uuid::Uuid;

use crate::{
    app::{App, AppError, confirm},
    domain::actor::Person,
    exchange::drafts::{SuggestionAnswer, SuggestionList, suggested},
    store::drafts::Suggestion,
};

/// What waits of a listing, the oldest first.
///
/// # Errors
/// `NotFound` where the listing is none of theirs, and they are no moderator.
pub async fn list(app: &App, person: &Person, listing: Uuid) -> Result<SuggestionList, AppError> {
    let base = confirm::owned(app, listing).await?;
    let role = app.parts.store.find_role(base.organisation, person.account);
    if role.await?.is_none() && !person.moderates() {
        return Err(AppError::NotFound);
    }
    let found = app.parts.store.list_suggestions(listing).await?;
    let answer = |one: Suggestion| {
        let (changes, patch) = suggested(&base.body, &one.body);
        SuggestionAnswer {
            id: one.id,
            source: one.source,
            external_id: one.external_id,
            said_at: one.said_at,
            changes,
            patch,
        }
    };
    // What was taken over since is no difference any more.
    let items = found.into_iter().map(answer);
    Ok(SuggestionList {
        items: items.filter(|one| !one.changes.is_empty()).collect(),
    })
}

/// Settles one: it waits no longer, until the feed says something else.
///
/// # Errors
/// `NotFound` where there is none that they may know of, `Forbidden` where they may only look.
pub async fn settle(app: &App, person: &Person, listing: Uuid, id: Uuid) -> Result<(), AppError> {
    let base = confirm::owned(app, listing).await?;
    let role = app.parts.store.find_role(base.organisation, person.account);
    match role.await? {
        Some(role) if role.edits() => {}
        None if !person.moderates() => return Err(AppError::NotFound),
        _ => return Err(AppError::Forbidden),
    }
    let now = app.now();
    let written = app.parts.store.write(person.actor(), async |tx| {
        if !tx.settle_suggestion(listing, id, now).await? {
            return Err(AppError::NotFound);
        }
        let subject = format!("listing/{listing} suggestion/{id}");
        Ok(tx.audit("settle_suggestion", subject, now).await?)
    });
    written.await
}
