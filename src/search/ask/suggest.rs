//! What somebody may be about to type: names of listings, topics and places.
//!
//! Answered from memory. What is unpublished or ended is in none of it, and of a confidential place only its area's
//! name is.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::directory::Directory;
use crate::{
    domain::{
        area::{Area, Name},
        country::Country,
        language::Language,
        listing::Kind,
        place::Point,
        topic::Topic,
    },
    search::{
        catalogue::{Card, Facet, TermFilter, Wish},
        names::Typed,
        reference::Reference,
    },
    wording::fold,
};

enumeration! {
    /// What is suggested.
    SuggestionKind {
        Topic = "topic",
        Area = "area",
        Organisation = "organisation",
        Hub = "hub",
        SupportGroup = "support_group",
        Helpline = "helpline",
    }
}

/// What somebody has typed so far. Deliberately without `Debug`.
pub struct Beginning {
    pub typed: String,
    /// What to suggest.
    pub kinds: Vec<SuggestionKind>,
    pub near: Option<Point>,
    pub country: Option<Country>,
    /// The most wanted first.
    pub languages: Vec<Language>,
    pub limit: usize,
}

/// What is suggested, the best first.
#[derive(Clone, Debug)]
pub enum Suggestion {
    Topic {
        topic: Topic,
        /// The name that was found, where it is not the label.
        matched: Option<Name>,
    },
    Area {
        area: Area,
        matched: Option<Name>,
    },
    Listing(Arc<Card>),
}

/// Topics and areas leave room for listings: of each at most this share of the answer.
const SHARE: usize = 3;

/// Of one sort, those whose name begins so and those that have it elsewhere.
#[derive(Default)]
struct Ranked {
    beginning: Vec<Suggestion>,
    elsewhere: Vec<Suggestion>,
}

impl Directory {
    /// What may be meant by what was typed so far, the best first: what begins so before what goes on so; what is
    /// spelt otherwise only where nothing is spelt so; topics, then areas, then listings, those of use to the asker first.
    #[must_use]
    pub fn suggest(&self, asked: &Beginning) -> Vec<Suggestion> {
        let Some(typed) = Typed::read(&asked.typed) else {
            return Vec::new();
        };
        let reference = self.reference();
        let countries = match (asked.country, asked.near) {
            (Some(country), _) => vec![country],
            (None, Some(point)) => reference.countries_at(point),
            (None, None) => Vec::new(),
        };
        // A word that something is called by is no slip.
        for forgiving in [false, true] {
            let typed = (&typed, forgiving);
            let sorts = [
                topics(asked, typed, &reference),
                areas(asked, typed, &reference, &countries),
                self.listings(asked, typed, &countries),
            ];
            let (beginning, elsewhere): (Vec<_>, Vec<_>) = sorts
                .into_iter()
                .map(|sort| (sort.beginning, sort.elsewhere))
                .unzip();
            let ordered = beginning.into_iter().chain(elsewhere).flatten();
            let first: Vec<Suggestion> = ordered.take(asked.limit).collect();
            if !first.is_empty() {
                return first;
            }
        }
        Vec::new()
    }

    fn listings(&self, asked: &Beginning, typed: (&Typed, bool), countries: &[Country]) -> Ranked {
        let kinds: Vec<Kind> = asked
            .kinds
            .iter()
            .filter_map(|kind| kind.of_listing())
            .collect();
        if kinds.is_empty() {
            return Ranked::default();
        }
        let favoured = match (countries, asked.languages.first()) {
            ([], Some(language)) => vec![TermFilter::any_of(Facet::Spoken, [language.as_str()])],
            ([], None) => Vec::new(),
            (countries, _) => vec![TermFilter::any_of(
                Facet::Country,
                countries.iter().map(Country::as_str),
            )],
        };
        let wish = Wish {
            kinds: &kinds,
            favoured: &favoured,
            near: asked.near,
            at: self.now(),
            forgiving: typed.1,
            limit: asked.limit,
        };
        let found = self.catalogue().suggest(typed.0, &wish);
        let all = |cards: Vec<Arc<Card>>| cards.into_iter().map(Suggestion::Listing).collect();
        Ranked {
            beginning: all(found.beginning),
            elsewhere: all(found.elsewhere),
        }
    }
}

/// Most areas whose distance is measured.
const MOST_MEASURED: usize = 64;

fn topics(asked: &Beginning, typed: (&Typed, bool), reference: &Reference) -> Ranked {
    if !asked.wants(SuggestionKind::Topic) {
        return Ranked::default();
    }
    let found = reference.topic_names().find(typed.0, typed.1);
    let most = asked.share(SuggestionKind::Topic);
    let ranked = |numbers: RoaringBitmap| {
        let topics = numbers
            .iter()
            .filter_map(|at| reference.topics().get(at as usize));
        topics
            .take(most)
            .map(|topic| Suggestion::Topic {
                matched: matched(&topic.names, asked),
                topic: topic.clone(),
            })
            .collect()
    };
    Ranked {
        elsewhere: ranked(&found.all - &found.beginning),
        beginning: ranked(found.beginning),
    }
}

/// The larger areas of the countries first, then those near the asker.
fn areas(
    asked: &Beginning,
    typed: (&Typed, bool),
    reference: &Reference,
    countries: &[Country],
) -> Ranked {
    if !asked.wants(SuggestionKind::Area) {
        return Ranked::default();
    }
    let found = reference.area_names().find(typed.0, typed.1);
    let most = asked.share(SuggestionKind::Area);
    let ranked = |numbers: RoaringBitmap| {
        let mut areas: Vec<_> = numbers
            .iter()
            .filter_map(|at| {
                let area = reference.areas().get(at as usize)?;
                let strange = !countries.is_empty() && !countries.contains(&area.country);
                Some((strange, reference.area_depth(at), at))
            })
            .collect();
        if areas.len() > MOST_MEASURED {
            areas.select_nth_unstable(MOST_MEASURED);
            areas.truncate(MOST_MEASURED);
        }
        let away = |area: &Area| match (asked.near, area.centroid) {
            (Some(here), Some(there)) => here.distance_m(&there).to_bits(),
            _ => u64::MAX,
        };
        let mut measured: Vec<_> = areas
            .into_iter()
            .filter_map(|(strange, depth, at)| {
                let area = reference.areas().get(at as usize)?;
                Some(((strange, depth, away(area), at), area))
            })
            .collect();
        measured.sort_unstable_by_key(|(key, _)| *key);
        let first = measured.into_iter().take(most);
        first
            .map(|(_, area)| Suggestion::Area {
                matched: matched(&area.names, asked),
                area: area.clone(),
            })
            .collect()
    };
    Ranked {
        elsewhere: ranked(&found.all - &found.beginning),
        beginning: ranked(found.beginning),
    }
}

impl Beginning {
    fn wants(&self, kind: SuggestionKind) -> bool {
        self.kinds.contains(&kind)
    }

    fn share(&self, kind: SuggestionKind) -> usize {
        if self.kinds == [kind] {
            self.limit
        } else {
            (self.limit / SHARE).max(1)
        }
    }
}

impl SuggestionKind {
    /// The kind of listing, where it is one.
    fn of_listing(self) -> Option<Kind> {
        match self {
            Self::Topic | Self::Area => None,
            Self::Organisation => Some(Kind::Organisation),
            Self::Hub => Some(Kind::Hub),
            Self::SupportGroup => Some(Kind::SupportGroup),
            Self::Helpline => Some(Kind::Helpline),
        }
    }
}

/// The name that what was typed begins or stands in, unless the label that is shown has it too.
fn matched(names: &[Name], asked: &Beginning) -> Option<Name> {
    let typed = fold(&asked.typed);
    let has = |name: &&Name| fold(&name.text).contains(&typed);
    let label = crate::domain::area::label(names, &asked.languages);
    if label.as_ref().is_some_and(has) {
        return None;
    }
    names.iter().find(has).cloned()
}
