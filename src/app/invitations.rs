//! Invitations: somebody is asked by mail to keep an organisation's listings.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        members::{must_be_there, owner, slug_of, still_owns},
    },
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::Person,
        draft::MemberRole,
    },
    exchange::drafts::{InvitationAnswer, InvitationList},
    store::{
        WriteTx,
        drafts::Invitation,
        people::{Link, NewLetter},
    },
};

/// How long an invitation works, in minutes.
const INVITATION_M: i32 = 7 * 24 * 60;
/// So many people keep one organisation at most.
const MOST: usize = 200;
/// So many invitations one organisation writes in a day at most.
const A_DAY: i64 = 100;
/// So many of them to one address in an hour, of one organisation or one person. What others write to the address does not
/// count, so that nobody learns of it.
const TO_ONE_AN_HOUR: i64 = 5;
/// So many open invitations are shown.
const SHOWN: i64 = 500;

/// Invites somebody by mail.
///
/// # Errors
/// `NotFound` for strangers, `Forbidden` for all but owners; `Conflict` where whoever has that address keeps it already;
/// `TooMany` where the organisation wrote many, or they wrote many to that address.
pub async fn invite(
    app: &App,
    person: &Person,
    organisation: Uuid,
    email: EmailAddress,
    role: MemberRole,
) -> Result<(), AppError> {
    owner(app, person, organisation).await?;
    must_be_there(app, organisation).await?;
    let now = app.now();
    let slug = slug_of(app, person, organisation).await?;
    let letter = NewLetter {
        purpose: LetterPurpose::Invitation,
        email,
        account: None,
        payload: json!({"organisation": organisation, "slug": slug, "role": role,
            "invited_by": person.account}),
        link_minutes: Some(INVITATION_M),
    };
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        still_owns(&roles, person)?;
        if roles.len() >= MOST {
            return Err(AppError::Conflict("so many people keep it already"));
        }
        // Following it would change nothing, and an old letter is to give nobody more than they have.
        let known = tx.account_of(&letter.email).await?;
        if roles.iter().any(|(member, _)| Some(*member) == known) {
            return Err(AppError::Conflict(
                "they keep it already: give them another role among its members",
            ));
        }
        let (day, hour) = (
            SignedDuration::from_hours(24),
            SignedDuration::from_hours(1),
        );
        let sent = tx.count_invitations(organisation, now - day).await?;
        let by = (organisation, person.account);
        let to_them = tx.count_invitations_to(&letter.email, by, now - hour);
        if sent >= A_DAY || to_them.await? >= TO_ONE_AN_HOUR {
            return Err(AppError::TooMany {
                retry_after_s: 3_600,
            });
        }
        // Whoever was invited with a wrong role follows no other letter than the latest.
        tx.replace_invitations(organisation, &letter.email, now)
            .await?;
        tx.post(&letter, now).await?;
        let subject = format!("organisation/{organisation} {role}");
        Ok(tx.audit("invite", subject, now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// The invitations that may still be followed, the latest first.
///
/// # Errors
/// `NotFound` for strangers, `Forbidden` for all but owners.
pub async fn list(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<InvitationList, AppError> {
    owner(app, person, organisation).await?;
    let store = &app.parts.store;
    let found = store.list_invitations(person.scope(), organisation, SHOWN, app.now());
    let answer = |open: Invitation| InvitationAnswer {
        id: open.id,
        email: open.email,
        role: open.role,
        written_at: open.written_at,
        expires_at: open.expires_at,
    };
    Ok(InvitationList {
        items: found.await?.into_iter().map(answer).collect(),
    })
}

/// Takes an invitation back; its link works no more.
///
/// # Errors
/// As `list`; `NotFound` where there is no such invitation, or somebody followed it.
pub async fn revoke(
    app: &App,
    person: &Person,
    organisation: Uuid,
    id: Uuid,
) -> Result<(), AppError> {
    owner(app, person, organisation).await?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        still_owns(&tx.hold_roles(organisation).await?, person)?;
        if !tx.revoke_invitation(organisation, id, now).await? {
            return Err(AppError::NotFound);
        }
        let subject = format!("organisation/{organisation}");
        Ok(tx.audit("revoke_invitation", subject, now).await?)
    });
    written.await
}

/// Follows an invitation: whoever reads the mailbox is who was invited.
///
/// # Errors
/// `Conflict` where no account has that address yet; `NotFound` where whoever invited owns the organisation no more.
pub(in crate::app) async fn accept(
    tx: &mut WriteTx<'_>,
    link: &Link,
    now: jiff::Timestamp,
) -> Result<(), AppError> {
    let unregistered = AppError::Conflict("register with this address first, then follow the link");
    let account = tx.account_of(&link.email).await?.ok_or(unregistered)?;
    let organisation = organisation_of(link)?;
    let role = link.payload["role"].as_str().and_then(MemberRole::parse);
    let role = role.ok_or(AppError::NotFound)?;
    let others = tx.hold_roles(organisation).await?;
    let inviter = link.payload["invited_by"].as_str();
    let inviter = inviter.and_then(|id| Uuid::parse_str(id).ok());
    // Who owns it no more invites nobody: not themselves either, by a letter from before.
    let invites = |(member, role): &(Uuid, MemberRole)| {
        Some(*member) == inviter && *role == MemberRole::Owner
    };
    if !others.iter().any(invites) {
        return Err(AppError::NotFound);
    }
    // Nobody loses what they are by an old letter.
    if others.iter().any(|(member, _)| *member == account) {
        return Ok(());
    }
    tx.put_member(organisation, account, role, now).await?;
    let subject = format!("organisation/{organisation} account/{account} {role}");
    Ok(tx.audit("join", subject, now).await?)
}

/// The organisation to which a link invites.
///
/// # Errors
/// `NotFound` where it names none.
pub(in crate::app) fn organisation_of(link: &Link) -> Result<Uuid, AppError> {
    let organisation = link.payload["organisation"].as_str();
    let organisation = organisation.and_then(|id| Uuid::parse_str(id).ok());
    organisation.ok_or(AppError::NotFound)
}
