//! When a listing was last confirmed true, and when that falls due again.

use jiff::{ToSpan, civil::Date};

use super::{listing::Kind, source::Source};

/// What is known of a listing's truth; whether it is overdue depends on the day on which one asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The latest day on which somebody confirmed the facts.
    pub confirmed_on: Option<Date>,
    /// The day from which the facts are: confirmed, else retrieved.
    pub known_on: Option<Date>,
    /// The day on which a new confirmation falls due; none where there never was one.
    pub due_on: Option<Date>,
}

impl Confirmation {
    /// From a listing's sources: helplines fall due after 6 months, the rest after 12.
    #[must_use]
    pub fn of(kind: Kind, sources: &[Source]) -> Self {
        let confirmed_on = sources
            .iter()
            .filter_map(|source| source.confirmed_on)
            .max();
        let retrieved_on = sources.iter().map(|source| source.retrieved_on).max();
        let months = if kind == Kind::Helpline { 6 } else { 12 };
        let due_on = confirmed_on.map(|day| day.saturating_add(months.months()));
        Self {
            confirmed_on,
            known_on: confirmed_on.or(retrieved_on),
            due_on,
        }
    }

    /// Whether nobody has confirmed the facts lately, seen from `today`.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.due_on.is_none_or(|due| due < today)
    }
}
