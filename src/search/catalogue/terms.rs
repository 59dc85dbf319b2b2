//! Bitmaps of who has which value of which facet. Numbers are of listings in one instance, of places in another.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;

use super::{
    facet::Facet,
    filter::{TermFilter, spoken_value},
};
use crate::search::lists::Lists;

/// One value of one facet, packed: the facet in the upper 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermId(u32);

impl TermId {
    pub(super) fn new(facet: Facet, ordinal: usize) -> Self {
        Self(((facet as u32) << 24) | u32::try_from(ordinal).unwrap_or(0x00ff_ffff) & 0x00ff_ffff)
    }

    pub(super) fn ordinal(self) -> usize {
        (self.0 & 0x00ff_ffff) as usize
    }

    /// The facet's place in `Facet::ALL`.
    pub(super) fn column(self) -> usize {
        (self.0 >> 24) as usize
    }
}

/// All facets of listings, or all of places.
pub(super) struct Terms {
    columns: Vec<Column>,
    by_number: Lists<TermId>,
}

#[derive(Default)]
pub(super) struct Column {
    ordinals: HashMap<Arc<str>, usize>,
    values: Vec<(Arc<str>, RoaringBitmap)>,
    /// Whoever has any value at all.
    known: RoaringBitmap,
}

impl Column {
    pub(super) fn values(&self) -> &[(Arc<str>, RoaringBitmap)] {
        &self.values
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            columns: Facet::ALL.iter().map(|_| Column::default()).collect(),
            by_number: Lists::default(),
        }
    }
}

impl Terms {
    pub(super) fn column(&self, facet: Facet) -> &Column {
        &self.columns[facet as usize]
    }

    /// Notes the values of `number`.
    pub(super) fn add<'v>(
        &mut self,
        number: u32,
        values: impl IntoIterator<Item = (Facet, &'v str)>,
    ) {
        let mut terms: Vec<TermId> = values
            .into_iter()
            .map(|(facet, value)| self.add_one(number, facet, value))
            .collect();
        terms.sort_unstable();
        terms.dedup();
        self.by_number.set(number, &terms);
    }

    /// The values of `number`, in order.
    pub(super) fn of(&self, number: u32) -> &[TermId] {
        self.by_number.get(number)
    }

    /// The value, where anybody has or had it.
    pub(super) fn find(&self, facet: Facet, value: &str) -> Option<TermId> {
        self.column(facet)
            .ordinals
            .get(value)
            .map(|ordinal| TermId::new(facet, *ordinal))
    }

    /// The term's value as text.
    pub(super) fn value(&self, term: TermId) -> &str {
        &self.columns[term.column()].values[term.ordinal()].0
    }

    fn add_one(&mut self, number: u32, facet: Facet, value: &str) -> TermId {
        let column = &mut self.columns[facet as usize];
        let ordinal = match column.ordinals.get(value) {
            Some(ordinal) => *ordinal,
            None => {
                let value: Arc<str> = value.into();
                column
                    .values
                    .push((Arc::clone(&value), RoaringBitmap::new()));
                column.ordinals.insert(value, column.values.len() - 1);
                column.values.len() - 1
            }
        };
        column.values[ordinal].1.insert(number);
        column.known.insert(number);
        TermId::new(facet, ordinal)
    }

    /// Forgets the values of `number`.
    pub(super) fn remove(&mut self, number: u32) {
        for term in self.by_number.get(number) {
            let column = &mut self.columns[term.column()];
            column.values[term.ordinal()].1.remove(number);
            column.known.remove(number);
        }
        self.by_number.clear(number);
    }

    /// Whoever meets the filter.
    pub(super) fn matching(&self, filter: &TermFilter) -> RoaringBitmap {
        let column = self.column(filter.facet);
        let mut any = RoaringBitmap::new();
        for value in &filter.values {
            let value = if filter.facet == Facet::Spoken {
                spoken_value(value)
            } else {
                value
            };
            if let Some(ordinal) = column.ordinals.get(value) {
                any |= &column.values[*ordinal].1;
            }
        }
        if filter.none_of {
            &column.known - any
        } else {
            any
        }
    }
}
