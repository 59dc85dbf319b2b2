//! How many of the matching listings have each value of a facet, the facet's own condition left out.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{
    Catalogue,
    facet::Facet,
    matching::{Conditions, Matched, PlaceTest},
    terms::{TermId, Terms},
};

/// The values of a facet that occur, the most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    pub facet: Facet,
    pub values: Vec<(Arc<str>, u64)>,
}

/// Reading the values of a listing counts as looking so many numbers up in a bitmap. An estimate: with 500,000 listings
/// the one took 95 to 340 ns and the other 2 to 10, by what was in the caches.
const ROW: u64 = 80;

/// And so reading its row of the usual facets; a guess by the size of a row, not measured by itself.
const USUAL_ROW: u64 = 8;

/// So long does a number take of two lists that are merged.
const MERGED: u64 = 4;

/// A bitmap in which one in so many is set is no list of numbers any more.
const DENSE: u64 = 16;

/// So many values of a facet are told at most.
const MOST_VALUES: usize = 200;

/// Counts by facet and ordinal of the value; empty for facets that are not counted.
struct Counts(Vec<Vec<u64>>);

impl Catalogue {
    pub(super) fn count(
        &self,
        conditions: &Conditions<'_>,
        all: &Matched<'_>,
        facets: &[Facet],
    ) -> Vec<FacetCounts> {
        let own = |facet: &Facet| {
            let terms = &conditions.filters.terms;
            terms.iter().any(|term| term.facet == *facet)
        };
        let (own, others): (Vec<Facet>, Vec<Facet>) = facets.iter().partition(|facet| own(facet));
        let mut counts = self.count_matched(&others, all);
        for facet in own {
            let matched = self.matched(conditions, Some(facet));
            counts.add(self.count_matched(&[facet], &matched));
        }
        facets
            .iter()
            .map(|facet| self.named(*facet, &counts))
            .collect()
    }

    fn count_matched(&self, facets: &[Facet], matched: &Matched<'_>) -> Counts {
        if matched.places.is_empty() {
            return self.count_listings(facets, &matched.listings);
        }
        let (of_places, others): (Vec<Facet>, Vec<Facet>) =
            facets.iter().partition(|facet| facet.is_of_place());
        // Where there is one place only, it is the one that matched.
        let mut counts = self.count_listings(facets, &(&*matched.listings - &self.scattered));
        let scattered = &*matched.listings & &self.scattered;
        counts.add(self.count_listings(&others, &scattered));
        counts.add(self.count_places(&of_places, &scattered, &matched.places));
        counts
    }

    fn count_listings(&self, facets: &[Facet], listings: &RoaringBitmap) -> Counts {
        let (usual, others): (Vec<Facet>, Vec<Facet>) =
            facets.iter().partition(|facet| facet.is_usual());
        let mut counts = if self.is_quicker_by_value(&usual, listings, USUAL_ROW) {
            self.count_by_value(&usual, listings)
        } else {
            let mut counts = Counts::new(&usual, &self.terms);
            let add = |term, count| counts.add_one(term, count);
            self.usual.count(&usual, listings, add);
            counts
        };
        counts.add(if self.is_quicker_by_value(&others, listings, ROW) {
            self.count_by_value(&others, listings)
        } else {
            let mut counts = Counts::new(&others, &self.terms);
            for number in listings {
                counts.add_each(self.terms.of(number));
            }
            counts
        });
        counts
    }

    fn count_by_value(&self, facets: &[Facet], listings: &RoaringBitmap) -> Counts {
        let mut counts = Counts::new(facets, &self.terms);
        for facet in facets {
            let values = self.terms.column(*facet).values().iter();
            for (count, (_, owners)) in counts.0[*facet as usize].iter_mut().zip(values) {
                *count = owners.intersection_len(listings);
            }
        }
        counts
    }

    /// Whether it is less work to intersect the values of the facets with the listings than to read these one by one,
    /// which takes `row` each.
    fn is_quicker_by_value(&self, facets: &[Facet], listings: &RoaringBitmap, row: u64) -> bool {
        let all = self.live.len();
        let is_dense = |numbers: u64| numbers > all / DENSE;
        let effort = |owners: &RoaringBitmap| {
            let (one, other) = (owners.len(), listings.len());
            match (is_dense(one), is_dense(other)) {
                (true, true) => all / 64,
                (true, false) => other,
                (false, true) => one,
                (false, false) => MERGED * (one + other),
            }
        };
        let values = facets
            .iter()
            .flat_map(|facet| self.terms.column(*facet).values());
        let mut left = row * listings.len();
        for (_, owners) in values {
            match left.checked_sub(effort(owners)) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    }

    /// Facets of places: only those places count that meet the other conditions on places, and each listing once.
    fn count_places(
        &self,
        facets: &[Facet],
        listings: &RoaringBitmap,
        test: &PlaceTest<'_>,
    ) -> Counts {
        let mut of_places = Counts::new(facets, &self.places.terms);
        let mut seen: Vec<TermId> = Vec::new();
        for listing in listings {
            seen.clear();
            for place in test.passing(listing) {
                seen.extend(self.places.terms.of(place));
            }
            seen.sort_unstable();
            seen.dedup();
            of_places.add_each(&seen);
        }
        let mut counts = Counts::new(facets, &self.terms);
        for facet in facets {
            let values = self.places.terms.column(*facet).values().iter();
            for ((value, _), count) in values.zip(&of_places.0[*facet as usize]) {
                if let Some(term) = self.terms.find(*facet, value) {
                    counts.add_one(term, *count);
                }
            }
        }
        counts
    }

    fn named(&self, facet: Facet, counts: &Counts) -> FacetCounts {
        let names = self.terms.column(facet).values();
        let counted = names
            .iter()
            .zip(&counts.0[facet as usize])
            .filter(|(_, count)| **count > 0);
        let mut values: Vec<(Arc<str>, u64)> = counted
            .map(|((value, _), count)| (Arc::clone(value), *count))
            .collect();
        values.sort_unstable_by(|(a, more), (b, fewer)| fewer.cmp(more).then_with(|| a.cmp(b)));
        values.truncate(MOST_VALUES);
        FacetCounts { facet, values }
    }
}

impl Counts {
    fn new(facets: &[Facet], terms: &Terms) -> Self {
        let size = |facet: &Facet| {
            if facets.contains(facet) {
                terms.column(*facet).values().len()
            } else {
                0
            }
        };
        Self(
            Facet::ALL
                .iter()
                .map(|facet| vec![0; size(facet)])
                .collect(),
        )
    }

    fn add_each(&mut self, terms: &[TermId]) {
        for term in terms {
            self.add_one(*term, 1);
        }
    }

    /// Nothing where the facet is not counted.
    fn add_one(&mut self, term: TermId, more: u64) {
        if let Some(count) = self.0[term.column()].get_mut(term.ordinal()) {
            *count += more;
        }
    }

    fn add(&mut self, other: Self) {
        for (counts, more) in self.0.iter_mut().zip(other.0) {
            if counts.is_empty() {
                *counts = more;
            } else {
                for (count, more) in counts.iter_mut().zip(more) {
                    *count += more;
                }
            }
        }
    }
}
