//! Who keeps an organisation's listings true.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        decisions::no_part,
        moderation::{moderator, tell},
    },
    domain::{actor::Person, draft::MemberRole},
    exchange::drafts::{MemberAnswer, MemberList, MembershipAnswer, MembershipList},
    store::{
        WriteTx,
        drafts::{Member, Membership},
    },
};

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
pub(in crate::app) async fn must_be_there(app: &App, organisation: Uuid) -> Result<(), AppError> {
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
    let slug = slug_of(app, person, organisation).await?;
    let slug = slug.unwrap_or_else(|| UNNAMED.to_owned());
    let now = app.now();
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        still_owns(&roles, person)?;
        keeps_an_owner(&roles, member, Some(role))?;
        tx.put_member(organisation, member, role, now).await?;
        if member != person.account && !roles.contains(&(member, role)) {
            let words = format!("You are {role} of {slug} from now on: one of its owners says so.");
            hears(tx, member, "You have another role", &words, now).await?;
        }
        let subject = format!("organisation/{organisation} account/{member} {role}");
        Ok(tx.audit("set_member_role", subject, now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
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
    let slug = slug_of(app, person, organisation).await?;
    let slug = slug.unwrap_or_else(|| UNNAMED.to_owned());
    let now = app.now();
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        if member != person.account {
            still_owns(&roles, person)?;
        }
        keeps_an_owner(&roles, member, None)?;
        tx.remove_member(organisation, member, now).await?;
        if member != person.account {
            let words = format!(
                "You do not keep {slug} any more: one of its owners ended your membership. If that is wrong, ask them; or claim it \
again, which a moderator decides, and say what happened."
            );
            hears(tx, member, "A membership ended", &words, now).await?;
        }
        let subject = format!("organisation/{organisation} account/{member}");
        Ok(tx.audit("remove_member", subject, now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Ends a membership by a moderator, also that of the last owner: of whoever turned out not to be who they said. All who
/// own it are told why, and so is whoever kept it.
///
/// # Errors
/// `Forbidden` for all but moderators, and of what they keep themselves; `NotFound` of no member of what is, or was,
/// public.
pub async fn end(
    app: &App,
    person: &Person,
    organisation: Uuid,
    member: Uuid,
    why: &str,
) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        let roles = tx.hold_roles(organisation).await?;
        if tx.find_keeper(organisation).await? != Some(organisation) {
            return Err(AppError::NotFound);
        }
        no_part(tx, person, organisation).await?;
        if !roles.iter().any(|(account, _)| *account == member) {
            return Err(AppError::NotFound);
        }
        tx.remove_member(organisation, member, now).await?;
        let words =
            format!("A moderator ended a membership of /v1/organisations/{organisation}:\n\n{why}");
        let owners = roles.iter().filter(|(_, role)| *role == MemberRole::Owner);
        let told = owners.map(|(account, _)| *account);
        for account in told.filter(|account| *account != member).chain([member]) {
            hears(tx, account, "A membership ended", &words, now).await?;
        }
        let subject = format!("organisation/{organisation} account/{member}");
        Ok(tx.audit("end_membership", subject, now).await?)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// What an organisation is called that is not public.
const UNNAMED: &str = "an organisation";

/// The name for URLs of one of the person's organisations, where it is public.
pub(in crate::app) async fn slug_of(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<Option<String>, AppError> {
    let mine = app.parts.store.list_memberships(person.account).await?;
    let own = mine
        .into_iter()
        .find(|own| own.organisation == organisation);
    Ok(own.and_then(|own| own.slug))
}

async fn hears(
    tx: &mut WriteTx<'_>,
    account: Uuid,
    subject: &str,
    words: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let whom = (Some(account), "/v1/me/organisations".to_owned());
    tell(tx, whom, subject, words, now).await
}

pub(in crate::app) async fn owner(
    app: &App,
    person: &Person,
    organisation: Uuid,
) -> Result<(), AppError> {
    let role = app.parts.store.find_role(organisation, person.account);
    match role.await? {
        Some(MemberRole::Owner) => Ok(()),
        None if !person.moderates() => Err(AppError::NotFound),
        _ => Err(AppError::Forbidden),
    }
}

/// Whether the person owns it at the moment of writing.
pub(in crate::app) fn still_owns(
    roles: &[(Uuid, MemberRole)],
    person: &Person,
) -> Result<(), AppError> {
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
