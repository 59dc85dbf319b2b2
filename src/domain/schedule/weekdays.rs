//! Sets of weekdays, and the two-letter codes by which they are written (`mo` … `su`).

use jiff::civil::Weekday;

/// A set of weekdays, Monday first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

const CODES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

impl Weekdays {
    pub const ALL: Weekdays = Weekdays(0b111_1111);

    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::Monday
            .cycle_forward()
            .take(7)
            .filter(move |day| self.contains(*day))
    }

    /// A weekday by its code, in either case.
    pub fn parse_day(code: &str) -> Option<Weekday> {
        let index = CODES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(code))?;
        Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
    }

    pub fn code(day: Weekday) -> &'static str {
        CODES[usize::from(day.to_monday_zero_offset().unsigned_abs())]
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Weekdays {
        Weekdays(days.into_iter().fold(0, |set, day| set | bit(day)))
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_keeps_each_day_once_in_order() {
        let set: Weekdays = ["su", "MO", "mo"]
            .iter()
            .filter_map(|c| Weekdays::parse_day(c))
            .collect();
        assert_eq!(
            set.iter().map(Weekdays::code).collect::<Vec<_>>(),
            ["mo", "su"]
        );
        assert!(!set.is_empty() && !set.contains(Weekday::Friday));
        assert_eq!(Weekdays::ALL.iter().count(), 7);
        assert_eq!(Weekdays::parse_day("monday"), None);
    }
}
