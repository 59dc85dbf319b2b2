//! What the server is asked about a question, and what its answers mean.
//!
//! Each unit of the question is a few questions of their own in one request: its words as written, in their other
//! forms, as the beginning of a longer word, by their sound, other words for the same, its topics. A question brings no
//! documents: the counts of the field of matches name every part of every listing that meets it. Typos are asked for in a
//! second request, and only of words that no listing knows, as in the engine in the process.

use std::collections::HashSet;

use serde::Serialize;

use super::{
    super::embedded::score::{Grade, MOST_UNITS},
    form::{MATCH, TOPIC},
    pushdown::any_of,
    readings::{alternatives, several_words},
    word::{if_unknown, pieces, sounds, word_as_written},
};
use crate::wording::Query;

/// One question to the server, as it reads it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    index_uid: String,
    q: String,
    matching_strategy: &'static str,
    facets: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filter: Vec<String>,
    #[serde(flatten)]
    extent: Extent,
}

/// No hits are wanted; with a threshold, only pages make the server hold every match against it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Extent {
    All {
        limit: u8,
    },
    #[serde(rename_all = "camelCase")]
    Above {
        page: u8,
        hits_per_page: u8,
        ranking_score_threshold: f64,
    },
}

/// What the matches of a question mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// The unit's word; it is known where there is a match.
    Words(Grade),
    /// Other words for the same, or several words of which each may stand for another.
    Also(Grade),
    /// What sounds like the word.
    Sounds(Grade),
    /// Of account only where the word is not known.
    IfUnknown(Grade),
    /// Of account only where the word is not known, nor anything that sounds like it.
    IfUnheard(Grade),
    Topics,
    /// One of the pieces of a way to write the word, by the number of the way.
    Piece(usize),
    /// The same, of account only where the word is not known.
    PieceIfUnknown(usize),
    /// The word is known after all, somewhere else.
    Known,
    /// What sounds like it is, somewhere else.
    Heard,
}

/// A question with the unit that it is about.
pub(super) struct Part {
    pub(super) unit: usize,
    pub(super) means: Means,
    pub(super) asked: Asked,
}

/// A round of questions.
pub(super) struct Round(pub(super) Vec<Part>);

struct Asking<'a> {
    index: &'a str,
    filter: Vec<String>,
    parts: Vec<Part>,
}

/// A question without its unit: what is asked, to which extent, and what that means.
pub(super) type Wanted = (String, Extent, Means);

/// Everything that is asked at first.
pub(super) fn first(index: &str, query: &Query, filter: &[String]) -> Round {
    let mut asking = Asking {
        index,
        filter: filter.to_vec(),
        parts: Vec::new(),
    };
    for (number, unit) in query.units.iter().take(MOST_UNITS).enumerate() {
        if !unit.topics.is_empty() {
            let topics = any_of(TOPIC, unit.topics.iter().map(String::as_str));
            asking.add(number, Means::Topics, String::new(), Extent::all(), topics);
        }
        let mut wanted = match &unit.words[..] {
            [word] => {
                let mut wanted = word_as_written(word, unit.last);
                if word.text.is_ascii() {
                    wanted.extend(sounds(word, unit.last));
                }
                if unit.topics.is_empty() {
                    wanted.extend(pieces(word));
                }
                wanted
            }
            words => several_words(words, unit.last),
        };
        wanted.extend(alternatives(unit));
        for (q, extent, means) in once_each(wanted) {
            asking.add(number, means, q, extent, None);
        }
    }
    Round(asking.parts)
}

/// Without what is asked before it in the same words and would count no less: other words for the same are often, once
/// folded, the same words.
fn once_each(wanted: Vec<Wanted>) -> Vec<Wanted> {
    let mut asked: Vec<(String, Grade)> = Vec::new();
    let mut once = Vec::with_capacity(wanted.len());
    for (q, extent, means) in wanted {
        if let (Extent::All { .. }, Means::Words(grade) | Means::Also(grade)) = (extent, means) {
            let before = asked.iter().any(|(one, best)| *one == q && *best >= grade);
            if before && matches!(means, Means::Also(_)) {
                continue;
            }
            asked.push((q.clone(), grade));
        }
        once.push((q, extent, means));
    }
    once
}

/// What is asked about units whose word nobody knows as far as the first round could tell: whether somebody else does,
/// what it may be a misspelling of, and what sounds like it.
pub(super) fn second(
    index: &str,
    query: &Query,
    filter: &[String],
    unknown: &HashSet<usize>,
) -> Round {
    let mut asking = Asking {
        index,
        filter: filter.to_vec(),
        parts: Vec::new(),
    };
    let units = query.units.iter().take(MOST_UNITS).enumerate();
    for (number, unit) in units.filter(|(number, _)| unknown.contains(number)) {
        let [word] = &unit.words[..] else { continue };
        let wanted = if_unknown(word, unit);
        if wanted.is_empty() {
            continue;
        }
        for (q, extent, means) in wanted {
            asking.add(number, means, q, extent, None);
        }
        if !asking.filter.is_empty() {
            let narrow = std::mem::take(&mut asking.filter);
            for (q, extent, _) in word_as_written(word, unit.last) {
                asking.add(number, Means::Known, q, extent, None);
            }
            for (q, extent, means) in sounds(word, unit.last) {
                if means == Means::Sounds(Grade::Sounding) {
                    asking.add(number, Means::Heard, q, extent, None);
                }
            }
            asking.filter = narrow;
        }
    }
    Round(asking.parts)
}

impl Asking<'_> {
    fn add(&mut self, unit: usize, means: Means, q: String, extent: Extent, more: Option<String>) {
        let filter = self.filter.iter().cloned().chain(more).collect();
        let asked = Asked {
            index_uid: self.index.to_owned(),
            q,
            matching_strategy: "all",
            facets: [MATCH],
            filter,
            extent,
        };
        self.parts.push(Part { unit, means, asked });
    }
}

impl Extent {
    pub(super) const fn all() -> Self {
        Self::All { limit: 0 }
    }

    pub(super) const fn above(threshold: f64) -> Self {
        Self::Above {
            page: 1,
            hits_per_page: 0,
            ranking_score_threshold: threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::{self, Vocabulary};

    fn asked(text: &str) -> Vec<(Means, String)> {
        let vocabulary = Vocabulary::build([("depression", "depression"), ("grief", "哀伤")]);
        let round = first("i", &wording::query(text, &vocabulary), &[]);
        let shown = |part: Part| (part.means, part.asked.q);
        let written = |(means, _): &(Means, String)| !matches!(means, Means::Sounds(_));
        round.0.into_iter().map(shown).filter(written).collect()
    }

    #[test]
    fn a_word_is_asked_for_as_written_in_other_forms_and_as_a_beginning() {
        assert_eq!(
            asked("groups dhaka"),
            [
                (Means::Words(Grade::AsWritten), "\"groups\"".to_owned()),
                (
                    Means::Words(Grade::OtherForm),
                    "-\"groups\" \"group\"".to_owned()
                ),
                (Means::Words(Grade::AsWritten), "\"dhaka\"".to_owned()),
                (
                    Means::Words(Grade::Beginning),
                    "-\"dhaka\" dhaka".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn nothing_is_asked_twice() {
        let also = |q: &str, grade| (q.to_owned(), Extent::all(), Means::Also(grade));
        let written = || {
            (
                "a".to_owned(),
                Extent::all(),
                Means::Words(Grade::AsWritten),
            )
        };
        let wanted = vec![
            written(),
            also("a", Grade::OtherForm),
            also("b", Grade::Sounding),
            also("b", Grade::OtherForm),
            also("b", Grade::OtherForm),
        ];
        let once = once_each(wanted).into_iter();
        let once: Vec<(String, Means)> = once.map(|(q, _, means)| (q, means)).collect();
        assert_eq!(
            once,
            [
                ("a".to_owned(), Means::Words(Grade::AsWritten)),
                ("b".to_owned(), Means::Also(Grade::Sounding)),
                ("b".to_owned(), Means::Also(Grade::OtherForm)),
            ]
        );
    }

    #[test]
    fn a_chinese_run_is_asked_for_whole_and_in_pairs() {
        let found = asked("心理站");
        let means = found.iter().map(|(means, _)| *means);
        let means: Vec<Means> = means
            .filter(|means| !matches!(means, Means::PieceIfUnknown(_)))
            .collect();
        assert_eq!(
            means,
            [
                Means::Words(Grade::AsWritten),
                Means::Piece(0),
                Means::Piece(0)
            ]
        );
    }

    #[test]
    fn only_unknown_words_are_asked_for_with_typos() {
        let query = wording::query("samaritns hotlin", &Vocabulary::default());
        let round = second("i", &query, &[], &HashSet::from([0]));
        let shown: Vec<_> = round
            .0
            .iter()
            .map(|part| (part.means, part.asked.q.as_str()))
            .collect();
        assert_eq!(
            shown[..2],
            [
                (Means::IfUnknown(Grade::TwoTypos), "samaritns "),
                (Means::IfUnknown(Grade::OneTypo), "samaritns ")
            ]
        );
    }
}
