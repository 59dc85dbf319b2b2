//! A term of the text pipeline as a word that the server leaves in one piece.
//!
//! The server cuts and normalises text by rules of its own, which differ by script and by how it was built. Terms of
//! scripts that it keeps whole go as they are, so that its typo tolerance works on them; all others are written in an
//! alphabet that nobody types, with the same width for every character, so that a beginning stays a beginning.

use super::super::embedded::score::is_compared;

/// First letter of a written-out term; no word of any language begins with it.
const SIGN: char = 'ɦ';

/// The server ignores words beyond 250 bytes; of longer terms the beginning stands for the whole.
const MOST_BYTES: usize = 240;

/// First letter of a term that tells how something sounds, so that it is not taken for one that was written.
const SOUND_SIGN: char = 'ʁ';

/// The term of a Latin field as the index and the questions hold it. Behind the sign its first letter stands twice: the
/// server forgives a slip in the first letter of a word only where it forgives two, and so it does here.
pub(super) fn sound(term: &str) -> String {
    let token = token(term);
    let first: String = token.chars().take(1).collect();
    format!("{SOUND_SIGN}{first}{}", clipped(&token, MOST_BYTES - 6))
}

/// The term as the index and the questions hold it.
pub(super) fn token(term: &str) -> String {
    if term.chars().all(is_compared) {
        return clipped(term, MOST_BYTES).to_owned();
    }
    let mut written = String::from(SIGN);
    for c in term.chars() {
        if written.len() + 6 > MOST_BYTES {
            break;
        }
        written.push_str(&format!("{:06x}", u32::from(c)));
    }
    written
}

fn clipped(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::{sound, token};

    #[test]
    fn words_stay_and_the_rest_is_written_out() {
        assert_eq!(token("depression"), "depression");
        assert_eq!(token("বিষণ্নতা"), "বিষণ্নতা");
        assert_eq!(token("covid19"), "covid19");
        assert_eq!(token("心理"), "ɦ005fc3007406");
        assert_eq!(token("ไทย").len(), 2 + 18);
    }

    #[test]
    fn a_beginning_stays_one_and_nothing_is_too_long() {
        assert!(token("こころ").starts_with(&token("ここ")));
        assert!(sound("dprshn").starts_with(&sound("dprs")));
        assert_eq!(
            (sound("dprs").as_str(), sound("").as_str()),
            ("ʁddprs", "ʁ")
        );
        for long in ["a".repeat(999), "ক".repeat(999), "心".repeat(999)] {
            assert!(token(&long).len() <= 240, "{}", token(&long).len());
            assert!(sound(&long).len() <= 240, "{}", sound(&long).len());
        }
    }
}
