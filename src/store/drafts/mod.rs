//! What is typed and not public: drafts with remarks and notes, who may type them, claims, and answers kept for repeats.
//!
//! Invariant: every query on what is not public takes a `Scope`. What it does not cover is as if it were not there.

mod alike;
mod claim;
mod due;
mod member;
mod moderate;
mod once;
mod read;
mod report;
mod suggestion;
mod write;

pub use alike::{Alike, Shared, Traits};
pub use claim::Claim;
pub use due::Due;
pub use member::{Member, Membership};
pub use moderate::{Note, QueueFilter, Waiting};
pub use once::Begun;
pub use read::{Base, Draft, Remark};
pub use report::{NewReport, Report};
pub(in crate::store) use suggestion::NewSuggestion;
pub use suggestion::Suggestion;
pub use write::{DraftChange, NewDraft};
