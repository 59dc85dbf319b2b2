//! What an account says of the person: what they are called, and the address at which they are reached.
//!
//! Another address counts once whoever reads its letters has shown the link of one while signed in: a letter that went to a
//! mistyped address is no way into the account, and whoever found a session open cannot take the account along. After that,
//! links in the former mailbox do nothing for the account.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        accounts::{self, CONFIRM_M},
        moderation::tell,
        second_factor::{self, alone},
        still,
    },
    credentials::token,
    domain::{
        account::{EmailAddress, LetterPurpose},
        actor::{Actor, Person},
        clock::Clock,
    },
    exchange::profile::MeAnswer,
    store::{Store, StoreError, WriteTx, people::NewLetter},
};

/// So many addresses one person proposes in a day.
const A_DAY: i64 = 10;
/// What goes to an address that is proposed.
const PROPOSING: [LetterPurpose; 2] = [LetterPurpose::NewAddress, LetterPurpose::KnownAddress];

/// The account of the person.
///
/// # Errors
/// `Unauthenticated` where it is gone; `Unavailable` while the database is away.
pub async fn show(app: &App, person: &Person) -> Result<MeAnswer, AppError> {
    let account = app.parts.store.find_account(person.account).await?;
    let account = account.ok_or(AppError::Unauthenticated)?;
    Ok(MeAnswer {
        account: account.id,
        email: account.email.as_str().to_owned(),
        name: account.name,
        role: person.role,
        second_factor: person.strong,
    })
}

/// Calls the person otherwise from now on.
///
/// # Errors
/// As `show`.
pub async fn rename(app: &App, person: &Person, name: &str) -> Result<MeAnswer, AppError> {
    let now = app.now();
    let written = alone(app, person, async |tx| {
        tx.set_name(person.account, name).await?;
        let subject = format!("account/{}", person.account);
        Ok(tx.audit("rename_account", subject, now).await?)
    });
    written.await?;
    show(app, person).await
}

/// Sends a link to another address of the person; where that has an account already, a letter that says so: whoever asks
/// learns nothing of it. The present address is told.
///
/// # Errors
/// `WrongCredentials` where the password, or the code of a second factor, is not theirs; `WantsCode` where one is set up;
/// `TooMany` after many failures, and after many proposals in a day; `Conflict` where the account has that address.
pub async fn propose_email(
    app: &App,
    person: &Person,
    email: EmailAddress,
    password: SecretString,
    code: Option<SecretString>,
) -> Result<(), AppError> {
    let proposed = second_factor::shown(app, person, password, code.as_ref(), {
        async |tx, _, now| {
            let day = now - SignedDuration::from_hours(24);
            let written = tx.count_letters_of(person.account, &PROPOSING, day);
            if written.await? >= A_DAY {
                return Err(AppError::TooMany {
                    retry_after_s: 3_600,
                });
            }
            if tx.email_of(person.account).await?.as_ref() == Some(&email) {
                return Err(AppError::Conflict("the account has this address"));
            }
            let holder = tx.account_of(&email).await?;
            let taken = holder.is_some_and(|holder| holder != person.account);
            let letter = NewLetter {
                purpose: match taken {
                    true => LetterPurpose::KnownAddress,
                    false => LetterPurpose::NewAddress,
                },
                email,
                account: Some(person.account),
                payload: json!({}),
                link_minutes: (!taken).then_some(CONFIRM_M),
            };
            tx.post(&letter, now).await?;
            let whom = (Some(person.account), "/v1/accounts/reset".to_owned());
            tell(tx, whom, "Another address was asked for", PROPOSED, now).await?;
            let subject = format!("account/{}", person.account);
            Ok(tx.audit("propose_email", subject, now).await?)
        }
    });
    proposed
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Makes the address to which that link went the account's. The former one is told.
///
/// # Errors
/// `NotFound` where the link is none of theirs or does not work; `Conflict` where the address has another account by now.
pub async fn confirm_email(
    app: &App,
    person: &Person,
    link: &SecretString,
) -> Result<MeAnswer, AppError> {
    // Somebody may copy all of an address.
    let shown = link.expose_secret().trim().rsplit('/').next();
    let (hash, now) = (token::hash(shown.unwrap_or_default()), app.now());
    let written = app.parts.store.write(person.actor(), async |tx| {
        tx.one_at_a_time(&accounts::resetting(person.account))
            .await?;
        still(tx.still_let_in_alone(person).await?)?;
        let used = tx.use_link(&hash, now).await?.ok_or(AppError::NotFound)?;
        if (used.purpose, used.account) != (LetterPurpose::NewAddress, Some(person.account)) {
            return Err(AppError::NotFound);
        }
        readdress(tx, person.account, &used.email, MOVED, now).await?;
        let subject = format!("account/{}", person.account);
        Ok(tx.audit("change_email", subject, now).await?)
    });
    written.await?;
    app.parts.staff.bell.notify_one();
    show(app, person).await
}

/// Moves an account for whoever runs the directory: of somebody who no longer reads the letters to its address, or from whom
/// it was taken. All sessions end, and a link to choose a password goes to the new address.
///
/// # Errors
/// `NotFound` where there is no such account; `Conflict` where the address has another one.
pub async fn move_to(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    account: Uuid,
    email: &EmailAddress,
) -> Result<(), AppError> {
    let now = clock.now();
    let written = store.write(actor, async |tx| {
        tx.one_at_a_time(&accounts::resetting(account)).await?;
        readdress(tx, account, email, MOVED_BY_OPERATOR, now).await?;
        tx.end_sessions(account).await?;
        let letter = accounts::reset_letter(email.clone(), Some(account));
        tx.post(&letter, now).await?;
        let subject = format!("account/{account}");
        Ok(tx.audit("change_email", subject, now).await?)
    });
    written.await
}

async fn readdress(
    tx: &mut WriteTx<'_>,
    account: Uuid,
    email: &EmailAddress,
    told: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let words = format!("{told}\n\nThe account is {account}:");
    let whom = (Some(account), "/v1/me".to_owned());
    tell(tx, whom, "Your account has another address", &words, now).await?;
    match tx.set_email(account, email).await {
        Err(StoreError::Constraint { .. }) => return Err(accounts::THERE),
        set => set?.then_some(()).ok_or(AppError::NotFound)?,
    }
    Ok(tx.void_links(account).await?)
}

const PROPOSED: &str = "Somebody who is signed in, and knows your password, asked that your account at Haven have another \
address. It has this one until they show what came to the other. If that was not you, choose a new password at once, which ends all \
sessions and takes that back: send a POST with {\"email\": \"…\"} to";

const MOVED: &str = "Your account at Haven has another address from now on: somebody who was signed in, knows your \
password and reads the letters to the new one asked for it. New letters go there. If that was not you, tell whoever runs the \
directory at once, with what stands below: they can give it back to you.";

const MOVED_BY_OPERATOR: &str = "Whoever runs this directory gave your account another address, since it was said that you \
no longer read letters at this one. If that was not you, tell them at once, with what stands below.";
