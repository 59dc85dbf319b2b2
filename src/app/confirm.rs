//! Confirming that what is public is still true: by those who keep it, asked for by mail when it falls due.
//!
//! A confirmation changes nothing but the day as of which it is true, and so needs no approval.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{App, AppError, moderation::attribute},
    domain::{
        account::LetterPurpose,
        actor::{Actor, Person},
        draft::ReportTopic,
    },
    exchange::listing::Listing,
    store::{
        Publication, StoreError, WriteTx,
        drafts::{Base, NewReport},
        people::{Link, NewLetter},
    },
};

/// How long the links of a reminder work, in minutes.
const REMINDER_M: i32 = 30 * 24 * 60;

/// Says that the listing is still true, as of today.
///
/// # Errors
/// `NotFound` where it is none of theirs, `Forbidden` where they may only look.
pub async fn confirm(app: &App, person: &Person, listing: Uuid) -> Result<(), AppError> {
    let base = app.parts.store.find_base(listing).await?;
    let base = base.ok_or(AppError::NotFound)?;
    let role = app
        .parts
        .store
        .find_role(base.organisation, person.account)
        .await?;
    if !role.ok_or(AppError::NotFound)?.edits() {
        return Err(AppError::Forbidden);
    }
    let now = app.now();
    let written = app.parts.store.write(person.actor(), async |tx| {
        confirmed(tx, listing, base, now).await
    });
    written.await
}

async fn confirmed(
    tx: &mut WriteTx<'_>,
    id: Uuid,
    base: Base,
    now: Timestamp,
) -> Result<(), AppError> {
    if tx.hold_version(id).await? != Some(base.version) {
        return Err(AppError::BaseMoved);
    }
    let unread = |faults: Vec<crate::domain::fault::Fault>| {
        let at = faults.into_iter().map(|fault| fault.pointer);
        AppError::Internal(at.collect::<Vec<_>>().join(" ").into())
    };
    let mut body = Listing::from_value(base.body).map_err(unread)?;
    attribute(&mut body, id, now);
    let listing = body.parse().map_err(unread)?;
    tx.publish_as(id, Publication { body, listing, now })
        .await?;
    tx.rebase(id, base.version).await?;
    Ok(tx.audit("confirm", format!("listing/{id}"), now).await?)
}

/// Writes to the owners of what is due; says how many letters.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn remind(app: &App) -> Result<usize, AppError> {
    let now = app.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let due = app.parts.store.list_due(today, now).await?;
    let count = due.len();
    let written = app.parts.store.write(Actor::Upkeep, async |tx| {
        for one in due {
            let letter = NewLetter {
                purpose: LetterPurpose::Reminder,
                email: one.email,
                account: Some(one.owner),
                payload: json!({"listing": one.listing, "slug": one.slug}),
                link_minutes: Some(REMINDER_M),
            };
            tx.post(&letter, now).await?;
        }
        Ok::<_, StoreError>(())
    });
    written.await?;
    app.parts.staff.bell.notify_one();
    Ok(count)
}

/// Follows the link of a reminder: it is still true, or it is closed, which a moderator then looks at.
pub(in crate::app) async fn answer(
    tx: &mut WriteTx<'_>,
    link: &Link,
    closed: bool,
    now: Timestamp,
) -> Result<(), AppError> {
    let listing = link.payload["listing"].as_str();
    let listing = listing.and_then(|id| Uuid::parse_str(id).ok());
    let (listing, account) = listing.zip(link.account).ok_or(AppError::NotFound)?;
    let base = tx.find_base(listing).await?;
    let base = base.ok_or(AppError::NotFound)?;
    let role = tx.find_role(base.organisation, account).await?;
    if !role.is_some_and(|role| role.edits()) {
        return Err(AppError::NotFound);
    }
    if !closed {
        return confirmed(tx, listing, base, now).await;
    }
    let report = NewReport {
        listing: Some(listing),
        topic: ReportTopic::Closed,
        words: "Its owner says so, by the link of a reminder.".to_owned(),
        urgent: false,
    };
    tx.add_report(&report, now).await?;
    Ok(tx
        .audit("say_closed", format!("listing/{listing}"), now)
        .await?)
}
