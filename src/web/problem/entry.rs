//! What is wrong with one value of an input, and how a listing is by now, as a problem tells it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::fault::FaultCode;

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ProblemEntry, example = json!({"parameter": "radius", "code": "out_of_range", "expected": "metres, 1 to 20000000"}))]
pub struct Entry {
    /// The query parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub parameter: Option<String>,
    /// JSON Pointer to the value at fault in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub pointer: Option<String>,
    /// What is wrong with it.
    #[schema(value_type = String)]
    pub code: FaultCode,
    /// What may be written instead.
    pub expected: String,
}

/// A listing that changed, with the version that it has now; none where it is not public any more.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"listing": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "version": 4}))]
pub struct NowPublic {
    pub listing: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl Entry {
    pub(super) fn new(code: FaultCode, expected: String) -> Self {
        Self {
            parameter: None,
            pointer: None,
            code,
            expected,
        }
    }
}
