//! The system's clock, read here and nowhere else.

use jiff::Timestamp;

use crate::domain::clock::Clock;

/// The clock of the system.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the system's clock is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
