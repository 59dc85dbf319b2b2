//! Opaque cursors: where a page ended, sealed so that a damaged one, or one of another question, is told apart.
//!
//! A cursor is no secret and grants nothing: the seal is a check sum, not a signature. Whether the index that it names
//! still exists is for the use case to say.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::problem::Problem;

/// First byte of every cursor; raised when its form changes.
const VERSION: u8 = 1;
/// Longest cursor that is read, in characters.
pub const LONGEST: usize = 1_000;
const SEAL_BYTES: usize = 8;

/// `position` as a cursor of the question with that fingerprint.
#[must_use]
pub fn seal<P: Serialize>(question: u64, position: &P) -> String {
    let mut bytes = vec![VERSION];
    // Writing plain data into memory cannot fail; an empty body would be refused by `open`.
    let _ = serde_json::to_writer(&mut bytes, position);
    let sum = xxh3_64_with_seed(&bytes, question);
    bytes.extend_from_slice(&sum.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what `seal` wrote for the same question.
pub fn open<P: DeserializeOwned>(question: u64, cursor: &str) -> Result<P, Problem> {
    try_open(question, cursor).ok_or_else(Problem::cursor)
}

fn try_open<P: DeserializeOwned>(question: u64, cursor: &str) -> Option<P> {
    if cursor.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
    let sealed = xxh3_64_with_seed(body, question).to_be_bytes() == sum;
    let (version, position) = body.split_first()?;
    if sealed && *version == VERSION {
        serde_json::from_slice(position).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::problem::Code;

    #[test]
    fn belongs_to_one_question_and_notices_damage() {
        let cursor = seal(7, &(42_u32, "x"));
        assert_eq!(
            open::<(u32, String)>(7, &cursor).unwrap(),
            (42, "x".to_owned())
        );
        assert!(open::<(u32, String)>(8, &cursor).is_err());
        for at in 0..cursor.len() {
            let mut damaged = cursor.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            // The last character carries bits that no byte uses.
            if damaged != cursor && at + 1 < cursor.len() {
                assert!(open::<(u32, String)>(7, &damaged).is_err(), "{at}");
            }
        }
        for foreign in ["", "A", "%%%", "AAAAAAAAAAAA", "eyJhIjoxfQ"] {
            assert_eq!(
                open::<(u32, String)>(7, foreign).unwrap_err().code(),
                Code::CursorInvalid
            );
        }
    }
}
