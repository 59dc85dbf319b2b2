//! Labels of areas and topics, and providers of listings, from the use cases' reference data.

use actix_web::HttpRequest;

use crate::{
    app::{
        App, OrganisationName, Reference,
        find::{Likely, Named},
    },
    domain::{
        area::{Area, AreaCode},
        country::Country,
        language::Language,
        slug::Slug,
        topic::Topic,
    },
    exchange::answer::{Names, Provider, Reader, Text},
    web::language,
};

impl Names for Reference {
    fn path(&self, code: &AreaCode) -> Vec<&Area> {
        self.ancestors(code)
    }

    fn topic(&self, slug: &Slug) -> Option<&Topic> {
        Reference::topic(self, slug)
    }
}

/// Who provides, for an answer.
pub(super) fn provider(name: &OrganisationName) -> Provider<'_> {
    Provider {
        id: name.id,
        slug: &name.slug,
        name: &name.name,
    }
}

/// The languages of whoever asks.
pub(super) fn languages(request: &HttpRequest, lang: Option<&Language>) -> Vec<Language> {
    language::wanted(lang, request.headers())
}

/// The area that is a country.
pub(super) fn area_of_country(country: Country) -> Option<AreaCode> {
    AreaCode::parse(&country.as_str().to_ascii_lowercase()).ok()
}

/// A country's name.
pub(super) fn country(country: Country, reader: &Reader<'_>) -> Option<Text> {
    reader.area(&area_of_country(country)?).name
}

/// An area of which only the code is known is no area.
pub(super) fn knows_area(app: &App, code: &str) -> bool {
    AreaCode::parse(code).is_ok_and(|code| app.reference().area(&code).is_some())
}

/// As for areas.
pub(super) fn knows_topic(app: &App, slug: &str) -> bool {
    Slug::parse(slug).is_ok_and(|slug| app.reference().topic(&slug).is_some())
}

/// The area that a parameter names, with others of the same name.
pub(super) fn area_named(
    app: &App,
    parameter: &'static str,
    name: &str,
    likely: Likely<'_>,
) -> Option<Named> {
    const MOST: usize = 5;
    let reference = app.reference();
    let areas = reference.areas_named(name, likely);
    let (first, others) = areas.split_first()?;
    Some(Named {
        parameter,
        area: first.code.clone(),
        alternatives: others
            .iter()
            .take(MOST)
            .map(|area| area.code.clone())
            .collect(),
    })
}
