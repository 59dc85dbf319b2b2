//! The next time that a session takes place.
//!
//! The wall-clock start is fixed and the zone decides its instant, so a meeting at 19:00 stays at
//! 19:00 through every clock change; its length is elapsed time. Nothing begins on a closed day,
//! extra dates included.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::calendar::plus_days;
use super::closure::ClosedDays;
use super::recurrence::Recurrence;
use super::session::Session;
use super::zone::TimeZone;

/// One meeting as it falls: its instants, and its start as the people there say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTime {
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub local: Zoned,
}

impl SessionTime {
    pub fn is_in_progress(&self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }
}

/// The instants of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Meeting {
    starts: Timestamp,
    ends: Timestamp,
}

#[derive(Clone, Copy)]
pub(super) struct Question<'s> {
    pub(super) closed: &'s ClosedDays,
    pub(super) zone: &'s TimeZone,
    pub(super) now: Timestamp,
}

impl Question<'_> {
    /// The earliest meeting of any session that has not ended.
    pub(super) fn next_of(self, sessions: &[Session]) -> Option<SessionTime> {
        let next = sessions
            .iter()
            .filter_map(|session| self.next(session))
            .min()?;
        let local = self.zone.zoned(next.starts);
        Some(SessionTime {
            starts: next.starts,
            ends: next.ends,
            local,
        })
    }

    fn next(self, session: &Session) -> Option<Meeting> {
        // A day more than its length back: a clock change may move a start across midnight.
        let length = SignedDuration::from_mins(i64::from(session.minutes()));
        let earliest = self.now.checked_sub(length).unwrap_or(Timestamp::MIN);
        let from = plus_days(self.zone.local(earliest).date(), -1).unwrap_or(Date::MIN);
        let regular = match session.rule() {
            Some(rule) => self.by_rule(session, rule, from),
            None if session.is_excepted(session.starts().date()) => None,
            None => self.meeting(session, session.starts()),
        };
        let first_extra = session.extra().partition_point(|at| at.date() < from);
        let mut extra = session.extra()[first_extra..].iter();
        let extra = extra.find_map(|at| self.meeting(session, *at));
        [regular, extra].into_iter().flatten().min()
    }

    fn by_rule(self, session: &Session, rule: &Recurrence, from: Date) -> Option<Meeting> {
        let start = session.starts();
        let mut dates = rule.dates(start.date(), from);
        loop {
            let date = dates.next()?;
            let at = date.to_datetime(start.time());
            if session.is_counted_out(date) || rule.is_over_by(at, self.zone) {
                return None;
            }
            if let Some(reopens) = self.closed.reopening(date) {
                dates = rule.dates(start.date(), reopens);
            } else if !session.is_excepted(date)
                && let Some(meeting) = self.meeting(session, at)
            {
                return Some(meeting);
            }
        }
    }

    /// A meeting at a wall-clock time, unless it is over or its day is closed.
    fn meeting(self, session: &Session, at: DateTime) -> Option<Meeting> {
        if self.closed.reopening(at.date()).is_some() {
            return None;
        }
        let starts = self.zone.instant(at)?;
        let length = SignedDuration::from_mins(i64::from(session.minutes()));
        let ends = starts.checked_add(length).ok()?;
        (ends > self.now).then_some(Meeting { starts, ends })
    }
}
