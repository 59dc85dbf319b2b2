//! Open or not, out of weekly openings and closed days.
//!
//! Openings of one day and the next that overlap or touch are joined on the wall clock first and
//! only then turned into instants, so 18:00–24:00 and 00:00–03:00 are one stretch and no clock
//! change tears a hole into hours that have none. A stretch that a clock change swallows whole is
//! left out. The answer has no horizon: hours without a gap end at the next closed day or never,
//! all others within two weeks of the last closed day.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use super::calendar::{MINUTES_A_DAY, days_between, plus_days, plus_minutes};
use super::closure::ClosedDays;
use super::opening::Opening;
use super::zone::TimeZone;

const WEEK: i64 = 7 * MINUTES_A_DAY;

/// Every weekday comes twice, lest a clock change swallowed the only opening of the first.
const QUIET_DAYS: u32 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenState {
    /// Open; `until` is absent where no end is known (round the clock, and no closure ahead).
    Open { until: Option<Timestamp> },
    /// Not open; `opens` is absent where it never opens again.
    Closed { opens: Option<Timestamp> },
    /// No opening hours are stated.
    Unknown,
}

impl OpenState {
    pub fn is_open(self) -> bool {
        matches!(self, OpenState::Open { .. })
    }

    /// When the answer changes by itself.
    pub fn changes_at(self) -> Option<Timestamp> {
        match self {
            OpenState::Open { until } => until,
            OpenState::Closed { opens } => opens,
            OpenState::Unknown => None,
        }
    }
}

/// An opening on one weekday, in minutes from that day's midnight; `until` may be past the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    day: Weekday,
    from: i64,
    until: i64,
}

/// Openings that are one on the wall clock, in minutes from the midnight that began today.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: i64,
    until: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hours {
    week: Box<[Stretch]>,
    round_the_clock: bool,
}

/// What a question is asked of, beside the hours.
#[derive(Clone, Copy)]
struct Question<'s> {
    closed: &'s ClosedDays,
    zone: &'s TimeZone,
    now: Timestamp,
    today: Date,
}

impl Hours {
    pub(super) fn of(openings: &[Opening], always_open: bool) -> Hours {
        let every_day = Weekday::Monday.cycle_forward().take(7);
        let mut week: Vec<Stretch> = if always_open {
            every_day
                .map(|day| Stretch {
                    day,
                    from: 0,
                    until: MINUTES_A_DAY,
                })
                .collect()
        } else {
            openings.iter().flat_map(stretches).collect()
        };
        week.sort_by_key(|stretch| (stretch.day.to_monday_zero_offset(), stretch.from));
        let round_the_clock = has_no_gap(&week);
        Hours {
            week: week.into_boxed_slice(),
            round_the_clock,
        }
    }

    pub(super) fn state(&self, closed: &ClosedDays, zone: &TimeZone, now: Timestamp) -> OpenState {
        if self.week.is_empty() {
            return OpenState::Unknown;
        }
        let question = Question {
            closed,
            zone,
            now,
            today: zone.local(now).date(),
        };
        self.answer(question)
            .unwrap_or(OpenState::Closed { opens: None })
    }

    /// Walks the days from yesterday, whose openings may reach into today, and answers with the
    /// first run that has not ended.
    fn answer(&self, question: Question<'_>) -> Option<OpenState> {
        let mut run: Option<Run> = None;
        let mut quiet = 0;
        let mut day = -1;
        while quiet < QUIET_DAYS {
            let date = plus_days(question.today, day)?;
            if let Some(reopens) = question.closed.reopening(date) {
                if let Some(answer) = run.take().and_then(|run| question.judge(run)) {
                    return Some(answer);
                }
                day = days_between(question.today, reopens);
                quiet = 0;
                continue;
            }
            for next in self.runs_on(date, day, question.closed) {
                run = match run {
                    Some(run) if next.from <= run.until => Some(Run {
                        until: run.until.max(next.until),
                        ..run
                    }),
                    Some(ended) => match question.judge(ended) {
                        Some(answer) => return Some(answer),
                        None => Some(next),
                    },
                    None => Some(next),
                };
            }
            if let Some(answer) = self.endless(run, date, day, question) {
                return Some(answer);
            }
            day += 1;
            quiet += 1;
        }
        question.judge(run?)
    }

    /// The openings that begin on an open day, cut at midnight where the next day is closed.
    fn runs_on(&self, date: Date, day: i64, closed: &ClosedDays) -> impl Iterator<Item = Run> {
        let weekday = date.weekday();
        let midnight = (day + 1) * MINUTES_A_DAY;
        let closes_at_midnight = closed.next_after(date) == plus_days(date, 1);
        let latest = if closes_at_midnight {
            midnight
        } else {
            i64::MAX
        };
        self.week
            .iter()
            .filter(move |stretch| stretch.day == weekday)
            .map(move |stretch| Run {
                from: day * MINUTES_A_DAY + stretch.from,
                until: (day * MINUTES_A_DAY + stretch.until).min(latest),
            })
    }

    /// Hours without a gap, once they have been followed to the end of a day not yet over, go on
    /// to the next closed day: every later minute belongs to an opening of an open day.
    fn endless(
        &self,
        run: Option<Run>,
        date: Date,
        day: i64,
        question: Question<'_>,
    ) -> Option<OpenState> {
        let run = run.filter(|run| run.until >= (day + 1) * MINUTES_A_DAY)?;
        if !self.round_the_clock || day < 0 || question.instant(run.from)? > question.now {
            return None;
        }
        let until = question.closed.next_after(date);
        let until =
            until.and_then(|date| question.zone.instant(date.to_datetime(Time::midnight())));
        Some(OpenState::Open { until })
    }
}

impl Question<'_> {
    fn instant(&self, minutes: i64) -> Option<Timestamp> {
        self.zone.instant(plus_minutes(self.today, minutes)?)
    }

    /// What a whole run says of now: nothing where it has passed or a clock change swallowed it.
    fn judge(&self, run: Run) -> Option<OpenState> {
        let from = self.instant(run.from)?;
        let until = self.instant(run.until)?;
        if until <= from || until <= self.now {
            return None;
        }
        Some(match from <= self.now {
            true => OpenState::Open { until: Some(until) },
            false => OpenState::Closed { opens: Some(from) },
        })
    }
}

fn stretches(opening: &Opening) -> impl Iterator<Item = Stretch> {
    let from = minute_of_day(opening.opens());
    let closes = minute_of_day(opening.closes());
    let until = if closes <= from {
        closes + MINUTES_A_DAY
    } else {
        closes
    };
    opening
        .days()
        .iter()
        .map(move |day| Stretch { day, from, until })
}

fn minute_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// Whether the openings of a week, repeated, leave no minute of it out. A week's first openings
/// lack the nights of the week before, so a gap among them decides nothing.
fn has_no_gap(week: &[Stretch]) -> bool {
    let (mut from, mut until) = (0, 0);
    for repeat in [0, WEEK] {
        for stretch in week {
            let midnight = repeat + i64::from(stretch.day.to_monday_zero_offset()) * MINUTES_A_DAY;
            if midnight + stretch.from > until {
                from = midnight + stretch.from;
            }
            until = until.max(midnight + stretch.until);
            if until - from >= WEEK {
                return true;
            }
        }
    }
    false
}
