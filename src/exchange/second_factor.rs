//! Second factors as they travel. What holds a secret prints nothing.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{A_CODE, code, password};
use crate::domain::fault::{Fault, Faults};

/// Who sets a second factor up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "seven quiet lanterns"}))]
pub struct SecondFactorRequest {
    #[schema(required, value_type = String, max_length = 200)]
    password: Option<SecretString>,
}

impl SecondFactorRequest {
    /// The password.
    pub fn parse(self) -> Result<SecretString, Vec<Fault>> {
        let mut faults = Faults::default();
        let password = password(self.password, &mut faults);
        password.ok_or(faults.0)
    }
}

/// Who changes what is set up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "seven quiet lanterns", "code": "123456"}))]
pub struct SecondFactorProof {
    #[schema(required, value_type = String, max_length = 200)]
    password: Option<SecretString>,
    /// A code of the second factor, or a recovery code.
    #[schema(required, value_type = String, max_length = 40)]
    code: Option<SecretString>,
}

impl SecondFactorProof {
    /// Password and code.
    pub fn parse(self) -> Result<(SecretString, SecretString), Vec<Fault>> {
        let mut faults = Faults::default();
        let password = password(self.password, &mut faults);
        let code = code(self.code, A_CODE, &mut faults);
        password.zip(code).ok_or(faults.0)
    }
}

/// A second factor to be set up, shown once.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorAnswer {
    /// In base 32, to be typed into an authenticator app.
    pub secret: String,
    /// The same for a QR code.
    pub address: String,
}

/// A code of the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456"}))]
pub struct SecondFactorCode {
    #[schema(required, value_type = String, max_length = 40, example = "123456")]
    code: Option<SecretString>,
}

impl SecondFactorCode {
    /// The code.
    pub fn parse(self) -> Result<SecretString, Vec<Fault>> {
        let mut faults = Faults::default();
        let code = code(self.code, "the code that the app shows", &mut faults);
        code.ok_or(faults.0)
    }
}

/// Codes for whoever loses the second factor, shown once; each works once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["kqxm-3y9r-8zsm-7mt2", "uvwx-4abc-6de8-fgh2"]}))]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}
