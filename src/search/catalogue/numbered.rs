//! Values that many have alike, numbered: one copy of each, for as long as anybody has it.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

/// The values in use. Numbers begin with 1, so that 0 can stand for having none; those of values that nobody has any more
/// are given again.
pub(super) struct Numbered<T> {
    by_value: HashMap<T, u32>,
    of: Vec<Option<Held<T>>>,
    free: Vec<u32>,
}

struct Held<T> {
    value: T,
    owners: u32,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            by_value: HashMap::new(),
            of: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// The number of this value, for one more owner.
    pub(super) fn take(&mut self, value: T) -> u32 {
        let number = match self.by_value.entry(value) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let held = Some(Held {
                    value: new.key().clone(),
                    owners: 0,
                });
                let number = if let Some(free) = self.free.pop() {
                    self.of[free as usize - 1] = held;
                    free
                } else {
                    self.of.push(held);
                    u32::try_from(self.of.len()).unwrap_or(u32::MAX)
                };
                *new.insert(number)
            }
        };
        if let Some(held) = &mut self.of[number as usize - 1] {
            held.owners += 1;
        }
        number
    }

    /// One owner less has it.
    pub(super) fn release(&mut self, number: u32) {
        let Some(at) = (number as usize).checked_sub(1) else {
            return;
        };
        let Some(held) = &mut self.of[at] else {
            return;
        };
        held.owners -= 1;
        if held.owners == 0 {
            self.by_value.remove(&held.value);
            self.of[at] = None;
            self.free.push(number);
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let at = (number as usize).checked_sub(1)?;
        self.of.get(at)?.as_ref().map(|held| &held.value)
    }

    /// One more than the highest number.
    pub(super) fn end(&self) -> usize {
        self.of.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_number_for_as_long_as_anybody_has_them() {
        let mut numbered: Numbered<&str> = Numbered::default();
        let first = numbered.take("one");
        assert_eq!(numbered.take("one"), first);
        let other = numbered.take("other");
        assert_ne!(other, first);
        numbered.release(first);
        assert_eq!(numbered.get(first), Some(&"one"), "somebody has it still");
        numbered.release(first);
        numbered.release(0);
        assert_eq!((numbered.get(first), numbered.get(0)), (None, None));
        assert_eq!(numbered.take("third"), first, "a number is given again");
        assert_eq!((numbered.get(other), numbered.end()), (Some(&"other"), 3));
    }
}
