//! What proves who somebody is: passwords, tokens, second factors. Deliberately absent: storage and HTTP.
//!
//! Invariant: nothing in here prints or logs a secret; what is to be stored are hashes.

pub mod key;
pub mod password;
pub mod token;
pub mod totp;

/// The chance of the operating system.
pub(in crate::credentials) fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // constant: the system's source of chance does not fail once it is there, and nothing is safe without it
    getrandom::fill(&mut bytes).expect("the system has a source of chance");
    bytes
}
