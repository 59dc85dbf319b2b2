//! When made-up listings are open, whom one calls, what it costs.

use jiff::{ToSpan, civil::Date, civil::date};

use super::random::Random;
use crate::{
    domain::{
        contact::Channel,
        offer::{ContactCost, CostModel, IntakeState},
    },
    exchange::listing::{Contact, Cost, Intake, Opening, Schedule, Session, Source},
};

/// The day on which it was all made up; no clock is asked.
const MADE_UP_ON: Date = date(2026, 1, 15);

const WEEK: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

fn days(names: &[&str]) -> Vec<String> {
    names.iter().map(|day| (*day).to_owned()).collect()
}

fn before(day: Date, days: usize) -> Date {
    day.saturating_sub(i64::try_from(days).unwrap_or(0).days())
}

/// Weekly hours, some past midnight and some round the clock.
pub(super) fn hours(random: &mut Random, zone: &str) -> Schedule {
    let opening = |names: &[&str], opens: &str, closes: &str| Opening {
        days: days(names),
        opens: opens.to_owned(),
        closes: closes.to_owned(),
    };
    let openings = match random.below(10) {
        0..=3 => vec![opening(&WEEK[..5], "09:00", "17:00")],
        4 | 5 => vec![
            opening(&["su", "mo", "tu", "we", "th"], "10:00", "13:30"),
            opening(&["su", "mo", "tu", "we", "th"], "15:00", "18:00"),
        ],
        6 => vec![opening(&WEEK, "15:00", "03:00")],
        7 => vec![opening(&["tu", "th"], "16:30", "20:00")],
        8 => vec![opening(&["sa", "su"], "08:00", "12:00")],
        _ => Vec::new(),
    };
    Schedule {
        time_zone: Some(zone.to_owned()),
        always_open: openings.is_empty(),
        openings,
        ..Schedule::default()
    }
}

/// Meetings that come again.
pub(super) fn sessions(random: &mut Random, zone: &str) -> Schedule {
    let weekday = random.below(7);
    let day = WEEK[weekday].to_ascii_uppercase();
    // The first such day of a month that begins on a Wednesday, so that every rule falls on it.
    let after = i64::try_from((weekday + 5) % 7).unwrap_or(0);
    let first = date(2025, 1, 1).saturating_add(after.days());
    let rule = match random.below(4) {
        0 | 1 => format!("FREQ=WEEKLY;BYDAY={day}"),
        2 => format!("FREQ=WEEKLY;INTERVAL=2;BYDAY={day}"),
        _ => format!("FREQ=MONTHLY;BYDAY=1{day}"),
    };
    let hour = 9 + random.below(12);
    Schedule {
        time_zone: Some(zone.to_owned()),
        sessions: vec![Session {
            starts: format!("{first}T{hour:02}:{}", random.pick(&["00", "30"])),
            minutes: *random.pick(&[60, 90, 120]),
            rule: Some(rule),
            ..Session::default()
        }],
        ..Schedule::default()
    }
}

/// Numbers and addresses at which nobody is.
pub(super) fn contacts(random: &mut Random, slug: &str, phone: bool) -> Vec<Contact> {
    let mut contacts = Vec::new();
    if phone || random.chance(50) {
        // 01632 960000 to 960999 are nobody's: Ofcom keeps them for drama.
        contacts.push(Contact {
            channel: Some(Channel::Voice),
            value: Some(format!("+441632960{:03}", random.below(1_000))),
            cost: random.chance(40).then_some(ContactCost::Free),
            ..Contact::default()
        });
    }
    if random.chance(20) {
        // So are 07700 900000 to 900999, for mobile telephones.
        contacts.push(Contact {
            channel: Some(*random.pick(&[Channel::Whatsapp, Channel::Sms])),
            value: Some(format!("+447700900{:03}", random.below(1_000))),
            ..Contact::default()
        });
    }
    if contacts.is_empty() || random.chance(40) {
        contacts.push(Contact {
            channel: Some(Channel::Email),
            value: Some(format!("{slug}@example.org")),
            public: random.chance(10).then_some(false),
            ..Contact::default()
        });
    }
    if random.chance(15) {
        contacts.push(Contact {
            channel: Some(Channel::WebForm),
            value: Some(format!("https://www.example.org/{slug}/contact")),
            ..Contact::default()
        });
    }
    contacts
}

pub(super) fn cost(random: &mut Random) -> Cost {
    let model = *random.pick(CostModel::ALL);
    let from = match model {
        CostModel::Sliding | CostModel::Fixed | CostModel::Mixed => Some(10 * random.below(20)),
        CostModel::Free | CostModel::Donation | CostModel::Insurance => None,
    };
    let from = from.and_then(|from| u32::try_from(from).ok());
    Cost {
        model,
        currency: from.map(|_| "USD".to_owned()),
        from,
        to: from.map(|from| from + 50),
        insurance: Vec::new(),
        note: None,
    }
}

pub(super) fn intake(random: &mut Random) -> Intake {
    let state = *random.pick(IntakeState::ALL);
    let waits = state == IntakeState::WaitingList;
    Intake {
        state,
        as_of: before(MADE_UP_ON, random.below(60)),
        wait_days: waits.then(|| u16::try_from(random.below(180)).unwrap_or(0)),
    }
}

/// The one source of everything that is made up.
pub(super) fn source(random: &mut Random, seed: u64, number: u32) -> Source {
    let retrieved_on = before(MADE_UP_ON, random.below(90));
    Source {
        name: "haven-generated".to_owned(),
        external_id: format!("{seed}/{number}"),
        url: None,
        licence: "CC0-1.0".to_owned(),
        retrieved_on,
        confirmed_on: random
            .chance(70)
            .then(|| before(retrieved_on, random.below(500))),
        evidence: Some("Made up by `haven generate`: there is no such service.".to_owned()),
    }
}
