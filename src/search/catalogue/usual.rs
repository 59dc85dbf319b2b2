//! What the usual facets are counted by: of each listing one short row, close together.
//!
//! Very many listings have the same set of values of a facet, and one number stands for that set: counting thousands of
//! listings is reading so many rows and then the sets that occurred, once each.

use std::sync::Arc;

use super::{facet::Facet, numbered::Numbered, terms::TermId};

const FACETS: usize = Facet::USUAL.len();

/// The sets of values that listings have, facet by facet as in `Facet::USUAL`.
#[derive(Default)]
pub(super) struct Usual {
    /// By the listing's number; 0 for no value.
    rows: Vec<[u32; FACETS]>,
    sets: [Numbered<Arc<[TermId]>>; FACETS],
}

impl Usual {
    /// Notes the values of a listing, of whatever facets, in order.
    pub(super) fn set(&mut self, number: u32, terms: &[TermId]) {
        self.clear(number);
        let at = number as usize;
        if self.rows.len() <= at {
            self.rows.resize(at + 1, [0; FACETS]);
        }
        let places = self.rows[at].iter_mut().zip(&mut self.sets);
        for ((set, sets), facet) in places.zip(Facet::USUAL) {
            let own = terms.iter().filter(|term| term.column() == *facet as usize);
            let own: Arc<[TermId]> = own.copied().collect();
            if !own.is_empty() {
                *set = sets.take(own);
            }
        }
    }

    /// Forgets the values of a listing.
    pub(super) fn clear(&mut self, number: u32) {
        if let Some(row) = self.rows.get_mut(number as usize) {
            for (set, sets) in row.iter_mut().zip(&mut self.sets) {
                sets.release(std::mem::take(set));
            }
        }
    }

    /// Tells each value of a usual facet that any of the listings has, with the number of those; a value may be told more
    /// than once.
    pub(super) fn count(
        &self,
        listings: impl Iterator<Item = u32>,
        mut tell: impl FnMut(TermId, u64),
    ) {
        let mut seen = self.sets.each_ref().map(|sets| vec![0_u32; sets.end()]);
        for row in listings.filter_map(|number| self.rows.get(number as usize)) {
            for (set, seen) in row.iter().zip(&mut seen) {
                seen[*set as usize] += 1;
            }
        }
        for (seen, sets) in seen.iter().zip(&self.sets) {
            for (set, count) in (0..).zip(seen).filter(|(_, count)| **count > 0) {
                for term in sets.get(set).into_iter().flat_map(|terms| terms.iter()) {
                    tell(*term, u64::from(*count));
                }
            }
        }
    }
}
