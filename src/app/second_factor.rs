//! The second factor: set up, replaced, taken off, and its recovery codes drawn anew.
//!
//! Invariant: a session alone changes none of it. Whoever found one open would lock its owner out: the password is asked
//! for, and a code where one can be given.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        attempts::{Attempt, Whence},
        moderation::tell,
        still,
    },
    credentials::{token, totp},
    domain::{
        account::EmailAddress,
        actor::{Actor, Person},
        clock::Clock,
        fault::{Fault, FaultCode},
    },
    store::{Store, WriteTx, people::Account},
};

/// What an authenticator app takes, shown once.
#[derive(Debug)]
pub struct Proposed {
    pub secret: SecretString,
    pub address: SecretString,
}

/// Draws a new secret for whoever knows the password; it counts once a code of it is confirmed.
///
/// # Errors
/// `WrongCredentials`, `TooMany`; `Conflict` where one is set up already.
pub async fn propose(
    app: &App,
    person: &Person,
    password: SecretString,
) -> Result<Proposed, AppError> {
    let account = own(app, person).await?;
    known(app, person, &account, password).await?.take_back();
    let secret = totp::secret();
    let address = totp::address(&secret, account.email.as_str());
    let written = alone(app, person, async |tx| {
        Ok(tx.propose_second_factor(person.account, &secret).await?)
    });
    match written.await? {
        true => Ok(Proposed { secret, address }),
        false => Err(AppError::Conflict(
            "a second factor is set up already: take it off first",
        )),
    }
}

/// Confirms it with a code; returns recovery codes, shown once. The session in which this happens has proved it, and all
/// others, which have not, end.
///
/// # Errors
/// `Invalid` where the code is not the one of now, `TooMany` after many of those; `Conflict` where none was proposed or one
/// is confirmed already.
pub async fn confirm(
    app: &App,
    person: &Person,
    code: &SecretString,
) -> Result<Vec<SecretString>, AppError> {
    let now = app.now();
    let account = own(app, person).await?;
    let open = account.second_factor.filter(|factor| !factor.confirmed);
    let factor = open.ok_or(AppError::Conflict(
        "no second factor waits for confirmation",
    ))?;
    let fault = || {
        let expected = "the code that the app shows now";
        AppError::Invalid(vec![Fault::new(
            "/code",
            FaultCode::Contradiction,
            expected,
        )])
    };
    // Whoever found the session open after a secret was drawn would guess until a code is right.
    let whence = Whence::Session(person.session);
    let attempts = &app.parts.staff.attempts;
    let attempt = attempts.begin(&account.email, whence, now)?;
    let code = code.expose_secret().trim();
    let step = totp::check(&factor.secret, code, now, factor.step).ok_or_else(fault)?;
    attempt.take_back();
    let written = alone(app, person, async |tx| {
        let used = tx.use_step(person.account, &factor.secret, step);
        if !used.await? {
            return Err(fault());
        }
        let codes = draw_codes(tx, person.account).await?;
        tx.set_strength(person.session, true).await?;
        tx.end_other_sessions(person.account, person.session)
            .await?;
        tx.audit("second_factor", format!("account/{}", person.account), now)
            .await?;
        Ok(codes)
    });
    written.await
}

/// Draws recovery codes anew; those from before work no more.
///
/// # Errors
/// `WrongCredentials` where password or code is wrong, `TooMany`; `Conflict` where none is set up.
pub async fn renew_codes(
    app: &App,
    person: &Person,
    password: SecretString,
    code: &SecretString,
) -> Result<Vec<SecretString>, AppError> {
    let subject = format!("account/{}", person.account);
    proven(app, person, password, code, async |tx, now| {
        let codes = draw_codes(tx, person.account).await?;
        tx.audit("recovery_codes", subject, now).await?;
        Ok(codes)
    })
    .await
}

/// Takes it off, so that another one can be set up. Sessions beside this one end, and whoever looks after the directory
/// does so no more before there is a new one.
///
/// # Errors
/// As `renew_codes`.
pub async fn remove(
    app: &App,
    person: &Person,
    password: SecretString,
    code: &SecretString,
) -> Result<(), AppError> {
    let removed = proven(app, person, password, code, async |tx, now| {
        tx.set_strength(person.session, false).await?;
        tx.end_other_sessions(person.account, person.session)
            .await?;
        let words = "The second factor of your account was taken off, by somebody who knew the password and a code.";
        take(tx, person.account, words, now).await.map(drop)
    });
    removed
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Takes a lost one off, for whoever runs the directory; whether one was set up. All sessions end.
///
/// # Errors
/// `NotFound` where no account has that address.
pub async fn take_off(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    email: &EmailAddress,
) -> Result<bool, AppError> {
    let now = clock.now();
    let account = store.find_account_of(email).await?;
    let account = account.ok_or(AppError::NotFound)?.id;
    let written = store.write(actor, async |tx| {
        tx.end_sessions(account).await?;
        let words = "Whoever runs this directory took the second factor of your account off, since it was said to be \
lost. If that was not you, tell them at once.";
        take(tx, account, words, now).await
    });
    written.await
}

async fn take(
    tx: &mut WriteTx<'_>,
    account: Uuid,
    words: &str,
    now: Timestamp,
) -> Result<bool, AppError> {
    if !tx.take_second_factor(account).await? {
        return Ok(false);
    }
    let words = format!("{words} Sign in with your password and set up another one:");
    let whom = (Some(account), "/v1/me/second-factor".to_owned());
    tell(tx, whom, "Your second factor is gone", &words, now).await?;
    tx.audit("take_second_factor", format!("account/{account}"), now)
        .await?;
    Ok(true)
}

async fn draw_codes(tx: &mut WriteTx<'_>, account: Uuid) -> Result<Vec<SecretString>, AppError> {
    let codes = token::recovery_codes();
    let hash = |code: &SecretString| token::hash(code.expose_secret());
    let hashes: Vec<String> = codes.iter().map(hash).collect();
    tx.set_recovery_codes(account, &hashes).await?;
    Ok(codes)
}

async fn own(app: &App, person: &Person) -> Result<Account, AppError> {
    let account = app.parts.store.find_account(person.account).await?;
    account.ok_or(AppError::Unauthenticated)
}

/// That whoever is signed in knows the password: whoever found a session open guesses here no more often than at the door.
///
/// # Errors
/// `WrongCredentials`, `TooMany`.
pub(in crate::app) async fn known<'a>(
    app: &'a App,
    person: &Person,
    account: &Account,
    password: SecretString,
) -> Result<Attempt<'a>, AppError> {
    let staff = &app.parts.staff;
    let whence = Whence::Session(person.session);
    let attempt = staff.attempts.begin(&account.email, whence, app.now())?;
    let stored = account.password.as_ref();
    let stored = stored.map(|hash| hash.expose_secret().to_owned());
    match staff.hasher.check(password, stored).await? {
        true => Ok(attempt),
        false => Err(AppError::WrongCredentials),
    }
}

/// Does `work` on the person's account while nothing else that they do goes on.
pub(in crate::app) async fn alone<T>(
    app: &App,
    person: &Person,
    work: impl AsyncFnOnce(&mut WriteTx<'_>) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let written = app.parts.store.write(person.actor(), async |tx| {
        still(tx.still_let_in_alone(person).await?)?;
        work(tx).await
    });
    written.await
}

/// Does `work` for whoever shows password and code.
async fn proven<T>(
    app: &App,
    person: &Person,
    password: SecretString,
    code: &SecretString,
    work: impl AsyncFnOnce(&mut WriteTx<'_>, Timestamp) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let code = Some(code);
    shown(
        app,
        person,
        password,
        code,
        async |tx, proof, now| match proof {
            Proof::None => Err(AppError::Conflict("no second factor is set up")),
            _ => work(tx, now).await,
        },
    )
    .await
}

/// Does `work` for whoever shows the password, and a code where a second factor is set up.
///
/// # Errors
/// `WrongCredentials`, `WantsCode`, `TooMany`; what `work` returns.
pub(in crate::app) async fn shown<T>(
    app: &App,
    person: &Person,
    password: SecretString,
    code: Option<&SecretString>,
    work: impl AsyncFnOnce(&mut WriteTx<'_>, &Proof, Timestamp) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let now = app.now();
    let account = own(app, person).await?;
    let attempt = known(app, person, &account, password).await?;
    let proof = match Proof::read(&account, code, now) {
        Ok(proof) => proof,
        Err(error) => {
            attempt.take_back();
            return Err(error);
        }
    };
    let written = alone(app, person, async |tx| {
        if !proof.holds(tx, person.account).await? {
            return Err(AppError::WrongCredentials);
        }
        work(tx, &proof, now).await
    });
    let done = written.await;
    if !matches!(done, Err(AppError::WrongCredentials)) {
        attempt.take_back();
    }
    done
}

/// What was shown as second factor; whether it was used before, the database says.
pub(in crate::app) enum Proof {
    /// None is set up.
    None,
    /// A code of this secret, of this step.
    Step(SecretString, i64),
    /// The hash of what may be a recovery code.
    Recovery(String),
}

impl Proof {
    /// What a code shows of the account's second factor.
    ///
    /// # Errors
    /// `WantsCode` where one is set up, and no code given.
    pub(in crate::app) fn read(
        account: &Account,
        code: Option<&SecretString>,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let factor = account.second_factor.as_ref();
        let Some(factor) = factor.filter(|factor| factor.confirmed) else {
            return Ok(Self::None);
        };
        let code = code.ok_or(AppError::WantsCode)?.expose_secret().trim();
        Ok(match totp::check(&factor.secret, code, now, factor.step) {
            Some(step) => Self::Step(factor.secret.clone(), step),
            None => Self::Recovery(token::hash(&token::recovery_code(code))),
        })
    }

    /// Uses it up; whether it holds.
    pub(in crate::app) async fn holds(
        &self,
        tx: &mut WriteTx<'_>,
        account: Uuid,
    ) -> Result<bool, AppError> {
        Ok(match self {
            Self::None => true,
            Self::Step(secret, step) => tx.use_step(account, secret, *step).await?,
            Self::Recovery(hash) => tx.use_recovery_code(account, hash).await?,
        })
    }
}
