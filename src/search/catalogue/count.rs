//! How many of the matching listings have each value of a facet, the facet's own condition left out.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{
    Catalogue,
    facet::Facet,
    matching::{Conditions, Matched},
    terms::{TermId, Terms},
};

/// The values of a facet that occur, the most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    pub facet: Facet,
    pub values: Vec<(Arc<str>, u64)>,
}

/// Reading the values of a listing takes as long as looking so many numbers up in a bitmap, on the machine where both
/// were measured.
const ROW: u64 = 80;

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
            counts.take(self.count_matched(&[facet], &matched), facet);
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
        let mut counts = self.count_listings(&others, &matched.listings);
        for facet in of_places {
            counts.take(self.count_places(facet, matched), facet);
        }
        counts
    }

    fn count_listings(&self, facets: &[Facet], listings: &RoaringBitmap) -> Counts {
        let mut counts = Counts::new(facets, &self.terms);
        if self.is_quicker_by_value(facets, listings) {
            for facet in facets {
                for (count, (_, owners)) in counts.0[*facet as usize]
                    .iter_mut()
                    .zip(self.terms.column(*facet).values())
                {
                    *count = owners.intersection_len(listings);
                }
            }
        } else {
            for number in listings {
                counts.add(self.terms.of(number));
            }
        }
        counts
    }

    /// Whether it is less work to intersect the values of the facets with the listings than to read these one by one.
    fn is_quicker_by_value(&self, facets: &[Facet], listings: &RoaringBitmap) -> bool {
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
        let mut left = ROW * listings.len();
        for (_, owners) in values {
            match left.checked_sub(effort(owners)) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    }

    /// Of places: only those that meet the other conditions on places count, and each listing once.
    fn count_places(&self, facet: Facet, matched: &Matched<'_>) -> Counts {
        let of_one_place = &*matched.listings - &self.scattered;
        let mut counts = self.count_listings(&[facet], &of_one_place);
        let mut of_places = Counts::new(&[facet], &self.places.terms);
        let mut seen: Vec<TermId> = Vec::new();
        for listing in &*matched.listings & &self.scattered {
            seen.clear();
            for place in matched.places.passing(listing) {
                seen.extend(self.places.terms.of(place));
            }
            seen.sort_unstable();
            seen.dedup();
            of_places.add(&seen);
        }
        let values = self.places.terms.column(facet).values().iter();
        for ((value, _), count) in values.zip(&of_places.0[facet as usize]) {
            if let Some(term) = self.terms.find(facet, value) {
                counts.0[facet as usize][term.ordinal()] += count;
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

    fn add(&mut self, terms: &[TermId]) {
        for term in terms {
            if let Some(count) = self.0[term.column()].get_mut(term.ordinal()) {
                *count += 1;
            }
        }
    }

    fn take(&mut self, mut other: Counts, facet: Facet) {
        self.0[facet as usize] = std::mem::take(&mut other.0[facet as usize]);
    }
}
