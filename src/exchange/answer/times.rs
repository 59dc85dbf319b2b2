//! Open now, and when people meet next.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    listing::Listing,
    offer::StatusState,
    place::Hours,
    schedule::{OpenState, Schedule, SessionTime},
};

/// The next meeting.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "starts": "2026-11-23T13:00:00Z", "ends": "2026-11-23T14:30:00Z", "local": "2026-11-23T19:00",
    "time_zone": "Asia/Dhaka", "in_progress": false
}))]
pub struct NextSession {
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    /// The start as the people there say it.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]
    pub local: String,
    /// IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    pub in_progress: bool,
}

impl NextSession {
    /// The session as seen at `now`.
    #[must_use]
    pub fn of(session: &SessionTime, now: Timestamp) -> Self {
        Self {
            starts: session.starts,
            ends: session.ends,
            local: session.local.strftime("%Y-%m-%dT%H:%M").to_string(),
            time_zone: session.local.time_zone().iana_name().map(str::to_owned),
            in_progress: session.is_in_progress(now),
        }
    }
}

/// How a listing stands at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    pub status: StatusState,
    pub open: OpenState,
    pub next_session: Option<SessionTime>,
}

impl Times {
    /// By the hours of one of its places, else of all; contacts' hours count where no place states any. Who is closed,
    /// moved or ended today is not open, whatever the hours say.
    #[must_use]
    pub fn of(
        listing: &Listing,
        place: Option<usize>,
        now: Timestamp,
        today: jiff::civil::Date,
    ) -> Self {
        let status = listing
            .status
            .as_ref()
            .map_or(StatusState::Operating, |status| status.on(today));
        if status != StatusState::Operating {
            return Self {
                status,
                open: OpenState::Closed { opens: None },
                next_session: None,
            };
        }
        let (mut open, mut next_session) = (OpenState::Unknown, None::<SessionTime>);
        for schedule in schedules(listing, place) {
            open = wider(open, schedule.open_state(now));
            let both = [next_session, schedule.next_session(now)];
            next_session = both.into_iter().flatten().min_by_key(|next| next.starts);
        }
        Self {
            status,
            open,
            next_session,
        }
    }

    /// Whether it is open; nothing where no hours are known.
    #[must_use]
    pub fn open_now(&self) -> Option<bool> {
        (self.open != OpenState::Unknown).then(|| self.open.is_open())
    }

    /// When the answer changes by itself.
    #[must_use]
    pub fn change(&self, now: Timestamp) -> Option<Timestamp> {
        let session = self.next_session.as_ref().map(|next| {
            if next.starts > now {
                next.starts
            } else {
                next.ends
            }
        });
        self.open.changes_at().into_iter().chain(session).min()
    }
}

fn schedules(listing: &Listing, place: Option<usize>) -> impl Iterator<Item = &Schedule> {
    let of_places = listing.places.iter().any(|place| place.hours.is_some());
    let places = match place {
        Some(at) => listing
            .places
            .get(at)
            .map(std::slice::from_ref)
            .unwrap_or_default(),
        None => &listing.places,
    };
    let contacts = if of_places {
        &[][..]
    } else {
        &listing.contacts[..]
    };
    let hours = places.iter().filter_map(|place| place.hours.as_ref());
    let hours = hours.chain(contacts.iter().filter_map(|contact| contact.hours.as_ref()));
    hours.map(|Hours { schedule, .. }| schedule)
}

/// When anything that the whole listing says of its hours changes next, or its status by its dates.
#[must_use]
pub(super) fn next_change(listing: &Listing, now: Timestamp) -> Option<Timestamp> {
    let places = listing
        .places
        .iter()
        .filter_map(|place| place.hours.as_ref());
    let contacts = listing
        .contacts
        .iter()
        .filter_map(|contact| contact.hours.as_ref());
    places
        .chain(contacts)
        .filter_map(|hours| hours.schedule.next_change(now))
        .chain(status_changes(listing, now))
        .min()
}

/// When its status begins and when it is over, where that is still to come.
fn status_changes(listing: &Listing, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let status = listing.status.as_ref();
    let begins = status.and_then(|status| status.from);
    let over = status.and_then(|status| status.until?.tomorrow().ok());
    let days = begins.into_iter().chain(over);
    let moments = days.filter_map(|day| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    moments.filter(move |moment| *moment > now)
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
