//! What staff and moderators send.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::pointer::pointer;
use crate::{
    domain::{
        account::EmailAddress,
        draft::{MemberRole, ReportTopic},
        fault::{Fault, FaultCode, Faults},
        listing::Kind,
    },
    exchange::people,
};

/// An organisation with what it offers; each part is a listing, as far as it is known.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "organisation": {"slug": "moner-alo", "name": {"source": "bn", "text": {"bn": "মনের আলো", "en": "Moner Alo"}}},
    "hubs": [{"slug": "moner-alo-dhaka", "hub_details": {"kind": "drop_in"}}],
    "support_groups": [], "helplines": []
}))]
pub struct OrganisationRegistration {
    /// A `Listing` as that schema has it, as far as it is known: nothing in it is required before it is handed in, and the
    /// answer tells what it lacks.
    #[schema(required, value_type = Object)]
    organisation: Option<Value>,
    /// Each a `Listing`, as far as it is known, with `hub_details`.
    #[schema(value_type = Vec<Object>, max_items = 50)]
    hubs: Vec<Value>,
    /// Each a `Listing`, as far as it is known, with `group_details`.
    #[schema(value_type = Vec<Object>, max_items = 50)]
    support_groups: Vec<Value>,
    /// Each a `Listing`, as far as it is known, with `helpline_details`.
    #[schema(value_type = Vec<Object>, max_items = 50)]
    helplines: Vec<Value>,
}

/// The organisation and its parts.
#[derive(Debug)]
pub struct Parts {
    pub organisation: Value,
    pub others: Vec<(Kind, Value)>,
}

/// So many parts of a kind at once.
const MOST_PARTS: usize = 50;

impl OrganisationRegistration {
    /// The parts, or what is no listing at all.
    pub fn parse(self) -> Result<Parts, Vec<Fault>> {
        let mut faults = Faults::default();
        let organisation = faults.require("/organisation", self.organisation, "an object");
        let mut others = Vec::new();
        for (name, kind, values) in [
            ("hubs", Kind::Hub, self.hubs),
            ("support_groups", Kind::SupportGroup, self.support_groups),
            ("helplines", Kind::Helpline, self.helplines),
        ] {
            if values.len() > MOST_PARTS {
                faults.add(format!("/{name}"), FaultCode::TooLong, "at most 50");
            }
            for (index, value) in values.into_iter().enumerate() {
                object(&format!("/{name}/{index}"), &value, &mut faults);
                others.push((kind, value));
            }
        }
        if let Some(organisation) = &organisation {
            object("/organisation", organisation, &mut faults);
        }
        match organisation {
            Some(organisation) if faults.is_empty() => Ok(Parts {
                organisation,
                others,
            }),
            _ => Err(faults.0),
        }
    }
}

fn object(at: &str, value: &Value, faults: &mut Faults) {
    if !value.is_object() {
        faults.add(at, FaultCode::Malformed, "an object");
    }
}

/// A merge patch (RFC 7396) on a draft: what is absent stays, null goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": {"summary": null, "topics": ["grief"]}}))]
pub struct DraftPatch {
    /// A patch on what is typed, a `Listing` as far as it is known.
    #[schema(required, value_type = Object)]
    body: Option<Value>,
}

impl DraftPatch {
    /// The patch on the body.
    pub fn parse(self) -> Result<Value, Vec<Fault>> {
        let mut faults = Faults::default();
        let body = faults.require("/body", self.body, "an object");
        let body = body.filter(|body| {
            object("/body", body, &mut faults);
            body.is_object()
        });
        body.ok_or(faults.0)
    }
}

/// Why something does not become public.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The number belongs to somebody else."}))]
pub struct RejectionRequest {
    #[schema(required, min_length = 1, max_length = 2000, pattern = "\\S")]
    reason: Option<String>,
}

impl RejectionRequest {
    /// The reason.
    pub fn parse(self) -> Result<String, Vec<Fault>> {
        let mut faults = Faults::default();
        words("/reason", self.reason, &mut faults).ok_or(faults.0)
    }
}

/// What has to change first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remarks": [{"pointer": "/contacts/0/value", "remark": "Nobody answers here."}]}))]
pub struct ChangesRequest {
    /// Of the whole.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    reason: Option<String>,
    /// Of single values.
    #[schema(max_items = 100)]
    remarks: Option<Vec<RemarkRequest>>,
}

/// What is said of the whole; pointers with what is said of each.
pub type Said = (Option<String>, Vec<(String, String)>);

/// What is said of one value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemarkRequest {
    /// JSON Pointer into the draft's body; empty of the whole.
    #[schema(required, max_length = 500, pattern = "^(/([^/~]|~[01])*)*$")]
    pointer: Option<String>,
    #[schema(required, min_length = 1, max_length = 2000, pattern = "\\S")]
    remark: Option<String>,
}

impl ChangesRequest {
    /// What is said of the whole, and of each value.
    pub fn parse(self) -> Result<Said, Vec<Fault>> {
        let mut faults = Faults::default();
        let reason = self
            .reason
            .map(|reason| words("/reason", Some(reason), &mut faults));
        let given = self.remarks.unwrap_or_default();
        if given.len() > 100 {
            faults.add("/remarks", FaultCode::TooLong, "at most 100");
        }
        let mut remarks = Vec::new();
        for (index, given) in given.into_iter().enumerate() {
            let at = format!("/remarks/{index}");
            let pointer = pointer(&format!("{at}/pointer"), given.pointer, &mut faults);
            let remark = words(&format!("{at}/remark"), given.remark, &mut faults);
            remarks.extend(pointer.zip(remark));
        }
        if reason.is_none() && remarks.is_empty() && faults.is_empty() {
            faults.add("/remarks", FaultCode::Required, "what is to change");
        }
        if faults.is_empty() {
            Ok((reason.flatten(), remarks))
        } else {
            Err(faults.0)
        }
    }
}

/// Who looks at it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"}))]
pub struct AssignmentRequest {
    /// A moderator; absent: nobody any more.
    #[schema(max_length = 36)]
    pub account: Option<Uuid>,
}

/// What is said among moderators.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Called them; they are back on Monday."}))]
pub struct NoteRequest {
    #[schema(required, min_length = 1, max_length = 2000, pattern = "\\S")]
    note: Option<String>,
}

impl NoteRequest {
    /// The note.
    pub fn parse(self) -> Result<String, Vec<Fault>> {
        let mut faults = Faults::default();
        words("/note", self.note, &mut faults).ok_or(faults.0)
    }
}

/// Whom to invite, and as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "karim@example.org", "role": "editor"}))]
pub struct InvitationRequest {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$"
    )]
    email: Option<String>,
    #[schema(required, value_type = String, max_length = 20, pattern = "^(owner|editor|viewer)$")]
    role: Option<MemberRole>,
}

impl InvitationRequest {
    /// Whom, and as what.
    pub fn parse(self) -> Result<(EmailAddress, MemberRole), Vec<Fault>> {
        let mut faults = Faults::default();
        let email = people::email(self.email.as_deref(), &mut faults);
        let role = faults.require("/role", self.role, &MemberRole::expected());
        email.zip(role).ok_or(faults.0)
    }
}

/// What a member is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "viewer"}))]
pub struct MemberRequest {
    #[schema(required, value_type = String, max_length = 20, pattern = "^(owner|editor|viewer)$")]
    role: Option<MemberRole>,
}

impl MemberRequest {
    /// The role.
    pub fn parse(self) -> Result<MemberRole, Vec<Fault>> {
        let mut faults = Faults::default();
        let role = faults.require("/role", self.role, &MemberRole::expected());
        role.ok_or(faults.0)
    }
}

/// What somebody from the public says of a listing, or of what is missing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "topic": "wrong_number", "words": "It belongs to a shop now."}))]
pub struct ReportRequest {
    /// The listing; absent where something is missing in the directory.
    #[schema(max_length = 36)]
    listing: Option<Uuid>,
    #[schema(required, value_type = String, max_length = 20, pattern = "^(wrong_number|closed|wrong_place|wrong_hours|unsafe|duplicate|missing|other)$")]
    topic: Option<String>,
    /// Leave out who you are: nothing of you is kept.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    words: Option<String>,
}

impl ReportRequest {
    /// The listing, the topic, and the words.
    pub fn parse(self) -> Result<(Option<Uuid>, ReportTopic, String), Vec<Fault>> {
        let mut faults = Faults::default();
        // Read here: the directory has topics of its own, which are nobody's to name.
        let topic = self.topic.as_deref().and_then(ReportTopic::parse);
        let topic = topic.filter(|topic| ReportTopic::OF_PEOPLE.contains(topic));
        let topics: Vec<&str> = ReportTopic::OF_PEOPLE
            .iter()
            .map(|of| of.as_str())
            .collect();
        let expected = format!("one of {}", topics.join(", "));
        let topic = faults.require("/topic", topic, &expected);
        let missing = topic == Some(ReportTopic::Missing);
        if topic.is_some() && missing == self.listing.is_some() {
            let expected = "the id of a listing, apart from what is missing";
            faults.add("/listing", FaultCode::Contradiction, expected);
        }
        let words = match self.words {
            Some(text) => words("/words", Some(text), &mut faults),
            None if missing => faults.require("/words", None, "what is missing, and where"),
            None => Some(String::new()),
        };
        match (topic, words) {
            (Some(topic), Some(words)) if faults.is_empty() => Ok((self.listing, topic, words)),
            _ => Err(faults.0),
        }
    }
}

/// Why a listing is somebody's to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"by_mail": false, "grounds": "I coordinate its groups; ask at the office."}))]
pub struct ClaimRequest {
    /// Ask at the published e-mail address of the listing; else a moderator decides.
    #[serde(default)]
    pub by_mail: bool,
    /// Why it is one's own to keep; needed where nobody is asked by mail.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    grounds: Option<String>,
}

impl ClaimRequest {
    /// The grounds, where a moderator has to be convinced.
    pub fn parse(self) -> Result<(bool, String), Vec<Fault>> {
        let mut faults = Faults::default();
        let grounds = match self.grounds {
            Some(grounds) => words("/grounds", Some(grounds), &mut faults),
            None if self.by_mail => Some(String::new()),
            None => faults.require("/grounds", None, "why it is yours to keep, or by_mail"),
        };
        let grounds = grounds.ok_or(faults.0)?;
        // Who is asked by mail is not told them.
        Ok(match self.by_mail {
            true => (true, String::new()),
            false => (false, grounds),
        })
    }
}

/// What becomes of a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"granted": false, "reason": "The mailbox of the hospital does not know of it."}))]
pub struct ClaimDecision {
    #[schema(required)]
    granted: Option<bool>,
    /// Why; whoever claims is told so. Required where it is not granted.
    #[schema(min_length = 1, max_length = 2_000, pattern = "\\S")]
    reason: Option<String>,
}

impl ClaimDecision {
    /// Whether it is granted, and why.
    pub fn parse(self) -> Result<(bool, Option<String>), Vec<Fault>> {
        let mut faults = Faults::default();
        let granted = faults.require("/granted", self.granted, "true or false");
        let reason = match self.reason {
            Some(reason) => words("/reason", Some(reason), &mut faults),
            None if granted == Some(false) => {
                let expected = "why it is not theirs to keep";
                faults.add("/reason", FaultCode::Required, expected);
                None
            }
            None => None,
        };
        match granted {
            Some(granted) if faults.is_empty() => Ok((granted, reason)),
            _ => Err(faults.0),
        }
    }
}

/// 1 to 2,000 characters that people can read.
pub(in crate::exchange) fn words(
    at: &str,
    text: Option<String>,
    faults: &mut Faults,
) -> Option<String> {
    const EXPECTED: &str = "1 to 2000 characters";
    let length = text.as_ref().map(|text| text.chars().count());
    if length.is_some_and(|length| length > 2_000) {
        faults.add(at, FaultCode::TooLong, EXPECTED);
        return None;
    }
    let text = text.map(|text| text.trim().to_owned());
    faults.require(at, text.filter(|text| !text.is_empty()), EXPECTED)
}
