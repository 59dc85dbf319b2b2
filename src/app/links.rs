//! Single-use links in letters. Looking at one does not use it up: programs that read mail look too.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    app::{App, AppError, accounts, claims, confirm, invitations},
    credentials::token,
    domain::{
        account::LetterPurpose,
        actor::Actor,
        fault::{Fault, FaultCode},
    },
    store::people::{Link, NewAccount},
};

/// What a link is for.
#[derive(Debug)]
pub struct Shown {
    pub purpose: LetterPurpose,
    pub expires_at: Timestamp,
}

/// What the link is for.
///
/// # Errors
/// `NotFound` where it does not work, or does not any more.
pub async fn show(app: &App, link: &str) -> Result<Shown, AppError> {
    let found = app
        .parts
        .store
        .find_link(&token::hash(link), app.now())
        .await?;
    let Link {
        purpose,
        expires_at,
        ..
    } = found.ok_or(AppError::NotFound)?;
    Ok(Shown {
        purpose,
        expires_at,
    })
}

/// What is given with a link.
#[derive(Debug, Default)]
pub struct Given {
    /// A password that is chosen.
    pub password: Option<SecretString>,
    /// With a new password, the keys of apps work no more either.
    pub revokes_keys: bool,
    /// What the letter asks after is not there any more.
    pub closed: bool,
}

/// Does what the link is for, once. A password is given with it where one is chosen by it.
///
/// # Errors
/// `NotFound` where it does not work, went to where the account is reached no more, or is to be shown elsewhere; `Invalid`
/// where it needs a password; `Conflict` where it needs an account, or makes one that is there already.
pub async fn follow(
    app: &App,
    actor: Actor,
    link: &str,
    given: Given,
) -> Result<LetterPurpose, AppError> {
    let (hash, now) = (token::hash(link), app.now());
    let licence = app.staff().licence();
    let found = app
        .parts
        .store
        .find_link(&hash, now)
        .await?
        .ok_or(AppError::NotFound)?;
    let password = chosen(app, found.purpose, given.password).await?;
    let followed = app.parts.store.write(actor, async |tx| {
        if let (LetterPurpose::ResetPassword, Some(account)) = (found.purpose, found.account) {
            // Two links of one account, each of which takes the other out of force.
            tx.one_at_a_time(&accounts::resetting(account)).await?;
        }
        if found.purpose == LetterPurpose::Invitation {
            // The members before the letter, as whoever invites takes them.
            tx.hold_roles(invitations::organisation_of(&found)?).await?;
        }
        let used = tx.use_link(&hash, now).await?.ok_or(AppError::NotFound)?;
        if let Some(account) = used.account.filter(|_| used.purpose.acts_for_the_account()) {
            let reached = tx.email_of(account).await?;
            let reached = reached.is_some_and(|email| email.is_the_same_mailbox(&used.email));
            reached.then_some(()).ok_or(AppError::NotFound)?;
        }
        match (used.purpose, used.account, password) {
            (LetterPurpose::ConfirmAddress, _, password @ Some(_)) => {
                let new = NewAccount {
                    name: used.payload["name"].as_str().unwrap_or("…").to_owned(),
                    password,
                    email: used.email.clone(),
                };
                let made = tx.create_account(&new, now).await?;
                // Nobody is told that a password is theirs which another link had chosen otherwise.
                let id = made.ok_or(accounts::THERE)?;
                tx.audit("register", format!("account/{id}"), now).await?;
            }
            (LetterPurpose::ResetPassword, Some(account), Some(hash)) => {
                accounts::reset(tx, account, &hash, given.revokes_keys, now).await?;
            }
            (LetterPurpose::Invitation, ..) => invitations::accept(tx, &used, now).await?,
            (LetterPurpose::Reminder | LetterPurpose::Lapse, ..) => {
                confirm::answer(tx, &used, given.closed, (licence, now)).await?;
            }
            (LetterPurpose::Claim, ..) => claims::prove(tx, &used, now).await?,
            _ => return Err(AppError::NotFound),
        }
        Ok(used.purpose)
    });
    let purpose = followed.await?;
    if purpose == LetterPurpose::ResetPassword {
        // Whoever reads the mailbox is let in, whatever others tried at the door.
        app.parts.staff.attempts.forget(&found.email);
        app.parts.staff.keys.lock().clear();
    }
    Ok(purpose)
}

/// The hash of the password that is chosen by a link of this purpose.
async fn chosen(
    app: &App,
    purpose: LetterPurpose,
    given: Option<SecretString>,
) -> Result<Option<SecretString>, AppError> {
    let chooses = [LetterPurpose::ConfirmAddress, LetterPurpose::ResetPassword];
    if !chooses.contains(&purpose) {
        return Ok(None);
    }
    let fault = || {
        Fault::new(
            "/password",
            FaultCode::Required,
            "a password of 10 to 200 characters",
        )
    };
    let sound = given.filter(accounts::is_sound);
    let password = sound.ok_or_else(|| AppError::Invalid(vec![fault()]))?;
    let hash = app.parts.staff.hasher.hash(password).await?;
    Ok(Some(hash.into()))
}
