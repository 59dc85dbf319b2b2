//! Confirming that what is public is still true: by those who keep it, asked for by mail when it falls due.
//!
//! A confirmation changes nothing but the day as of which it is true, and so needs no approval.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        moderation::{attribute, unfit},
        reports::is_crisis,
    },
    domain::{
        account::LetterPurpose,
        actor::{Actor, Person},
        draft::ReportTopic,
        fault::Fault,
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

/// Says that the listing is still true, as of today. One that lapsed is public again by it.
///
/// # Errors
/// `NotFound` where it is none of theirs, `Forbidden` where they may only look; `Incomplete` where it lapsed and does not
/// fit any more what is public.
pub async fn confirm(app: &App, person: &Person, listing: Uuid) -> Result<(), AppError> {
    let organisation = owned(app, listing).await?.organisation;
    let role = app.parts.store.find_role(organisation, person.account);
    if !role.await?.ok_or(AppError::NotFound)?.edits() {
        return Err(AppError::Forbidden);
    }
    let now = app.now();
    let written = app
        .parts
        .store
        .write(person.actor(), async |tx| confirmed(tx, listing, now).await);
    written.await
}

/// A listing that is public, or that lapsed.
pub(in crate::app) async fn owned(app: &App, listing: Uuid) -> Result<Base, AppError> {
    if let Some(base) = app.parts.store.find_base(listing).await? {
        return Ok(base);
    }
    let lapsed = app.parts.store.find_lapsed(listing).await?;
    Ok(lapsed.ok_or(AppError::NotFound)?.into())
}

async fn confirmed(tx: &mut WriteTx<'_>, id: Uuid, now: Timestamp) -> Result<(), AppError> {
    let public = match tx.hold_version(id).await? {
        Some(_) => tx.find_base(id).await?,
        None => None,
    };
    let comes_back = public.is_none();
    let base = match public {
        Some(base) => base,
        None => tx.hold_lapsed(id).await?.ok_or(AppError::NotFound)?.into(),
    };
    let unread = |faults: Vec<Fault>| {
        let at = faults.into_iter().map(|fault| fault.pointer);
        AppError::Internal(at.collect::<Vec<_>>().join(" ").into())
    };
    let mut body = Listing::from_value(base.body).map_err(unread)?;
    attribute(&mut body, id, now);
    let listing = body.parse().map_err(unread)?;
    let publication = Publication { body, listing, now };
    tx.publish_as(id, publication).await.map_err(unfit)?;
    if !comes_back {
        tx.rebase(id, base.version).await?;
    }
    let action = if comes_back { "bring_back" } else { "confirm" };
    Ok(tx.audit(action, format!("listing/{id}"), now).await?)
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

/// Follows the link of a reminder, or of the news that a listing lapsed: it is still true, or it is closed, which a
/// moderator then looks at.
pub(in crate::app) async fn answer(
    tx: &mut WriteTx<'_>,
    link: &Link,
    closed: bool,
    now: Timestamp,
) -> Result<(), AppError> {
    let listing = link.payload["listing"].as_str();
    let listing = listing.and_then(|id| Uuid::parse_str(id).ok());
    let (listing, account) = listing.zip(link.account).ok_or(AppError::NotFound)?;
    let public = tx.find_base(listing).await?;
    let base = match &public {
        Some(base) => base.clone(),
        None => {
            let lapsed = tx.hold_lapsed(listing).await?;
            lapsed.ok_or(AppError::NotFound)?.into()
        }
    };
    let role = tx.find_role(base.organisation, account).await?;
    if !role.is_some_and(|role| role.edits()) {
        return Err(AppError::NotFound);
    }
    if !closed {
        return confirmed(tx, listing, now).await;
    }
    if let Some(public) = &public {
        let report = NewReport {
            listing: Some(listing),
            topic: ReportTopic::Closed,
            words: "Its owner says so, by the link of a reminder.".to_owned(),
            urgent: is_crisis(public),
        };
        tx.add_report(&report, now).await?;
    }
    Ok(tx
        .audit("say_closed", format!("listing/{listing}"), now)
        .await?)
}
