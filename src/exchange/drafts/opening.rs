//! What somebody wants to type in.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::listing::Kind;

/// A draft to be opened: of a listing, or of a new one of an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "kind": "hub", "body": {"slug": "moner-alo-sylhet"}}))]
pub struct DraftRequest {
    /// The public listing that is to change; or one that was taken back or rejected before it was public, to go on with it.
    #[schema(max_length = 36)]
    pub listing: Option<Uuid>,
    /// A draft that was taken back or rejected, to go on with what it says, on what is public of its listing by now.
    #[schema(max_length = 36)]
    pub draft: Option<Uuid>,
    /// The organisation to which a new listing is added.
    #[schema(max_length = 36)]
    pub organisation: Option<Uuid>,
    /// The kind of a new listing.
    #[schema(value_type = Option<String>, max_length = 20, pattern = "^(organisation|hub|support_group|helpline)$")]
    pub kind: Option<Kind>,
    /// What is known of a new listing: a `Listing` as that schema has it, without what is not known yet. Of one that is there
    /// a merge patch on what is public of it, or, where it never was, on what was typed last. Of a draft a merge patch on what
    /// it says.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
}
