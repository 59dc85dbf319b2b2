//! What may be written instead of a value that serde refused, in words for people.
//!
//! serde names Rust's types, and repeats what was sent. Here what it expected is told by a table of types; what it found
//! is left out. Texts of our own types say what they expect and nothing else, and stay.

/// An id.
const ID: &str = "an id such as 019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b";

/// What serde expected, by what it says was wrong.
pub(super) fn expected(reason: &str) -> String {
    // The last of them: what was sent may read like one.
    if let Some((_, of)) = reason.rsplit_once(", expected ") {
        return in_words(of);
    }
    if reason.starts_with("UUID parsing failed") {
        return ID.to_owned();
    }
    let of_serde = ["invalid ", "duplicate ", "unknown ", "missing "];
    match of_serde.iter().any(|start| reason.starts_with(start)) {
        true => "another type of value".to_owned(),
        false => reason.to_owned(),
    }
}

/// The names that serde lists, without its quotes.
pub(super) fn names(list: &str) -> String {
    let list = list.trim_start_matches("one of ").replace('`', "");
    list.replace(" or ", ", ")
}

fn in_words(of: &str) -> String {
    if of.contains('`') {
        return format!("one of {}", names(of));
    }
    let words = match of {
        "struct LocalisedText" => "a text in languages: source and text",
        "a map" | "map" => "an object",
        of if of.starts_with("struct ") => "an object",
        "a sequence" | "sequence" => "a list",
        "a string" | "string" | "str" | "string or map" => "a string",
        "a boolean" | "bool" => "true or false",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "i16" => "a whole number from -32768 to 32767",
        "u64" | "usize" => "a whole number, not negative",
        "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        of if of.contains("UUID") => ID,
        _ => "another type of value",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_types_nor_what_was_sent_are_told() {
        for (reason, told) in [
            (
                r#"invalid type: string "Just text", expected struct LocalisedText"#,
                "a text in languages: source and text",
            ),
            (
                r#"invalid type: string "a, expected b", expected a boolean"#,
                "true or false",
            ),
            (
                "invalid value: integer `300`, expected u8",
                "a whole number from 0 to 255",
            ),
            (
                "invalid length 0, expected struct Odd with 2 elements",
                "an object",
            ),
            (
                "invalid length 3, expected a tuple of size 2",
                "another type of value",
            ),
            (
                "unknown variant `zz`, expected one of `a`, `b`",
                "one of a, b",
            ),
            ("unknown variant `zz`, expected `a` or `b`", "one of a, b"),
            ("UUID parsing failed: invalid character: found `z` at 0", ID),
            ("duplicate field `zz`", "another type of value"),
            ("one of drop_in, clinic", "one of drop_in, clinic"),
        ] {
            assert_eq!(expected(reason), told, "{reason}");
        }
    }
}
