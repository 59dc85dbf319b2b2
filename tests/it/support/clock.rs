//! The time of the tests.

use std::sync::Arc;

use haven::domain::clock::FixedClock;
use jiff::Timestamp;

/// A Monday: noon in Dhaka, 13:00 in Jakarta, 14:00 in Shenzhen, 06:00 in London, where it is winter.
pub const NOW: &str = "2026-03-02T06:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A clock that stands at `NOW` until a test moves it.
pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::new(now()))
}
