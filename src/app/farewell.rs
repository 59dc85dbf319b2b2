//! What is kept of a person, for them; and how they go.

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    app::{App, AppError, drafts, members},
    domain::{actor::Person, draft::MemberRole},
    exchange::people::AccountExport,
};

/// All that is kept of the person and of what they typed, a page of their drafts at a time; with the last one of the page
/// where more follow.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn export(
    app: &App,
    person: &Person,
    before: Option<Uuid>,
    limit: u16,
) -> Result<(AccountExport, Option<Uuid>), AppError> {
    let store = &app.parts.store;
    let account = store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    let (found, more) = store
        .list_drafts(person.account, None, before, limit)
        .await?;
    let next = found.last().filter(|_| more).map(|draft| draft.id);
    let own = found
        .into_iter()
        .filter(|draft| [draft.author, draft.submitted_by].contains(&Some(person.account)));
    let sessions = store.list_sessions(person.account, app.now()).await?;
    let export = AccountExport {
        account: account.id,
        email: account.email.as_str().to_owned(),
        name: account.name,
        role: account.role,
        second_factor: account.second_factor.is_some_and(|factor| factor.confirmed),
        sessions_since: sessions.iter().map(|session| session.created_at).collect(),
        organisations: members::mine(app, person).await?.items,
        drafts: own.map(drafts::answer).collect(),
        next: None,
    };
    Ok((export, next))
}

/// Deletes the account. What it published stays with its organisations; the audit names a deleted account.
///
/// # Errors
/// `WrongCredentials` where the password is not theirs; `Conflict` where an organisation would be left without owner.
pub async fn delete(app: &App, person: &Person, password: SecretString) -> Result<(), AppError> {
    let store = &app.parts.store;
    let account = store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    let stored = account.password.map(|hash| hash.expose_secret().to_owned());
    if !app.parts.staff.hasher.check(password, stored).await? {
        return Err(AppError::WrongCredentials);
    }
    let now = app.now();
    let kept = store.list_memberships(person.account).await?;
    let written = store.write(person.actor(), async |tx| {
        for membership in kept {
            let roles = tx.hold_roles(membership.organisation).await?;
            let others = || roles.iter().filter(|(member, _)| *member != person.account);
            let owned = others().any(|(_, role)| *role == MemberRole::Owner);
            if others().count() > 0 && !owned {
                return Err(AppError::Conflict(
                    "an organisation would be left without owner: name another one first",
                ));
            }
        }
        tx.audit("delete_account", format!("account/{}", person.account), now)
            .await?;
        Ok(tx.delete_account(person.account, &account.email).await?)
    });
    written.await
}
