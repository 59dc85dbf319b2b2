//! Whom to call now. Answered from memory alone, so that it answers when nothing else does.

use std::sync::Arc;

use jiff::Timestamp;

pub use crate::search::reference::Line;
use crate::{
    app::App,
    domain::{country::Country, crisis::EmergencyNumber, offer::StatusState, place::Point},
    search::catalogue::day_of,
};

/// The numbers of one country.
#[derive(Clone, Debug)]
pub struct CountryLines {
    pub country: Country,
    pub emergency: Vec<EmergencyNumber>,
    pub lines: Vec<Arc<Line>>,
}

/// What is known, for the country or countries asked for; near a border there are two.
#[derive(Clone, Debug)]
pub struct CrisisAnswer {
    pub countries: Vec<CountryLines>,
    /// Every country of which a number is known, for who names none or another.
    pub choose_from: Vec<Country>,
    /// The moment of which the numbers are.
    pub as_of: Timestamp,
}

/// The crisis numbers of the country, else of the countries at the point, else of the country that this directory is
/// set to, else a choice. A country is never inferred from a language.
#[must_use]
pub fn answer(app: &App, country: Option<Country>, near: Option<Point>) -> CrisisAnswer {
    let asked = match (country, near) {
        (Some(country), _) => vec![country],
        (None, Some(point)) => app.reference().countries_at(point),
        (None, None) => Vec::new(),
    };
    // A point far out at sea is in no country, and then the directory's own is no guess of where it is.
    let own = app.parts.country.filter(|_| near.is_none());
    lines(
        app,
        if asked.is_empty() {
            own.into_iter().collect()
        } else {
            asked
        },
    )
}

/// The crisis numbers of these countries, else of the country that this directory is set to, else a choice.
#[must_use]
pub fn of_countries(app: &App, mut countries: Vec<Country>) -> CrisisAnswer {
    if countries.is_empty() {
        countries.extend(app.parts.country);
    }
    lines(app, countries)
}

/// Deliberately without what has ended or moved: nobody in danger is to call where nobody answers. What is closed for a time
/// is told, with its dates.
fn lines(app: &App, countries: Vec<Country>) -> CrisisAnswer {
    let reference = app.reference();
    let today = day_of(app.now());
    let is_there = |line: &&Arc<Line>| {
        let status = line.listing.status.as_ref();
        let state = status.map(|status| status.on(today));
        !matches!(state, Some(StatusState::Ended | StatusState::Moved))
    };
    let countries = countries
        .into_iter()
        .map(|country| CountryLines {
            country,
            emergency: reference.emergency(country).to_vec(),
            lines: reference
                .national_lines(country)
                .iter()
                .filter(is_there)
                .cloned()
                .collect(),
        })
        .collect();
    CrisisAnswer {
        countries,
        choose_from: reference.crisis_countries(),
        as_of: reference.as_of(),
    }
}
