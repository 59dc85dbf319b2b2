//! JSON Pointers (RFC 6901) into what somebody typed, as moderators send them.

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

fn is_pointer(text: &str) -> bool {
    let mut escapes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/')) && escapes.all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests {
    use super::*;

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
