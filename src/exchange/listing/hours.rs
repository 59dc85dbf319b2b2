//! Schedules as they travel: local wall-clock times with an IANA zone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::LocalisedText;
use crate::domain::{
    fault::{FaultCode, Faults},
    place,
    schedule::{self, Recurrence, ScheduleParts, TimeZone, Weekdays},
};

/// Opening hours, sessions and closures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"time_zone": "Asia/Dhaka", "openings": [{"days": ["mo", "tu"], "opens": "15:00", "closes": "03:00"}]}))]
pub struct Schedule {
    /// IANA name, never an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub time_zone: Option<String>,
    /// Open 24 hours, every day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub always_open: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub openings: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub sessions: Vec<Session>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub closures: Vec<Closure>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_appointment: bool,
}

/// Weekly hours of some days; a closing time at or before the opening time lies on the next day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Opening {
    /// mo, tu, we, th, fr, sa, su
    #[schema(max_items = 7)]
    pub days: Vec<String>,
    /// HH:MM
    #[schema(pattern = "^[0-9]{2}:[0-9]{2}$")]
    pub opens: String,
    /// HH:MM; 24:00 is midnight at the end of the day
    #[schema(pattern = "^[0-9]{2}:[0-9]{2}$")]
    pub closes: String,
}

/// A meeting that may recur (RFC 5545).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Local date and time of the first meeting.
    #[schema(example = "2026-01-05T19:00")]
    pub starts: String,
    pub minutes: u16,
    /// An RRULE value with FREQ DAILY, WEEKLY or MONTHLY.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "FREQ=WEEKLY;BYDAY=MO")]
    pub rule: Option<String>,
    /// Dates on which it does not take place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub except: Vec<String>,
    /// Further local dates and times on which it does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub extra: Vec<String>,
}

/// Days on which nobody is there, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Closure {
    #[schema(example = "2026-12-25")]
    pub from: String,
    #[schema(example = "2026-12-26")]
    pub until: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<LocalisedText>,
}

impl Schedule {
    /// The schedule in the domain's form.
    pub fn read(&self, at: &str, faults: &mut Faults) -> Option<place::Hours> {
        let zone = faults.require(
            &format!("{at}/time_zone"),
            self.time_zone.as_deref(),
            "an IANA time zone",
        )?;
        let zone = faults.keep(&format!("{at}/time_zone"), TimeZone::parse(zone))?;
        let indexed = |list: &str, index: usize| format!("{at}/{list}/{index}");
        let openings: Vec<_> = self
            .openings
            .iter()
            .enumerate()
            .map(|(i, o)| o.read(&indexed("openings", i), faults))
            .collect();
        let sessions: Vec<_> = self
            .sessions
            .iter()
            .enumerate()
            .map(|(i, s)| s.read(&indexed("sessions", i), faults))
            .collect();
        let closures: Vec<_> = self
            .closures
            .iter()
            .enumerate()
            .map(|(i, c)| c.read(&indexed("closures", i), faults))
            .collect();
        let closures: Vec<_> = closures.into_iter().collect::<Option<_>>()?;
        let (closures, closure_notes) = closures.into_iter().unzip();
        let parts = ScheduleParts {
            zone,
            always_open: self.always_open,
            openings: openings.into_iter().collect::<Option<_>>()?,
            sessions: sessions.into_iter().collect::<Option<_>>()?,
            closures,
            by_appointment: self.by_appointment,
        };
        match schedule::Schedule::new(parts) {
            Ok(schedule) => Some(place::Hours {
                schedule,
                closure_notes,
            }),
            Err(found) => {
                faults
                    .0
                    .extend(found.into_iter().map(|fault| fault.under(at)));
                None
            }
        }
    }
}

impl Opening {
    fn read(&self, at: &str, faults: &mut Faults) -> Option<schedule::Opening> {
        let days: Option<Vec<_>> = self
            .days
            .iter()
            .map(|day| Weekdays::parse_day(day))
            .collect();
        let days = match days {
            Some(days) => days,
            None => {
                faults.add(
                    format!("{at}/days"),
                    FaultCode::Unknown,
                    "weekdays mo, tu, we, th, fr, sa, su",
                );
                return None;
            }
        };
        match schedule::Opening::parse(days, &self.opens, &self.closes) {
            Ok(opening) => Some(opening),
            Err(found) => {
                faults
                    .0
                    .extend(found.into_iter().map(|fault| fault.under(at)));
                None
            }
        }
    }
}

impl Session {
    fn read(&self, at: &str, faults: &mut Faults) -> Option<schedule::Session> {
        const MOMENT: &str = "a local date and time such as 2026-01-05T19:00";
        let moment = |text: &str| text.parse::<jiff::civil::DateTime>().map_err(|_| MOMENT);
        let starts = faults.keep(&format!("{at}/starts"), moment(&self.starts));
        let rule = match &self.rule {
            Some(rule) => Some(faults.keep(&format!("{at}/rule"), Recurrence::parse(rule))?),
            None => None,
        };
        let day = |text: &String| {
            text.parse::<jiff::civil::Date>()
                .map_err(|_| "a date such as 2026-02-02")
        };
        let except: Vec<_> = self
            .except
            .iter()
            .enumerate()
            .map(|(i, text)| faults.keep(&format!("{at}/except/{i}"), day(text)))
            .collect();
        let extra: Vec<_> = self
            .extra
            .iter()
            .enumerate()
            .map(|(i, text)| faults.keep(&format!("{at}/extra/{i}"), moment(text)))
            .collect();
        let except = except.into_iter().collect::<Option<Vec<_>>>()?;
        let extra = extra.into_iter().collect::<Option<Vec<_>>>()?;
        match schedule::Session::new(starts?, self.minutes, rule, except, extra) {
            Ok(session) => Some(session),
            Err(found) => {
                faults
                    .0
                    .extend(found.into_iter().map(|fault| fault.under(at)));
                None
            }
        }
    }
}

impl Closure {
    fn read(
        &self,
        at: &str,
        faults: &mut Faults,
    ) -> Option<(
        schedule::Closure,
        Option<crate::domain::text::LocalisedText>,
    )> {
        let day = |text: &str| {
            text.parse::<jiff::civil::Date>()
                .map_err(|_| "a date such as 2026-12-25")
        };
        let from = faults.keep(&format!("{at}/from"), day(&self.from));
        let until = faults.keep(&format!("{at}/until"), day(&self.until));
        let note = match &self.note {
            Some(note) => Some(note.read(&format!("{at}/note"), 400, faults)?),
            None => None,
        };
        match schedule::Closure::new(from?, until?) {
            Ok(closure) => Some((closure, note)),
            Err(found) => {
                faults
                    .0
                    .extend(found.into_iter().map(|fault| fault.under(at)));
                None
            }
        }
    }
}

impl From<&place::Hours> for Schedule {
    fn from(hours: &place::Hours) -> Self {
        let schedule = &hours.schedule;
        let moment = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%dT%H:%M").to_string();
        let openings = schedule.openings().iter().map(|opening| Opening {
            days: opening
                .days()
                .iter()
                .map(|day| Weekdays::code(day).to_owned())
                .collect(),
            opens: opening.opens_as_text(),
            closes: opening.closes_as_text(),
        });
        let sessions = schedule.sessions().iter().map(|session| Session {
            starts: moment(session.starts()),
            minutes: session.minutes(),
            rule: session.rule().map(|rule| rule.as_str().to_owned()),
            except: session.except().iter().map(ToString::to_string).collect(),
            extra: session.extra().iter().copied().map(moment).collect(),
        });
        let closures =
            schedule
                .closures()
                .iter()
                .zip(&hours.closure_notes)
                .map(|(closure, note)| Closure {
                    from: closure.from().to_string(),
                    until: closure.until().to_string(),
                    note: note.as_ref().map(Into::into),
                });
        Self {
            time_zone: Some(schedule.zone().as_str().to_owned()),
            always_open: schedule.is_always_open(),
            openings: openings.collect(),
            sessions: sessions.collect(),
            closures: closures.collect(),
            by_appointment: schedule.is_by_appointment(),
        }
    }
}
