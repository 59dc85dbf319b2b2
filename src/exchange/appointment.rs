//! Who is what in the directory.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::email;
use crate::domain::{
    account::EmailAddress,
    actor::Role,
    fault::{Fault, Faults},
};

/// Who is to be what in the directory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "rima@example.org", "role": "moderator"}))]
pub struct Appointment {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$",
        example = "rima@example.org"
    )]
    email: Option<String>,
    /// Absent: nothing any more.
    #[schema(value_type = Option<String>, max_length = 20, pattern = "^(moderator|administrator)$", example = "moderator")]
    pub role: Option<Role>,
}

impl Appointment {
    /// Whom, and to what.
    pub fn parse(self) -> Result<(EmailAddress, Option<Role>), Vec<Fault>> {
        let mut faults = Faults::default();
        let email = email(self.email.as_deref(), &mut faults);
        email.map(|email| (email, self.role)).ok_or(faults.0)
    }
}

/// Somebody who looks after the directory.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppointedAnswer {
    pub account: Uuid,
    pub email: String,
    pub name: String,
    #[schema(value_type = String)]
    pub role: Role,
    /// They have a second factor, without which they can do nothing as what they are.
    pub second_factor: bool,
}

/// Those who look after the directory, by address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f", "email": "rima@example.org", "name": "Rima Akter",
    "role": "moderator", "second_factor": true}]}))]
pub struct AppointedList {
    pub items: Vec<AppointedAnswer>,
}
