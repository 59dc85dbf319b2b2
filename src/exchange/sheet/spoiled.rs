//! Cells that a spreadsheet has spoiled for good: what was typed is not in them any more, and nobody may guess at it.

/// What spreadsheets write where they took a text for a formula, or could not work one out.
const FAULTS: [&str; 8] = [
    "#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!",
];

/// Why the cell cannot be what somebody typed; nothing where it may be.
pub(super) fn why(cell: &str) -> Option<&'static str> {
    if FAULTS.contains(&cell) || is_fault_of_office(cell) {
        return Some("what was typed: the spreadsheet took it for a formula; make the column text");
    }
    if cell.len() > 2 && cell.bytes().all(|byte| byte == b'#') {
        return Some("what was typed: the column was too narrow for the spreadsheet to show it");
    }
    if cell.contains(char::REPLACEMENT_CHARACTER) || has_lost_letters(cell) {
        return Some(
            "the text itself: its letters were lost when the file was saved; save it as CSV UTF-8",
        );
    }
    None
}

/// `Err:502`.
fn is_fault_of_office(cell: &str) -> bool {
    let number = cell.strip_prefix("Err:").or(cell.strip_prefix("#ERR"));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Saved in a code page without its script, a text becomes question marks, letter by letter. Two of them at the end of a
/// sentence may be meant.
fn has_lost_letters(cell: &str) -> bool {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let marks = |word: &str| {
        let only = word
            .bytes()
            .all(|byte| byte == b'?' || byte.is_ascii_punctuation());
        let many = word.bytes().filter(|byte| *byte == b'?').count();
        if only { many } else { 0 }
    };
    let last = words.len().saturating_sub(1);
    words
        .iter()
        .enumerate()
        .any(|(at, word)| marks(word) >= if at < last || last == 0 { 2 } else { 3 })
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn what_is_lost_is_known_from_what_is_meant() {
        for lost in [
            "#NAME?",
            "Err:508",
            "########",
            "???? ???",
            "????, Sylhet",
            "Sylhet ????",
            "???",
            "\u{fffd}\u{fffd}ের",
        ] {
            assert!(why(lost).is_some(), "{lost}");
        }
        for meant in [
            "Are you there?",
            "Really?? Yes.",
            "Are you there ??",
            "?",
            "# 3",
            "#1",
            "শোনার ঘর?",
            "你好吗？",
            "https://example.org/?q=1",
            "Error",
            "",
        ] {
            assert_eq!(why(meant), None, "{meant}");
        }
    }
}
