//! Whether a listing is there: temporarily closed, moved, ended, merged. Owners say so by a draft; of what nobody keeps,
//! moderators say it, and no feed overrules them. What owners said to be closed by the link of a letter, moderators close; and for a while what something
//! urgent is said of.

use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        decisions::no_part,
        duplicates,
        moderation::{self, moderator},
    },
    domain::{
        actor::Person,
        change::Removal,
        fault::{Fault, FaultCode},
        offer::StatusState,
    },
    exchange::{drafts::StatusSaid, listing::Status},
    store::{PublishFault, WriteTx},
};

/// Says how a public listing is that nobody keeps, or of which its owners said that it is closed, or something urgent is
/// said; at once, with an entry in
/// the audit.
///
/// # Errors
/// `Forbidden` for all but moderators, and for those who keep it or what it is merged into; `NotFound` where it is not
/// public, `Conflict` where somebody keeps it, `Stale` where it is of another version; `Invalid` where it cannot be so.
pub async fn set(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    said: StatusSaid,
) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    if let StatusSaid::Is(Some(Status {
        until: Some(until), ..
    })) = &said
        && *until < today
    {
        let expected = "today or a day to come: it would be over already";
        let fault = Fault::new("/until", FaultCode::Contradiction, expected);
        return Err(AppError::Invalid(vec![fault]));
    }
    let written = app.write(person, async |tx| {
        // What is typed of it is held before it is, and where it goes, who names it is too.
        match said {
            StatusSaid::MergedInto(into) => {
                tx.hold_work_of(id).await?;
                tx.hold_to_withdraw(id, Removal::Merged(into)).await?;
            }
            StatusSaid::Is(_) => tx.hold_drafts_of(&[id]).await?,
        }
        let current = tx.hold_public_version(id).await?;
        let current = current.ok_or(AppError::NotFound)?;
        no_part(tx, person, id).await?;
        if current != version {
            return Err(AppError::Stale { current });
        }
        match said {
            StatusSaid::MergedInto(into) => {
                unkept(tx, id).await?;
                duplicates::merged(tx, person, (id, into), now).await
            }
            StatusSaid::Is(status) => say(tx, id, status, now).await,
        }
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Of what somebody keeps, they say so themselves.
async fn unkept(tx: &mut WriteTx<'_>, id: Uuid) -> Result<(), AppError> {
    let keeper = tx.find_keeper(id).await?.ok_or(AppError::NotFound)?;
    match tx.list_owners(keeper).await?.is_empty() {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "somebody keeps it, and says so themselves by a draft",
        )),
    }
}

async fn say(
    tx: &mut WriteTx<'_>,
    id: Uuid,
    status: Option<Status>,
    now: Timestamp,
) -> Result<(), AppError> {
    let state = status.as_ref().map(|status| status.state);
    let closes = matches!(
        state,
        Some(StatusState::Ended | StatusState::TemporarilyClosed)
    );
    let told = may_meanwhile(tx, id, state).await?;
    let may = told || closes && tx.owner_says_closed(id).await?;
    if !may {
        unkept(tx, id).await?;
    }
    // What waits of it stands on the version before: an approval would undo what is said here, unseen.
    tx.set_status(id, status, now).await.map_err(in_request)?;
    if told {
        tell_owners(tx, id, state, now).await?;
    }
    let subject = format!("listing/{id} {}", state.unwrap_or(StatusState::Operating));
    Ok(tx.audit("set_status", subject, now).await?)
}

/// While people may be calling a wrong number in danger, a moderator does not wait for those who keep it: what operates is
/// closed for a time. And what moderators closed so, they open again.
async fn may_meanwhile(
    tx: &mut WriteTx<'_>,
    id: Uuid,
    state: Option<StatusState>,
) -> Result<bool, AppError> {
    let (now, by_moderator) = tx.status_of(id).await?;
    let closed = now == Some(StatusState::TemporarilyClosed) && by_moderator;
    let operates = matches!(now, None | Some(StatusState::Operating));
    Ok(match state {
        None => closed,
        Some(StatusState::TemporarilyClosed) => {
            (operates || closed) && tx.misleads_in_danger(id).await?
        }
        _ => false,
    })
}

async fn tell_owners(
    tx: &mut WriteTx<'_>,
    id: Uuid,
    state: Option<StatusState>,
    now: Timestamp,
) -> Result<(), AppError> {
    let keeper = tx.find_keeper(id).await?.ok_or(AppError::NotFound)?;
    let (kind, slug) = tx.find_name(id).await?.ok_or(AppError::NotFound)?;
    let (subject, words) = match state {
        Some(_) => (
            "It is closed for a time",
            format!(
                "Somebody says of {slug} that people in danger do not reach you there, and a moderator marked it as closed for a \
time. Open a draft of it with what is right, and hand it in; what you had handed in before is handed in again."
            ),
        ),
        None => (
            "It is open again",
            format!("A moderator marked {slug} as closed for a time, and took that back."),
        ),
    };
    let path = format!("/v1/{}/{id}", kind.plural());
    moderation::tell_owners(tx, (keeper, path), subject, &words, now).await
}

/// Faults of the listing's status, as the request has it.
fn in_request(fault: PublishFault) -> AppError {
    let faults = match fault {
        PublishFault::Faults(faults) => faults,
        PublishFault::Store(error) => return error.into(),
    };
    let told = faults.into_iter().map(|fault| Fault {
        pointer: match fault.pointer.strip_prefix("/status") {
            Some(rest) => rest.to_owned(),
            None => fault.pointer,
        },
        ..fault
    });
    AppError::Invalid(told.collect())
}
