//! Open now and the next session, computed when asked from the moment that is passed in; nothing of it is stored.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::card::Card;
use crate::domain::{
    offer::StatusState,
    schedule::{OpenState, Schedule, SessionTime},
};

/// How a listing stands at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    pub status: StatusState,
    pub open: OpenState,
    pub next_session: Option<SessionTime>,
}

/// The day on which statuses and confirmations are judged. Listings are in many zones; one day for all keeps pages apart.
#[must_use]
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

impl Card {
    /// How the listing stands at `now`, by the hours of `place` (its index among the card's places). Contacts' hours
    /// count where no place states any. Who is closed, moved or ended on that day is not open, whatever the hours say.
    #[must_use]
    pub fn times(&self, place: Option<usize>, now: Timestamp) -> Times {
        let status = self.status_on(day_of(now));
        if status != StatusState::Operating {
            return Times {
                status,
                open: OpenState::Closed { opens: None },
                next_session: None,
            };
        }
        let (mut open, mut next_session) = (OpenState::Unknown, None);
        for schedule in self.schedules(place) {
            open = wider(open, schedule.open_state(now));
            let next = schedule.next_session(now);
            next_session = [next_session, next]
                .into_iter()
                .flatten()
                .min_by_key(|next: &SessionTime| next.starts);
        }
        Times {
            status,
            open,
            next_session,
        }
    }

    /// The listing's status on that day.
    #[must_use]
    pub fn status_on(&self, today: Date) -> StatusState {
        self.status
            .as_ref()
            .map_or(StatusState::Operating, |status| status.on(today))
    }

    /// The hours that count for `place`.
    pub(super) fn schedules(&self, place: Option<usize>) -> impl Iterator<Item = &Arc<Schedule>> {
        let of_places = self.places.iter().any(|place| place.schedule.is_some());
        let of_place = place
            .and_then(|place| self.places.get(place))
            .and_then(|place| place.schedule.as_ref());
        let contacts = if of_places {
            &[][..]
        } else {
            &self.contacts[..]
        };
        of_place.into_iter().chain(
            contacts
                .iter()
                .filter_map(|contact| contact.schedule.as_ref()),
        )
    }
}

/// The state of somebody whom one reaches in either of two ways.
fn wider(one: OpenState, other: OpenState) -> OpenState {
    use OpenState::{Closed, Open, Unknown};
    match (one, other) {
        (Unknown, state) | (state, Unknown) => state,
        (Open { until: a }, Open { until: b }) => Open {
            until: a.zip(b).map(|(a, b)| a.max(b)),
        },
        (open @ Open { .. }, _) | (_, open @ Open { .. }) => open,
        (Closed { opens: a }, Closed { opens: b }) => Closed {
            opens: a.into_iter().chain(b).min(),
        },
    }
}
