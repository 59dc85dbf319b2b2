//! What feeds say of listings whose owners say otherwise. The owners' word stands until they take the feed's over, by a
//! draft like any other, or settle it.

use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{App, AppError, UPKEEP, confirm, members::still_edits},
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::{Actor, Person},
    },
    exchange::drafts::{SuggestionAnswer, SuggestionList, suggested},
    store::{
        StoreError,
        drafts::{Suggestion, Untold},
        people::NewLetter,
    },
};

/// What waits of a listing, the oldest first.
///
/// # Errors
/// `NotFound` where the listing is none of theirs, and they are no moderator.
pub async fn list(app: &App, person: &Person, listing: Uuid) -> Result<SuggestionList, AppError> {
    let scope = person.scope();
    let base = confirm::owned(app, scope, listing).await?;
    let found = app.parts.store.list_suggestions(scope, listing).await?;
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

/// So many listings are named in one letter.
const NAMED: usize = 20;

/// Writes to the owners of claimed listings of which feeds say otherwise, one letter an organisation; says of how many
/// suggestions.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn tell(app: &App, actor: Actor) -> Result<usize, AppError> {
    let now = app.now();
    let written = app.parts.store.write(actor, async |tx| {
        tx.one_at_a_time(UPKEEP).await?;
        let untold = tx.list_untold(now).await?;
        for of_one in untold.chunk_by(|one, other| one.organisation == other.organisation) {
            let Some(first) = of_one.first() else {
                continue;
            };
            for (owner, email) in tx.list_owners(first.organisation).await? {
                tx.post(&letter(first, of_one, owner, email), now).await?;
            }
        }
        let ids: Vec<Uuid> = untold.iter().map(|one| one.id).collect();
        tx.told(&ids, now).await?;
        Ok::<_, StoreError>(untold.len())
    });
    let told = written.await?;
    if told > 0 {
        app.parts.staff.bell.notify_one();
    }
    Ok(told)
}

fn letter(first: &Untold, all: &[Untold], owner: Uuid, email: EmailAddress) -> NewLetter {
    let mut slugs: Vec<&str> = all.iter().map(|one| one.slug.as_str()).collect();
    slugs.dedup();
    let more = match slugs.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    slugs.truncate(NAMED);
    let text = format!(
        "What Haven imports says something else of {}{more} than you do. What you handed in stays public. What the import \
says waits for you to look at: take it over by a draft, or settle it.",
        slugs.join(", ")
    );
    NewLetter {
        purpose: LetterPurpose::Notice,
        email,
        account: Some(owner),
        payload: json!({"subject": "An import says otherwise", "text": text, "suggestions_of": first.organisation,
            "path": format!("/v1/listings/{}/suggestions", first.listing)}),
        link_minutes: None,
    }
}

/// Settles one: it waits no longer, until the feed says something else.
///
/// # Errors
/// `NotFound` where there is none that they may know of, `Forbidden` where they may only look.
pub async fn settle(app: &App, person: &Person, listing: Uuid, id: Uuid) -> Result<(), AppError> {
    let base = confirm::owned(app, person.scope(), listing).await?;
    let role = app.parts.store.find_role(base.organisation, person.account);
    match role.await? {
        Some(role) if role.edits() => {}
        None if !person.moderates() => return Err(AppError::NotFound),
        _ => return Err(AppError::Forbidden),
    }
    let now = app.now();
    let written = app.write(person, async |tx| {
        still_edits(tx, person, base.organisation).await?;
        if !tx.settle_suggestion(listing, id, now).await? {
            return Err(AppError::NotFound);
        }
        let subject = format!("listing/{listing} suggestion/{id}");
        Ok(tx.audit("settle_suggestion", subject, now).await?)
    });
    written.await
}
