//! People: accounts, sessions, letters with their single-use links, and the audit.
//!
//! What is a secret goes in and comes out wrapped, and is not printed.

mod account;
mod audit;
mod factor;
mod forget;
mod kept;
mod key;
mod letter;
mod sending;
mod session;

pub(in crate::store) use account::addressed;
pub use account::{Account, NewAccount, SecondFactor};
pub use audit::Entry as AuditEntry;
pub use forget::Forgotten;
pub use kept::Kept;
pub use key::{Key, NewKey};
pub use letter::{Link, NewLetter, Waiting};
pub use session::{NewSession, Visitor};
