//! Opaque tokens: 256 bits of chance, of which only a hash is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A token to hand out once.
#[must_use]
pub fn mint() -> SecretString {
    URL_SAFE_NO_PAD.encode(super::chance::<32>()).into()
}

/// What is stored of a token. Chance of this size needs no slow hash.
#[must_use]
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// What a page has to send beside its cookie, told from the session's token.
#[must_use]
pub fn against_forgery(token: &SecretString) -> SecretString {
    let mut hash = Sha256::new();
    hash.update(b"haven: a request of our own page\0");
    hash.update(token.expose_secret().as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize()).into()
}

/// Whether two secrets are the same, in a time that does not tell how much of them is.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// A recovery code as it was handed out, however it is typed: with or without dashes, and in capitals.
#[must_use]
pub fn recovery_code(typed: &str) -> String {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let letters: Vec<char> = letters.flat_map(char::to_lowercase).collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join("-")
}

/// Codes for whoever loses their second factor, ten of them.
#[must_use]
pub fn recovery_codes() -> Vec<SecretString> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte % 32)]);
    (0..10)
        .map(|_| {
            let text: String = super::chance::<16>().into_iter().map(letter).collect();
            format!(
                "{}-{}-{}-{}",
                &text[..4],
                &text[4..8],
                &text[8..12],
                &text[12..]
            )
            .into()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike_and_none_prints_itself() {
        let (one, other) = (mint(), mint());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 43);
        assert!(!format!("{one:?}").contains(one.expose_secret()));
        assert_eq!(hash(one.expose_secret()), hash(one.expose_secret()));
        assert_ne!(
            hash(one.expose_secret()),
            against_forgery(&one).expose_secret()
        );
        assert!(same("a", "a") && !same("a", "b") && !same("a", "ab"));
        let codes = recovery_codes();
        assert_eq!(codes.len(), 10);
        for code in &codes {
            let code = code.expose_secret();
            let plain = code.replace('-', "").to_uppercase();
            assert_eq!(&recovery_code(&plain), code);
            assert_eq!(&recovery_code(&format!(" {code} ")), code);
        }
    }
}
