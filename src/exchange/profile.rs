//! What an account says of the person, as they are shown it and change it. What holds a secret prints nothing.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{A_CODE, at_most, code, email, name, password};
use crate::domain::{
    account::EmailAddress,
    actor::Role,
    fault::{Fault, Faults},
};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "email": "rima@example.org", "name": "Rima Akter",
    "role": "moderator", "second_factor": true}))]
pub struct MeAnswer {
    pub account: Uuid,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// A second factor was proved in this session.
    pub second_factor: bool,
}

/// What a person changes of their account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Rima Akter"}))]
pub struct MePatch {
    /// What others are to call them.
    #[schema(
        required,
        min_length = 1,
        max_length = 100,
        pattern = "^[^:\\u202a-\\u202e\\u2066-\\u2069]*\\S[^:\\u202a-\\u202e\\u2066-\\u2069]*$",
        example = "Rima Akter"
    )]
    name: Option<String>,
}

impl MePatch {
    /// The name.
    pub fn parse(self) -> Result<String, Vec<Fault>> {
        let mut faults = Faults::default();
        name(self.name, &mut faults).ok_or(faults.0)
    }
}

/// Another address of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "rima.akter@example.org", "password": "seven quiet lanterns"}))]
pub struct NewEmail {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$",
        example = "rima.akter@example.org"
    )]
    email: Option<String>,
    #[schema(required, value_type = String, max_length = 200, example = "seven quiet lanterns")]
    password: Option<SecretString>,
    /// The code of the second factor, or a recovery code, where one is set up.
    #[schema(value_type = Option<String>, max_length = 40, example = "123456")]
    code: Option<SecretString>,
}

/// An address, a password, and a code where one was sent.
type Proposal = (EmailAddress, SecretString, Option<SecretString>);

impl NewEmail {
    /// What was sent, or all that is wrong with it.
    pub fn parse(self) -> Result<Proposal, Vec<Fault>> {
        let mut faults = Faults::default();
        let email = email(self.email.as_deref(), &mut faults);
        let password = password(self.password, &mut faults);
        let code = self
            .code
            .map(|shown| code(Some(shown), A_CODE, &mut faults));
        match email.zip(password) {
            Some((email, password)) if faults.is_empty() => Ok((email, password, code.flatten())),
            _ => Err(faults.0),
        }
    }
}

/// What came to another address of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"link": "kqX0cY3mJ9r8Zs5Qk7mT2u1vW4xA6bC8dE0fG2hI4jK"}))]
pub struct EmailProof {
    /// As the letter has it.
    #[schema(required, value_type = String, max_length = 300, example = "kqX0cY3mJ9r8Zs5Qk7mT2u1vW4xA6bC8dE0fG2hI4jK")]
    link: Option<SecretString>,
}

/// So long a link is that is shown, in characters, with what was copied along.
const LONGEST_LINK: usize = 300;

impl EmailProof {
    /// The link.
    pub fn parse(self) -> Result<SecretString, Vec<Fault>> {
        let mut faults = Faults::default();
        let link = faults.require("/link", self.link, "the link of the letter");
        at_most(LONGEST_LINK, "/link", link, &mut faults).ok_or(faults.0)
    }
}
