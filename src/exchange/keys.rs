//! Keys of apps as they travel.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{
    account::KeyScope,
    fault::{Fault, FaultCode, Faults},
};

/// A key to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Our website", "scopes": ["read"], "days": 365}))]
pub struct KeyRequest {
    /// What its owner calls it.
    #[schema(required, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What it is good for: `read`, `drafts_read`, `drafts_write`; only `read` where absent.
    #[schema(max_items = 3)]
    scopes: Option<Vec<KeyScope>>,
    /// For how many days it works; 365 where absent.
    #[schema(minimum = 1, maximum = 730)]
    days: Option<u16>,
}

impl KeyRequest {
    /// Its name, its scopes and its days.
    pub fn parse(self) -> Result<(String, Vec<KeyScope>, u16), Vec<Fault>> {
        let mut faults = Faults::default();
        let name = self.name.map(|name| name.trim().to_owned());
        let fits = |name: &String| {
            (1..=100).contains(&name.chars().count()) && !name.contains(char::is_control)
        };
        let name = faults.require("/name", name.filter(fits), "a name of 1 to 100 characters");
        let days = self.days.unwrap_or(365);
        if !(1..=730).contains(&days) {
            faults.add("/days", FaultCode::OutOfRange, "1 to 730 days");
        }
        let mut scopes = self.scopes.unwrap_or_else(|| vec![KeyScope::Read]);
        if scopes.len() > KeyScope::ALL.len() {
            let expected = format!("at most {}", KeyScope::ALL.len());
            faults.add("/scopes", FaultCode::TooLong, expected);
        }
        scopes.sort_unstable();
        scopes.dedup();
        match name {
            Some(name) if faults.is_empty() => Ok((name, scopes, days)),
            _ => Err(faults.0),
        }
    }
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub struct KeyMade {
    pub id: Uuid,
    /// To be sent as `Authorization: Bearer …`. Shown now and never again.
    pub key: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A key as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyAnswer {
    pub id: Uuid,
    pub name: String,
    /// How it begins.
    pub prefix: String,
    pub scopes: Vec<KeyScope>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub last_used_on: Option<Date>,
}

/// One's keys, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a61", "name": "Our website", "prefix": "haven_k3mq",
    "scopes": ["read"], "created_at": "2026-11-26T09:00:00Z", "expires_at": "2027-11-26T09:00:00Z"}]}))]
pub struct KeyList {
    pub items: Vec<KeyAnswer>,
}
