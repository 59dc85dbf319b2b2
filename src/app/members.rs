//! Who keeps an organisation's listings true.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{App, AppError},
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::Person,
        draft::MemberRole,
    },
    exchange::drafts::{
        InvitationAnswer, InvitationList, MemberAnswer, MemberList, MembershipAnswer,
        MembershipList,
    },
    store::{
        WriteTx,
        drafts::{Invitation, Member, Membership},
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

/// Whether the person may type for the organisation.
///
/// # Errors
/// `NotFound` where it is none of theirs, `Forbidden` where they may only look, as moderators may everywhere; `Conflict` where
/// it was merged.
pub(in crate::app) async fn must_edit(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<(), AppError> {
    let role = app.parts.store.find_role(organisation, person.account);
    match role.await? {
        Some(role) if role.edits() => must_be_there(app, organisation).await,
        None if !person.moderates() => Err(AppError::NotFound),
        _ => Err(AppError::Forbidden),
    }
}

/// The same at the moment of writing: whoever was taken out meanwhile does nothing more there.
///
/// # Errors
/// `NotFound`, `Forbidden` as above.
pub(in crate::app) async fn still_edits(
    tx: &mut WriteTx<'_>,
    person: &Person,
    organisation: Uuid,
) -> Result<(), AppError> {
    let role = tx.find_role(organisation, person.account).await?;
    match role.ok_or(AppError::NotFound)?.edits() {
        true => Ok(()),
        false => Err(AppError::Forbidden),
    }
}

/// As `must_edit` of a listing that is there; of one that nobody owns moderators type too, which this then says.
///
/// # Errors
/// As `must_edit`.
pub(in crate::app) async fn must_type(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<bool, AppError> {
    let role = app.parts.store.find_role(organisation, person.account);
    let as_moderator =
        role.await?.is_none() && person.moderates() && !is_owned(app, person, organisation).await?;
    if !as_moderator {
        must_edit(app, person, organisation).await?;
    }
    Ok(as_moderator)
}

/// Whether somebody owns it, where the person is a moderator.
pub(in crate::app) async fn is_owned(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<bool, AppError> {
    let members = app.parts.store.list_members(person.scope(), organisation);
    let owns = |member: &Member| member.role == MemberRole::Owner;
    Ok(members.await?.iter().any(owns))
}

/// What was being typed of a merged organisation is kept for those who typed it. Nothing new belongs to it: it would never
/// be public.
async fn must_be_there(app: &App, organisation: Uuid) -> Result<(), AppError> {
    match app.parts.store.find_successor(organisation).await? {
        None => Ok(()),
        Some(_) => Err(AppError::Conflict(
            "it was merged into another organisation, to which its address leads: whoever keeps that one types for it",
        )),
    }
}

/// The organisations that the person keeps.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn mine(app: &App, person: &Person) -> Result<MembershipList, AppError> {
    let found = app.parts.store.list_memberships(person.account).await?;
    let answer = |of: Membership| MembershipAnswer {
        organisation: of.organisation,
        role: of.role,
        slug: of.slug,
        merged_into: of.merged_into,
        since: of.since,
    };
    Ok(MembershipList {
        items: found.into_iter().map(answer).collect(),
    })
}

/// Who keeps the organisation.
///
/// # Errors
/// `NotFound` for strangers.
pub async fn list(app: &App, person: &Person, organisation: Uuid) -> Result<MemberList, AppError> {
    let found = app
        .parts
        .store
        .list_members(person.scope(), organisation)
        .await?;
    if found.is_empty() {
        return Err(AppError::NotFound);
    }
    let answer = |member: Member| MemberAnswer {
        account: member.account,
        name: member.name,
        email: member.email.as_str().to_owned(),
        role: member.role,
        since: member.since,
    };
    Ok(MemberList {
        items: found.into_iter().map(answer).collect(),
    })
}

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
    let mine = app.parts.store.list_memberships(person.account).await?;
    let slug = mine
        .into_iter()
        .find(|own| own.organisation == organisation)
        .and_then(|own| own.slug);
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
pub async fn invitations(
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
/// As `invitations`; `NotFound` where there is no such invitation, or somebody followed it.
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
    let organisation = link.payload["organisation"].as_str();
    let organisation = organisation.and_then(|id| Uuid::parse_str(id).ok());
    let role = link.payload["role"].as_str().and_then(MemberRole::parse);
    let (Some(organisation), Some(role)) = (organisation, role) else {
        return Err(AppError::NotFound);
    };
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

/// Gives a member another role.
///
/// # Errors
/// `NotFound` for strangers and of no member, `Forbidden` for all but owners; `Conflict` where no owner would be left.
pub async fn set_role(
    app: &App,
    person: &Person,
    organisation: Uuid,
    member: Uuid,
    role: MemberRole,
) -> Result<(), AppError> {
    owner(app, person, organisation).await?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        still_owns(&roles, person)?;
        keeps_an_owner(&roles, member, Some(role))?;
        tx.put_member(organisation, member, role, now).await?;
        let subject = format!("organisation/{organisation} account/{member} {role}");
        Ok(tx.audit("set_member_role", subject, now).await?)
    });
    written.await
}

/// Ends a membership: an owner anybody's, everybody their own.
///
/// # Errors
/// As `set_role`.
pub async fn remove(
    app: &App,
    person: &Person,
    organisation: Uuid,
    member: Uuid,
) -> Result<(), AppError> {
    if member == person.account {
        let role = app.parts.store.find_role(organisation, member).await?;
        role.ok_or(AppError::NotFound)?;
    } else {
        owner(app, person, organisation).await?;
    }
    let now = app.now();
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        if member != person.account {
            still_owns(&roles, person)?;
        }
        keeps_an_owner(&roles, member, None)?;
        tx.remove_member(organisation, member, now).await?;
        let subject = format!("organisation/{organisation} account/{member}");
        Ok(tx.audit("remove_member", subject, now).await?)
    });
    written.await
}

async fn owner(app: &App, person: &Person, organisation: Uuid) -> Result<(), AppError> {
    let role = app.parts.store.find_role(organisation, person.account);
    match role.await? {
        Some(MemberRole::Owner) => Ok(()),
        None if !person.moderates() => Err(AppError::NotFound),
        _ => Err(AppError::Forbidden),
    }
}

/// Whether the person owns it at the moment of writing.
fn still_owns(roles: &[(Uuid, MemberRole)], person: &Person) -> Result<(), AppError> {
    let mut roles = roles.iter();
    match roles.find(|(member, _)| *member == person.account) {
        Some((_, MemberRole::Owner)) => Ok(()),
        Some(_) => Err(AppError::Forbidden),
        None => Err(AppError::NotFound),
    }
}

fn keeps_an_owner(
    roles: &[(Uuid, MemberRole)],
    member: Uuid,
    role: Option<MemberRole>,
) -> Result<(), AppError> {
    if !roles.iter().any(|(account, _)| *account == member) {
        return Err(AppError::NotFound);
    }
    let others = roles.iter().filter(|(account, _)| *account != member);
    let owned = role == Some(MemberRole::Owner)
        || others
            .into_iter()
            .any(|(_, role)| *role == MemberRole::Owner);
    if owned {
        Ok(())
    } else {
        Err(AppError::Conflict("an organisation has at least one owner"))
    }
}
