//! Whom to call now. Answered from memory alone, so that it answers when nothing else does.

use std::sync::Arc;

use jiff::Timestamp;

pub use crate::search::reference::Line;
use crate::{
    app::App,
    domain::{country::Country, crisis::EmergencyNumber, place::Point},
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
    let reference = app.reference();
    let asked = match (country, near) {
        (Some(country), _) => vec![country],
        (None, Some(point)) => reference.countries_at(point),
        (None, None) => app.parts.country.into_iter().collect(),
    };
    let countries = asked
        .into_iter()
        .map(|country| CountryLines {
            country,
            emergency: reference.emergency(country).to_vec(),
            lines: reference.national_lines(country).to_vec(),
        })
        .collect();
    CrisisAnswer {
        countries,
        choose_from: reference.crisis_countries(),
        as_of: reference.as_of(),
    }
}
