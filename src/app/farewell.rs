//! What is kept of a person, for them; and how they go.

use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    app::{App, AppError, accounts, drafts, members, second_factor, still},
    domain::{
        account::Session,
        actor::{Person, Scope},
        draft::MemberRole,
    },
    exchange::{
        keys::KeyAnswer,
        people::{AccountExport, KeptAnswer, SessionAnswer},
    },
    store::people::{Kept, Key},
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
        .list_typed(Scope::Member(person.account), before, limit)
        .await?;
    let next = found.last().filter(|_| more).map(|draft| draft.id);
    let sessions = store.list_sessions(person.account, app.now()).await?;
    let keys = store.list_keys(person.account).await?;
    let kept = store.list_kept(person.account, &account.email).await?;
    let export = AccountExport {
        account: account.id,
        email: account.email.as_str().to_owned(),
        name: account.name,
        role: account.role,
        second_factor: account.second_factor.is_some_and(|factor| factor.confirmed),
        created_at: account.created_at,
        sessions: sessions
            .into_iter()
            .map(|one| session(person, one))
            .collect(),
        keys: keys.into_iter().map(key).collect(),
        organisations: members::mine(app, person).await?.items,
        drafts: drafts::answers(app, Scope::Member(person.account), found).await?,
        kept: kept.into_iter().map(beside).collect(),
        next: None,
    };
    Ok((export, next))
}

fn session(person: &Person, session: Session) -> SessionAnswer {
    SessionAnswer {
        id: session.id,
        current: session.id == person.session,
        second_factor: session.strong,
        browser: session.browser,
        created_at: session.created_at,
        expires_at: session.expires_at,
        last_used_on: session.last_used_on,
    }
}

fn key(key: Key) -> KeyAnswer {
    KeyAnswer {
        id: key.id,
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_on: key.last_used_on,
    }
}

fn beside(kept: Kept) -> KeptAnswer {
    KeptAnswer {
        what: kept.what,
        about: kept.about,
        words: kept.words,
        at: kept.at,
    }
}

/// Deletes the account. What it published stays with its organisations, and what waits with it where somebody else keeps
/// them; the audit names a deleted account.
///
/// # Errors
/// `WrongCredentials` where the password is not theirs, `TooMany` after many failures; `Conflict` where an organisation
/// would be left without owner, or the directory without administrator.
pub async fn delete(app: &App, person: &Person, password: SecretString) -> Result<(), AppError> {
    let store = &app.parts.store;
    let account = store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    let now = app.now();
    second_factor::known(app, person, &account, password)
        .await?
        .take_back();
    let kept = store.list_memberships(person.account).await?;
    let written = store.write(person.actor(), async |tx| {
        if accounts::administrators(tx).await? == [person.account] {
            return Err(AppError::Conflict(
                "the directory would be left without administrator: appoint another one first",
            ));
        }
        still(tx.still_let_in_alone(person).await?)?;
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
        let email = tx.email_of(person.account).await?;
        let email = email.ok_or(AppError::Unauthenticated)?;
        Ok(tx.delete_account(person.account, &email).await?)
    });
    written.await
}
