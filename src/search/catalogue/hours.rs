//! The opening hours that count for places, numbered: very many places share theirs, so that each is judged once for all.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use jiff::Timestamp;

use crate::domain::schedule::Schedule;

/// A number for some schedules together; the default is that of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HoursId(u32);

/// The schedules by number.
#[derive(Default)]
pub(super) struct Hours {
    /// By the addresses of the schedules, which stay as long as they are held here.
    by_address: HashMap<Box<[usize]>, u32>,
    /// The first number is 1.
    of: Vec<Held>,
    free: Vec<u32>,
}

struct Held {
    schedules: Box<[Arc<Schedule>]>,
    places: u32,
}

impl Hours {
    /// The number of these schedules for one more place.
    pub(super) fn take<'s>(
        &mut self,
        schedules: impl Iterator<Item = &'s Arc<Schedule>>,
    ) -> HoursId {
        let schedules: Box<[Arc<Schedule>]> = schedules.cloned().collect();
        if schedules.is_empty() {
            return HoursId::default();
        }
        let number = match self.by_address.entry(addresses(&schedules)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let held = Held {
                    schedules,
                    places: 0,
                };
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
        self.of[number as usize - 1].places += 1;
        HoursId(number)
    }

    /// One place less has them.
    pub(super) fn release(&mut self, hours: HoursId) {
        let Some(at) = (hours.0 as usize).checked_sub(1) else {
            return;
        };
        let held = &mut self.of[at];
        held.places -= 1;
        if held.places == 0 {
            self.by_address.remove(&addresses(&held.schedules));
            held.schedules = Box::default();
            self.free.push(hours.0);
        }
    }

    fn schedules(&self, hours: HoursId) -> &[Arc<Schedule>] {
        let held = (hours.0 as usize)
            .checked_sub(1)
            .and_then(|at| self.of.get(at));
        held.map_or(&[], |held| &held.schedules)
    }
}

fn addresses(schedules: &[Arc<Schedule>]) -> Box<[usize]> {
    schedules
        .iter()
        .map(|schedule| Arc::as_ptr(schedule).addr())
        .collect()
}

/// Which hours are open at a moment; each are asked once.
pub(super) struct OpenAt<'h> {
    hours: &'h Hours,
    now: Timestamp,
    asked: RefCell<Vec<Option<bool>>>,
}

impl<'h> OpenAt<'h> {
    pub(super) fn new(hours: &'h Hours, now: Timestamp) -> Self {
        Self {
            hours,
            now,
            asked: RefCell::new(vec![None; hours.of.len() + 1]),
        }
    }

    /// Whether any of the schedules is open.
    pub(super) fn holds(&self, hours: HoursId) -> bool {
        let mut asked = self.asked.borrow_mut();
        let Some(known) = asked.get_mut(hours.0 as usize) else {
            return false;
        };
        *known.get_or_insert_with(|| {
            let mut schedules = self.hours.schedules(hours).iter();
            schedules.any(|schedule| schedule.open_state(self.now).is_open())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::sample;

    #[test]
    fn equal_hours_have_one_number_for_as_long_as_a_place_has_them() {
        let mut hours = Hours::default();
        let one = Arc::new(sample::office_hours().schedule);
        let other = Arc::new(sample::office_hours().schedule);
        assert_eq!(hours.take([].into_iter()), HoursId::default());
        let first = hours.take([&one].into_iter());
        assert_eq!(hours.take([&one].into_iter()), first);
        let both = hours.take([&one, &other].into_iter());
        assert_ne!(both, first);
        assert_eq!(hours.schedules(both).len(), 2);
        hours.release(first);
        assert_eq!(hours.schedules(first).len(), 1, "one place has them still");
        hours.release(first);
        hours.release(HoursId::default());
        assert_eq!(
            hours.take([&other].into_iter()),
            first,
            "a number is used again"
        );
        assert!(Arc::ptr_eq(&hours.schedules(first)[0], &other));
    }
}
