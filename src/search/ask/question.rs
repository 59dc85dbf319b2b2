//! What is asked, and why no answer may come.

use super::position::Position;
use crate::{
    domain::language::Language,
    search::{
        catalogue::{self, Facet, Filters, PlaceFilter, Sort, TermFilter},
        words::{Pushdown, Waited, WordsError},
    },
};

/// A question of a searcher. Deliberately without `Debug`.
#[derive(Clone)]
pub struct Question {
    /// As typed; blank is none.
    pub words: Option<String>,
    /// What a listing must answer besides, without being ranked by it; of no account where `words` are none.
    pub besides: Vec<Besides>,
    pub filters: Filters,
    pub place: PlaceFilter,
    pub sort: Sort,
    pub limit: u16,
    pub after: Option<Position>,
    /// In which languages texts are shown, the most wanted first.
    pub languages: Vec<Language>,
    /// What to count.
    pub facets: Vec<Facet>,
    /// How long servers were waited for, by this question and those that it was made of.
    pub waited: Waited,
}

/// Words that a listing must answer too, or else meet the filter.
#[derive(Clone)]
pub struct Besides {
    pub words: String,
    pub or: Option<TermFilter>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            words: None,
            besides: Vec::new(),
            filters: Filters::default(),
            place: PlaceFilter::default(),
            sort: Sort::Relevance,
            limit: 20,
            after: None,
            languages: Vec::new(),
            facets: Facet::USUAL.to_vec(),
            waited: Waited::default(),
        }
    }
}

impl Question {
    /// The words, where any were typed.
    pub(super) fn typed(&self) -> Option<&str> {
        self.words
            .as_deref()
            .map(str::trim)
            .filter(|words| !words.is_empty())
    }

    /// What an engine may use to find less. A facet that is counted is not among it: its own condition is left out of
    /// its counts, which are made from the matches.
    pub(super) fn pushdown(&self) -> Pushdown {
        let positive = self.filters.terms.iter().filter(|term| !term.none_of);
        Pushdown {
            labels: positive
                .filter(|term| !self.facets.contains(&term.facet))
                .filter_map(catalogue::labels_of)
                .collect(),
            circle: self.place.circle(),
            rectangle: self.place.rectangle,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("the position is of an index that is no longer there")]
    Expired,
    #[error("the position belongs to another question")]
    Foreign,
    #[error("an order by distance needs a point")]
    NoPoint,
    #[error("no words engine answered")]
    Words(#[source] WordsError),
}
