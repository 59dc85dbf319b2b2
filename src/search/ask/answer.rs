//! What a searcher gets: hits with their marks, the total, the counts, and who answered.

use std::sync::Arc;

use jiff::Timestamp;

use super::position::Position;
use crate::{
    domain::{
        language::Language,
        offer::StatusState,
        place::Point,
        schedule::{OpenState, SessionTime},
        text::LocalisedText,
    },
    search::catalogue::{Card, FacetCounts, Found},
    wording::Highlighter,
};

/// One page of an answer.
#[derive(Debug)]
pub struct Answer {
    pub hits: Vec<Hit>,
    pub total: Total,
    pub facets: Vec<FacetCounts>,
    /// `catalogue` where no words were asked for, else the words engine that answered.
    pub engine: &'static str,
    /// Whether a better engine should have answered.
    pub degraded: bool,
    pub next: Option<Position>,
    /// The point from which distances are.
    pub near: Option<Point>,
}

/// How many listings match; a lower bound where it is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub value: u64,
    pub exact: bool,
}

/// One listing of an answer.
#[derive(Clone, Debug)]
pub struct Hit {
    pub card: Arc<Card>,
    /// Which of the card's places the answer is about: the nearest that meets the conditions.
    pub place: Option<usize>,
    pub distance_m: Option<f64>,
    /// Whether the place's point stands for an area.
    pub approximate: bool,
    pub status: StatusState,
    pub open: OpenState,
    pub next_session: Option<SessionTime>,
    pub marks: Marks,
    /// The language in which the words were found, where that is not the one shown.
    pub matched_in: Option<Language>,
}

/// Byte ranges that answer the words, in the texts shown to the question's languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub name: Vec<(usize, usize)>,
    pub summary: Vec<(usize, usize)>,
}

/// What marks are made from.
pub(super) struct Marker<'a> {
    pub(super) highlighter: Highlighter<'a>,
    pub(super) languages: &'a [Language],
}

impl Hit {
    pub(super) fn new(found: Found, now: Timestamp, marker: Option<&Marker<'_>>) -> Self {
        let times = found.card.times(found.place, now);
        let marks = marker
            .map(|marker| marker.marks(&found.card))
            .unwrap_or_default();
        let elsewhere = marker.filter(|_| marks == Marks::default());
        Self {
            matched_in: elsewhere.and_then(|marker| marker.matched_in(&found.card)),
            card: found.card,
            place: found.place,
            distance_m: found.distance_m,
            approximate: found.approximate,
            status: times.status,
            open: times.open,
            next_session: times.next_session,
            marks,
        }
    }
}

impl Marker<'_> {
    fn marks(&self, card: &Card) -> Marks {
        Marks {
            name: self.of_shown(&card.name),
            summary: self.of_shown(&card.summary),
        }
    }

    fn of_shown(&self, text: &LocalisedText) -> Vec<(usize, usize)> {
        self.highlighter.marks(text.shown(self.languages).text)
    }

    fn matched_in(&self, card: &Card) -> Option<Language> {
        [&card.name, &card.summary].into_iter().find_map(|text| {
            let shown = text.shown(self.languages).language;
            let others = text.iter().filter(|(language, _)| *language != shown);
            let found = others
                .into_iter()
                .find(|(_, text)| !self.highlighter.marks(text).is_empty());
            found.map(|(language, _)| language.clone())
        })
    }
}
