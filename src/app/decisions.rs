//! What holds of every decision, on one draft or on many that were handed in as one: who may decide and on what, and what
//! those hear who handed it in.
//!
//! Invariant: nobody decides on what they have, or had while it was open, a part in.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        moderation::{moderator, tell},
    },
    domain::{
        actor::Person,
        draft::{DraftState, MemberRole},
    },
    store::{
        WriteTx,
        drafts::{Batch, Decision, Draft},
    },
};

/// What is decided on: who has a part in it, and where it stands.
pub(in crate::app) struct Matter {
    id: Uuid,
    role: Option<MemberRole>,
    author: Option<Uuid>,
    submitted_by: Option<Uuid>,
    version: i64,
    state: DraftState,
}

impl From<&Draft> for Matter {
    fn from(draft: &Draft) -> Self {
        Self {
            id: draft.id,
            role: draft.role,
            author: draft.author,
            submitted_by: draft.submitted_by,
            version: draft.version,
            state: draft.state,
        }
    }
}

impl From<&Batch> for Matter {
    fn from(batch: &Batch) -> Self {
        Self {
            id: batch.id,
            role: batch.role,
            author: batch.author,
            submitted_by: batch.submitted_by,
            version: batch.version,
            state: batch.state,
        }
    }
}

impl Matter {
    /// Whether the person has a part in it, where these are the drafts and batches in which they typed, or whose
    /// organisation they kept while those were open.
    pub(in crate::app) fn is_of(&self, person: &Person, parts: &HashSet<Uuid>) -> bool {
        let own = Some(person.account);
        let opened = self.author == own || self.submitted_by == own;
        self.role.is_some() || opened || parts.contains(&self.id)
    }

    /// Whether the person may decide on it as they saw it.
    ///
    /// # Errors
    /// `Forbidden` for all but moderators, and for those who have a part in it; `Stale` where it is of another version;
    /// `Conflict` where it does not wait.
    pub(in crate::app) async fn decidable(
        &self,
        app: &App,
        person: &Person,
        version: i64,
    ) -> Result<(), AppError> {
        moderator(person)?;
        // After the role that they have: whoever leaves in between has a part by having left.
        let parts = app
            .parts
            .store
            .list_parts(person.scope(), &[self.id])
            .await?;
        if self.is_of(person, &parts) {
            return Err(AppError::Forbidden);
        }
        if self.version != version {
            let current = self.version;
            return Err(AppError::Stale { current });
        }
        match self.state {
            DraftState::Submitted => Ok(()),
            _ => Err(AppError::Conflict("it does not wait for a decision")),
        }
    }
}

/// That the person has no part in a listing, on which, or on whose keepers, they are to decide.
///
/// # Errors
/// `Forbidden`.
pub(in crate::app) async fn no_part(
    tx: &mut WriteTx<'_>,
    person: &Person,
    listing: Uuid,
) -> Result<(), AppError> {
    match tx.keeps(person.account, listing).await? {
        true => Err(AppError::Forbidden),
        false => Ok(()),
    }
}

/// Whoever handed it in hears of it, and where they find it; `all` says what it was.
pub(in crate::app) async fn tell_decision(
    tx: &mut WriteTx<'_>,
    whom: (Option<Uuid>, String),
    all: &str,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<(), AppError> {
    let (subject, words) = match decision {
        Decision::Approve => ("It is public", format!("{all} was approved and is public.")),
        Decision::Reject { reason } => (
            "It was not approved",
            format!("{all} was not approved:\n\n{reason}"),
        ),
        Decision::RequestChanges { reason, remarks } => (
            "Something is to change first",
            to_change(all, reason, remarks),
        ),
    };
    tell(tx, whom, subject, &words, now).await
}

/// What a moderator said of the whole, and of how many values more. What those are stays where one has to sign in.
fn to_change(all: &str, reason: Option<&str>, remarks: usize) -> String {
    let mut text = format!("{all} is not public yet: a moderator asks for changes first");
    match reason {
        Some(reason) => text.push_str(&format!(":\n\n{reason}")),
        None => text.push('.'),
    }
    if remarks > 0 {
        text.push_str(&format!("\n\nSingle values with a remark: {remarks}."));
    }
    text
}
