//! Withdrawing what a feed no longer has, with what keeps a broken feed from emptying the directory.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::{ImportError, lines::Seen};
use crate::{
    app::{AppError, national},
    domain::actor::Actor,
    store::{Expired, Kept, PublishFault, Store, StoreError},
};

/// What may be withdrawn.
#[derive(Clone, Debug)]
pub struct Expire {
    /// The feed's name.
    pub source: String,
    /// Withdraw nothing where this would be more than so many in a hundred of the feed's listings; 100 allows all, also
    /// where the feed is empty.
    pub at_most_percent: u8,
}

/// Why nothing was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryRefused {
    #[error("the feed is empty")]
    Empty,
    #[error("of {0} lines not even the source can be read, so they may be any listing of the feed")]
    Nameless(u64),
    #[error("organisations of the feed that would go provide each other")]
    Circle,
    #[error(
        "{missing} of {total} listings of the feed would go, more than {at_most_percent} in a hundred"
    )]
    TooMany {
        missing: usize,
        total: usize,
        at_most_percent: u8,
    },
}

/// What a dry run is undone by.
enum Undone {
    DryRun(Vec<Expired>),
    Circle,
    Store(StoreError),
}

impl From<PublishFault> for Undone {
    fn from(fault: PublishFault) -> Self {
        match fault {
            PublishFault::Store(error) => Self::Store(error),
            PublishFault::Faults(_) => Self::Circle,
        }
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// How many listings of a source are looked at in one go.
const PAGE: i64 = 5_000;

/// Withdraws all in one transaction, or says why it does not.
pub(super) async fn expire(
    store: &Store,
    actor: Actor,
    expire: &Expire,
    seen: &Seen,
    dry_run: bool,
    now: Timestamp,
) -> Result<Result<Vec<Expired>, ExpiryRefused>, ImportError> {
    if seen.lines == 0 && expire.at_most_percent < 100 {
        return Ok(Err(ExpiryRefused::Empty));
    }
    if seen.nameless > 0 {
        return Ok(Err(ExpiryRefused::Nameless(seen.nameless)));
    }
    let (missing, total) = missing(store, &expire.source, seen).await?;
    if missing.len() * 100 > total * usize::from(expire.at_most_percent) {
        return Ok(Err(ExpiryRefused::TooMany {
            missing: missing.len(),
            total,
            at_most_percent: expire.at_most_percent,
        }));
    }
    if missing.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let mut written = withdraw(store, actor, &expire.source, &missing, dry_run, now).await;
    if matches!(written, Err(Undone::Store(StoreError::LastLine))) {
        // Somebody took another line meanwhile: the one that is left is kept now.
        written = withdraw(store, actor, &expire.source, &missing, dry_run, now).await;
    }
    match written {
        Ok(expired) | Err(Undone::DryRun(expired)) => Ok(Ok(expired)),
        Err(Undone::Circle) => Ok(Err(ExpiryRefused::Circle)),
        Err(Undone::Store(error)) => Err(AppError::from(error).into()),
    }
}

/// Withdraws what may go. Of a country's last national line that stays, the moderators hear.
async fn withdraw(
    store: &Store,
    actor: Actor,
    source: &str,
    missing: &[Uuid],
    dry_run: bool,
    now: Timestamp,
) -> Result<Vec<Expired>, Undone> {
    let written = store.write(actor, async |tx| {
        let expired = tx.expire(source, missing, now).await?;
        for one in &expired {
            if one.kept == Some(Kept::LastNationalLine) {
                tx.alarm_of_line(one.id, national::LET_GO, now).await?;
            }
        }
        match dry_run {
            true => Err(Undone::DryRun(expired)),
            false => Ok(expired),
        }
    });
    written.await
}

/// The source's listings that were not seen, and how many it has.
async fn missing(
    store: &Store,
    source: &str,
    seen: &Seen,
) -> Result<(Vec<Uuid>, usize), ImportError> {
    let (mut present, mut missing) = (HashSet::new(), HashSet::new());
    let mut after = String::new();
    loop {
        let page = store.sourced(source, &after, PAGE).await;
        let page = page.map_err(AppError::from)?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        for (external_id, listing) in page {
            if seen.holds(source, &external_id) {
                present.insert(listing);
            } else {
                missing.insert(listing);
            }
        }
    }
    missing.retain(|listing| !present.contains(listing));
    let total = present.len() + missing.len();
    let mut missing: Vec<Uuid> = missing.into_iter().collect();
    missing.sort_unstable();
    Ok((missing, total))
}
