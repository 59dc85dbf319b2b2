//! One line of weekly opening hours.
//!
//! Invariants: at least one day; whole minutes; a closing time at or before the opening time lies
//! on the next day, so that `00:00`–`24:00` and `09:00`–`09:00` are both twenty-four hours and no
//! opening is empty or longer than that. `24:00` is kept as the midnight that ends the day.

use jiff::civil::{Time, Weekday};

use crate::domain::fault::{Fault, FaultCode};

use super::Weekdays;
use super::calendar::is_whole_minute;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    days: Weekdays,
    opens: Time,
    closes: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningFault {
    #[error("at least one weekday")]
    Days,
    #[error("a time of day as HH:MM, from 00:00 to 23:59")]
    Opens,
    #[error("a time of day as HH:MM, from 00:00 to 24:00; at or before `opens` means the next day")]
    Closes,
}

impl OpeningFault {
    /// Where in the opening it lies, as the tail of a JSON pointer.
    pub fn pointer(self) -> &'static str {
        match self {
            OpeningFault::Days => "/days",
            OpeningFault::Opens => "/opens",
            OpeningFault::Closes => "/closes",
        }
    }

    /// The fault as it is told to whoever sent the input, which lies at `base`.
    pub fn under(self, base: &str) -> Fault {
        let pointer = format!("{base}{}", self.pointer());
        Fault::new(pointer, self.code(), self.to_string())
    }

    fn code(self) -> FaultCode {
        match self {
            OpeningFault::Days => FaultCode::Required,
            OpeningFault::Opens | OpeningFault::Closes => FaultCode::Malformed,
        }
    }
}

impl Opening {
    pub fn new(
        days: impl IntoIterator<Item = Weekday>,
        opens: Time,
        closes: Time,
    ) -> Result<Opening, Vec<OpeningFault>> {
        let opens = Some(opens).filter(|time| is_whole_minute(*time));
        let closes = Some(closes).filter(|time| is_whole_minute(*time));
        Opening::assemble(days.into_iter().collect(), opens, closes)
    }

    /// From times as they are written, `HH:MM`; only the closing time may be `24:00`.
    pub fn parse(
        days: impl IntoIterator<Item = Weekday>,
        opens: &str,
        closes: &str,
    ) -> Result<Opening, Vec<OpeningFault>> {
        let closes = if closes == "24:00" {
            Some(Time::midnight())
        } else {
            parse_time(closes)
        };
        Opening::assemble(days.into_iter().collect(), parse_time(opens), closes)
    }

    fn assemble(
        days: Weekdays,
        opens: Option<Time>,
        closes: Option<Time>,
    ) -> Result<Opening, Vec<OpeningFault>> {
        match (opens, closes) {
            (Some(opens), Some(closes)) if !days.is_empty() => Ok(Opening {
                days,
                opens,
                closes,
            }),
            _ => Err([
                days.is_empty().then_some(OpeningFault::Days),
                opens.is_none().then_some(OpeningFault::Opens),
                closes.is_none().then_some(OpeningFault::Closes),
            ]
            .into_iter()
            .flatten()
            .collect()),
        }
    }

    pub fn days(&self) -> Weekdays {
        self.days
    }

    pub fn opens(&self) -> Time {
        self.opens
    }

    /// Midnight stands for the end of the day: see [`Opening::closes_as_text`].
    pub fn closes(&self) -> Time {
        self.closes
    }

    pub fn opens_as_text(&self) -> String {
        self.opens.strftime("%H:%M").to_string()
    }

    pub fn closes_as_text(&self) -> String {
        if self.closes == Time::midnight() {
            return "24:00".to_owned();
        }
        self.closes.strftime("%H:%M").to_string()
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn reads_and_writes_times_of_day() {
        let night = Opening::parse([Weekday::Friday], "22:00", "03:00").unwrap();
        assert_eq!(
            (night.opens(), night.closes()),
            (time(22, 0, 0, 0), time(3, 0, 0, 0))
        );
        let whole_day = Opening::parse(Weekdays::ALL.iter(), "00:00", "24:00").unwrap();
        assert_eq!(whole_day.opens_as_text(), "00:00");
        assert_eq!(whole_day.closes_as_text(), "24:00");
        assert_eq!(
            Opening::new(Weekdays::ALL.iter(), Time::midnight(), Time::midnight()),
            Ok(whole_day)
        );
    }

    #[test]
    fn names_every_fault() {
        let faults = Opening::parse([], "24:00", "25:00").unwrap_err();
        assert_eq!(
            faults.iter().map(|f| f.pointer()).collect::<Vec<_>>(),
            ["/days", "/opens", "/closes"]
        );
        for text in [
            "9:00",
            "09.00",
            "09:60",
            "0900",
            "+9:00",
            "09:00:00",
            "",
            "০৯:০০",
        ] {
            let faults = Opening::parse([Weekday::Monday], text, "17:00").unwrap_err();
            assert_eq!(faults, [OpeningFault::Opens], "{text}");
        }
        let seconds = Opening::new([Weekday::Monday], time(9, 0, 1, 0), time(17, 0, 0, 0));
        assert_eq!(seconds, Err(vec![OpeningFault::Opens]));
    }
}
