//! When a listing was last confirmed true, when that falls due again, and what it is once nobody confirms it.

use jiff::{ToSpan, civil::Date};

use super::{listing::Kind, source::Source};

/// A confirmation of a helpline holds for so many months: a dead number costs most there.
pub const HELPLINE_MONTHS: i32 = 6;
/// One of anything else.
pub const MONTHS: i32 = 12;
/// So many months after a confirmation fell due, what nobody confirmed counts as unconfirmed; and so many months after
/// its owner was reminded in vain, what has an owner is withdrawn.
pub const FURTHER_MONTHS: i32 = 3;

enumeration! {
    /// How far a listing's facts can be trusted on a day, from the best on.
    ConfirmationState {
        /// Somebody confirmed them lately.
        Confirmed = "confirmed",
        /// A confirmation is due.
        Overdue = "overdue",
        /// It has been due for long, and nobody gave it.
        Unconfirmed = "unconfirmed",
    }
}

impl ConfirmationState {
    /// Of what is due on the one day and trusted until the other, as in `Confirmation`.
    #[must_use]
    pub fn on(today: Date, due_on: Option<Date>, trusted_until: Option<Date>) -> Self {
        if trusted_until.is_some_and(|last| last < today) {
            Self::Unconfirmed
        } else if due_on.is_none_or(|due| due < today) {
            Self::Overdue
        } else {
            Self::Confirmed
        }
    }
}

/// What is known of a listing's truth; what follows from it depends on the day on which one asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The latest day on which somebody confirmed the facts.
    pub confirmed_on: Option<Date>,
    /// The day from which the facts are: confirmed, else retrieved.
    pub known_on: Option<Date>,
    /// The day on which a new confirmation falls due; none where there never was one.
    pub due_on: Option<Date>,
    /// The last day before it counts as unconfirmed. What a source still said later has until later.
    pub trusted_until: Option<Date>,
}

impl Confirmation {
    /// From a listing's sources.
    #[must_use]
    pub fn of(kind: Kind, sources: &[Source]) -> Self {
        let confirmed_on = sources
            .iter()
            .filter_map(|source| source.confirmed_on)
            .max();
        let retrieved_on = sources.iter().map(|source| source.retrieved_on).max();
        Self::from_days(kind, confirmed_on, retrieved_on)
    }

    /// From the latest days on which somebody confirmed the facts, and on which they were taken from a source.
    #[must_use]
    pub fn from_days(kind: Kind, confirmed_on: Option<Date>, retrieved_on: Option<Date>) -> Self {
        let months = match kind {
            Kind::Helpline => HELPLINE_MONTHS,
            _ => MONTHS,
        };
        let after = |day: Date, months: i32| day.saturating_add(months.months());
        let last_said_on = confirmed_on.max(retrieved_on);
        Self {
            confirmed_on,
            known_on: confirmed_on.or(retrieved_on),
            due_on: confirmed_on.map(|day| after(day, months)),
            trusted_until: last_said_on.map(|day| after(day, months + FURTHER_MONTHS)),
        }
    }

    /// How far the facts can be trusted, seen from `today`.
    #[must_use]
    pub fn state(&self, today: Date) -> ConfirmationState {
        ConfirmationState::on(today, self.due_on, self.trusted_until)
    }

    /// Whether nobody has confirmed the facts lately, seen from `today`.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.state(today) != ConfirmationState::Confirmed
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_nobody_confirms_is_due_and_then_unconfirmed() {
        use ConfirmationState::{Confirmed, Overdue, Unconfirmed};
        let confirmed = Some(date(2026, 1, 31));
        let line = Confirmation::from_days(Kind::Helpline, confirmed, confirmed);
        for (day, state) in [
            (date(2026, 7, 31), Confirmed),
            (date(2026, 8, 1), Overdue),
            (date(2026, 10, 31), Overdue),
            (date(2026, 11, 1), Unconfirmed),
        ] {
            assert_eq!(line.state(day), state, "{day}");
        }
        let hub = Confirmation::from_days(Kind::Hub, confirmed, confirmed);
        assert_eq!(hub.state(date(2027, 1, 31)), Confirmed);
        assert_eq!(hub.state(date(2027, 5, 1)), Unconfirmed);
        // A source that still said it later keeps it from that, not from being due.
        let said = Confirmation::from_days(Kind::Hub, confirmed, Some(date(2027, 4, 1)));
        assert_eq!(said.state(date(2027, 5, 1)), Overdue);
        let never = Confirmation::from_days(Kind::Hub, None, confirmed);
        assert_eq!(never.state(date(2026, 2, 1)), Overdue);
        assert_eq!(never.state(date(2027, 5, 1)), Unconfirmed);
    }
}
