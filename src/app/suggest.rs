//! What somebody may be about to type, and whom to call where it tells of danger.

use crate::app::{
    App,
    crisis::{self, CrisisAnswer},
};
pub use crate::search::ask::{Beginning, Suggestion, SuggestionKind};

/// What is suggested. Deliberately without `Debug`: it may show what was typed.
pub struct Suggested {
    pub items: Vec<Suggestion>,
    pub crisis: Option<CrisisAnswer>,
}

/// Suggests from memory.
#[must_use]
pub fn suggest(app: &App, beginning: &Beginning) -> Suggested {
    let dangers = app.parts.phrases.danger.said(&beginning.typed);
    let crisis = (!dangers.is_empty()).then(|| {
        let reference = app.reference();
        let mut countries = beginning
            .near
            .map(|point| reference.countries_at(point))
            .unwrap_or_default();
        countries.extend(
            beginning
                .country
                .filter(|country| !countries.contains(country)),
        );
        crisis::of_countries(app, countries)
    });
    Suggested {
        items: app.parts.directory.suggest(beginning),
        crisis,
    }
}
