//! Drafts as they travel: as typed, with what they lack, and what changes by them.

mod answer;
mod away;
mod claim;
mod difference;
mod doubt;
mod fields;
mod lack;
mod mentioned;
mod merge;
mod opening;
mod pointer;
mod request;
mod status;
mod suggestion;
mod unsaid;

pub use answer::{
    AlikeAnswer, AlikeDraftAnswer, AlikeList, DifferenceAnswer, DraftAnswer, InvitationAnswer,
    InvitationList, Lack, LapsedAnswer, LapsedList, MemberAnswer, MemberList, MembershipAnswer,
    MembershipList, NoteAnswer, NoteList, OrganisationRegistered, RemarkAnswer, ReportAnswer,
    ReportList, SubmissionAnswer, SubmissionList, SuggestionAnswer, SuggestionList, TermsAnswer,
};
pub use away::{MergeRequest, WithdrawalRequest};
pub use claim::{ClaimAnswer, ClaimList, OwnClaimAnswer, OwnClaimList};
pub use difference::{Marked, ValueChange, difference};
pub use doubt::doubts;
pub use fields::FieldsRequest;
pub use lack::{Place, lacks, listing_of};
pub use mentioned::Mentioned;
pub use merge::merge;
pub use opening::DraftRequest;
pub use pointer::leads_somewhere;
pub(super) use pointer::pointer;
pub(super) use request::words;
pub use request::{
    AssignmentRequest, ChangesRequest, ClaimDecision, ClaimRequest, DraftPatch, InvitationRequest,
    MemberRequest, NoteRequest, OrganisationRegistration, Parts, RejectionRequest, ReportRequest,
};
pub use status::{StatusRequest, StatusSaid};
pub use suggestion::{changed_keys, suggested};
pub use unsaid::unsaid;
