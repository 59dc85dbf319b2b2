//! Signing in and out.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    app::{App, AppError, attempts::Whence, second_factor::Proof},
    credentials::token,
    domain::{
        account::{EmailAddress, Session},
        actor::{Actor, Person},
    },
    store::people::NewSession,
};

/// How long a session is in force, in hours.
const HOURS: i64 = 14 * 24;
/// How long one of those is who decide for others.
const HOURS_OF_MODERATORS: i64 = 12;

/// What somebody shows to be let in.
#[derive(Debug)]
pub struct SignIn {
    pub email: EmailAddress,
    pub password: SecretString,
    /// The code of a second factor, or a recovery code.
    pub code: Option<SecretString>,
    pub browser: String,
}

/// A session that was opened; the token is shown now and never again.
#[derive(Debug)]
pub struct SignedIn {
    pub session: Uuid,
    pub token: SecretString,
    pub against_forgery: SecretString,
    pub expires_at: Timestamp,
    /// Their role works only once a second factor is set up.
    pub wants_second_factor: bool,
}

/// Lets somebody in.
///
/// # Errors
/// `WrongCredentials`, the same for an unknown address and after the same time; `WantsCode` where the password is right
/// and a second factor set up; `TooMany` after many failures.
pub async fn sign_in(
    app: &App,
    actor: Actor,
    given: SignIn,
    whence: Whence,
) -> Result<SignedIn, AppError> {
    let attempts = &app.parts.staff.attempts;
    let attempt = attempts.begin(&given.email, whence, app.now())?;
    let opened = let_in(app, actor, given).await;
    match opened {
        Ok(_) => attempt.let_in(),
        Err(AppError::WrongCredentials) => {}
        Err(_) => attempt.take_back(),
    }
    opened
}

async fn let_in(app: &App, actor: Actor, given: SignIn) -> Result<SignedIn, AppError> {
    let now = app.now();
    let account = app.parts.store.find_account_of(&given.email).await?;
    let stored = account
        .as_ref()
        .and_then(|account| account.password.as_ref());
    let stored = stored.map(|hash| hash.expose_secret().to_owned());
    let right = app.parts.staff.hasher.check(given.password, stored).await?;
    let account = account.filter(|_| right);
    let account = account.ok_or(AppError::WrongCredentials)?;
    let proof = Proof::read(&account, given.code.as_ref(), now)?;
    let strong = !matches!(proof, Proof::None);
    let token = token::mint();
    let hash = token::hash(token.expose_secret());
    let checked = account.password.ok_or(AppError::WrongCredentials)?;
    let opened = app.parts.store.write(actor, async |tx| {
        // Another one may have been chosen since this was looked at, which ended all sessions but the one to be.
        let role = tx.hold_password(account.id, &checked).await?;
        let role = role.ok_or(AppError::WrongCredentials)?;
        if !proof.holds(tx, account.id).await? {
            return Err(AppError::WrongCredentials);
        }
        let hours = role.map_or(HOURS, |_| HOURS_OF_MODERATORS);
        let new = NewSession {
            account: account.id,
            hash: &hash,
            strong,
            browser: &given.browser,
            expires_at: now + SignedDuration::from_hours(hours),
        };
        let session = tx.open_session(&new, today(now), now).await?;
        Ok((session, new.expires_at, role.is_some() && !strong))
    });
    let (session, expires_at, wants_second_factor) = opened.await?;
    Ok(SignedIn {
        session,
        against_forgery: token::against_forgery(&token),
        token,
        expires_at,
        wants_second_factor,
    })
}

/// Who has that token.
///
/// # Errors
/// `Unauthenticated` where nobody has, or not any more.
pub async fn authenticate(app: &App, token: &SecretString) -> Result<Person, AppError> {
    let now = app.now();
    let hash = token::hash(token.expose_secret());
    let visitor = app.parts.store.find_visitor(&hash, now).await?;
    let visitor = visitor.ok_or(AppError::Unauthenticated)?;
    if visitor.last_used_on != today(now) {
        let id = visitor.person.session;
        let touched = app.parts.store.write(visitor.person.actor(), async |tx| {
            tx.touch_session(id, today(now)).await
        });
        touched.await?;
    }
    Ok(visitor.person)
}

/// Whether a page that came with this token's cookie is one of ours.
#[must_use]
pub fn is_ours(token: &SecretString, sent: &str) -> bool {
    token::same(token::against_forgery(token).expose_secret(), sent)
}

/// The sessions of the person.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Session>, AppError> {
    Ok(app
        .parts
        .store
        .list_sessions(person.account, app.now())
        .await?)
}

/// Ends one of the person's sessions.
///
/// # Errors
/// `NotFound` where it is not one of theirs.
pub async fn end(app: &App, person: &Person, session: Uuid) -> Result<(), AppError> {
    let ended = app.write(person, async |tx| {
        Ok(tx.end_session(person.account, session).await?)
    });
    match ended.await? {
        true => Ok(()),
        false => Err(AppError::NotFound),
    }
}

/// Ends all of the person's sessions but the one by which they ask.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn end_others(app: &App, person: &Person) -> Result<(), AppError> {
    let ended = app.write(person, async |tx| {
        Ok(tx
            .end_other_sessions(person.account, person.session)
            .await?)
    });
    ended.await
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
