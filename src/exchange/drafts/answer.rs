//! What staff and moderators are answered.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::difference::ValueChange;
use crate::domain::{
    draft::{DraftState, MemberRole, ReportTopic, TakenOffBy},
    fault::{Fault, FaultCode},
    listing::Kind,
};

/// What is left out where it does not hold.
#[allow(clippy::trivially_copy_pass_by_ref)] // As serde asks.
fn is_false(of: &bool) -> bool {
    !of
}

/// A draft, as typed, with what it lacks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c",
    "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "kind": "hub", "state": "draft", "version": 1, "base_moved": false,
    "body": {"kind": "hub", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "slug": "moner-alo-dhaka"},
    "lacks": [{"pointer": "/name", "code": "required", "expected": "a name"}], "remarks": [], "role": "owner",
    "created_at": "2026-11-26T09:00:00Z", "changed_at": "2026-11-26T09:00:00Z"
}))]
pub struct DraftAnswer {
    pub id: Uuid,
    /// The id that the listing has, or will have once it is public.
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub state: DraftState,
    /// To be sent as `If-Match` with the next change.
    pub version: i64,
    /// The revision of the public listing on which it stands; absent of a listing that is not public yet. A revision by which
    /// nothing changed that anybody sees has no `version` of its own, so that this may be a later number than that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<i64>,
    /// The public listing changed since; handing in again takes that into account.
    pub base_moved: bool,
    /// What is typed so far: a `Listing` as that schema has it, without what is not known yet.
    #[schema(value_type = Object)]
    pub body: Value,
    /// What has to be mended before it can be public: what is missing or wrong in it, and what it names that is not in the
    /// directory. What waits for its organisation, or for what else is typed there, is none.
    pub lacks: Vec<Lack>,
    /// What may be wrong all the same: numbers as none is given out in their country. It keeps nothing from being public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Lack>,
    /// What a moderator said of single values.
    pub remarks: Vec<RemarkAnswer>,
    /// What a moderator said of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A moderator opened it, of a listing that nobody keeps; another one decides.
    #[serde(skip_serializing_if = "is_false")]
    pub by_moderator: bool,
    /// What the person who asks is in the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<MemberRole>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// The licence under which it was handed in, an SPDX identifier; before that, `getTerms` says which it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The batch with which it was handed in; it is decided on with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Uuid>,
}

/// What somebody who hands something in agrees to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"licence": "CC-BY-4.0", "url": "https://spdx.org/licenses/CC-BY-4.0.html"}))]
pub struct TermsAnswer {
    /// The licence under which it is given, an SPDX identifier.
    pub licence: String,
    /// Its text.
    #[schema(format = "uri")]
    pub url: String,
}

/// What a feed says of a listing that its owner describes otherwise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuggestionAnswer {
    pub id: Uuid,
    /// The name of the feed.
    pub source: String,
    /// The listing's id there.
    pub external_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub said_at: Timestamp,
    /// Every value in which the feed differs from what is public.
    pub changes: Vec<ValueChange>,
    /// The same as a merge patch, to be the `body` of a draft of the listing.
    #[schema(value_type = Object)]
    pub patch: Value,
}

/// What feeds say of a listing, and nobody has settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "source": "ministry", "external_id": "7",
    "said_at": "2026-11-26T09:00:00Z", "changes": [{"pointer": "/topics", "before": ["grief"], "after": ["grief", "stress"]}],
    "patch": {"topics": ["grief", "stress"]}}]}))]
pub struct SuggestionList {
    pub items: Vec<SuggestionAnswer>,
}

/// What has to be mended, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lack {
    /// JSON Pointer into the body.
    pub pointer: String,
    pub code: FaultCode,
    pub expected: String,
}

impl From<Fault> for Lack {
    fn from(fault: Fault) -> Self {
        Self {
            pointer: fault.pointer,
            code: fault.code,
            expected: fault.expected,
        }
    }
}

/// What a moderator said of one value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemarkAnswer {
    /// JSON Pointer into the body.
    pub pointer: String,
    pub remark: String,
}

/// An organisation that was registered, with its parts in the order in which they came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrganisationRegistered {
    pub organisation: DraftAnswer,
    pub hubs: Vec<DraftAnswer>,
    pub support_groups: Vec<DraftAnswer>,
    pub helplines: Vec<DraftAnswer>,
}

/// What one has typed, and how it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionAnswer {
    pub draft: DraftAnswer,
    /// Its place among all that waits for a moderator, reports and claims included, of which what is urgent comes first; 1
    /// is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

/// One's drafts, the latest first, and how long the directory usually takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"draft": {
    "id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c",
    "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "kind": "hub", "state": "draft", "version": 1, "base_moved": false,
    "body": {"kind": "hub", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "slug": "moner-alo-dhaka"},
    "lacks": [{"pointer": "/name", "code": "required", "expected": "a name"}], "remarks": [], "role": "owner",
    "created_at": "2026-11-26T09:00:00Z", "changed_at": "2026-11-26T09:00:00Z"
}, "position": 3}], "usual_wait_minutes": 1440}))]
pub struct SubmissionList {
    pub items: Vec<SubmissionAnswer>,
    /// How long a decision usually takes, in minutes: the median of the latest hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_wait_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What is public, or was, what would be, and every value in which they differ.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"draft": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "version": 2, "against": 4, "changes": [
    {"pointer": "/contacts/0/value", "before": "+8801700000001", "after": "+8801700000002", "marked": "contact"}]}))]
pub struct DifferenceAnswer {
    pub draft: Uuid,
    /// The version of the draft.
    pub version: i64,
    /// The version of the listing with which it is compared: while it is open that which is public now, afterwards that on
    /// which it stood when it was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<i64>,
    pub changes: Vec<ValueChange>,
}

/// What somebody from the public said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportAnswer {
    pub id: Uuid,
    /// The listing that it is about; absent where something is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its name for URLs; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    pub topic: ReportTopic,
    pub words: String,
    /// Somebody may be calling in vain at this moment.
    pub urgent: bool,
    /// Those who keep the listing say so themselves, by the link of a letter.
    #[serde(skip_serializing_if = "is_false")]
    pub by_owner: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Reports that wait: what is urgent first, then the oldest.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a62", "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c",
    "kind": "helpline", "slug": "night-line", "topic": "wrong_number", "words": "It belongs to a shop now.", "urgent": true, "created_at": "2026-11-26T09:00:00Z"}]}))]
pub struct ReportList {
    pub items: Vec<ReportAnswer>,
}

/// What was said among moderators.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoteAnswer {
    pub id: Uuid,
    /// Absent where the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Uuid>,
    pub note: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Notes, the oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5e", "note": "Called them; they are back on Monday.", "created_at": "2026-11-26T09:00:00Z"}]}))]
pub struct NoteList {
    pub items: Vec<NoteAnswer>,
}

/// Somebody who keeps an organisation's listings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberAnswer {
    pub account: Uuid,
    pub name: String,
    pub email: String,
    pub role: MemberRole,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// Who keeps an organisation's listings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f", "name": "Rima Akter", "email": "rima@example.org", "role": "owner", "since": "2026-11-26T09:00:00Z"}]}))]
pub struct MemberList {
    pub items: Vec<MemberAnswer>,
}

/// An invitation that nobody has followed yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitationAnswer {
    pub id: Uuid,
    pub email: String,
    pub role: MemberRole,
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
    /// Until when its link works; absent before the letter is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// The invitations of an organisation that may still be followed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a61", "email": "karim@example.org", "role": "editor",
    "written_at": "2026-11-26T09:00:00Z", "expires_at": "2026-12-03T09:00:00Z"}]}))]
pub struct InvitationList {
    pub items: Vec<InvitationAnswer>,
}

/// An organisation that one keeps.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MembershipAnswer {
    pub organisation: Uuid,
    pub role: MemberRole,
    /// Its name for URLs, once it is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What stands for it, where a moderator merged it: nothing can be typed for this one any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// The organisations that one keeps.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "role": "owner", "since": "2026-11-26T09:00:00Z"}]}))]
pub struct MembershipList {
    pub items: Vec<MembershipAnswer>,
}

/// A listing that is not public any more because nobody who keeps it said that it is still true, or because somebody took it
/// off.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LapsedAnswer {
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub slug: String,
    #[schema(value_type = String, format = DateTime)]
    pub lapsed_at: Timestamp,
    /// Why somebody took it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_off: Option<String>,
    /// Who did. What a moderator took off comes back by a draft, and is not to be confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub taken_off_by: Option<TakenOffBy>,
    /// What was public, as typed. Confirmed, it is public again as it was.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// What lapsed or was taken off.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
    "kind": "hub", "slug": "moner-alo-dhaka", "lapsed_at": "2027-02-26T09:00:00Z", "body": {"kind": "hub", "slug": "moner-alo-dhaka"}}]}))]
pub struct LapsedList {
    pub items: Vec<LapsedAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A public listing that may be the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlikeAnswer {
    pub listing: Uuid,
    pub kind: Kind,
    pub slug: String,
    pub same_number: bool,
    pub same_website: bool,
    pub nearby_with_similar_name: bool,
}

/// What somebody typed that may be the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlikeDraftAnswer {
    pub draft: Uuid,
    /// The id that the listing has, or will have once it is public.
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub state: DraftState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Uuid>,
    pub same_number: bool,
    pub same_website: bool,
    pub nearby_with_similar_name: bool,
}

/// Listings that may be the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "kind": "hub", "slug": "moner-alo-dhaka",
    "same_number": true, "same_website": false, "nearby_with_similar_name": true}], "unpublished": []}))]
pub struct AlikeList {
    /// Those that are public.
    pub items: Vec<AlikeAnswer>,
    /// Those that others typed or handed in: for moderators. Of one that was not handed in, nothing else can be seen.
    pub unpublished: Vec<AlikeDraftAnswer>,
}
