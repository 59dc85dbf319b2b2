//! Taking a public listing off, and bringing it back. It is set aside whole. What a moderator took off comes back as it was
//! by a moderator, and by those who keep it through a draft that is looked at as any other. What those who keep it took off
//! comes back as it was when one of them says that it is still true (see `confirm`).
//!
//! Invariants: what a moderator took off is not public again before a moderator says so; what those took off who keep it,
//! not before one of them does, while there is one.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError, LAST_LINE,
        confirm::owned,
        members::{must_edit, still_edits},
        moderation::{moderator, tell_owners, unfit},
    },
    domain::{actor::Person, change::Removal, draft::TakenOffBy},
    exchange::listing::Listing,
    store::{Kept, Lapsed, Publication, PublishFault, TakenOff, WriteTx, drafts::Base},
};

const DEPENDED_ON: AppError =
    AppError::Conflict("it provides or contains other listings: take those off first");
/// Takes a public listing off at once; its owners are written to, and told why. What others say of it waits.
///
/// # Errors
/// `Forbidden` for all but moderators, and of what they keep themselves; `NotFound` where it is not public, `Stale` where
/// it is of another version, `Conflict` where it provides or contains others.
pub async fn take_off(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    why: &str,
) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        tx.hold_drafts_of(&[id]).await?;
        tx.hold_to_withdraw(id, Removal::TakenOff).await?;
        let current = tx.hold_public_version(id).await?;
        let current = current.ok_or(AppError::NotFound)?;
        if current != version {
            return Err(AppError::Stale { current });
        }
        let base = tx.find_base(person.scope(), id).await?.ok_or(AppError::NotFound)?;
        no_part(tx, person, &base).await?;
        let by = TakenOffBy::Moderator;
        let taken_off = TakenOff { by, why: why.to_owned() };
        tx.take_off(id, &taken_off, now).await.map_err(depended_on)?;
        let slug = slug_of(&base);
        let words = format!(
            "Haven no longer publishes {slug}. A moderator took it off:\n\n{why}\n\nNothing of it is lost. Once that is \
mended, open a draft of it and hand it in: it is looked at, and then it is public again. What is set aside is listed at"
        );
        let whom = (base.organisation, "/v1/me/lapsed".to_owned());
        tell_owners(tx, whom, "It was taken off", &words, now).await?;
        Ok(tx.audit("take_off", format!("listing/{id}"), now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Takes a public listing off at once for those who keep it, and tells its owners. What was handed in of it stood on what
/// was public: it is not approved before it is handed in again.
///
/// # Errors
/// `NotFound` where it is not public, or none of theirs; `Forbidden` where they may only look, `Stale` where it is of
/// another version, `Conflict` where it provides or contains others or is a country's last national line.
pub async fn let_go(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    why: String,
) -> Result<(), AppError> {
    let base = owned(app, person.scope(), id).await?;
    must_edit(app, person, base.organisation).await?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        still_edits(tx, person, base.organisation).await?;
        tx.hold_drafts_of(&[id]).await?;
        tx.hold_to_withdraw(id, Removal::TakenOff).await?;
        let current = tx.hold_public_version(id).await?;
        let current = current.ok_or(AppError::NotFound)?;
        if current != version {
            return Err(AppError::Stale { current });
        }
        let held = tx.find_base(person.scope(), id).await?;
        if held.is_none_or(|held| held.organisation != base.organisation) {
            return Err(AppError::NotFound);
        }
        let slug = slug_of(&base);
        let words = format!(
            "Haven no longer publishes {slug}. One of those who keep it took it off:\n\n{why}\n\nNothing of it is lost. One \
of you who says that it is still true makes it public again, at once and as it was: signed in, by a POST with {{}} to"
        );
        match tx.let_go(id, why, now).await.map_err(depended_on)? {
            None => {}
            Some(Kept::LastNationalLine) => return Err(LAST_LINE),
            Some(_) => return Err(DEPENDED_ON),
        }
        let path = format!("/v1/listings/{id}/confirmation");
        let whom = (base.organisation, path);
        tell_owners(tx, whom, "It was taken off", &words, now).await?;
        Ok(tx.audit("let_go", format!("listing/{id}"), now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Brings back what was taken off, as it was.
///
/// # Errors
/// `Forbidden` as above; `NotFound` where there is no such listing, `Conflict` where no moderator took it off and somebody
/// keeps it, `Incomplete` where it does not fit any more what is public.
pub async fn bring_back(app: &App, person: &Person, id: Uuid) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        tx.hold_drafts_of(&[id]).await?;
        let conflict = || AppError::Conflict("nobody took it off");
        let lapsed = match tx.hold_version(id).await? {
            Some(_) => return Err(conflict()),
            None => {
                let lapsed = tx.hold_lapsed(person.scope(), id).await?;
                lapsed.ok_or(AppError::NotFound)?
            }
        };
        let by = lapsed.taken_off.as_ref().ok_or_else(conflict)?.by;
        let base = Base::from(lapsed);
        if by == TakenOffBy::Keeper && !tx.list_owners(base.organisation).await?.is_empty() {
            return Err(AppError::Conflict(
                "those who keep it took it off, and bring it back",
            ));
        }
        no_part(tx, person, &base).await?;
        let body = Listing::from_value(base.body.clone()).map_err(AppError::Incomplete)?;
        let listing = body.parse().map_err(AppError::Incomplete)?;
        let publication = Publication { body, listing, now };
        tx.publish_as(id, publication).await.map_err(unfit)?;
        tx.rebase(id, None, base.version + 1).await?;
        let slug = slug_of(&base);
        let words = format!(
            "A moderator brought back {slug}, which had been taken off. It is public as it was."
        );
        told(tx, (&base, id), "It is public again", &words, now).await?;
        Ok(tx.audit("bring_back", format!("listing/{id}"), now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Who keeps it does not bring back by themselves what a moderator took off.
pub(in crate::app) fn not_taken_off(lapsed: &Lapsed) -> Result<(), AppError> {
    match lapsed.taken_off.as_ref().map(|taken_off| taken_off.by) {
        None | Some(TakenOffBy::Keeper) => Ok(()),
        Some(TakenOffBy::Moderator) => Err(AppError::Conflict(
            "a moderator took it off: open a draft of it, which is looked at",
        )),
    }
}

async fn no_part(tx: &mut WriteTx<'_>, person: &Person, base: &Base) -> Result<(), AppError> {
    match tx.find_role(base.organisation, person.account).await? {
        None => Ok(()),
        Some(_) => Err(AppError::Forbidden),
    }
}

fn slug_of(base: &Base) -> &str {
    base.body["slug"].as_str().unwrap_or("a listing")
}

async fn told(
    tx: &mut WriteTx<'_>,
    (base, id): (&Base, Uuid),
    subject: &str,
    words: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let path = format!("/v1/{}/{id}", base.kind.plural());
    tell_owners(tx, (base.organisation, path), subject, words, now).await
}

fn depended_on(fault: PublishFault) -> AppError {
    match fault {
        PublishFault::Faults(_) => DEPENDED_ON,
        PublishFault::Store(error) => error.into(),
    }
}
