//! Sending the letters that wait. A link is drawn when its letter goes out, so that none lies about before; each time that it
//! goes out, another one.

use std::cmp::Reverse;

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    app::AppError,
    credentials::token,
    domain::{account::LetterPurpose, actor::Actor, clock::Clock, confirmation::FURTHER_MONTHS},
    mail::{Letter, MailError, Mailer},
    store::{Store, StoreError, people::Waiting},
};

/// Sends all that is due; says how many letters went out, of which one may be several that were gathered.
///
/// # Errors
/// As `deliver_next`.
pub async fn deliver(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    mailer: &Mailer,
    address: &str,
) -> Result<usize, AppError> {
    let mut sent = 0;
    loop {
        match deliver_next(store, actor, clock, mailer, address).await? {
            Delivered::Nothing => return Ok(sent),
            Delivered::Sent => sent += 1,
            Delivered::Waits => {}
        }
    }
}

/// What became of the next letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// None was due.
    Nothing,
    Sent,
    /// It was not taken.
    Waits,
}

/// Sends the next letter that is due, with those that are gathered with it. One that is not taken is tried again later,
/// after longer and longer pauses, and given up after some days.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn deliver_next(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    mailer: &Mailer,
    address: &str,
) -> Result<Delivered, AppError> {
    let now = clock.now();
    let taken = store.write(actor, async |tx| {
        let mut linked = Vec::new();
        for letter in tx.take_letters(MOST_GATHERED, now).await? {
            let link = token::mint();
            if letter.link_minutes.is_some() {
                let hash = token::hash(link.expose_secret());
                tx.link(letter.id, &hash).await?;
            }
            linked.push((letter, link));
        }
        Ok::<_, StoreError>(linked)
    });
    let mut waiting = taken.await?;
    waiting.sort_by(|(one, _), (other, _)| in_letter(one).cmp(&in_letter(other)));
    let Some((first, link)) = waiting.first() else {
        return Ok(Delivered::Nothing);
    };
    let (id, purpose, last) = (first.gathered, first.purpose, first.last);
    let (subject, text) = match waiting.len() {
        1 => written(first, address, link),
        _ => gathered(&waiting, address),
    };
    let letter = Letter {
        id,
        to: first.email.clone(),
        subject,
        text,
        now,
    };
    if let Err(error) = mailer.send(&letter).await {
        let becomes = if last {
            "a letter is given up"
        } else {
            "a letter waits"
        };
        tracing::warn!(letter = %id, %purpose, error = %error, "{becomes}");
        return Ok(Delivered::Waits);
    }
    let ids: Vec<Uuid> = waiting.iter().map(|(letter, _)| letter.id).collect();
    let noted = store.write(actor, async |tx| tx.letters_sent(&ids, now).await);
    noted.await.inspect_err(|error| {
        let error = error.root();
        tracing::warn!(letter = %id, error, "a letter went out, which could not be noted: it goes out again");
    })?;
    Ok(Delivered::Sent)
}

/// Where it stands among those that are gathered: what lapsed in the order in which it can be brought back; else
/// organisations before what they offer.
fn in_letter(letter: &Waiting) -> (Option<Reverse<u64>>, bool, Option<&str>) {
    let of = |key: &str| letter.payload[key].as_str();
    let order = letter.payload["order"].as_u64().map(Reverse);
    (order, of("kind") != Some("organisation"), of("slug"))
}

/// So many letters go out as one at most.
const MOST_GATHERED: u8 = 50;

/// A file of a letter lies for so many hours at least.
const LIES_H: i64 = 24;

/// Throws away the files of letters that are forgotten, where letters are files; how many.
///
/// # Errors
/// `Unavailable` while the database is away; `Internal` where the folder cannot be read.
pub async fn clear(store: &Store, clock: &dyn Clock, mailer: &Mailer) -> Result<usize, AppError> {
    let internal = |error: MailError| AppError::Internal(error.into());
    let before = (clock.now() - SignedDuration::from_hours(LIES_H)).as_second();
    let written = |id: &Uuid| i64::try_from(id.get_timestamp()?.to_unix().0).ok();
    let mut ids = mailer.kept().await.map_err(internal)?;
    ids.retain(|id| written(id).is_some_and(|at| at <= before));
    let there = store.list_present_letters(&ids).await?;
    ids.retain(|id| !there.contains(id));
    let gone = ids.len();
    mailer.throw_away(ids).await.map_err(internal)?;
    Ok(gone)
}

/// Subject and text of several letters of one purpose, each with its own link.
fn gathered(letters: &[(Waiting, SecretString)], address: &str) -> (String, SecretString) {
    let first = &letters[0].0;
    let hours = hours(first);
    let works = format!("Each works once, without signing in, and for {hours}.");
    let count = letters.len();
    let (subject, mut text) = match first.purpose {
        LetterPurpose::Lapse => (
            format!("{count} listings are no longer published"),
            format!(
                "Haven no longer publishes what is listed below: nobody said that it is still true since it was asked \
after. Nothing is lost. Of each that is still true, send a POST with {{}} to its address, and it is public again, at once \
and as it was; begin at the top, as what others need comes first. {works} Afterwards, and to change something first, sign in.\n"
            ),
        ),
        _ => (
            format!("Are these {count} listings still true?"),
            format!(
                "Haven publishes what is listed below for you, and nobody has said for a while that it is still true. Of \
each that is, send a POST with {{}} to its address; of each that is not there any more, send {{\"closed\": true}}. {works} \
To change something, sign in. What stays without an answer is no longer published {FURTHER_MONTHS} months after it was first \
asked after, and can be brought back then.\n"
            ),
        ),
    };
    for (letter, link) in letters {
        let of = |key: &str| letter.payload[key].as_str().unwrap_or("a listing");
        let (kind, slug) = (of("kind").replace('_', " "), of("slug"));
        let link = link.expose_secret();
        text.push_str(&format!("\n{kind} {slug}:\n  {address}/v1/links/{link}\n"));
    }
    (subject, text.into())
}

/// How long the link of a letter works.
fn hours(letter: &Waiting) -> String {
    match letter.link_minutes.unwrap_or_default() / 60 {
        1 => "1 hour".to_owned(),
        hours => format!("{hours} hours"),
    }
}

/// Subject and text of a letter.
fn written(waiting: &Waiting, address: &str, link: &SecretString) -> (String, SecretString) {
    let shown = link.expose_secret();
    let link = format!("{address}/v1/links/{shown}");
    let hours = hours(waiting);
    let works = format!("It works once, and for {hours}.");
    let asks = "If you did not ask for this, you need not do anything.";
    let of = |key: &str| waiting.payload[key].as_str();
    let (subject, text) = match waiting.purpose {
        LetterPurpose::ConfirmAddress => (
            "Confirm your address".to_owned(),
            format!(
                "Somebody registered at Haven with this address. To confirm it, and to choose \
a password, send a POST with {{\"password\": \"…\"}} to\n\n  {link}\n\n{works} {asks}\n"
            ),
        ),
        LetterPurpose::KnownAddress => (
            "You have an account already".to_owned(),
            format!(
                "Somebody gave this address for an account at Haven, and it has one already. Sign in as before; if you \
forgot your password, send a POST with {{\"email\": \"…\"}} to\n\n  {address}/v1/accounts/reset\n\n{asks}\n"
            ),
        ),
        LetterPurpose::NewAddress => (
            "Is this your new address?".to_owned(),
            format!(
                "Somebody asked that this be the address of their account at Haven from now on. If that was you, sign in, and \
send a POST with {{\"link\": \"{shown}\"}} to\n\n  {address}/v1/me/email/confirmation\n\n{works} {asks}\n"
            ),
        ),
        LetterPurpose::ResetPassword if of("role").is_some() => (
            "You look after this directory".to_owned(),
            format!(
                "Whoever runs this directory made you an administrator of it. To choose a password, send a POST with \
{{\"password\": \"…\"}} to\n\n  {link}\n\n{works} Then sign in, and set up a second factor, without which nobody \
decides on anything: {address}/v1/me/second-factor\n"
            ),
        ),
        LetterPurpose::ResetPassword => (
            "Choose a new password".to_owned(),
            format!(
                "To choose a password, send a POST with {{\"password\": \"…\"}} to\n\n  {link}\n\n{works} {asks}\n"
            ),
        ),
        LetterPurpose::Invitation => (
            "You are invited".to_owned(),
            format!(
                "You are invited to look after the listings of {} as {}. If you have no account of this address, \
register first, by a POST with {{\"email\": \"…\", \"name\": \"…\"}} to {address}/v1/accounts. Then send a POST with {{}} to\n\n  {link}\n\n{works} {asks}\n",
                waiting.payload["slug"]
                    .as_str()
                    .unwrap_or("an organisation"),
                waiting.payload["role"].as_str().unwrap_or("member"),
            ),
        ),
        LetterPurpose::Claim => (
            "Does this listing belong to you?".to_owned(),
            format!(
                "Somebody who calls themselves {}, and reads the mailbox {}, asks to look after what Haven publishes as {}, and \
would be able to change it. If you know them and agree, send a POST with {{}} to\n\n  {link}\n\n{works} If you do not agree, do \
nothing.\n",
                of("name").unwrap_or("nothing"),
                of("by").unwrap_or("of an account"),
                of("slug").unwrap_or("your listing"),
            ),
        ),
        LetterPurpose::Reminder => (
            "Is this still true?".to_owned(),
            format!(
                "Haven publishes {} for you, and nobody has said for a while that it is still true. If it is, send a POST \
with {{}} to\n\n  {link}\n\nIf it is not there any more, send {{\"closed\": true}} to the same address. It works once, without \
signing in, and for {hours}. To change something, sign in. Without an answer it is no longer published {FURTHER_MONTHS} \
months after it was first asked after, and can be brought back then.\n",
                waiting.payload["slug"].as_str().unwrap_or("a listing"),
            ),
        ),
        LetterPurpose::Lapse => (
            "It is no longer published".to_owned(),
            format!(
                "Haven no longer publishes {}: nobody said that it is still true since it was asked after. Nothing is \
lost. If it is still true, send a POST with {{}} to\n\n  {link}\n\nand it is public again, at once and as it was. It works once, without \
signing in, and for {hours}; afterwards, and to change something first, sign in.\n",
                waiting.payload["slug"].as_str().unwrap_or("a listing"),
            ),
        ),
        LetterPurpose::Notice => {
            let of = |key: &str| of(key).unwrap_or_default().to_owned();
            (
                of("subject"),
                format!("{}\n\n{address}{}\n", of("text"), of("path")),
            )
        }
    };
    (subject, text.into())
}
