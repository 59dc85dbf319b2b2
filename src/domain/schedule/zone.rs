//! Time zones by IANA name, and the way between wall-clock time and instants.
//!
//! Invariants: a zone always has a name with rules behind it, never a bare offset; the rules are
//! those compiled into the program, so that every process answers alike, whatever its system has
//! installed. A wall-clock time that a clock change skips is moved later by the skipped time, one
//! that happens twice is taken the first time (the "compatible" way of RFC 5545).

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, Zoned};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an IANA time zone such as Asia/Dhaka, or UTC; not an offset")]
pub struct TimeZoneFault;

impl TimeZone {
    /// Names are matched without regard to case and kept as IANA spells them.
    pub fn parse(name: &str) -> Result<TimeZone, TimeZoneFault> {
        // `Etc/GMT+6` is an offset in disguise, with its sign turned round besides.
        let offset = name.len() > 4 && name.as_bytes()[..4].eq_ignore_ascii_case(b"etc/");
        let place = name.contains('/') && !offset;
        if !place && !name.eq_ignore_ascii_case("UTC") && !name.eq_ignore_ascii_case("Etc/UTC") {
            return Err(TimeZoneFault);
        }
        let zone = DATABASE.get(name).map_err(|_| TimeZoneFault)?;
        match zone.iana_name() {
            Some(_) => Ok(TimeZone(zone)),
            None => Err(TimeZoneFault),
        }
    }

    pub fn as_str(&self) -> &str {
        // Every zone that `parse` lets through has a name.
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The wall-clock time at an instant.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// The instant of a wall-clock time; `None` only at the very end of the calendar.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.0.to_timestamp(local).ok()
    }

    pub fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn takes_iana_names_in_any_case() {
        for name in ["Asia/Dhaka", "Asia/Hong_Kong", "America/Argentina/Ushuaia"] {
            assert_eq!(TimeZone::parse(name).unwrap().as_str(), name);
            let shouted = name.to_ascii_uppercase();
            assert_eq!(TimeZone::parse(&shouted).unwrap().as_str(), name);
        }
        assert_eq!(TimeZone::parse("utc").unwrap().as_str(), "UTC");
        assert_eq!(TimeZone::parse("Etc/UTC").unwrap().as_str(), "Etc/UTC");
    }

    #[test]
    fn refuses_offsets_and_unknown_names() {
        for name in [
            "",
            "+06:00",
            "UTC+6",
            "GMT+6",
            "Etc/GMT+6",
            "etc/gmt-8",
            "EST",
            "local",
            "Asia/Nowhere",
            "/Asia/Dhaka",
            "Asia/",
            "../etc/passwd",
            "亚洲/上海",
        ] {
            assert_eq!(TimeZone::parse(name), Err(TimeZoneFault), "{name}");
        }
    }

    #[test]
    fn clock_changes_resolve_the_compatible_way() {
        let london = TimeZone::parse("Europe/London").unwrap();
        let skipped = london.instant(date(2026, 3, 29).at(1, 30, 0, 0)).unwrap();
        assert_eq!(skipped.to_string(), "2026-03-29T01:30:00Z");
        assert_eq!(london.local(skipped), date(2026, 3, 29).at(2, 30, 0, 0));
        let twice = london.instant(date(2026, 10, 25).at(1, 30, 0, 0)).unwrap();
        assert_eq!(twice.to_string(), "2026-10-25T00:30:00Z");
    }
}
