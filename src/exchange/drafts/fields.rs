//! Which values of a listing somebody says to be still true.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{
    confirmed::Field,
    fault::{Fault, FaultCode, Faults},
};

/// Which values are still true.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fields": ["cost", "contacts/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5e"]}))]
pub struct FieldsRequest {
    /// `name`, `summary`, `description`, `topics`, `spoken`, `audience`, `age`, `delivery`, `coverage`, `links`, `intake`,
    /// `access`, `cost`, `status` or `joining`; or by the id that the public listing shows `contacts/{id}`,
    /// `contacts/{id}/hours`, `places/{id}`, `places/{id}/hours`.
    #[schema(required, value_type = Vec<Field>, min_items = 1, max_items = 50)]
    fields: Option<Vec<String>>,
}

impl FieldsRequest {
    /// The values, each once.
    pub fn parse(self) -> Result<Vec<Field>, Vec<Fault>> {
        let mut faults = Faults::default();
        let fits = |fields: &Vec<String>| (1..=50).contains(&fields.len());
        let given = faults.require("/fields", self.fields.filter(fits), "1 to 50 values");
        let mut fields = Vec::new();
        for (index, text) in given.unwrap_or_default().iter().enumerate() {
            let at = format!("/fields/{index}");
            let field = faults.require(&at, Field::parse(text), Field::EXPECTED);
            match field {
                Some(field) if fields.contains(&field) => {
                    faults.add(at, FaultCode::Repeated, "each value once");
                }
                field => fields.extend(field),
            }
        }
        if faults.is_empty() {
            Ok(fields)
        } else {
            Err(faults.0)
        }
    }
}
