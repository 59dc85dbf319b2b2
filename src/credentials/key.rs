//! Keys of apps: a prefix that scanners find, chance, and a checksum by which a copied or mistyped one is told apart
//! before anything is looked up.

use secrecy::SecretString;

use super::chance;

/// What every key begins with.
pub const PREFIX: &str = "haven_";
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Of 62 letters: 238 bits.
const CHANCE: usize = 40;
const CHECKSUM: usize = 6;
/// So much of a key may be shown, for its owner to know it again.
const SHOWN: usize = PREFIX.len() + 4;

/// A key to hand out once.
#[must_use]
pub fn mint() -> SecretString {
    let mut text = PREFIX.to_owned();
    while text.len() < PREFIX.len() + CHANCE {
        // Bytes beyond the last whole 62 would make some letters likelier than others.
        let fair = chance::<32>().into_iter().filter(|byte| *byte < 248);
        let letters = fair.map(|byte| char::from(LETTERS[usize::from(byte % 62)]));
        text.extend(letters.take(PREFIX.len() + CHANCE - text.len()));
    }
    let sum = checksum(&text);
    format!("{text}{sum}").into()
}

/// Whether the text can be a key at all.
#[must_use]
pub fn is_sound(text: &str) -> bool {
    let long = text.len() == PREFIX.len() + CHANCE + CHECKSUM;
    long && text.is_ascii() && text.starts_with(PREFIX) && {
        let (body, sum) = text.split_at(PREFIX.len() + CHANCE);
        checksum(body) == sum
    }
}

/// The part of a key that may be shown.
#[must_use]
pub fn shown(key: &str) -> &str {
    key.get(..SHOWN).unwrap_or_default()
}

fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut letters = [b'0'; CHECKSUM];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[(rest % 62) as usize];
        rest /= 62;
    }
    letters.map(char::from).into_iter().collect()
}

/// CRC-32 as zlib and every scanner has it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), step)
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_is_known_by_its_checksum() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let (one, other) = (mint(), mint());
        let key = one.expose_secret();
        assert_ne!(key, other.expose_secret());
        assert!(is_sound(key) && key.len() == 52);
        let mut spoilt = key.to_owned();
        let last = spoilt.pop();
        spoilt.push(if last == Some('0') { '1' } else { '0' });
        assert!(!is_sound(&spoilt));
        assert!(!is_sound(&key[..51]) && !is_sound("") && !is_sound(&"é".repeat(26)));
        assert_eq!(shown(key), &key[..10]);
        assert!(!format!("{one:?}").contains(key));
    }
}
