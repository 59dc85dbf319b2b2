//! Keys of apps: made, listed, taken back, and known again.
//!
//! A key raises the limits of reading. With a scope it may look at, or type in, the drafts of its owner's organisations;
//! it never is a moderator, and changes neither people nor keys.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    app::{App, AppError, still},
    credentials::{key, token},
    domain::{
        account::KeyScope,
        actor::{Actor, KeyGrant, Person},
    },
    store::people::{Key, NewKey},
};

/// What every key begins with.
pub const PREFIX: &str = key::PREFIX;

/// So many keys in force one account has at most.
const MOST: i64 = 50;
/// How long what is known of a key is believed where only limits hang on it.
const BELIEVED_S: i64 = 30;
/// So many are remembered.
const REMEMBERED: usize = 20_000;

/// A key to be.
#[derive(Debug)]
pub struct Wanted {
    pub name: String,
    pub scopes: Vec<KeyScope>,
    pub days: u16,
}

/// A key that was made, shown now and never again.
#[derive(Debug)]
pub struct Made {
    pub id: Uuid,
    pub key: SecretString,
    pub expires_at: Timestamp,
}

/// What was found of keys lately, by their hashes.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<String, (Timestamp, Option<Uuid>)>>);

/// Makes a key.
///
/// # Errors
/// `Conflict` where the account has too many.
pub async fn create(app: &App, person: &Person, wanted: &Wanted) -> Result<Made, AppError> {
    let now = app.now();
    let expires_at = now + SignedDuration::from_hours(24 * i64::from(wanted.days));
    let made = key::mint();
    let text = made.expose_secret();
    let hash = token::hash(text);
    let new = NewKey {
        account: person.account,
        name: &wanted.name,
        prefix: key::shown(text),
        hash: &hash,
        scopes: &wanted.scopes,
        expires_at,
    };
    let written = app.parts.store.write(person.actor(), async |tx| {
        // Those who make several at one moment would each see room for theirs.
        still(tx.still_let_in_alone(person).await?)?;
        if tx.count_keys(person.account, now).await? >= MOST {
            return Err(AppError::Conflict("so many keys are in force already"));
        }
        let id = tx.create_key(&new, now).await?;
        tx.audit("create_key", format!("key/{id}"), now).await?;
        Ok::<_, AppError>(id)
    });
    Ok(Made {
        id: written.await?,
        key: made,
        expires_at,
    })
}

/// The person's keys.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Key>, AppError> {
    Ok(app.parts.store.list_keys(person.account).await?)
}

/// Takes a key out of force.
///
/// # Errors
/// `NotFound` where it is none of theirs.
pub async fn revoke(app: &App, person: &Person, id: Uuid) -> Result<(), AppError> {
    let now = app.now();
    let written = app.write(person, async |tx| {
        if !tx.revoke_key(person.account, id).await? {
            return Err(AppError::NotFound);
        }
        Ok(tx.audit("revoke_key", format!("key/{id}"), now).await?)
    });
    written.await?;
    app.parts.staff.keys.lock().clear();
    Ok(())
}

/// Who has that key.
///
/// # Errors
/// `Unauthenticated` where it is none that is in force.
pub async fn authenticate(
    app: &App,
    actor: Actor,
    given: &SecretString,
) -> Result<Person, AppError> {
    let found = find(app, actor, given.expose_secret()).await?;
    let found = found.ok_or(AppError::Unauthenticated)?;
    let holds = |scope: KeyScope| found.scopes.contains(&scope);
    Ok(Person {
        account: found.account,
        role: None,
        strong: false,
        session: found.id,
        key: Some(KeyGrant {
            reads: holds(KeyScope::DraftsRead) || holds(KeyScope::DraftsWrite),
            writes: holds(KeyScope::DraftsWrite),
        }),
    })
}

/// The account whose limits hold for who shows that key, nobody's where it is not in force; nothing where it has to be
/// looked up. What is known of a key is half a minute old at most.
#[must_use]
pub fn recall(app: &App, given: &str) -> Option<Option<Uuid>> {
    if !key::is_sound(given) {
        return Some(None);
    }
    let now = app.now();
    let known = app
        .parts
        .staff
        .keys
        .lock()
        .get(&token::hash(given))
        .copied();
    let (at, account) = known?;
    (now.duration_since(at).as_secs().abs() < BELIEVED_S).then_some(account)
}

/// The account whose limits hold for who shows that key, where it is in force.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn identify(app: &App, actor: Actor, given: &str) -> Result<Option<Uuid>, AppError> {
    let account = find(app, actor, given).await?.map(|key| key.account);
    let mut all = app.parts.staff.keys.lock();
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(token::hash(given), (app.now(), account));
    Ok(account)
}

async fn find(app: &App, actor: Actor, given: &str) -> Result<Option<Key>, AppError> {
    if !key::is_sound(given) {
        return Ok(None);
    }
    let now = app.now();
    let store = &app.parts.store;
    let found = store.find_key(&token::hash(given), now).await?;
    let today = today(now);
    if let Some(key) = &found
        && key.last_used_on != Some(today)
    {
        let id = key.id;
        let touched = store.write(actor, async |tx| tx.touch_key(id, today).await);
        touched.await?;
    }
    Ok(found)
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

impl Memory {
    pub(in crate::app) fn lock(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<String, (Timestamp, Option<Uuid>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
