//! Stated hours as a reader gets them.

use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{Reader, Text};
use crate::{
    domain::place::Hours,
    exchange::listing::{Opening, Schedule, Session},
};

/// Opening hours, sessions and closures, in local wall-clock time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownHours {
    /// IANA name.
    pub time_zone: String,
    /// Open 24 hours, every day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub always_open: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub openings: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub sessions: Vec<Session>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub closures: Vec<ShownClosure>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub by_appointment: bool,
}

/// Days on which nobody is there, both ends included.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownClosure {
    #[schema(format = "date", example = "2026-12-25")]
    pub from: String,
    #[schema(format = "date", example = "2026-12-26")]
    pub until: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl ShownHours {
    /// The hours with their notes in the reader's language.
    #[must_use]
    pub fn of(hours: &Hours, reader: &Reader<'_>) -> Self {
        let wire = Schedule::from(hours);
        let closures = wire.closures.into_iter().zip(&hours.closure_notes);
        Self {
            time_zone: wire.time_zone.unwrap_or_default(),
            always_open: wire.always_open,
            openings: wire.openings,
            sessions: wire.sessions,
            closures: closures
                .map(|(closure, note)| ShownClosure {
                    from: closure.from,
                    until: closure.until,
                    note: note.as_ref().map(|note| reader.text(note)),
                })
                .collect(),
            by_appointment: wire.by_appointment,
        }
    }
}
