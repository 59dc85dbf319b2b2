//! What was understood of a searcher's words, and why hits are there. It goes to whoever asked, and nowhere else.

use serde::Serialize;
use utoipa::ToSchema;

use super::names::AreaName;
use crate::domain::slug::Slug;

/// What the words say beside what is sought.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"words": "মানসিক হাসপাতাল", "place": {"said": "ঢাকা", "areas": [{"code": "bd-dhaka-division"}],
    "alternatives": [{"code": "bd-dhaka"}], "undone": false}}))]
pub struct Understood {
    /// What was looked for; absent where nothing else is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<UnderstoodPlace>,
    /// Conditions that the words mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub filters: Vec<UnderstoodFilter>,
    /// Areas that `near` and `area` named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub named: Vec<NamedArea>,
    /// `point_wanted`: "near me" was said, and a point in `near` would say where that is. None is ever guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^point_wanted$", example = "point_wanted")]
    pub hint: Option<&'static str>,
}

/// A place among the words.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct UnderstoodPlace {
    /// As it was written.
    pub said: String,
    /// What it was taken for: any of these.
    pub areas: Vec<AreaName>,
    /// Other areas of the same name, the likeliest first; one of their codes in `area` asks for that one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub alternatives: Vec<AreaName>,
    /// Whether it was looked for as a word after all, because nothing answers there.
    pub undone: bool,
}

/// A condition among the words.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"said": "free", "filter": "cost", "value": "free", "undone": false}))]
pub struct UnderstoodFilter {
    /// As it was written.
    pub said: String,
    /// The parameter that means the same.
    #[schema(value_type = String, pattern = "^(cost|delivery|spoken|open_now|radius|sort)$", example = "cost")]
    pub filter: &'static str,
    pub value: String,
    /// Whether it was left out after all, because nothing met it.
    pub undone: bool,
}

/// An area that a parameter named.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct NamedArea {
    #[schema(value_type = String, pattern = "^(near|area)$", example = "near")]
    pub parameter: &'static str,
    pub area: AreaName,
    /// Other areas of the same name, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub alternatives: Vec<AreaName>,
}

/// A part of a listing that answers the words.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"field": "topics", "words": ["বিষণ্নতা", "Depression"]}))]
pub struct Why {
    #[schema(value_type = String, pattern = "^(name|topics|organisation|place|text)$", example = "name")]
    pub field: &'static str,
    /// The words as the listing has them.
    pub words: Vec<String>,
}

/// What the words became before they were compared.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct Explained {
    /// The words that were looked for.
    pub words: String,
    /// The script of most of them.
    #[schema(value_type = String, pattern = "^(bengali|han|latin|other)$", example = "bengali")]
    pub script: &'static str,
    /// Their language: by their script, else by words that only one language has, else the reader's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bn")]
    pub language: Option<String>,
    pub units: Vec<ExplainedUnit>,
}

/// One thing that is asked for.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"words": [{"text": "কাউন্সেলিং", "terms": ["কাউন্সেলিং"]}], "topics": ["counselling"]}))]
pub struct ExplainedUnit {
    pub words: Vec<ExplainedWord>,
    /// Topics that these words name, in any language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub topics: Vec<Slug>,
}

/// A word in the form in which it is compared.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedWord {
    pub text: String,
    /// Other forms that count as the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub stems: Vec<String>,
    /// The terms of the index that it is looked for by.
    pub terms: Vec<String>,
}
