//! What is suggested to somebody who types.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    crisis::CrisisAnswer,
    names::{AreaName, TopicName},
    reader::Text,
};
use crate::domain::slug::Slug;

/// Suggestions, the best first.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct SuggestAnswer {
    /// Whom to call now, where what was typed tells of danger to life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crisis: Option<CrisisAnswer>,
    pub items: Vec<Suggestion>,
}

/// A name that may be meant.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"kind": "topic", "text": {"text": "বিষণ্নতা", "lang": "bn"}, "topic": {"slug": "depression"}}))]
pub struct Suggestion {
    #[schema(value_type = String, pattern = "^(topic|area|organisation|hub|support_group|helpline)$", example = "topic")]
    pub kind: &'static str,
    /// The name in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The name that was found, where it is another than the one shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<Text>,
    /// Of a topic: what `topic` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicName>,
    /// Of an area, itself with what it lies in: what `area` takes; of a listing, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaName>,
    /// Of a listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Of a listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Slug>,
}
