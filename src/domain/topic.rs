//! Concepts of the taxonomy, a tree.

use serde::{Deserialize, Serialize};

use super::{area::Name, slug::Slug};

/// A concept such as depression or grief; the first name of a language is its label, the others are synonyms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    pub slug: Slug,
    pub parent: Option<Slug>,
    pub names: Vec<Name>,
}
