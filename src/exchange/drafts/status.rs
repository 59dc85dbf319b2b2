//! What moderators say of a listing that nobody keeps: whether it is there, from when to when, and in words.

use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        fault::{Fault, FaultCode, Faults},
        offer::StatusState,
        slug::Slug,
    },
    exchange::{
        day,
        listing::{LocalisedText, Status},
    },
};

/// How a listing is, from when to when, and in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "temporarily_closed", "from": "2026-12-01", "until": "2026-12-31",
    "note": {"source": "en", "text": {"en": "The roof is mended."}}}))]
pub struct StatusRequest {
    #[schema(
        required,
        max_length = 20,
        pattern = "^(operating|temporarily_closed|moved|ended|merged)$"
    )]
    state: Option<String>,
    /// The first day; absent: at once.
    #[schema(value_type = Option<String>, format = Date, max_length = 10)]
    #[serde(default, deserialize_with = "day::maybe")]
    from: Option<Date>,
    /// The last day; absent: until something else is said.
    #[schema(value_type = Option<String>, format = Date, max_length = 10)]
    #[serde(default, deserialize_with = "day::maybe")]
    until: Option<Date>,
    #[schema(inline, value_type = LocalisedText, required = false)]
    note: Option<LocalisedText>,
    /// The slug of the listing of its kind to which it moved; or the note says where.
    #[schema(min_length = 2, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    moved_to: Option<String>,
    /// The listing of its kind that stands for a merged one; a merged one has nothing else.
    #[schema(max_length = 36)]
    merged_into: Option<Uuid>,
}

/// What is said of a listing.
#[derive(Clone, Debug)]
pub enum StatusSaid {
    /// None: that it operates, and nothing else.
    Is(Option<Status>),
    MergedInto(Uuid),
}

impl StatusRequest {
    /// What is said.
    pub fn parse(self) -> Result<StatusSaid, Vec<Fault>> {
        let mut faults = Faults::default();
        let expected = format!("{}, merged", StatusState::expected());
        let Some(state) = faults.require("/state", self.state.as_deref(), &expected) else {
            return Err(faults.0);
        };
        if state == "merged" {
            let into = "the id of the listing that stands for it";
            let into = faults.require("/merged_into", self.merged_into, into);
            for (at, given) in [
                ("/from", self.from.is_some()),
                ("/until", self.until.is_some()),
                ("/note", self.note.is_some()),
                ("/moved_to", self.moved_to.is_some()),
            ] {
                if given {
                    let expected = "nothing: of a merged listing nothing is shown";
                    faults.add(at, FaultCode::Contradiction, expected);
                }
            }
            return match into {
                Some(into) if faults.is_empty() => Ok(StatusSaid::MergedInto(into)),
                _ => Err(faults.0),
            };
        }
        if self.merged_into.is_some() {
            let expected = "nothing, apart from a merged listing";
            faults.add("/merged_into", FaultCode::Contradiction, expected);
        }
        let target = self.moved_to.as_deref().map(Slug::parse).transpose();
        if let Err(error) = target {
            faults.add("/moved_to", FaultCode::Malformed, error.to_string());
        }
        let state = faults.require("/state", StatusState::parse(state), &expected);
        match state {
            Some(state) if faults.is_empty() => {
                let status = Status {
                    state,
                    from: self.from,
                    until: self.until,
                    note: self.note,
                    moved_to: self.moved_to,
                };
                if let Some(fault) = status.leads_nowhere("") {
                    return Err(vec![fault]);
                }
                let plain = status == Status::operating();
                Ok(StatusSaid::Is((!plain).then_some(status)))
            }
            _ => Err(faults.0),
        }
    }
}
