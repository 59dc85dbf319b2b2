//! Claiming a public listing: by its own published mailbox, or before a moderator.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        decisions::no_part,
        moderation::{self, moderator, tell},
    },
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::{Person, Scope},
        contact::Address,
        draft::{ClaimState, MemberRole},
        listing::{Kind, Listing},
    },
    exchange::drafts::{ClaimAnswer, ClaimList, OwnClaimAnswer, OwnClaimList},
    store::{
        WriteTx,
        drafts::{Claim, OwnClaim},
        people::{Account, Link, NewLetter},
    },
};

/// How long the link of a claim works, in minutes.
const CLAIM_M: i32 = 48 * 60;
/// So many letters of claims one mailbox is sent in an hour: of one who claims, and of all.
const OWN_AN_HOUR: i64 = 2;
const ALL_AN_HOUR: i64 = 10;
/// So many claims on which a moderator decides one person makes in a day: there are few whom more than that is theirs to
/// keep, and others wait behind them.
const A_DAY: i64 = 20;
/// What owners hear who may know better than a moderator whether it is one of theirs.
const CLAIMED: &str = "Somebody asks to keep your organisation too. A moderator decides on that, and you hear if it is granted. If \
nobody of yours asked for it, say so: send a POST with {\"listing\": \"…\", \"topic\": \"other\", \"words\": \"…\"} to /v1/reports, of";
/// So many claims are shown at once.
const SHOWN: i64 = 200;

/// Says that a published listing is the person's to keep.
///
/// # Errors
/// `NotFound` where there is no such listing; `Conflict` where it has no mailbox, is claimed by them, or, where its mailbox is
/// to be asked, is kept already.
pub async fn claim(
    app: &App,
    person: &Person,
    listing: Uuid,
    by_mail: bool,
    grounds: &str,
) -> Result<(), AppError> {
    let successor = app.parts.store.find_successor(listing).await?;
    let listing = successor.unwrap_or(listing);
    let shown = app.parts.store.published(&[listing]).await?.pop();
    let shown = shown.ok_or(AppError::NotFound)?.listing;
    if shown.kind() != Kind::Organisation && shown.organisation.is_some() {
        return Err(AppError::Conflict("its organisation is what is claimed"));
    }
    let organisation = listing;
    let known = app.parts.store.find_role(organisation, person.account);
    if known.await?.is_some() {
        return Err(AppError::Conflict("it is theirs already"));
    }
    let now = app.now();
    let letter = match by_mail {
        true => {
            let account = app.parts.store.find_account(person.account).await?;
            let account = account.ok_or(AppError::Unauthenticated)?;
            Some(letter(&shown, organisation, account)?)
        }
        false => None,
    };
    let written = app.write(person, async |tx| {
        match &letter {
            Some(letter) => {
                unkept(tx, organisation).await?;
                may_be_written(tx, person, &letter.email, now).await?;
                tx.post(letter, now).await?;
            }
            None => {
                let day = now - SignedDuration::from_hours(24);
                if tx.count_claims(person.account, day).await? >= A_DAY {
                    return Err(AppError::TooMany {
                        retry_after_s: 3_600,
                    });
                }
                let opened = tx.open_claim(organisation, person.account, grounds, now);
                let waits = AppError::Conflict("such a claim of theirs waits already");
                opened.await?.ok_or(waits)?;
                let whom = (organisation, format!("/v1/organisations/{organisation}"));
                moderation::tell_owners(tx, whom, "Somebody asks to keep it too", CLAIMED, now)
                    .await?;
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

/// Only claims count: what else its mailbox is written is nobody's to learn.
async fn may_be_written(
    tx: &mut WriteTx<'_>,
    person: &Person,
    mailbox: &EmailAddress,
    now: Timestamp,
) -> Result<(), AppError> {
    tx.one_letter_at_a_time(mailbox).await?;
    let hour = now - SignedDuration::from_hours(1);
    for (account, most) in [(Some(person.account), OWN_AN_HOUR), (None, ALL_AN_HOUR)] {
        let purpose = [LetterPurpose::Claim];
        if tx.count_letters(mailbox, &purpose, account, hour).await? >= most {
            return Err(AppError::TooMany {
                retry_after_s: 3_600,
            });
        }
    }
    Ok(())
}

/// A letter to the first mailbox that the public form of the listing names.
fn letter(shown: &Listing, organisation: Uuid, by: Account) -> Result<NewLetter, AppError> {
    let contacts = shown.contacts.iter().filter(|contact| contact.public);
    let mut mailboxes = contacts.filter_map(|contact| match &contact.address {
        Address::Email(address) => EmailAddress::parse(address).ok(),
        _ => None,
    });
    let none = AppError::Conflict("no e-mail address of it is published; a moderator can decide");
    Ok(NewLetter {
        purpose: LetterPurpose::Claim,
        email: mailboxes.next().ok_or(none)?,
        account: Some(by.id),
        payload: json!({"organisation": organisation, "name": by.name, "by": by.email.as_str(),
            "slug": shown.slug.as_str()}),
        link_minutes: Some(CLAIM_M),
    })
}

/// A mailbox does not make somebody an owner beside others: they are to be heard of it.
async fn unkept(tx: &mut WriteTx<'_>, organisation: Uuid) -> Result<(), AppError> {
    match tx.list_owners(organisation).await?.is_empty() {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "somebody keeps it already; a moderator can decide",
        )),
    }
}

/// Follows the link of a claim: whoever reads the organisation's mailbox agrees. One that was merged meanwhile is nobody's
/// to keep: whose the other one is, is not for this mailbox to say.
pub(in crate::app) async fn prove(
    tx: &mut WriteTx<'_>,
    link: &Link,
    now: Timestamp,
) -> Result<(), AppError> {
    let organisation = link.payload["organisation"].as_str();
    let organisation = organisation.and_then(|id| Uuid::parse_str(id).ok());
    let (organisation, account) = organisation.zip(link.account).ok_or(AppError::NotFound)?;
    tx.hand_over(organisation).await?;
    tx.hold_version(organisation).await?;
    // It may be gone, or another mailbox published by now, because this one is no longer theirs.
    if !tx.publishes_mailbox(organisation, &link.email).await? {
        return Err(AppError::NotFound);
    }
    unkept(tx, organisation).await?;
    grant(tx, organisation, account, now).await
}

/// What the person claimed before a moderator, and what became of it; the latest of it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn mine(app: &App, person: &Person) -> Result<OwnClaimList, AppError> {
    let own = Scope::Member(person.account);
    let found = app.parts.store.list_own_claims(own, SHOWN).await?;
    let answer = |claim: OwnClaim| {
        let (kind, slug) = claim.claimed.unzip();
        OwnClaimAnswer {
            id: claim.id,
            organisation: claim.organisation,
            kind,
            slug,
            grounds: claim.grounds,
            state: claim.state,
            reason: claim.reason,
            created_at: claim.created_at,
            decided_at: claim.decided_at,
        }
    };
    Ok(OwnClaimList {
        items: found.into_iter().map(answer).collect(),
    })
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
        kind: claim.claimed.as_ref().map(|(kind, _)| *kind),
        slug: claim.claimed.map(|(_, slug)| slug),
        owners: claim.owners,
        account: claim.account,
        name: claim.name,
        email: claim.email.as_str().to_owned(),
        grounds: claim.grounds,
        created_at: claim.created_at,
    }
}

/// Decides a claim; nobody decides their own, or on one of what they keep themselves.
///
/// # Errors
/// `Forbidden` for all but moderators, and for those; `NotFound` where no such claim waits.
pub async fn decide(
    app: &App,
    person: &Person,
    id: Uuid,
    (granted, reason): (bool, Option<String>),
) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let store = &app.parts.store;
    let named = store.list_claims_of(person.scope(), &[id]).await?.pop();
    let named = named.map(|claim| claim.organisation);
    let state = match granted {
        true => ClaimState::Granted,
        false => ClaimState::Refused,
    };
    let written = app.write(person, async |tx| {
        // Drafts, the listing and then the claim, as a merger takes them.
        let of = named.ok_or(AppError::NotFound)?;
        if granted {
            tx.hand_over(of).await?;
        }
        tx.hold_version(of).await?;
        let decision = (state, reason.as_deref());
        let decided = tx.decide_claim(person.scope(), id, decision, now).await?;
        let claim = decided.ok_or(AppError::NotFound)?;
        if claim.organisation != of {
            return Err(AppError::Conflict("it was merged at this moment"));
        }
        if claim.account == person.account {
            return Err(AppError::Forbidden);
        }
        no_part(tx, person, claim.organisation).await?;
        if granted {
            tell_owners(tx, &claim, now).await?;
            grant(tx, claim.organisation, claim.account, now).await?;
        }
        let slug = claim.claimed.as_ref().map(|(_, slug)| slug.as_str());
        let slug = slug.unwrap_or("what you claimed");
        let why = |end: &str| match &reason {
            Some(reason) => format!(":\n\n{reason}"),
            None => end.to_owned(),
        };
        let (subject, words) = match granted {
            true => (
                "It is yours to keep",
                format!("You may change {slug} from now on{}", why(".")),
            ),
            false => (
                "It is not yours to keep",
                format!("A moderator did not give {slug} to you{}", why(".")),
            ),
        };
        let path = format!("/v1/organisations/{}/members", claim.organisation);
        let path = if granted { path } else { String::new() };
        tell(tx, (Some(claim.account), path), subject, &words, now).await?;
        Ok::<_, AppError>(tx.audit(state.as_str(), format!("claim/{id}"), now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Those who own it already hear who does so from now on.
async fn tell_owners(tx: &mut WriteTx<'_>, claim: &Claim, now: Timestamp) -> Result<(), AppError> {
    let slug = claim.claimed.as_ref().map(|(_, slug)| slug.as_str());
    // Without name and address, which would stay in this letter when their account is deleted.
    let words = format!(
        "Somebody said that {} is theirs to keep as well, and a moderator agreed: they own it beside you from now on. The \
list of those who keep it says who that is. If it is wrong, end their membership:",
        slug.unwrap_or("what you keep"),
    );
    let path = format!("/v1/organisations/{}/members", claim.organisation);
    let whom = (claim.organisation, path);
    moderation::tell_owners(tx, whom, "Somebody else owns it too", &words, now).await
}

/// Makes the account an owner of what is held, and whose drafts were handed over. A listing that came to an organisation
/// meanwhile is that one's.
async fn grant(
    tx: &mut WriteTx<'_>,
    organisation: Uuid,
    account: Uuid,
    now: Timestamp,
) -> Result<(), AppError> {
    if tx.find_keeper(organisation).await? != Some(organisation) {
        return Err(AppError::Conflict("its organisation is what is claimed"));
    }
    tx.put_member(organisation, account, MemberRole::Owner, now)
        .await?;
    let subject = format!("organisation/{organisation} account/{account} owner");
    Ok(tx.audit("join", subject, now).await?)
}
