//! Batches as they travel: what would become of each row of a file, and what was handed in as one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    drafts::{AlikeAnswer, Lack, RemarkAnswer, ValueChange, pointer, words},
    sheet::{ColumnAnswer, SheetFault},
};
use crate::domain::{
    draft::{DraftState, MemberRole},
    fault::{Fault, FaultCode, Faults},
    listing::Kind,
};

/// What would become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It would be a new listing.
    Create,
    /// It would change one that is there.
    Change,
    /// It says what is there already.
    Unchanged,
    /// It cannot be handed in.
    Fault,
}

/// What is wrong, and where in the file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetFaultAnswer {
    /// The heading of the column, where it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// JSON Pointer into the listing that the row describes; empty of the row as a whole.
    pub pointer: String,
    pub code: FaultCode,
    pub expected: String,
}

impl From<SheetFault> for SheetFaultAnswer {
    fn from(of: SheetFault) -> Self {
        Self {
            column: of.column,
            pointer: of.fault.pointer,
            code: of.fault.code,
            expected: of.fault.expected,
        }
    }
}

/// What would become of one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowAnswer {
    /// As spreadsheets count: the headings are row 1. Of NDJSON, the line.
    pub row: u32,
    pub fate: Fate,
    /// The listing that is there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What it would change of that which is public.
    pub changes: Vec<ValueChange>,
    pub faults: Vec<SheetFaultAnswer>,
    /// What may be wrong all the same, as of a draft.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Lack>,
    /// Public listings that may be the same.
    pub alike: Vec<AlikeAnswer>,
}

/// What would become of a file. Nothing was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"fit": false, "would_create": 1, "would_change": 0, "unchanged": 1, "at_fault": 1, "faults": [], "rows": [
    {"row": 2, "fate": "unchanged", "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "kind": "hub", "slug": "moner-alo-dhaka",
        "changes": [], "faults": [], "alike": []},
    {"row": 3, "fate": "create", "kind": "hub", "slug": "moner-alo-sylhet",
        "changes": [{"pointer": "/slug", "after": "moner-alo-sylhet"}], "faults": [], "alike": []},
    {"row": 4, "fate": "fault", "kind": "hub", "slug": "moner-alo-khulna", "changes": [], "alike": [], "faults": [
        {"column": "contact_1", "pointer": "/contacts/0/value", "code": "malformed",
            "expected": "a telephone number as dialled in its country, or with + and the country code"}]}]}))]
pub struct BatchCheck {
    /// Whether it could be handed in: nothing is at fault, and something would be new.
    pub fit: bool,
    pub would_create: u32,
    pub would_change: u32,
    pub unchanged: u32,
    pub at_fault: u32,
    /// What is wrong with the file as a whole; then its rows are not looked at.
    pub faults: Vec<SheetFaultAnswer>,
    pub rows: Vec<RowAnswer>,
}

impl BatchCheck {
    /// Of these rows and faults of the whole.
    #[must_use]
    pub fn of(faults: Vec<SheetFaultAnswer>, rows: Vec<RowAnswer>) -> Self {
        let count = |fate: Fate| {
            let own = rows.iter().filter(|row| row.fate == fate).count();
            u32::try_from(own).unwrap_or(u32::MAX)
        };
        let (would_create, would_change) = (count(Fate::Create), count(Fate::Change));
        let at_fault = count(Fate::Fault);
        Self {
            fit: faults.is_empty() && at_fault == 0 && would_create + would_change > 0,
            would_create,
            would_change,
            unchanged: count(Fate::Unchanged),
            at_fault,
            faults,
            rows,
        }
    }
}

/// One draft of a batch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchRowAnswer {
    /// The row of the file that was handed in.
    pub row: i32,
    pub draft: Uuid,
    pub listing: Uuid,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The public listing changed since it was handed in.
    pub base_moved: bool,
    /// What it changes of that which is public; contacts and places are marked.
    pub changes: Vec<ValueChange>,
    /// What has to be mended before it can be handed in again.
    pub lacks: Vec<Lack>,
    /// What a moderator said of single values.
    pub remarks: Vec<RemarkAnswer>,
}

/// What was handed in as one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
    "state": "submitted", "version": 1, "role": "owner", "created_at": "2026-11-26T09:00:00Z", "changed_at": "2026-11-26T09:00:00Z",
    "submitted_at": "2026-11-26T09:00:00Z", "rows": [{"row": 3, "draft": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b",
        "listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "kind": "hub", "slug": "moner-alo-sylhet", "base_moved": false,
        "changes": [{"pointer": "/slug", "after": "moner-alo-sylhet"}], "lacks": [], "remarks": []}]}))]
pub struct BatchAnswer {
    pub id: Uuid,
    pub organisation: Uuid,
    pub state: DraftState,
    /// To be sent as `If-Match` with what is done to it.
    pub version: i64,
    /// What a moderator said of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub rows: Vec<BatchRowAnswer>,
    /// What the person who asks is in the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<MemberRole>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
}

/// What was handed in as one: enough to know it by.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d",
    "state": "submitted", "version": 1, "rows": 12}))]
pub struct BatchHandedIn {
    pub id: Uuid,
    pub organisation: Uuid,
    pub state: DraftState,
    /// To be sent as `If-Match` with what is done to it.
    pub version: i64,
    /// How many listings it would create or change.
    pub rows: u32,
}

/// One of the batches of an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchSummary {
    pub id: Uuid,
    pub state: DraftState,
    /// To be sent as `If-Match` with what is done to it.
    pub version: i64,
    /// How many listings it would create or change.
    pub rows: u32,
    /// What a moderator said of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its place among all that waits for a moderator, reports and claims included, of which what is urgent comes first; 1
    /// is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
}

/// The batches of an organisation, the latest first, and how long the directory usually takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63", "state": "submitted", "version": 1, "rows": 12,
    "position": 3, "created_at": "2026-11-26T09:00:00Z", "changed_at": "2026-11-26T09:00:00Z",
    "submitted_at": "2026-11-26T09:00:00Z"}], "usual_wait_minutes": 1440}))]
pub struct BatchList {
    pub items: Vec<BatchSummary>,
    /// How long a decision usually takes, in minutes: the median of the latest hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_wait_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The columns of a sheet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"most_rows": 300, "items": [{"heading": "contact_1", "pointer": "/contacts/0/value",
    "meaning": "A number as dialled, an e-mail address or a web address. Further ones: contact_2 and so on.", "example": "01711-000001"}]}))]
pub struct ColumnList {
    /// So many rows a file may have.
    pub most_rows: u32,
    pub items: Vec<ColumnAnswer>,
}

/// What has to change first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remarks": [{"row": 3, "pointer": "/contacts/0/value", "remark": "Nobody answers here."}]}))]
pub struct BatchChangesRequest {
    /// Of the whole.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    reason: Option<String>,
    /// Of single values.
    #[schema(max_items = 300)]
    remarks: Option<Vec<RowRemarkRequest>>,
}

/// What is said of one value of one row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowRemarkRequest {
    #[schema(required, minimum = 1, maximum = 1_000_000)]
    row: Option<i32>,
    /// JSON Pointer into the listing of the row; empty of the row as a whole.
    #[schema(required, max_length = 500, pattern = "^(/([^/~]|~[01])*)*$")]
    pointer: Option<String>,
    #[schema(required, min_length = 1, max_length = 2000, pattern = "\\S")]
    remark: Option<String>,
}

/// Of the whole; row, pointer and remark of single values.
pub type SaidOfRows = (Option<String>, Vec<(i32, String, String)>);

impl BatchChangesRequest {
    /// What is said of the whole, and of each value.
    pub fn parse(self) -> Result<SaidOfRows, Vec<Fault>> {
        let mut faults = Faults::default();
        let reason = self
            .reason
            .map(|reason| words("/reason", Some(reason), &mut faults));
        let given = self.remarks.unwrap_or_default();
        if given.len() > 300 {
            faults.add("/remarks", FaultCode::TooLong, "at most 300");
        }
        let mut remarks = Vec::new();
        for (index, given) in given.into_iter().enumerate() {
            let at = format!("/remarks/{index}");
            let row = faults.require(&format!("{at}/row"), given.row, "a row of the batch");
            let pointer = pointer(&format!("{at}/pointer"), given.pointer, &mut faults);
            let remark = words(&format!("{at}/remark"), given.remark, &mut faults);
            if let (Some(row), Some(pointer), Some(remark)) = (row, pointer, remark) {
                remarks.push((row, pointer, remark));
            }
        }
        if reason.is_none() && remarks.is_empty() && faults.is_empty() {
            faults.add("/remarks", FaultCode::Required, "what is to change");
        }
        match faults.is_empty() {
            true => Ok((reason.flatten(), remarks)),
            false => Err(faults.0),
        }
    }
}

/// A file of CSV: headings, then a listing a row.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 1_048_576, example = "kind,slug,source_language,name,summary,hub_kind,contact_1,contact_1_channel,contact_1_country\r\nhub,moner-alo-sylhet,en,Moner Alo Sylhet,People listen here.,drop_in,01711-000001,voice,BD\r\n")]
#[allow(dead_code)] // Only its documentation is used.
pub struct CsvText(String);

/// A file of NDJSON: a listing a line.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 1_048_576, example = "{\"kind\":\"hub\",\"slug\":\"moner-alo-sylhet\",\"name\":{\"source\":\"en\",\"text\":{\"en\":\"Moner Alo Sylhet\"}},\"summary\":{\"source\":\"en\",\"text\":{\"en\":\"People listen here.\"}},\"hub_details\":{\"kind\":\"drop_in\"}}\n")]
#[allow(dead_code)] // Only its documentation is used.
pub struct NdJsonText(String);
