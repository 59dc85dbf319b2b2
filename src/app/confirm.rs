//! Confirming that what is public is still true: by those who keep it, asked for by mail when it falls due.
//!
//! A confirmation changes nothing but the day as of which it is true, and so needs no approval.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError, UPKEEP,
        members::{must_edit, still_edits},
        moderation::{attribute, unfit},
        withdraw,
    },
    domain::{
        account::LetterPurpose,
        actor::{Actor, Person, Scope},
        confirmed::Field,
        draft::ReportTopic,
        fault::{Fault, FaultCode},
        source::OWN,
    },
    exchange::listing::{ConfirmedField, Listing},
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
/// `NotFound` where it is none of theirs, `Forbidden` where they may only look; `Conflict` where a moderator took it off,
/// `Incomplete` where it lapsed and does not fit any more what is public.
pub async fn confirm(app: &App, person: &Person, listing: Uuid) -> Result<(), AppError> {
    let base = owned(app, person.scope(), listing).await?;
    must_edit(app, person, base.organisation).await?;
    let (licence, now) = (app.staff().licence(), app.now());
    let written = app.write(person, async |tx| {
        still_edits(tx, person, base.organisation).await?;
        confirmed(tx, person.scope(), listing, (licence, now)).await
    });
    written.await
}

/// Says that single values of a public listing are still true, as of today. When the whole falls due stays as it is.
///
/// # Errors
/// As `confirm`; `Invalid` where the listing has no such value, `Conflict` where it lapsed.
pub async fn confirm_fields(
    app: &App,
    person: &Person,
    listing: Uuid,
    fields: &[Field],
) -> Result<(), AppError> {
    let base = owned(app, person.scope(), listing).await?;
    must_edit(app, person, base.organisation).await?;
    let shown = app.parts.store.published(&[listing]).await?.pop();
    let shown = shown.ok_or(AppError::Conflict(
        "it is not public: say first that the whole is still true",
    ))?;
    let lacks = fields.iter().enumerate();
    let lacks = lacks.filter(|(_, field)| field.pointer(&shown.listing).is_none());
    let fault = |at| Fault::new(format!("/fields/{at}"), FaultCode::NotFound, HAS);
    let faults: Vec<Fault> = lacks.map(|(at, _)| fault(at)).collect();
    if !faults.is_empty() {
        return Err(AppError::Invalid(faults));
    }
    let now = app.now();
    let written = app.write(person, async |tx| {
        still_edits(tx, person, base.organisation).await?;
        fields_confirmed(tx, person.scope(), listing, (fields, now)).await
    });
    written.await
}

/// What a field has to be.
const HAS: &str = "a value that the public listing has";

async fn fields_confirmed(
    tx: &mut WriteTx<'_>,
    scope: Scope,
    id: Uuid,
    (fields, now): (&[Field], Timestamp),
) -> Result<(), AppError> {
    tx.hold_drafts_of(&[id]).await?;
    tx.hold_version(id).await?;
    let base = tx.find_base(scope, id).await?.ok_or(AppError::NotFound)?;
    let mut body = Listing::from_value(base.body).map_err(unread)?;
    let on = now.to_zoned(TimeZone::UTC).date();
    for field in fields {
        let field = field.to_string();
        body.confirmed.retain(|known| known.field != field);
        tx.audit("confirm", format!("listing/{id} {field}"), now)
            .await?;
        body.confirmed.push(ConfirmedField { field, on });
    }
    let listing = body.parse().map_err(unread)?;
    let publication = Publication { body, listing, now };
    tx.publish_as(id, publication).await.map_err(unfit)?;
    tx.owner_confirmed(id).await?;
    Ok(tx.rebase(id, Some(base.version), base.version + 1).await?)
}

/// What was approved once can be read again.
pub(in crate::app) fn unread(faults: Vec<Fault>) -> AppError {
    let at = faults.into_iter().map(|fault| fault.pointer);
    AppError::Internal(at.collect::<Vec<_>>().join(" ").into())
}

/// A listing that is public, or that lapsed, where the scope covers it.
pub(in crate::app) async fn owned(
    app: &App,
    scope: Scope,
    listing: Uuid,
) -> Result<Base, AppError> {
    if let Some(base) = app.parts.store.find_base(scope, listing).await? {
        return Ok(base);
    }
    let lapsed = app.parts.store.find_lapsed(scope, listing).await?;
    Ok(lapsed.ok_or(AppError::NotFound)?.into())
}

/// A licence under which it was given stays; the one given here is for a listing that nobody handed in yet.
async fn confirmed(
    tx: &mut WriteTx<'_>,
    scope: Scope,
    id: Uuid,
    (licence, now): (&str, Timestamp),
) -> Result<(), AppError> {
    tx.hold_drafts_of(&[id]).await?;
    let public = match tx.hold_version(id).await? {
        Some(_) => tx.find_base(scope, id).await?,
        None => None,
    };
    let comes_back = public.is_none();
    let base = match public {
        Some(base) => base,
        None => {
            let lapsed = tx.hold_lapsed(scope, id).await?;
            let lapsed = lapsed.ok_or(AppError::NotFound)?;
            withdraw::not_taken_off(&lapsed)?;
            lapsed.into()
        }
    };
    let mut body = Listing::from_value(base.body).map_err(unread)?;
    let (own, mut sources) = (id.to_string(), body.sources.iter());
    let given = sources.find(|source| source.name == OWN && source.external_id == own);
    let licence = given.map_or(licence.to_owned(), |source| source.licence.clone());
    attribute(&mut body, id, &licence, now);
    let listing = body.parse().map_err(unread)?;
    let publication = Publication { body, listing, now };
    tx.publish_as(id, publication).await.map_err(unfit)?;
    let former = Some(base.version).filter(|_| !comes_back);
    tx.rebase(id, former, base.version + 1).await?;
    let action = if comes_back { "bring_back" } else { "confirm" };
    Ok(tx.audit(action, format!("listing/{id}"), now).await?)
}

/// Writes to the owners of what is due; says of how much, counted for each owner.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn remind(app: &App, actor: Actor) -> Result<usize, AppError> {
    let now = app.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let written = app.parts.store.write(actor, async |tx| {
        tx.one_at_a_time(UPKEEP).await?;
        let due = tx.list_due(today, now).await?;
        let count = due.len();
        for one in due {
            let letter = NewLetter {
                purpose: LetterPurpose::Reminder,
                email: one.email,
                account: Some(one.owner),
                payload: json!({"listing": one.listing, "kind": one.kind, "slug": one.slug}),
                link_minutes: Some(REMINDER_M),
            };
            tx.post(&letter, now).await?;
        }
        Ok::<_, StoreError>(count)
    });
    let count = written.await?;
    app.parts.staff.bell.notify_one();
    Ok(count)
}

/// Follows the link of a reminder, or of the news that a listing lapsed: it is still true, or it is closed, which a
/// moderator then looks at.
pub(in crate::app) async fn answer(
    tx: &mut WriteTx<'_>,
    link: &Link,
    closed: bool,
    said: (&str, Timestamp),
) -> Result<(), AppError> {
    let listing = link.payload["listing"].as_str();
    let listing = listing.and_then(|id| Uuid::parse_str(id).ok());
    let (listing, account) = listing.zip(link.account).ok_or(AppError::NotFound)?;
    // Whoever approves takes them before what lapsed, too.
    tx.hold_drafts_of(&[listing]).await?;
    let keeper = tx.find_keeper(listing).await?;
    let keeper = keeper.ok_or(AppError::NotFound)?;
    let role = tx.find_role(keeper, account).await?;
    if !role.is_some_and(|role| role.edits()) {
        return Err(AppError::NotFound);
    }
    if !closed {
        return confirmed(tx, Scope::Member(account), listing, said).await;
    }
    if tx.hold_version(listing).await?.is_some() {
        let report = NewReport {
            listing: Some(listing),
            topic: ReportTopic::Closed,
            words: "Its owner says so, by the link of a reminder.".to_owned(),
            by_owner: true,
        };
        tx.add_report(&report, said.1).await?;
    }
    Ok(tx
        .audit("say_closed", format!("listing/{listing}"), said.1)
        .await?)
}
