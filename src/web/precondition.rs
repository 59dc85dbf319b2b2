//! What a request says of what its sender knows: the version that they saw, the key under which they ask.

use actix_web::{HttpRequest, http::header::IF_MATCH};

use super::problem::{Code, Problem};
use crate::domain::fault::{Fault, FaultCode};

/// The version in `If-Match`: that of one tag, as `ETag` gave it.
///
/// What is compared is the version and nothing else, so the weak tag of a public answer does as well as the strong one of
/// an answer for staff: it names the version, and the rest of it how that looked at the time. RFC 9110 has weak tags never
/// match, because they do not tell whether bytes are the same; here nobody asks that.
///
/// # Errors
/// `precondition_required` where there is none, `parameters_invalid` where it is none of ours.
pub fn version(request: &HttpRequest) -> Result<i64, Problem> {
    let mut given = request.headers().get_all(IF_MATCH);
    let value = given
        .next()
        .ok_or_else(|| Problem::new(Code::PreconditionRequired))?;
    let version = value.to_str().ok().and_then(seen);
    match version {
        Some(version) if given.next().is_none() => Ok(version),
        _ => {
            let expected = "one ETag of what was seen, such as \"3\" or W/\"3-89abcdef01234567\"";
            let fault = Fault::new("If-Match", FaultCode::Malformed, expected);
            Err(Problem::parameters(vec![fault]))
        }
    }
}

/// The version that a tag names.
fn seen(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let opaque = tag.strip_prefix("W/").unwrap_or(tag);
    let opaque = opaque.strip_prefix('"')?.strip_suffix('"')?;
    let version = match opaque.split_once('-') {
        Some((version, bytes)) => {
            let is_hash = bytes.len() == 16 && bytes.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hash.then_some(version)?
        }
        None => opaque,
    };
    let digits = version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|_| digits)
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
    fn a_version_is_that_of_one_tag() {
        let read = |tags: &[&str]| {
            let mut request = TestRequest::default();
            for tag in tags {
                request = request.append_header((IF_MATCH, *tag));
            }
            version(&request.to_http_request()).map_err(|problem| problem.code())
        };
        for tag in ["\"3\"", " \"3\" ", "W/\"3\"", "W/\"3-89abcdef01234567\""] {
            assert_eq!(read(&[tag]), Ok(3), "{tag}");
        }
        for other in [
            "",
            "3",
            "*",
            "\"3\", \"4\"",
            "\"x\"",
            "\"+3\"",
            "\"-3\"",
            "\"\"",
            "w/\"3\"",
            "W/\"3-89ab\"",
            "W/\"3-89abcdef0123456z\"",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(read(&[other]), Err(Code::ParametersInvalid), "{other}");
        }
        assert_eq!(read(&["\"3\"", "\"3\""]), Err(Code::ParametersInvalid));
        assert_eq!(read(&[]), Err(Code::PreconditionRequired));
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
