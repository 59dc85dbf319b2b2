//! One copy of what many listings have alike: organisations' names, and opening hours.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    domain::schedule::Schedule,
    search::entry::{Entry, OrganisationName},
};

/// The copies in use.
#[derive(Default)]
pub(super) struct Shared {
    organisations: Copies<Uuid, OrganisationName>,
    schedules: Copies<u64, Schedule>,
}

impl Shared {
    pub(super) fn organisation(&mut self, entry: &Entry) -> Option<Arc<OrganisationName>> {
        let name = entry.organisation.as_ref()?;
        Some(self.organisations.copy(name.id, name))
    }

    pub(super) fn schedule(&mut self, schedule: &Schedule) -> Arc<Schedule> {
        self.schedules
            .copy(xxh3_64(format!("{schedule:?}").as_bytes()), schedule)
    }
}

struct Copies<K, V> {
    by_key: HashMap<K, Arc<V>>,
    /// At which size copies that nobody uses any more are looked for.
    sweep_at: usize,
}

impl<K, V> Default for Copies<K, V> {
    fn default() -> Self {
        Self {
            by_key: HashMap::new(),
            sweep_at: 1_000,
        }
    }
}

impl<K: Eq + Hash, V: Clone + PartialEq> Copies<K, V> {
    fn copy(&mut self, key: K, value: &V) -> Arc<V> {
        if let Some(known) = self.by_key.get(&key)
            && **known == *value
        {
            return Arc::clone(known);
        }
        if self.by_key.len() >= self.sweep_at {
            self.by_key.retain(|_, copy| Arc::strong_count(copy) > 1);
            self.sweep_at = 2 * self.by_key.len().max(500);
        }
        let copy = Arc::new(value.clone());
        self.by_key.insert(key, Arc::clone(&copy));
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::sample;

    #[test]
    fn equal_values_are_one_copy_and_unused_ones_are_swept() {
        let mut shared = Shared::default();
        let hours = sample::office_hours().schedule;
        assert!(Arc::ptr_eq(
            &shared.schedule(&hours),
            &shared.schedule(&hours.clone())
        ));
        let mut copies: Copies<u32, u32> = Copies::default();
        let kept = copies.copy(0, &0);
        for number in 1..5_000 {
            copies.copy(number, &number);
        }
        assert!(copies.by_key.len() <= 1_001);
        assert!(Arc::ptr_eq(&kept, &copies.copy(0, &0)));
        assert_eq!(*copies.copy(0, &9), 9, "a name that changed");
    }
}
