//! What a search answers.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    crisis::CrisisAnswer,
    names::TopicName,
    place::ShownPoint,
    reader::Text,
    summary::ListingSummary,
    understood::{Explained, Understood, Why},
};
use crate::domain::language::Language;

/// A listing that was found, and how.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// Its `place` is the one that the hit is about: the nearest that meets the conditions.
    #[serde(flatten)]
    pub listing: ListingSummary,
    /// Great-circle metres from `near` to the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 1234.5)]
    pub distance_m: Option<f64>,
    /// Whether the place's point stands for an area.
    pub approximate: bool,
    #[serde(skip_serializing_if = "Highlights::is_empty")]
    #[schema(required = false)]
    pub highlights: Highlights,
    /// The language in which the words were found, where that is not the one shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_in: Option<Language>,
    /// Where `explain` was asked for: which parts answer which words. None where only longer texts do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub why: Vec<Why>,
}

/// The shown texts cut where the words match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"name": [{"text": "Kaan ", "marked": false}, {"text": "Pete", "marked": true}]}))]
pub struct Highlights {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub name: Vec<Segment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub summary: Vec<Segment>,
}

/// A part of a text; all parts together are the text.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Segment {
    pub text: String,
    pub marked: bool,
}

impl Highlights {
    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.summary.is_empty()
    }
}

/// `text` cut at the marks, which are byte ranges in order; nothing where there are none, or where they do not fit.
#[must_use]
pub fn segments(text: &Text, marks: &[(usize, usize)]) -> Vec<Segment> {
    let mut ranges = Vec::with_capacity(2 * marks.len() + 1);
    let mut at = 0;
    for (from, until) in marks {
        ranges.extend([(at..*from, false), (*from..*until, true)]);
        at = *until;
    }
    if !marks.is_empty() {
        ranges.push((at..text.text.len(), false));
    }
    let segments = ranges.into_iter().filter(|(range, _)| !range.is_empty());
    let cut = segments.map(|(range, marked)| {
        Some(Segment {
            text: text.text.get(range)?.to_owned(),
            marked,
        })
    });
    cut.collect::<Option<_>>().unwrap_or_default()
}

/// How many listings there are; a lower bound where it is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"value": 12, "exact": true}))]
pub struct Total {
    pub value: u64,
    pub exact: bool,
}

/// How many of the listings have a value; the facet's own filter is left out of the count.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"value": "depression", "label": {"text": "Depression", "lang": "en"}, "count": 7}))]
pub struct FacetValue {
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    pub count: u64,
}

/// A page of hits.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// Whom to call now, where the words tell of danger to life: for the country of the point, of the place among the
    /// words or of the filters, else for the directory's own, else a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crisis: Option<CrisisAnswer>,
    /// `found`, `few` where there are less than three hits, or `nothing`: no hit, and nothing in `instead`.
    #[schema(value_type = String, pattern = "^(found|few|nothing)$", example = "found")]
    pub outcome: &'static str,
    /// What the words say beside what is sought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub understood: Option<Understood>,
    pub hits: Vec<Hit>,
    pub total: Total,
    /// Counts by the name of the filter.
    pub facets: BTreeMap<String, Vec<FacetValue>>,
    /// Whether a better engine should have answered.
    pub degraded: bool,
    /// Who answered: `catalogue` where no words were asked for, else the words engine.
    #[schema(value_type = String, example = "embedded")]
    pub engine: &'static str,
    /// The point from which distances are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<ShownPoint>,
    /// The cursor of the next page; after a GET, the header `Link` has the whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where there are few hits: what wider questions find, apart from the hits, each step named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub instead: Vec<Instead>,
    /// Where `explain` was asked for: what the words became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
}

/// What is found when the question is widened.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct Instead {
    /// In the order in which they are tried. `spelling`: the words as they were probably meant, in `words`;
    /// `without_place`: wherever it is, the nearest to the place first; `farther`: beyond the radius or box; both within
    /// the country of the place as long as anything is found there; `remote`: by telephone or online in that country;
    /// `broader_topic`: what the topic is a part of, in `topics`; `nearby`: anything in the place, whatever the words.
    #[schema(value_type = String, pattern = "^(spelling|without_place|farther|remote|broader_topic|nearby)$", example = "remote")]
    pub relaxation: &'static str,
    /// The words that were looked for, where they were others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The topics that were looked for, where they were others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub topics: Vec<TopicName>,
    pub hits: Vec<Hit>,
    pub total: Total,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_the_whole_text() {
        let text = Text {
            text: "মন ভালো নেই".to_owned(),
            lang: Language::parse("bn").unwrap(),
        };
        let cut = segments(&text, &[(0, 6), (7, 19)]);
        assert_eq!(
            cut.iter()
                .map(|part| part.text.as_str())
                .collect::<String>(),
            text.text
        );
        assert_eq!(cut.iter().filter(|part| part.marked).count(), 2);
        assert!(segments(&text, &[]).is_empty());
        assert!(
            segments(&text, &[(0, 5)]).is_empty(),
            "not at a character's boundary"
        );
    }
}
