//! Setting up a second factor.

use secrecy::{ExposeSecret, SecretString};

use crate::{
    app::{App, AppError},
    credentials::{token, totp},
    domain::{
        actor::Person,
        fault::{Fault, FaultCode},
    },
};

/// What an authenticator app takes, shown once.
#[derive(Debug)]
pub struct Proposed {
    pub secret: SecretString,
    pub address: SecretString,
}

/// Draws a new secret; it counts once a code of it is confirmed.
///
/// # Errors
/// `Conflict` where one is set up already.
pub async fn propose(app: &App, person: &Person) -> Result<Proposed, AppError> {
    let account = app.parts.store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    let secret = totp::secret();
    let address = totp::address(&secret, account.email.as_str());
    let written = app.parts.store.write(person.actor(), async |tx| {
        tx.propose_second_factor(person.account, &secret).await
    });
    match written.await? {
        true => Ok(Proposed { secret, address }),
        false => Err(AppError::Conflict("a second factor is set up already")),
    }
}

/// Confirms it with a code; returns recovery codes, shown once. The session in which this happens has proved it.
///
/// # Errors
/// `Invalid` where the code is not the one of now, `Conflict` where none was proposed or one is confirmed already.
pub async fn confirm(
    app: &App,
    person: &Person,
    code: &SecretString,
) -> Result<Vec<SecretString>, AppError> {
    let now = app.now();
    let account = app.parts.store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    let open = account.second_factor.filter(|factor| !factor.confirmed);
    let factor = open.ok_or(AppError::Conflict(
        "no second factor waits for confirmation",
    ))?;
    let fault = || {
        Fault::new(
            "/code",
            FaultCode::Contradiction,
            "the code that the app shows now",
        )
    };
    let step = totp::check(
        &factor.secret,
        code.expose_secret().trim(),
        now,
        factor.step,
    );
    let step = step.ok_or_else(|| AppError::Invalid(vec![fault()]))?;
    let codes = token::recovery_codes();
    let hashes: Vec<String> = codes
        .iter()
        .map(|code| token::hash(code.expose_secret()))
        .collect();
    app.parts
        .store
        .write(person.actor(), async |tx| {
            if !tx.use_step(person.account, step).await? {
                return Err(AppError::Invalid(vec![fault()]));
            }
            tx.set_recovery_codes(person.account, &hashes).await?;
            tx.strengthen_session(person.session).await?;
            tx.audit("second_factor", format!("account/{}", person.account), now)
                .await?;
            Ok(codes)
        })
        .await
}
