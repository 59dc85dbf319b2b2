//! Claiming a public listing: by its own published mailbox, or before a moderator.

use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        accounts::has_enough,
        moderation::{moderator, tell},
    },
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::Person,
        contact::Channel,
        draft::{ClaimState, MemberRole},
    },
    exchange::{
        drafts::{ClaimAnswer, ClaimList},
        listing::Listing,
    },
    store::{
        WriteTx,
        drafts::Claim,
        people::{Link, NewLetter},
    },
};

/// How long the link of a claim works, in minutes.
const CLAIM_M: i32 = 48 * 60;
/// So many claims are shown at once.
const SHOWN: i64 = 200;

/// Says that a published listing is the person's to keep.
///
/// # Errors
/// `NotFound` where there is no such listing; `Conflict` where it has no mailbox, is kept already, or is claimed by them.
pub async fn claim(
    app: &App,
    person: &Person,
    listing: Uuid,
    by_mail: bool,
    grounds: &str,
) -> Result<(), AppError> {
    let base = app.parts.store.find_base(listing).await?;
    let base = base.ok_or(AppError::NotFound)?;
    let organisation = base.organisation;
    if organisation != listing {
        return Err(AppError::Conflict("its organisation is what is claimed"));
    }
    let known = app.parts.store.find_role(organisation, person.account);
    if known.await?.is_some() {
        return Err(AppError::Conflict("it is theirs already"));
    }
    let now = app.now();
    let letter = match by_mail {
        true => {
            let account = app.parts.store.find_account(person.account).await?;
            let name = account.map(|account| account.name);
            let letter = letter(&base.body, organisation, person, name)?;
            if has_enough(app, &letter.email).await? {
                return Err(AppError::TooMany {
                    retry_after_s: 3_600,
                });
            }
            Some(letter)
        }
        false => None,
    };
    let written = app.parts.store.write(person.actor(), async |tx| {
        match &letter {
            Some(letter) => tx.post(letter, now).await?,
            None => {
                let opened = tx.open_claim(organisation, person.account, grounds, now);
                let waits = AppError::Conflict("such a claim of theirs waits already");
                opened.await?.ok_or(waits)?;
            }
        }
        Ok::<_, AppError>(
            tx.audit("claim", format!("organisation/{organisation}"), now)
                .await?,
        )
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// A letter to the first public mailbox that the listing names.
fn letter(
    body: &serde_json::Value,
    organisation: Uuid,
    person: &Person,
    name: Option<String>,
) -> Result<NewLetter, AppError> {
    let listing = Listing::from_value(body.clone()).unwrap_or_default();
    let mailbox = listing.contacts.iter().find_map(|contact| {
        let public = contact.channel == Some(Channel::Email) && contact.public != Some(false);
        let value = contact.value.as_deref().filter(|_| public)?;
        EmailAddress::parse(value).ok()
    });
    let none = AppError::Conflict("no e-mail address of it is published; a moderator can decide");
    Ok(NewLetter {
        purpose: LetterPurpose::Claim,
        email: mailbox.ok_or(none)?,
        account: Some(person.account),
        payload: json!({"organisation": organisation, "name": name}),
        link_minutes: Some(CLAIM_M),
    })
}

/// Follows the link of a claim: whoever reads the organisation's mailbox agrees. One that was merged meanwhile is nobody's
/// to keep: whose the other one is, is not for this mailbox to say.
pub(in crate::app) async fn prove(
    tx: &mut WriteTx<'_>,
    link: &Link,
    now: jiff::Timestamp,
) -> Result<(), AppError> {
    let organisation = link.payload["organisation"].as_str();
    let organisation = organisation.and_then(|id| Uuid::parse_str(id).ok());
    let (organisation, account) = organisation.zip(link.account).ok_or(AppError::NotFound)?;
    let is_public = tx.hold_version(organisation).await?.is_some();
    if !is_public && tx.hold_lapsed(organisation).await?.is_none() {
        return Err(AppError::NotFound);
    }
    grant(tx, organisation, account, now).await
}

/// The claims that wait.
///
/// # Errors
/// `Forbidden` for all but moderators.
pub async fn waiting(app: &App, person: &Person) -> Result<ClaimList, AppError> {
    moderator(person)?;
    let found = app.parts.store.list_claims(person.scope(), SHOWN).await?;
    Ok(ClaimList {
        items: found.into_iter().map(answer).collect(),
    })
}

pub(in crate::app) fn answer(claim: Claim) -> ClaimAnswer {
    ClaimAnswer {
        id: claim.id,
        organisation: claim.organisation,
        account: claim.account,
        grounds: claim.grounds,
        created_at: claim.created_at,
    }
}

/// Decides a claim; nobody decides their own.
///
/// # Errors
/// `Forbidden` for all but moderators; `NotFound` where no such claim waits.
pub async fn decide(app: &App, person: &Person, id: Uuid, granted: bool) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let state = match granted {
        true => ClaimState::Granted,
        false => ClaimState::Refused,
    };
    let written = app.parts.store.write(person.actor(), async |tx| {
        let decided = tx.decide_claim(id, state, now).await?;
        let claim = decided.ok_or(AppError::NotFound)?;
        if claim.account == person.account {
            return Err(AppError::Forbidden);
        }
        if granted {
            grant(tx, claim.organisation, claim.account, now).await?;
        }
        let (subject, words) = match granted {
            true => (
                "It is yours to keep",
                "You may change what you claimed from now on.",
            ),
            false => (
                "It is not yours to keep",
                "What you claimed was not given to you.",
            ),
        };
        let path = format!("/v1/organisations/{}/members", claim.organisation);
        let path = if granted { path } else { String::new() };
        tell(tx, (Some(claim.account), path), subject, words, now).await?;
        Ok::<_, AppError>(tx.audit(state.as_str(), format!("claim/{id}"), now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

async fn grant(
    tx: &mut WriteTx<'_>,
    organisation: Uuid,
    account: Uuid,
    now: jiff::Timestamp,
) -> Result<(), AppError> {
    tx.put_member(organisation, account, MemberRole::Owner, now)
        .await?;
    let subject = format!("organisation/{organisation} account/{account} owner");
    Ok(tx.audit("join", subject, now).await?)
}
