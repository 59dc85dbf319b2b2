//! What people with accounts send and are answered. What holds a secret prints nothing.

use jiff::{Timestamp, civil::Date};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    drafts::{DraftAnswer, MembershipAnswer},
    keys::KeyAnswer,
};
use crate::domain::{
    account::{EmailAddress, PASSWORD_LENGTH},
    actor::Role,
    fault::{Fault, FaultCode, Faults},
};

/// Somebody who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "rima@example.org", "name": "Rima Akter"}))]
pub struct Registration {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$",
        example = "rima@example.org"
    )]
    email: Option<String>,
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

impl Registration {
    /// Address and name, or all that is wrong with them.
    pub fn parse(self) -> Result<(EmailAddress, String), Vec<Fault>> {
        let mut faults = Faults::default();
        let email = email(self.email.as_deref(), &mut faults);
        let name = name(self.name, &mut faults);
        email.zip(name).ok_or(faults.0)
    }
}

/// What somebody is to be called. It stands in letters to people who do not know who wrote it: no address of a page, and
/// nothing that turns text.
pub(in crate::exchange) fn name(given: Option<String>, faults: &mut Faults) -> Option<String> {
    let name = given.map(|name| name.trim().to_owned());
    let fits = |name: &String| {
        (1..=100).contains(&name.chars().count()) && !name.contains(char::is_control)
    };
    let is_plain = |name: &String| {
        !name.contains([
            ':', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        ]) && !name.contains(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'])
    };
    faults.require(
        "/name",
        name.filter(|name| fits(name) && is_plain(name)),
        "a name of 1 to 100 characters, without a colon",
    )
}

/// The address of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "rima@example.org"}))]
pub struct Addressed {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$",
        example = "rima@example.org"
    )]
    email: Option<String>,
}

impl Addressed {
    /// The address.
    pub fn parse(self) -> Result<EmailAddress, Vec<Fault>> {
        let mut faults = Faults::default();
        email(self.email.as_deref(), &mut faults).ok_or(faults.0)
    }
}

/// What a link takes beside itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "seven quiet lanterns"}))]
pub struct Following {
    /// The password that is chosen, where the link makes an account or is for choosing a new one.
    #[schema(value_type = Option<String>, min_length = 10, max_length = 200, example = "seven quiet lanterns")]
    pub password: Option<SecretString>,
    /// Where the link is for choosing a new one: keys of apps that were made before work no more.
    #[serde(default)]
    pub revoke_keys: bool,
    /// Where the link asks whether a listing is still true: it is not there any more.
    #[serde(default)]
    pub closed: bool,
}

impl Following {
    /// The same, where a password that is given can be one.
    pub fn parse(self) -> Result<Self, Vec<Fault>> {
        let given = self.password.as_ref();
        let length = given.map(|given| given.expose_secret().chars().count());
        if length.is_some_and(|length| !PASSWORD_LENGTH.contains(&length)) {
            let expected = "a password of 10 to 200 characters";
            return Err(vec![Fault::new(
                "/password",
                FaultCode::Malformed,
                expected,
            )]);
        }
        Ok(self)
    }
}

/// Who goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "seven quiet lanterns"}))]
pub struct Farewell {
    #[schema(required, value_type = String, max_length = 200)]
    password: Option<SecretString>,
}

impl Farewell {
    /// The password.
    pub fn parse(self) -> Result<SecretString, Vec<Fault>> {
        let mut faults = Faults::default();
        let password = password(self.password, &mut faults);
        password.ok_or(faults.0)
    }
}

/// All that is kept of a person and of what they typed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"account": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f", "email": "rima@example.org", "name": "Rima Akter",
    "second_factor": false, "created_at": "2026-11-26T09:00:00Z", "sessions": [], "keys": [], "organisations": [], "drafts": [],
    "kept": [{"what": "claim", "about": "organisation/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "words": "I coordinate its groups.",
    "at": "2026-11-26T09:00:00Z"}]}))]
pub struct AccountExport {
    pub account: Uuid,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    pub second_factor: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Those that are in force.
    pub sessions: Vec<SessionAnswer>,
    pub keys: Vec<KeyAnswer>,
    pub organisations: Vec<MembershipAnswer>,
    /// What they typed or handed in, the latest first, a page at a time. Of an organisation that they left, what they began
    /// and nobody else has typed in.
    pub drafts: Vec<DraftAnswer>,
    /// All else that names them, the latest first, at most 10,000.
    pub kept: Vec<KeptAnswer>,
    /// More of their drafts follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Something that is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptAnswer {
    /// A claim with its grounds; a note among moderators; a batch; a letter; what they look at as a moderator; what they
    /// typed in; an organisation that they keep no more, in which something may be open still; the key of a request that
    /// may come twice; what the audit says that they did; a recovery code that was not used yet.
    #[schema(
        pattern = "^(claim|note|batch|letter|assignment|repeat|typed|former_member|deed|recovery_code)$",
        example = "claim"
    )]
    pub what: String,
    /// What it is about, such as `draft/…`.
    pub about: String,
    pub words: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// One thing that was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub subject: String,
}

/// What was done, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"at": "2026-11-26T09:00:00Z", "actor": "account/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f",
    "action": "approve", "subject": "draft/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"}]}))]
pub struct AuditList {
    pub items: Vec<AuditEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a link is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkAnswer {
    #[schema(value_type = String, example = "confirm_address")]
    pub purpose: &'static str,
    /// Until when it works; absent once it was followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// What somebody shows to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "rima@example.org", "password": "seven quiet lanterns"}))]
pub struct SignIn {
    #[schema(
        required,
        max_length = 254,
        pattern = "^\\s*[^@\\s]{1,64}@[^@.\\s]+([.][^@.\\s]+)+\\s*$",
        example = "rima@example.org"
    )]
    email: Option<String>,
    #[schema(required, value_type = String, max_length = 200, example = "seven quiet lanterns")]
    password: Option<SecretString>,
    /// The code of the second factor, or a recovery code, where one is set up.
    #[schema(value_type = Option<String>, max_length = 40, example = "123456")]
    pub code: Option<SecretString>,
    /// Puts the token into a cookie that scripts cannot read, not into the answer.
    #[serde(default)]
    pub cookie: bool,
}

impl SignIn {
    /// Address and password.
    pub fn parse(&mut self) -> Result<(EmailAddress, SecretString), Vec<Fault>> {
        let mut faults = Faults::default();
        let email = email(self.email.as_deref(), &mut faults);
        let password = password(self.password.take(), &mut faults);
        if self.code.is_some() {
            self.code = code(self.code.take(), A_CODE, &mut faults);
        }
        match email.zip(password) {
            Some(given) if faults.is_empty() => Ok(given),
            _ => Err(faults.0),
        }
    }
}

/// A session that was opened.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    pub session: Uuid,
    /// To be sent as `Authorization: Bearer …`. Shown now and never again; absent where it is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// To be sent as `X-CSRF-Token` beside the cookie with everything that changes something.
    pub csrf_token: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The person is moderator or administrator, and cannot act as such before a second factor is set up.
    pub wants_second_factor: bool,
}

/// A session, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    pub id: Uuid,
    /// It is the one by which this was asked.
    pub current: bool,
    /// A second factor was proved.
    pub second_factor: bool,
    /// What signed in, in its own words.
    pub browser: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    #[schema(value_type = String, format = Date)]
    pub last_used_on: Date,
}

/// The sessions of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    pub items: Vec<SessionAnswer>,
}

/// What is asked for beside a password.
pub(in crate::exchange) const A_CODE: &str = "a code that the app shows, or a recovery code";

/// So long codes of second factors may be, in characters.
const LONGEST_CODE: usize = 40;

/// A password that is shown.
pub(in crate::exchange) fn password(
    given: Option<SecretString>,
    faults: &mut Faults,
) -> Option<SecretString> {
    let given = faults.require("/password", given, "the password");
    at_most(*PASSWORD_LENGTH.end(), "/password", given, faults)
}

/// A code of a second factor.
pub(in crate::exchange) fn code(
    given: Option<SecretString>,
    expected: &str,
    faults: &mut Faults,
) -> Option<SecretString> {
    let given = faults.require("/code", given, expected);
    at_most(LONGEST_CODE, "/code", given, faults)
}

pub(in crate::exchange) fn at_most(
    most: usize,
    at: &str,
    given: Option<SecretString>,
    faults: &mut Faults,
) -> Option<SecretString> {
    given.filter(|given| {
        let fits = given.expose_secret().chars().count() <= most;
        if !fits {
            faults.add(at, FaultCode::TooLong, format!("at most {most} characters"));
        }
        fits
    })
}

pub(in crate::exchange) fn email(text: Option<&str>, faults: &mut Faults) -> Option<EmailAddress> {
    let text = faults.require("/email", text, "an e-mail address")?;
    match EmailAddress::parse(text) {
        Ok(email) => Some(email),
        Err(error) => {
            faults.add("/email", FaultCode::Malformed, error.to_string());
            None
        }
    }
}
