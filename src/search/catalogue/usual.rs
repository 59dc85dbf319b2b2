//! What the usual facets are counted by: of each listing one short row, close together.
//!
//! Very many listings have the same set of values of a facet, and one number stands for that set: counting thousands of
//! listings is reading so many rows and then the sets that occurred, once each.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{facet::Facet, numbered::Numbered, terms::TermId};
use crate::search::lists::Lists;

const FACETS: usize = Facet::USUAL.len();

/// The sets of values that listings have, facet by facet as in `Facet::USUAL`.
#[derive(Default)]
pub(super) struct Usual {
    /// By the listing's number; 0 for no value.
    rows: Vec<[u32; FACETS]>,
    sets: [Numbered<Arc<[TermId]>>; FACETS],
    /// The values of each set once more, close together: after counting, tens of thousands are read in turn.
    values: [Lists<TermId>; FACETS],
}

impl Usual {
    /// Notes the values of a listing, of whatever facets, in order.
    pub(super) fn set(&mut self, number: u32, terms: &[TermId]) {
        self.clear(number);
        let at = number as usize;
        if self.rows.len() <= at {
            self.rows.resize(at + 1, [0; FACETS]);
        }
        for (place, facet) in Facet::USUAL.iter().enumerate() {
            let own = terms.iter().filter(|term| term.column() == *facet as usize);
            let own: Arc<[TermId]> = own.copied().collect();
            if own.is_empty() {
                continue;
            }
            let set = self.sets[place].take(Arc::clone(&own));
            self.rows[at][place] = set;
            if *self.values[place].get(set) != *own {
                self.values[place].set(set, &own);
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

    /// Tells each value of these usual facets that any of the listings has, with the number of those; a value may be told
    /// more than once.
    pub(super) fn count(
        &self,
        facets: &[Facet],
        listings: &RoaringBitmap,
        mut tell: impl FnMut(TermId, u64),
    ) {
        let mut seen: Vec<(usize, Vec<u32>)> = (0..FACETS)
            .filter(|place| facets.contains(&Facet::USUAL[*place]))
            .map(|place| (place, vec![0; self.sets[place].end()]))
            .collect();
        for row in listings
            .iter()
            .filter_map(|number| self.rows.get(number as usize))
        {
            for (place, seen) in &mut seen {
                seen[row[*place] as usize] += 1;
            }
        }
        for (place, seen) in &seen {
            for (set, count) in (0..).zip(seen).filter(|(_, count)| **count > 0) {
                for term in self.values[*place].get(set) {
                    tell(*term, u64::from(*count));
                }
            }
        }
    }
}
