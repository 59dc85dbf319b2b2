//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator app knows them.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

use super::token;

const STEP_S: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new shared secret, in base 32 as apps take it.
#[must_use]
pub fn secret() -> SecretString {
    let letters = super::chance::<32>().map(|byte| char::from(BASE32[usize::from(byte % 32)]));
    letters.iter().collect::<String>().into()
}

/// What an app reads from a QR code.
#[must_use]
pub fn address(secret: &SecretString, account: &str) -> SecretString {
    let mut address = String::from("otpauth://totp/Haven:");
    address.extend(url::form_urlencoded::byte_serialize(account.as_bytes()));
    format!("{address}?secret={}&issuer=Haven", secret.expose_secret()).into()
}

/// The step of which `code` is, where it is one of now or of the step before or after, and later than `last`.
#[must_use]
pub fn check(secret: &SecretString, code: &str, now: Timestamp, last: i64) -> Option<i64> {
    let current = now.as_second().div_euclid(STEP_S);
    let fits = |step: &i64| {
        let right = self::code(secret, *step).is_some_and(|right| token::same(&right, code));
        right && *step > last
    };
    [current, current - 1, current + 1].into_iter().find(fits)
}

/// The code that an app shows at `now`.
#[must_use]
pub fn code_at(secret: &SecretString, now: Timestamp) -> Option<String> {
    code(secret, now.as_second().div_euclid(STEP_S))
}

fn code(secret: &SecretString, step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(&decode(secret.expose_secret())?).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last()? & 15);
    let four: [u8; 4] = digest.get(at..at + 4)?.try_into().ok()?;
    Some(format!(
        "{:06}",
        (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
    ))
}

fn decode(base32: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in base32.bytes() {
        let value = BASE32.iter().position(|own| *own == letter)?;
        bits = (bits << 5) | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_codes_of_the_standard() {
        // RFC 6238, appendix B: the secret is `12345678901234567890`; six of its eight digits.
        let secret: SecretString = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into();
        for (second, right) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(code_at(&secret, now).as_deref(), Some(right));
            let step = check(&secret, right, now, 0).unwrap();
            assert_eq!(check(&secret, right, now, step), None, "a code works once");
        }
    }

    #[test]
    fn a_clock_may_be_a_step_away() {
        let secret = secret();
        let at = |second| Timestamp::from_second(second).unwrap();
        let code = code_at(&secret, at(1_000_000)).unwrap();
        assert!(check(&secret, &code, at(1_000_030), 0).is_some());
        assert!(check(&secret, &code, at(999_970), 0).is_some());
        assert!(check(&secret, &code, at(1_000_090), 0).is_none());
    }
}
