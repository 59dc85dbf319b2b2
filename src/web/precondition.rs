//! What a request says of what its sender knows: the version that they saw, the key under which they ask.

use actix_web::{HttpRequest, http::header::IF_MATCH};

use super::problem::{Code, Problem};
use crate::domain::fault::{Fault, FaultCode};

/// The version in `If-Match`: one strong tag, as `ETag` gave it.
///
/// # Errors
/// `precondition_required` where there is none that can be read.
pub fn version(request: &HttpRequest) -> Result<i64, Problem> {
    let value = request.headers().get(IF_MATCH);
    let text = value.and_then(|value| value.to_str().ok());
    let tag = text.and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let version = tag.and_then(|tag| tag.parse().ok());
    version.ok_or_else(|| Problem::new(Code::PreconditionRequired))
}

/// The tag of a version.
#[must_use]
pub fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The header that carries a key.
pub const KEY: &str = "Idempotency-Key";

/// The key, where one was sent.
///
/// # Errors
/// `parameters_invalid` where it is longer or stranger than a key may be.
pub fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(KEY) else {
        return Ok(None);
    };
    let text = value.to_str().ok().map(str::trim);
    let sound = |text: &&str| {
        (8..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match text.filter(sound) {
        Some(text) => Ok(Some(text.to_owned())),
        None => {
            let expected = "8 to 200 visible ASCII characters, such as a UUID";
            let fault = Fault::new(KEY, FaultCode::Malformed, expected);
            Err(Problem::parameters(vec![fault]))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_version_is_one_strong_tag() {
        let read = |tag: &str| {
            let request = TestRequest::default().insert_header((IF_MATCH, tag));
            version(&request.to_http_request()).ok()
        };
        assert_eq!(read("\"3\""), Some(3));
        for other in ["3", "W/\"3\"", "*", "\"3\", \"4\"", "\"x\""] {
            assert_eq!(read(other), None, "{other}");
        }
        assert!(version(&TestRequest::default().to_http_request()).is_err());
    }

    #[test]
    fn a_key_is_a_word_of_some_length() {
        let read = |text: &str| {
            let request = TestRequest::default().insert_header((KEY, text));
            key(&request.to_http_request()).ok().flatten()
        };
        assert_eq!(read("0123-4567").as_deref(), Some("0123-4567"));
        assert_eq!(read("short"), None);
        assert_eq!(read("with a space"), None);
    }
}
