//! The opening hours that count for places, numbered: very many places share theirs, so that each is judged once for all.

use std::{
    cell::RefCell,
    hash::{Hash, Hasher},
    sync::Arc,
};

use jiff::Timestamp;

use super::numbered::Numbered;
use crate::domain::schedule::Schedule;

/// A number for some schedules together; the default is that of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HoursId(u32);

/// The schedules by number.
#[derive(Default)]
pub(super) struct Hours(Numbered<Together>);

/// Schedules that are the same where they lie at the same addresses, at which they stay as long as they are held here.
#[derive(Clone)]
struct Together(Arc<[Arc<Schedule>]>);

impl Together {
    fn addresses(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|schedule| Arc::as_ptr(schedule).addr())
    }
}

impl PartialEq for Together {
    fn eq(&self, other: &Self) -> bool {
        self.addresses().eq(other.addresses())
    }
}

impl Eq for Together {}

impl Hash for Together {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for address in self.addresses() {
            address.hash(state);
        }
    }
}

impl Hours {
    /// The number of these schedules for one more place.
    pub(super) fn take<'s>(
        &mut self,
        schedules: impl Iterator<Item = &'s Arc<Schedule>>,
    ) -> HoursId {
        let schedules: Arc<[Arc<Schedule>]> = schedules.cloned().collect();
        if schedules.is_empty() {
            return HoursId::default();
        }
        HoursId(self.0.take(Together(schedules)))
    }

    /// One place less has them.
    pub(super) fn release(&mut self, hours: HoursId) {
        self.0.release(hours.0);
    }

    fn schedules(&self, hours: HoursId) -> &[Arc<Schedule>] {
        self.0.get(hours.0).map_or(&[], |together| &together.0)
    }
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
            asked: RefCell::new(vec![None; hours.0.end()]),
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
    fn hours_are_the_same_where_they_are_the_same_copies() {
        let mut hours = Hours::default();
        let one = Arc::new(sample::office_hours().schedule);
        let other = Arc::new(sample::office_hours().schedule);
        assert_eq!(hours.take([].into_iter()), HoursId::default());
        let first = hours.take([&one].into_iter());
        assert_eq!(hours.take([&one].into_iter()), first);
        let both = hours.take([&one, &other].into_iter());
        assert_ne!(both, first);
        assert_eq!(hours.schedules(both).len(), 2);
        assert_eq!(hours.schedules(HoursId::default()).len(), 0);
        assert_ne!(hours.take([&other].into_iter()), first);
        assert!(Arc::ptr_eq(&hours.schedules(first)[0], &one));
    }
}
