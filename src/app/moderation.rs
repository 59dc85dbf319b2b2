//! Deciding on what was handed in. An approval is the one way by which what staff type becomes public.
//!
//! Invariants: nobody decides on what they have a part in; an approval holds only of the version that was looked at, on
//! the public listing that it was compared with.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError, Moved, confirm,
        decisions::{Matter, tell_decision},
        drafts,
    },
    domain::{
        account::LetterPurpose,
        actor::Person,
        fault::{Fault, FaultCode},
        source::OWN,
    },
    exchange::{
        drafts::{DraftAnswer, changed_keys, leads_somewhere, listing_of},
        listing::{Listing, Source},
    },
    store::{
        Publication, PublishFault, WriteTx,
        drafts::{Decision, Draft, DraftChange, Remark},
        people::NewLetter,
    },
};

/// Makes a draft public.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Stale` where the draft is of another version; `BaseMoved` where the public listing changed
/// since it was handed in; `Conflict` where it does not wait; `Incomplete` where it names what is not public.
pub async fn approve(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<DraftAnswer, AppError> {
    let draft = decidable(app, person, id, version).await?;
    let now = app.now();
    let mut body = listing_of(&draft.body, drafts::place(&draft)).map_err(AppError::Incomplete)?;
    // A moderator mends what others say, and does not stand for the rest of it.
    if !draft.by_moderator {
        body.sources = sources_before(app, person, draft.listing).await?;
        let licence = draft.licence.as_deref().unwrap_or(app.staff().licence());
        attribute(&mut body, draft.listing, licence, now);
    }
    let listing = body.parse().map_err(AppError::Incomplete)?;
    let publication = Publication { body, listing, now };
    let decided = app.write(person, async |tx| {
        // The draft before the listing, as everybody takes them.
        let answer = decide(tx, person, &draft, Decision::Approve, now).await?;
        let current = tx.hold_version(draft.listing).await?;
        if current != draft.base {
            let listings = vec![(draft.listing, current)];
            return Err(AppError::BaseMoved(Moved { version, listings }));
        }
        published(tx, person, &draft, publication).await?;
        tell_decision(
            tx,
            of_draft(&draft),
            &all_of(&draft),
            Decision::Approve,
            now,
        )
        .await?;
        tx.audit("approve", format!("draft/{id}"), now).await?;
        Ok(answer)
    });
    decided.await.inspect(|_| app.parts.staff.bell.notify_one())
}

/// Publishes what a draft says. What a moderator changed by it, no feed undoes.
async fn published(
    tx: &mut WriteTx<'_>,
    person: &Person,
    draft: &Draft,
    publication: Publication,
) -> Result<(), AppError> {
    let former = match draft.by_moderator {
        true => tx.find_base(person.scope(), draft.listing).await?,
        false => None,
    };
    let changed = former.map(|former| changed_keys(&former.body, &draft.body));
    tx.publish_as(draft.listing, publication)
        .await
        .map_err(unfit)?;
    match changed {
        Some(changed) => Ok(tx.moderators_said(draft.listing, &changed).await?),
        None => Ok(()),
    }
}

/// Says no, and why.
///
/// # Errors
/// As `approve`.
pub async fn reject(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    reason: &str,
) -> Result<DraftAnswer, AppError> {
    let draft = decidable(app, person, id, version).await?;
    let now = app.now();
    let decided = app.write(person, async |tx| {
        let decision = Decision::Reject { reason };
        let answer = decide(tx, person, &draft, decision, now).await?;
        tell_decision(tx, of_draft(&draft), &all_of(&draft), decision, now).await?;
        tx.audit("reject", format!("draft/{id}"), now).await?;
        Ok(answer)
    });
    decided.await.inspect(|_| app.parts.staff.bell.notify_one())
}

/// Gives it back with remarks.
///
/// # Errors
/// As `approve`.
pub async fn request_changes(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    (reason, remarks): (Option<String>, Vec<(String, String)>),
) -> Result<DraftAnswer, AppError> {
    let draft = decidable(app, person, id, version).await?;
    let faults: Vec<Fault> = (remarks.iter().enumerate())
        .filter(|(_, (pointer, _))| !leads_somewhere(pointer, &draft.body))
        .map(|(index, _)| leads_nowhere(index))
        .collect();
    if !faults.is_empty() {
        return Err(AppError::Invalid(faults));
    }
    let now = app.now();
    let remark = |(pointer, remark)| Remark { pointer, remark };
    let remarks: Vec<Remark> = remarks.into_iter().map(remark).collect();
    let decided = app.write(person, async |tx| {
        let reason = reason.as_deref();
        let decision = Decision::RequestChanges {
            reason,
            remarks: remarks.len(),
        };
        decide(tx, person, &draft, decision, now).await?;
        tx.set_remarks(id, &remarks).await?;
        tell_decision(tx, of_draft(&draft), &all_of(&draft), decision, now).await?;
        tx.audit("request_changes", format!("draft/{id}"), now)
            .await?;
        let held = tx.hold_draft(person.scope(), id).await?;
        first(tx, person, held.ok_or(AppError::NotFound)?).await
    });
    decided.await.inspect(|_| app.parts.staff.bell.notify_one())
}

pub(in crate::app) fn moderator(person: &Person) -> Result<(), AppError> {
    match person.moderates() {
        true => Ok(()),
        false => Err(withheld(person)),
    }
}

pub(in crate::app) fn administrator(person: &Person) -> Result<(), AppError> {
    match person.administers() {
        true => Ok(()),
        false => Err(withheld(person)),
    }
}

/// Who has a role in the directory, and has not proved a second factor, is told what is missing.
fn withheld(person: &Person) -> AppError {
    match person.role {
        Some(_) if !person.strong => AppError::Unproven,
        _ => AppError::Forbidden,
    }
}

/// A draft that waits for a decision by this person.
async fn decidable(app: &App, person: &Person, id: Uuid, version: i64) -> Result<Draft, AppError> {
    let draft = drafts::seen(app, person, id).await?;
    Matter::from(&draft).decidable(app, person, version).await?;
    drafts::alone(&draft)?;
    Ok(draft)
}

async fn decide(
    tx: &mut WriteTx<'_>,
    person: &Person,
    draft: &Draft,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<DraftAnswer, AppError> {
    let change = DraftChange::Decide(decision);
    let changed = tx
        .change_draft(draft.id, draft.version, &change, now)
        .await?;
    let held = tx.hold_draft(person.scope(), draft.id).await?;
    let held = held.ok_or(AppError::NotFound)?;
    if !changed {
        return Err(AppError::Stale {
            current: held.version,
        });
    }
    first(tx, person, held).await
}

/// The draft as the moderator sees it now.
async fn first(
    tx: &mut WriteTx<'_>,
    person: &Person,
    draft: Draft,
) -> Result<DraftAnswer, AppError> {
    let answers = drafts::answers_in(tx, person.scope(), vec![draft]).await?;
    answers.into_iter().next().ok_or(AppError::NotFound)
}

/// Whoever handed it in hears of it.
pub(in crate::app) async fn tell(
    tx: &mut WriteTx<'_>,
    (account, path): (Option<Uuid>, String),
    subject: &str,
    text: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let Some(account) = account else {
        return Ok(());
    };
    let Some(email) = tx.email_of(account).await? else {
        return Ok(());
    };
    let letter = NewLetter {
        purpose: LetterPurpose::Notice,
        email,
        account: Some(account),
        payload: json!({"subject": subject, "text": text, "path": path}),
        link_minutes: None,
    };
    Ok(tx.post(&letter, now).await?)
}

/// All who own an organisation, or a listing that belongs to none, hear of it.
pub(in crate::app) async fn tell_owners(
    tx: &mut WriteTx<'_>,
    (organisation, path): (Uuid, String),
    subject: &str,
    text: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    for (owner, _) in tx.list_owners(organisation).await? {
        tell(tx, (Some(owner), path.clone()), subject, text, now).await?;
    }
    Ok(())
}

/// A remark of that place in the list is of nothing.
pub(in crate::app) fn leads_nowhere(index: usize) -> Fault {
    let at = format!("/remarks/{index}/pointer");
    let expected = "a place in what was handed in, or where something is missing in it";
    Fault::new(at, FaultCode::NotFound, expected)
}

/// What a draft is to whoever handed it in.
fn all_of(draft: &Draft) -> String {
    match draft.body["slug"].as_str() {
        Some(slug) => format!("What you handed in of {slug}"),
        None => "What you handed in".to_owned(),
    }
}

/// Who handed a draft in, and where they find it.
fn of_draft(draft: &Draft) -> (Option<Uuid>, String) {
    (draft.submitted_by, format!("/v1/drafts/{}", draft.id))
}

/// From where a listing had been taken before somebody typed in it. Nobody says of others what they said, and when.
pub(in crate::app) async fn sources_before(
    app: &App,
    person: &Person,
    listing: Uuid,
) -> Result<Vec<Source>, AppError> {
    match confirm::owned(app, person.scope(), listing).await {
        Ok(base) => {
            let body = Listing::from_value(base.body).map_err(confirm::unread)?;
            Ok(body.sources)
        }
        Err(AppError::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Those who handed it in stand for all that it says, as of today, and give it under that licence.
pub(in crate::app) fn attribute(body: &mut Listing, listing: Uuid, licence: &str, now: Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let id = listing.to_string();
    let own = |source: &Source| source.name == OWN && source.external_id == id;
    body.sources.retain(|source| !own(source));
    // What is confirmed on a day to come would never fall due.
    for source in &mut body.sources {
        source.retrieved_on = source.retrieved_on.min(today);
        source.confirmed_on = source.confirmed_on.map(|on| on.min(today));
    }
    body.confirmed.clear();
    body.sources.push(Source {
        name: OWN.to_owned(),
        external_id: id.clone(),
        url: None,
        licence: licence.to_owned(),
        retrieved_on: today,
        confirmed_on: Some(today),
        evidence: None,
    });
}

/// What does not fit what is public is a lack of the draft.
pub(in crate::app) fn unfit(fault: PublishFault) -> AppError {
    match fault {
        PublishFault::Faults(faults) => AppError::Incomplete(named(faults)),
        PublishFault::Store(error) => error.into(),
    }
}

/// An organisation that is not public yet is approved first.
pub(in crate::app) fn named(faults: Vec<Fault>) -> Vec<Fault> {
    let explain = |fault: Fault| match fault.pointer.as_str() {
        "/organisation" if fault.code == FaultCode::NotFound => Fault {
            expected: "an organisation that is public; approve it first".to_owned(),
            ..fault
        },
        _ => fault,
    };
    faults.into_iter().map(explain).collect()
}
