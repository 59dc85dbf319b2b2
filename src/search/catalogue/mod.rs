//! The catalogue: columns of all published listings in memory, and every answer that needs no words.
//!
//! Invariants: what it holds is a function of the entries and the reference data, and no part of it depends on now;
//! counts and totals are of listings, not of places; conditions on places hold of one and the same place. Deliberately
//! absent: topics and descriptions in full, which come from the published documents.

mod card;
mod count;
mod facet;
mod filter;
mod former;
mod hours;
mod labels;
mod matching;
mod numbered;
mod places;
mod rank;
mod select;
mod shared;
mod spots;
mod suggest;
mod terms;
mod times;
mod usual;
mod values;

#[cfg(test)]
mod tests;

use std::{borrow::Borrow, collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use roaring::RoaringBitmap;
use uuid::Uuid;

pub use self::{
    card::{Card, CardContact, CardPlace},
    count::FacetCounts,
    facet::Facet,
    filter::{Filters, PlaceFilter, TermFilter},
    labels::{labels, labels_of, points},
    rank::{Key, Sort},
    select::{Found, Page, Selected, Selection},
    suggest::Wish,
    times::{Times, day_of},
};
use self::{
    former::FormerNames,
    hours::{Hours, HoursId},
    places::Places,
    shared::Shared,
    terms::Terms,
    usual::Usual,
    values::Values,
};
use super::{entry::Entry, lists::Lists, names::Names, reference::Reference};
use crate::domain::{
    confirmation::ConfirmationState,
    offer::{AgeRange, StatusState},
};

/// All published listings.
#[derive(Default)]
pub struct Catalogue {
    /// By the listing's number.
    rows: Vec<Option<Row>>,
    /// What every ranking reads, by the listing's number; of a number without a row it is of no meaning.
    ranks: Vec<Rank>,
    by_id: BTreeMap<Uuid, u32>,
    former: FormerNames,
    live: RoaringBitmap,
    /// Listings that have ended or will.
    ending: RoaringBitmap,
    /// Listings that state a status of whatever kind.
    stating: RoaringBitmap,
    /// Listings with more than one place.
    scattered: RoaringBitmap,
    /// Facets of listings, those of their places included.
    terms: Terms,
    usual: Usual,
    places: Places,
    /// The numbers of each listing's places.
    places_of: Lists<u32>,
    hours: Hours,
    shared: Shared,
    /// Names of listings by their words.
    names: Names,
    /// The numbers of the words in them.
    words_of: Lists<u32>,
}

/// Apart from the row, and close together: ranking thousands of listings takes as long as reading these does.
#[derive(Clone, Copy, Default)]
struct Rank {
    id: Uuid,
    /// As in `Confirmation`.
    due_on: Option<Date>,
    trusted_until: Option<Date>,
}

impl Rank {
    fn doubt(&self, today: Date) -> ConfirmationState {
        ConfirmationState::on(today, self.due_on, self.trusted_until)
    }
}

struct Row {
    card: Arc<Card>,
    age: Option<AgeRange>,
}

impl Catalogue {
    /// The catalogue of these entries.
    pub fn build<E: Borrow<Entry>>(
        entries: impl IntoIterator<Item = E>,
        reference: &Reference,
    ) -> Self {
        let mut catalogue = Self::default();
        for entry in entries {
            catalogue.upsert(entry.borrow(), reference);
        }
        catalogue
    }

    /// How many listings there are, ended ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no listing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The listing with this id, whatever its status.
    #[must_use]
    pub fn find(&self, id: &Uuid) -> Option<&Arc<Card>> {
        let number = self.by_id.get(id)?;
        self.row(*number).map(|row| &row.card)
    }

    /// Every id with its version, in the order of ids.
    pub fn versions(&self) -> impl Iterator<Item = (Uuid, i64)> {
        self.by_id
            .iter()
            .filter_map(|(id, number)| Some((*id, self.row(*number)?.card.version)))
    }

    /// Puts the entry in the place of what was known of it.
    pub fn upsert(&mut self, entry: &Entry, reference: &Reference) {
        self.remove(&entry.id);
        let at = entry.number as usize;
        if let Some(stranger) = self
            .rows
            .get(at)
            .and_then(Option::as_ref)
            .map(|row| row.card.id)
        {
            // A number that changed hands belongs to whoever came last.
            self.remove(&stranger);
        }
        if self.rows.len() <= at {
            self.rows.resize_with(at + 1, || None);
            self.ranks.resize(at + 1, Rank::default());
        }
        let row = self.row_of(entry, reference);
        self.ranks[at] = Rank {
            id: entry.id,
            due_on: row.card.confirmation.due_on,
            trusted_until: row.card.confirmation.trusted_until,
        };
        if let Some(status) = &row.card.status {
            self.stating.insert(entry.number);
            if status.state == StatusState::Ended {
                self.ending.insert(entry.number);
            }
        }
        if entry.listing.places.len() > 1 {
            self.scattered.insert(entry.number);
        }
        self.rows[at] = Some(row);
        self.live.insert(entry.number);
        self.by_id.insert(entry.id, entry.number);
        self.former.add(entry.id, &entry.former_names);
    }

    /// Forgets the listing.
    pub fn remove(&mut self, id: &Uuid) {
        let Some(number) = self.by_id.remove(id) else {
            return;
        };
        if let Some(row) = self.rows.get_mut(number as usize) {
            *row = None;
        }
        self.former.remove(id);
        self.terms.remove(number);
        self.usual.clear(number);
        self.names.remove(number, self.words_of.get(number));
        self.words_of.clear(number);
        for place in self.places_of.get(number) {
            self.hours
                .release(self.places.set_hours(*place, HoursId::default()));
            self.places.remove(*place);
        }
        self.places_of.clear(number);
        for some in [
            &mut self.live,
            &mut self.ending,
            &mut self.stating,
            &mut self.scattered,
        ] {
            some.remove(number);
        }
    }

    fn row_of(&mut self, entry: &Entry, reference: &Reference) -> Row {
        let number = entry.number;
        let mut values = Values::of_listing(entry, reference);
        let mut places = Vec::with_capacity(entry.listing.places.len().max(1));
        for (index, place) in (0_u16..).zip(&entry.listing.places) {
            values.0.append(&mut Values::of_place(place, reference).0);
            places.push(self.places.add(number, index, place, reference));
        }
        if places.is_empty() {
            let nowhere = Values::of_coverage(&entry.listing, reference);
            places.push(self.places.add_nowhere(number, &nowhere));
            values.0.extend(nowhere.0);
        }
        let card = Card::new(entry, &mut self.shared);
        for place in &places {
            let index = self.places.get(*place).index.map(usize::from);
            let hours = self.hours.take(card.schedules(index));
            self.places.set_hours(*place, hours);
        }
        self.places_of.set(number, &places);
        self.terms.add(number, values.0);
        self.usual.set(number, self.terms.of(number));
        let words = self.names.add(number, suggest::names(&entry.listing));
        self.words_of.set(number, &words);
        Row {
            card: Arc::new(card),
            age: entry.listing.age,
        }
    }

    fn rank(&self, number: u32) -> Rank {
        self.ranks.get(number as usize).copied().unwrap_or_default()
    }

    /// Listings by their numbers, in whatever order and as often as they come; of what is beyond the last nothing is known.
    fn numbered(&self, numbers: impl Iterator<Item = u32>) -> RoaringBitmap {
        let mut bits = vec![0_u8; self.rows.len().div_ceil(8)];
        for number in numbers {
            if let Some(byte) = bits.get_mut(number as usize / 8) {
                *byte |= 1 << (number % 8);
            }
        }
        RoaringBitmap::from_lsb0_bytes(0, &bits)
    }

    fn row(&self, number: u32) -> Option<&Row> {
        self.rows.get(number as usize)?.as_ref()
    }
}
