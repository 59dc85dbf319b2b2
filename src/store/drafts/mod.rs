//! What is typed and not public: drafts alone and in batches, with remarks and notes, who may type them, claims, and
//! answers kept for repeats.
//!
//! Invariant: every query on what is not public takes a `Scope`. What it does not cover is as if it were not there. The few
//! that take none are listed, each with its reason, in `tests/it/store/scopes.rs`.

mod alike;
mod batch;
mod claim;
mod due;
mod handed_in;
mod inherit;
mod invitation;
mod member;
mod misfit;
mod moderate;
mod once;
mod page;
mod part;
mod present;
mod queue;
mod read;
mod report;
mod stood;
mod suggestion;
mod typed;
mod write;

pub use alike::{Alike, AlikeDraft, Shared, Traits};
pub use batch::{Batch, BatchChange, Decision, NewBatch, NewRow};
pub use claim::{Claim, OwnClaim};
pub use due::Due;
pub use inherit::Touched;
pub use invitation::Invitation;
pub use member::{Member, Membership};
pub use moderate::{Note, Waiting};
pub use once::Begun;
pub(in crate::store) use once::KEPT_H;
pub use page::DraftFilter;
pub use present::Base;
pub use queue::{QueueFilter, Waits};
pub use read::{Draft, Remark};
pub use report::{NewReport, Report};
pub(in crate::store) use suggestion::NewSuggestion;
pub use suggestion::{Suggestion, Untold};
pub use typed::InWork;
pub use write::{DraftChange, NewDraft, Opened};
