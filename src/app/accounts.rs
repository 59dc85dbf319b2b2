//! Accounts: registering, choosing a new password, appointing moderators.
//!
//! Whoever asks from outside learns nothing about which addresses have accounts: the answer is the same and takes as
//! long, because the same is asked of the database and the same written to it; only the letter differs.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        moderation::{administrator, tell},
        still,
    },
    domain::{
        account::{EmailAddress, LetterPurpose, PASSWORD_LENGTH},
        actor::{Actor, Person, Role},
        clock::Clock,
    },
    exchange::appointment::{AppointedAnswer, AppointedList},
    store::{
        Store, StoreError, WriteTx,
        people::{NewAccount, NewLetter},
    },
};

/// How long the links of these letters work, in minutes.
pub(in crate::app) const CONFIRM_M: i32 = 48 * 60;
const RESET_M: i32 = 60;
/// So many letters of one kind an hour go to one address, whoever asks for them. Others do not count: neither what is
/// told, nor what somebody else may ask for keeps a letter away. And while no further link to choose a password is sent,
/// one that was sent in this hour still works, because it works for as long.
const LETTERS_AN_HOUR: i64 = 5;
/// What answers a registration.
const REGISTERING: [LetterPurpose; 2] =
    [LetterPurpose::ConfirmAddress, LetterPurpose::KnownAddress];
/// Another account has the address.
pub(in crate::app) const THERE: AppError =
    AppError::Conflict("this address has an account already: sign in, or ask for a new password");

/// Somebody who wants an account.
#[derive(Debug)]
pub struct Registration {
    pub email: EmailAddress,
    pub name: String,
}

/// Sends a link by which the address is confirmed and the account made; to who has one, a letter that says so. A password
/// is chosen by whoever follows the link: one that was given here would be that of whoever typed the address.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn register(app: &App, actor: Actor, new: Registration) -> Result<(), AppError> {
    let known = app.parts.store.find_account_of(&new.email).await?.is_some();
    let letter = NewLetter {
        purpose: if known {
            LetterPurpose::KnownAddress
        } else {
            LetterPurpose::ConfirmAddress
        },
        email: new.email,
        account: None,
        payload: if known {
            json!({})
        } else {
            json!({"name": new.name})
        },
        link_minutes: (!known).then_some(CONFIRM_M),
    };
    post(app, actor, letter).await
}

/// Sends a link by which a new password is chosen, where there is such an account.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn request_reset(app: &App, actor: Actor, email: EmailAddress) -> Result<(), AppError> {
    let account = app.parts.store.find_account_of(&email).await?;
    let now = app.now();
    let (letter, goes) = match account {
        Some(account) => (reset_letter(account.email, Some(account.id)), true),
        None => (reset_letter(email, None), false),
    };
    // A commit that writes nothing is quicker than one that does: a letter is written for everybody.
    let posted = app.parts.store.write(actor, async |tx| {
        let enough = has_enough(tx, &letter.email, &[LetterPurpose::ResetPassword], now).await?;
        tx.post_if(goes && !enough, &letter, now).await
    });
    posted.await?;
    app.parts.staff.bell.notify_one();
    Ok(())
}

/// Gives an account another password. Whoever knew the former one is out: sessions end, and other links by which it could
/// be given a password or an address work no longer. Keys go on, since apps ask with them, unless their owner says
/// otherwise; if not, they are told to look at them.
pub(in crate::app) async fn reset(
    tx: &mut WriteTx<'_>,
    account: Uuid,
    hash: &SecretString,
    revokes_keys: bool,
    now: Timestamp,
) -> Result<(), AppError> {
    tx.set_password(account, hash).await?;
    tx.end_sessions(account).await?;
    tx.void_links(account).await?;
    if revokes_keys && tx.revoke_keys(account).await? > 0 {
        tx.audit("revoke_keys", format!("account/{account}"), now)
            .await?;
    }
    let (subject, words, path) = match tx.count_keys(account, now).await? {
        0 => (
            "You have a new password",
            "Somebody who reads your letters chose a new password for your account, which ended all sessions. If that was not \
you, look after your mailbox, and choose another one at once: send a POST with {\"email\": \"…\"} to",
            "/v1/accounts/reset",
        ),
        _ => (
            "Look through your keys",
            "You chose a new password, which ended all sessions. Keys of apps that were made before are in force \
still. If somebody else knew the former password, look through them, and revoke those that are not yours:",
            "/v1/keys",
        ),
    };
    tell(tx, (Some(account), path.to_owned()), subject, words, now).await?;
    Ok(tx
        .audit("reset_password", format!("account/{account}"), now)
        .await?)
}

/// What those do one at a time who take links out of force by which the account gets a password or another address.
pub(in crate::app) fn resetting(account: Uuid) -> String {
    format!("reset {account}")
}

pub(in crate::app) fn reset_letter(email: EmailAddress, account: Option<Uuid>) -> NewLetter {
    NewLetter {
        purpose: LetterPurpose::ResetPassword,
        email,
        account,
        payload: json!({}),
        link_minutes: Some(RESET_M),
    }
}

/// Whether so many letters of these kinds went to the address lately that another has to wait. Nobody else writes to it
/// before this transaction ends.
async fn has_enough(
    tx: &mut WriteTx<'_>,
    email: &EmailAddress,
    purposes: &[LetterPurpose],
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.one_letter_at_a_time(email).await?;
    let hour = now - SignedDuration::from_hours(1);
    let written = tx.count_letters(email, purposes, None, hour);
    Ok(written.await? >= LETTERS_AN_HOUR)
}

async fn post(app: &App, actor: Actor, letter: NewLetter) -> Result<(), AppError> {
    let now = app.now();
    let posted = app.parts.store.write(actor, async |tx| {
        if has_enough(tx, &letter.email, &REGISTERING, now).await? {
            return Ok(());
        }
        tx.post(&letter, now).await
    });
    posted.await?;
    app.parts.staff.bell.notify_one();
    Ok(())
}

/// Makes somebody a moderator or administrator, or neither any more. For administrators; nobody changes their own role.
///
/// # Errors
/// `Forbidden`; `NotFound` where there is no such account.
pub async fn appoint(
    app: &App,
    person: &Person,
    email: &EmailAddress,
    role: Option<Role>,
) -> Result<(), AppError> {
    administrator(person)?;
    let now = app.now();
    let account = app
        .parts
        .store
        .find_account_of(email)
        .await?
        .ok_or(AppError::NotFound)?;
    if account.id == person.account {
        return Err(AppError::Forbidden);
    }
    let action = role.map_or("dismiss", |_| "appoint");
    let written = app.parts.store.write(person.actor(), async |tx| {
        // Two who dismiss each other at one moment would leave none, and hold each other's accounts.
        if !administrators(tx).await?.contains(&person.account) {
            return Err(AppError::Forbidden);
        }
        still(tx.still_let_in(person).await?)?;
        tx.set_role(account.id, role).await?;
        // What was open before is not open with another role.
        tx.end_sessions(account.id).await?;
        let subject = format!(
            "account/{} {}",
            account.id,
            role.map_or("nothing", Role::as_str)
        );
        Ok(tx.audit(action, subject, now).await?)
    });
    written.await
}

/// Who looks after the directory, for administrators.
///
/// # Errors
/// `Forbidden` for all but those; `Unavailable` while the database is away.
pub async fn appointed(app: &App, person: &Person) -> Result<AppointedList, AppError> {
    administrator(person)?;
    let found = app.parts.store.list_appointed(person.scope()).await?;
    let items = found.into_iter().filter_map(|account| {
        Some(AppointedAnswer {
            role: account.role?,
            account: account.id,
            email: account.email.as_str().to_owned(),
            name: account.name,
            second_factor: account.second_factor.is_some_and(|factor| factor.confirmed),
        })
    });
    Ok(AppointedList {
        items: items.collect(),
    })
}

/// All administrators; nobody becomes one over HTTP, or ceases to be one, before this transaction ends.
pub(in crate::app) async fn administrators(tx: &mut WriteTx<'_>) -> Result<Vec<Uuid>, AppError> {
    tx.one_at_a_time("administrators").await?;
    Ok(tx.list_administrators().await?)
}

/// Makes an administrator, of an account that is there or of a new one without password; says whether it was made. A
/// link to choose a password is in the post.
///
/// # Errors
/// Any error of the store.
pub async fn install_administrator(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    email: EmailAddress,
) -> Result<bool, StoreError> {
    let now = clock.now();
    let known = store.find_account_of(&email).await?;
    let new = NewAccount {
        name: email.as_str().to_owned(),
        email,
        password: None,
    };
    store
        .write(actor, async |tx| {
            let made = match &known {
                Some(_) => None,
                None => tx.create_account(&new, now).await?,
            };
            let gone = || StoreError::Constraint {
                name: "account_email".to_owned(),
            };
            let id = known
                .as_ref()
                .map(|account| account.id)
                .or(made)
                .ok_or_else(gone)?;
            tx.set_role(id, Some(Role::Administrator)).await?;
            // What was open before is not open with another role.
            tx.end_sessions(id).await?;
            tx.audit("appoint", format!("account/{id} administrator"), now)
                .await?;
            let letter = NewLetter {
                payload: json!({"role": Role::Administrator.as_str()}),
                ..reset_letter(new.email.clone(), Some(id))
            };
            tx.post(&letter, now).await?;
            Ok(made.is_some())
        })
        .await
}

/// Whether a password is long enough to keep and short enough to hash.
#[must_use]
pub fn is_sound(password: &SecretString) -> bool {
    PASSWORD_LENGTH.contains(&password.expose_secret().chars().count())
}
