//! Listings whose names somebody is typing, those first that the asker could use.

use std::sync::Arc;

use jiff::Timestamp;
use roaring::RoaringBitmap;

use super::{Card, Catalogue, Facet, TermFilter, spots::Unit, times::day_of};
use crate::{
    domain::{
        listing::{Kind, Listing},
        offer::StatusState,
        place::Point,
    },
    search::names::{Names, Typed},
    wording::fold,
};

/// Who asks for suggestions of listings, and how many.
pub struct Wish<'q> {
    pub kinds: &'q [Kind],
    /// What is of use to the asker especially meets any of these.
    pub favoured: &'q [TermFilter],
    pub near: Option<Point>,
    pub at: Timestamp,
    /// Whether a word that nothing is called by may be a slip.
    pub forgiving: bool,
    pub limit: usize,
}

/// Listings by how their names answer, the better ones first.
#[derive(Default)]
pub(in crate::search) struct Suggested {
    /// The name begins as it was typed.
    pub beginning: Vec<Arc<Card>>,
    pub elsewhere: Vec<Arc<Card>>,
}

/// Of more listings than these only some are looked at.
const MOST_LOOKED_AT: usize = 400;

/// The names by which a listing is looked for. The slug is its name as people write it in Latin letters.
pub(super) fn names(listing: &Listing) -> impl Iterator<Item = &str> {
    listing
        .name
        .iter()
        .map(|(_, text)| text)
        .chain(listing.also_known_as.iter().map(|name| &**name))
        .chain([listing.slug.as_str()])
}

impl Catalogue {
    /// The names of listings by their words.
    pub(in crate::search) fn names(&self) -> &Names {
        &self.names
    }

    /// Everybody who meets the condition.
    pub(in crate::search) fn meeting_term(&self, filter: &TermFilter) -> RoaringBitmap {
        self.terms.matching(filter)
    }

    /// The listing's values of a facet of listings, broader topics included.
    pub(in crate::search) fn values_of(
        &self,
        number: u32,
        facet: Facet,
    ) -> impl Iterator<Item = &str> {
        let terms = self.terms.of(number).iter();
        terms
            .filter(move |term| term.column() == facet as usize)
            .map(|term| self.terms.value(*term))
    }

    /// Listings with the typed words in their names; ended ones are left out.
    pub(in crate::search) fn suggest(&self, typed: &Typed, wish: &Wish<'_>) -> Suggested {
        let mut bearers = self.names.find(typed, wish.forgiving);
        if wish.kinds.len() < Kind::ALL.len() {
            let kinds = wish.kinds.iter().map(|kind| kind.as_str());
            bearers.all &= self.terms.matching(&TermFilter::any_of(Facet::Kind, kinds));
        }
        let today = day_of(wish.at);
        for number in &self.ending {
            let row = self.row(number);
            if row.is_some_and(|row| row.card.status_on(today) == StatusState::Ended) {
                bearers.all.remove(number);
            }
        }
        let favoured = wish
            .favoured
            .iter()
            .map(|filter| self.terms.matching(filter));
        let favoured = favoured.reduce(|a, b| a | b).unwrap_or_default();
        let ranked = |all: &RoaringBitmap, limit: usize| {
            let mut first = self.first_of(all & &favoured, wish, limit);
            let missing = limit - first.len();
            if missing > 0 {
                first.extend(self.first_of(all - &favoured, wish, missing));
            }
            first
        };
        let beginning = ranked(&(&bearers.all & &bearers.beginning), wish.limit);
        let missing = wish.limit - beginning.len();
        let elsewhere = if missing > 0 {
            ranked(&(&bearers.all - &bearers.beginning), missing)
        } else {
            Vec::new()
        };
        Suggested {
            beginning,
            elsewhere,
        }
    }

    /// Whether a listing is called exactly so.
    pub(in crate::search) fn is_a_name(&self, text: &str) -> bool {
        // A name of many is looked at for a few of them only.
        const MOST: usize = 200;
        let closed = format!("{text} ");
        let Some(typed) = Typed::read(&closed) else {
            return false;
        };
        let bearers = self.names.find(&typed, false);
        let wanted = fold(text.trim());
        let mut cards = bearers
            .beginning
            .iter()
            .take(MOST)
            .filter_map(|number| self.row(number));
        cards.any(|row| row.card.name.iter().any(|(_, name)| fold(name) == wanted))
    }

    fn first_of(&self, all: RoaringBitmap, wish: &Wish<'_>, limit: usize) -> Vec<Arc<Card>> {
        if limit == 0 || all.is_empty() {
            return Vec::new();
        }
        let near = wish.near.map(|point| point.unit());
        let mut looked_at: Vec<u32> = match &near {
            Some(near) if all.len() > MOST_LOOKED_AT as u64 => self.closest(&all, near, limit),
            _ => Vec::new(),
        };
        if looked_at.len() < limit {
            looked_at.extend(all.iter().take(MOST_LOOKED_AT));
        }
        let today = day_of(wish.at);
        let mut ranked: Vec<_> = looked_at
            .into_iter()
            .filter_map(|number| {
                self.row(number)?;
                let rank = self.rank(number);
                let metres = near.map_or(0.0, |near| {
                    let places = self.places_of.get(number).iter();
                    places
                        .map(|place| self.places.get(*place).distance(&near))
                        .fold(f64::INFINITY, f64::min)
                });
                Some((metres.to_bits(), rank.doubt(today), rank.id, number))
            })
            .collect();
        ranked.sort_unstable();
        ranked.dedup();
        ranked
            .into_iter()
            .take(limit)
            .filter_map(|(.., number)| Some(Arc::clone(&self.row(number)?.card)))
            .collect()
    }

    /// The nearest of very many.
    fn closest(&self, all: &RoaringBitmap, near: &Unit, limit: usize) -> Vec<u32> {
        self.places
            .spots
            .nearest(*near)
            .take(MOST_LOOKED_AT)
            .map(|(spot, _)| spot.owner)
            .filter(|owner| all.contains(*owner))
            .take(limit)
            .collect()
    }
}
