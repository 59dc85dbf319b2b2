//! JSON Pointers (RFC 6901) into what somebody typed, as moderators send them.

use serde_json::Value;

use crate::domain::fault::Faults;

/// The pointer, where it is one of at most 500 characters.
pub(in crate::exchange) fn pointer(
    at: &str,
    given: Option<String>,
    faults: &mut Faults,
) -> Option<String> {
    let given = given.filter(|text| text.chars().count() <= 500 && is_pointer(text));
    faults.require(at, given, "a JSON Pointer")
}

/// Whether a remark there is of something: what is missing can be missed, but no item of a list that has fewer, and nothing
/// within a word or a number.
#[must_use]
pub fn leads_somewhere(pointer: &str, body: &Value) -> bool {
    let mut here = body;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match here {
            Value::Object(object) => match object.get(&step) {
                Some(next) => Some(next),
                None => return true,
            },
            Value::Array(list) => step.parse().ok().and_then(|index: usize| list.get(index)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return false,
        }
    }
    true
}

fn is_pointer(text: &str) -> bool {
    let mut escapes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/')) && escapes.all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_remark_is_of_what_is_there_or_missing() {
        let body =
            json!({"slug": "a-house", "contacts": [{"channel": "voice"}], "a/b": {"~": [1]}});
        for there in [
            "",
            "/slug",
            "/hours",
            "/hours/openings/0",
            "/contacts",
            "/contacts/0/value",
            "/a~1b/~0/0",
        ] {
            assert!(leads_somewhere(there, &body), "{there}");
        }
        for nowhere in [
            "/slug/0",
            "/contacts/1",
            "/contacts/9/value",
            "/contacts/x",
            "/a~1b/~0/1",
        ] {
            assert!(!leads_somewhere(nowhere, &body), "{nowhere}");
        }
    }

    #[test]
    fn a_tilde_is_written_as_the_standard_says() {
        for sound in ["", "/", "/contacts/0/value", "/a~0b/c~1d", "//"] {
            assert!(is_pointer(sound), "{sound}");
        }
        for other in ["contacts", "/contacts/0/value~", "/a~2", "/~~1", "~0"] {
            assert!(!is_pointer(other), "{other}");
        }
    }
}
