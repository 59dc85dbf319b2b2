//! What becomes of listings that nobody confirms: with an owner who was asked in vain they are withdrawn, and can be
//! brought back; without one they stay, and count as unconfirmed by their dates alone (see `domain::confirmation`).

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{App, AppError, moderation::moderator, national},
    domain::{
        account::LetterPurpose,
        actor::{Actor, Person, Scope},
    },
    exchange::drafts::{LapsedAnswer, LapsedList},
    store::{Expired, Kept, Lapsed, WriteTx, people::NewLetter},
};

/// How long the link works by which a listing is brought back, in minutes.
const LINK_M: i32 = 90 * 24 * 60;

/// So long the letters wait for one another at most, in minutes.
const HELD_M: i64 = 10;

/// Withdraws what stayed unconfirmed though its owners were asked, and writes to them; says how much. What a country or
/// other listings need stays.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn lapse(app: &App, actor: Actor) -> Result<usize, AppError> {
    let now = app.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let silent = app.parts.store.list_silent(today, now).await?;
    if silent.is_empty() {
        return Ok(0);
    }
    let (mut gone, mut waiting) = (0, silent);
    loop {
        let before = gone;
        let mut depended_on = Vec::new();
        for listing in waiting {
            match lapse_one(app, actor, listing, (gone, now)).await {
                Ok(Fate::Gone) => gone += 1,
                Ok(Fate::DependedOn) => depended_on.push(listing),
                Ok(Fate::Stays) => {}
                // One at fault keeps no other.
                Err(error) => tracing::warn!(%listing, %error, "a listing did not lapse"),
            }
        }
        // What was in the way may be gone by now.
        waiting = depended_on;
        if gone == before || waiting.is_empty() {
            break;
        }
    }
    if gone > 0 {
        let released = app.parts.store.write(actor, async |tx| {
            tx.send_at(LetterPurpose::Lapse, now, now).await
        });
        released.await?;
    }
    // The moderators may have been written to.
    app.parts.staff.bell.notify_one();
    Ok(gone)
}

enum Fate {
    Gone,
    /// Others that stay name it.
    DependedOn,
    Stays,
}

async fn lapse_one(
    app: &App,
    actor: Actor,
    listing: Uuid,
    (nth, now): (usize, Timestamp),
) -> Result<Fate, AppError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let written = app.parts.store.write(actor, async |tx| {
        // As everybody does who takes both.
        tx.hold_drafts_of(&[listing]).await?;
        // Its owner may have spoken meanwhile.
        if !tx.hold_silent(listing, today, now).await? {
            return Ok(Fate::Stays);
        }
        let mut told = tx.lapse(&[listing], now).await?.into_iter();
        Ok::<_, AppError>(match told.next() {
            Some(one) if one.kept.is_none() => {
                tell(tx, &one, nth, now).await?;
                Fate::Gone
            }
            Some(one) if one.kept == Some(Kept::LastNationalLine) => {
                tx.alarm_of_line(one.id, national::UNCONFIRMED, now).await?;
                Fate::Stays
            }
            Some(_) => Fate::DependedOn,
            None => Fate::Stays,
        })
    });
    written.await
}

/// Writes to the owners of what is gone, with a link by which it comes back.
/// What went later has to be back earlier, as others name it: that is the order in the letter.
async fn tell(
    tx: &mut WriteTx<'_>,
    gone: &Expired,
    nth: usize,
    now: Timestamp,
) -> Result<(), AppError> {
    let keeper = tx.find_keeper(gone.id).await?;
    let keeper = keeper.ok_or(AppError::NotFound)?;
    for (owner, email) in tx.list_owners(keeper).await? {
        let letter = NewLetter {
            purpose: LetterPurpose::Lapse,
            email,
            account: Some(owner),
            payload: json!({"listing": gone.id, "kind": gone.kind, "slug": gone.slug, "order": nth}),
            link_minutes: Some(LINK_M),
        };
        // They go out together when the others are written: see `lapse`.
        let later = now + SignedDuration::from_mins(HELD_M);
        tx.post_at(&letter, now, later).await?;
    }
    Ok(tx
        .audit("lapse", format!("listing/{}", gone.id), now)
        .await?)
}

/// What lapsed or was taken off of the person's organisations, by id.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn mine(
    app: &App,
    person: &Person,
    after: Option<Uuid>,
    limit: u16,
) -> Result<(LapsedList, Option<Uuid>), AppError> {
    listed(app, Scope::Member(person.account), after, limit).await
}

/// All that lapsed or was taken off, by id.
///
/// # Errors
/// `Forbidden` for all but moderators; `Unavailable` while the database is away.
pub async fn all(
    app: &App,
    person: &Person,
    after: Option<Uuid>,
    limit: u16,
) -> Result<(LapsedList, Option<Uuid>), AppError> {
    moderator(person)?;
    listed(app, person.scope(), after, limit).await
}

async fn listed(
    app: &App,
    scope: Scope,
    after: Option<Uuid>,
    limit: u16,
) -> Result<(LapsedList, Option<Uuid>), AppError> {
    let limit = usize::from(limit);
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut found = app.parts.store.list_lapsed(scope, after, wanted).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.listing);
    let answer = |lapsed: Lapsed| {
        let (by, why) = lapsed.taken_off.map(|it| (it.by, it.why)).unzip();
        LapsedAnswer {
            listing: lapsed.listing,
            organisation: lapsed.organisation,
            kind: lapsed.kind,
            slug: lapsed.slug,
            lapsed_at: lapsed.lapsed_at,
            taken_off: why,
            taken_off_by: by,
            body: lapsed.body,
        }
    };
    let list = LapsedList {
        items: found.into_iter().map(answer).collect(),
        next: None,
    };
    Ok((list, next))
}
