//! Single-use links in letters. Looking at one does not use it up: programs that read mail look too.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    app::{App, AppError, accounts, claims, confirm, members},
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

/// Does what the link is for, once. A new password is given with it where it is for that.
///
/// # Errors
/// `NotFound` where it does not work; `Invalid` where it needs a password; `Conflict` where it needs an account.
pub async fn follow(
    app: &App,
    link: &str,
    password: Option<SecretString>,
    closed: bool,
) -> Result<LetterPurpose, AppError> {
    let (hash, now) = (token::hash(link), app.now());
    let licence = app.staff().licence();
    let found = app
        .parts
        .store
        .find_link(&hash, now)
        .await?
        .ok_or(AppError::NotFound)?;
    let password = match (found.purpose, password) {
        (LetterPurpose::ResetPassword, Some(password)) if accounts::is_sound(&password) => Some(
            SecretString::from(app.parts.staff.hasher.hash(password).await?),
        ),
        (LetterPurpose::ResetPassword, _) => {
            let fault = Fault::new(
                "/password",
                FaultCode::Required,
                "a password of 10 to 200 characters",
            );
            return Err(AppError::Invalid(vec![fault]));
        }
        _ => None,
    };
    app.parts
        .store
        .write(Actor::Anyone, async |tx| {
            if let (LetterPurpose::ResetPassword, Some(account)) = (found.purpose, found.account) {
                // Two links of one account, each of which takes the other out of force.
                tx.one_at_a_time(&format!("reset {account}")).await?;
            }
            let used = tx.use_link(&hash, now).await?.ok_or(AppError::NotFound)?;
            match (used.purpose, used.account, password) {
                (LetterPurpose::ConfirmAddress, ..) => {
                    let new = NewAccount {
                        name: used.payload["name"].as_str().unwrap_or("…").to_owned(),
                        password: accounts::as_hash(&used.payload),
                        email: used.email.clone(),
                    };
                    // Who has one by now, by another such link, keeps it.
                    if let Some(id) = tx.create_account(&new, now).await? {
                        tx.audit("register", format!("account/{id}"), now).await?;
                    }
                }
                (LetterPurpose::ResetPassword, Some(account), Some(hash)) => {
                    accounts::reset(tx, account, &hash, now).await?;
                }
                (LetterPurpose::Invitation, ..) => members::accept(tx, &used, now).await?,
                (LetterPurpose::Reminder | LetterPurpose::Lapse, ..) => {
                    confirm::answer(tx, &used, closed, (licence, now)).await?;
                }
                (LetterPurpose::Claim, ..) => claims::prove(tx, &used, now).await?,
                _ => return Err(AppError::NotFound),
            }
            Ok(used.purpose)
        })
        .await
}
