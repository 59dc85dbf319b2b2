//! The order of hits, as a key that stays the same between pages.
//!
//! The key is the same six fields for every order; an order leaves those empty that play no part in it. It ends with
//! the id, so no two listings have the same key.

use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::confirmation::ConfirmationState;

enumeration! {
    /// In what order hits come.
    Sort {
        /// Best match of the words first, and of equal ones what is of use to the asker; without words nearest first;
        /// without a point what is of use to the asker, then the recently confirmed.
        Relevance = "relevance",
        /// Of about equally good matches of the words the nearest first.
        Nearby = "nearby",
        /// Nearest first.
        Distance = "distance",
    }
}

/// What the order is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Words, for the asker, confirmation, distance, id.
    Words,
    /// Words roughly, distance, confirmation, id.
    Nearby,
    /// Distance, confirmation, id.
    Distance,
    /// For the asker, confirmation, id.
    Confirmation,
    /// Id.
    Id,
}

/// A hit's place in the order; smaller comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    score: u32,
    /// Not among the listings that are of use to the asker especially.
    unfavoured: bool,
    /// How far its facts can be trusted, by `ConfirmationState`.
    doubt_first: u8,
    distance: u64,
    doubt_last: u8,
    id: Uuid,
}

impl Key {
    pub(super) fn new(
        order: Order,
        score: f32,
        unfavoured: bool,
        doubt: ConfirmationState,
        distance: f64,
        id: Uuid,
    ) -> Self {
        // The bits of floats that are not negative order as the numbers do; NaN is no score.
        let score = u32::MAX - score.max(0.0).to_bits();
        let distance = distance.max(0.0).to_bits();
        let doubt = doubt as u8;
        match order {
            Order::Words => Self {
                score,
                unfavoured,
                doubt_first: doubt,
                distance,
                doubt_last: 0,
                id,
            },
            Order::Nearby => Self {
                score,
                distance,
                doubt_last: doubt,
                ..Self::of_id(id)
            },
            Order::Distance => Self {
                distance,
                doubt_last: doubt,
                ..Self::of_id(id)
            },
            Order::Confirmation => Self {
                unfavoured,
                doubt_first: doubt,
                ..Self::of_id(id)
            },
            Order::Id => Self::of_id(id),
        }
    }

    /// What no key comes before that is made of these, whatever else it is made of.
    pub(super) fn least(
        order: Order,
        score: f32,
        unfavoured: bool,
        doubt: ConfirmationState,
    ) -> Self {
        Self::new(order, score, unfavoured, doubt, 0.0, Uuid::nil())
    }

    /// The key in the order of ids.
    pub(super) fn of_id(id: Uuid) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn distance(&self) -> f64 {
        f64::from_bits(self.distance)
    }
}

/// A listing that may become a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) key: Key,
    pub(super) listing: u32,
}

/// Keeps the first few candidates that come after a key.
pub(super) struct First {
    after: Option<Key>,
    limit: usize,
    kept: BinaryHeap<Candidate>,
}

impl First {
    pub(super) fn new(limit: usize, after: Option<Key>) -> Self {
        Self {
            after,
            limit,
            kept: BinaryHeap::with_capacity(limit + 1),
        }
    }

    pub(super) fn offer(&mut self, candidate: Candidate) {
        if self.after.is_some_and(|after| candidate.key <= after) {
            return;
        }
        if !self.is_full() {
            self.kept.push(candidate);
        } else if let Some(mut last) = self.kept.peek_mut()
            && candidate < *last
        {
            *last = candidate;
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= self.limit
    }

    /// Whether nothing with this key, or one after it, would be kept.
    pub(super) fn is_beyond(&self, key: &Key) -> bool {
        self.is_full() && self.last().is_some_and(|last| *key > last.key)
    }

    /// The last of the candidates kept.
    pub(super) fn last(&self) -> Option<&Candidate> {
        self.kept.peek()
    }

    pub(super) fn into_sorted(self) -> Vec<Candidate> {
        self.kept.into_sorted_vec()
    }
}
