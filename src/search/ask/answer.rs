//! What a searcher gets: hits with their marks, the total, the counts, and who answered.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    cuts::{CutCard, Cuts},
    position::Position,
};
use crate::{
    domain::{
        language::Language,
        offer::StatusState,
        place::Point,
        schedule::{OpenState, SessionTime},
        text::LocalisedText,
    },
    search::catalogue::{Card, FacetCounts, Found},
    wording::{Cut, Highlighter},
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

impl Answer {
    /// No hits, because no engine answered.
    #[must_use]
    pub fn of_nobody(engine: &'static str, near: Option<Point>) -> Self {
        Self {
            hits: Vec::new(),
            total: Total {
                value: 0,
                exact: false,
            },
            facets: Vec::new(),
            engine,
            degraded: true,
            next: None,
            near,
        }
    }
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
    pub(super) cuts: &'a Cuts,
}

impl Hit {
    pub(super) fn new(found: Found, now: Timestamp, marker: Option<&Marker<'_>>) -> Self {
        let times = found.card.times(found.place, now);
        let (marks, matched_in) = marker
            .map(|marker| marker.marks(&found.card))
            .unwrap_or_default();
        Self {
            matched_in,
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
    /// What answers the words in the texts shown; where nothing does, the language of one that does.
    fn marks(&self, card: &Arc<Card>) -> (Marks, Option<Language>) {
        let cuts = self.cuts.of(card);
        let marks = Marks {
            name: self.of_shown(&card.name, &cuts.name),
            summary: self.of_shown(&card.summary, &cuts.summary),
        };
        let elsewhere = marks == Marks::default();
        let matched_in = elsewhere.then(|| self.matched_in(card, &cuts));
        (marks, matched_in.flatten())
    }

    fn of_shown(&self, text: &LocalisedText, cuts: &[Cut]) -> Vec<(usize, usize)> {
        let shown = text.shown(self.languages).language;
        let mut languages = text.iter().zip(cuts);
        let cut = languages.find(|((language, _), _)| *language == shown);
        cut.map(|(_, cut)| self.highlighter.marks_in(cut))
            .unwrap_or_default()
    }

    fn matched_in(&self, card: &Card, cuts: &CutCard) -> Option<Language> {
        let texts = [(&card.name, &cuts.name), (&card.summary, &cuts.summary)];
        texts.into_iter().find_map(|(text, cuts)| {
            let shown = text.shown(self.languages).language;
            let mut others = text
                .iter()
                .zip(cuts)
                .filter(|((language, _), _)| *language != shown);
            let found = others.find(|(_, cut)| !self.highlighter.marks_in(cut).is_empty());
            found.map(|((language, _), _)| language.clone())
        })
    }
}
