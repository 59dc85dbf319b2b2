//! Searching: what the words mean, what answers them, whom to call where they tell of danger, and what to offer
//! instead where little is found.

mod understood;
mod widen;

pub use self::{
    understood::{Named, Understood, UnderstoodFilter, UnderstoodPlace},
    widen::{Instead, Relaxation},
};
pub use crate::search::{
    ask::{
        Answer, Besides, Explanation, Hit, Marks, Position, Question, Read, ReadUnit, ReadWord,
        Total, Why,
    },
    catalogue::{
        Card, CardContact, CardPlace, Facet, FacetCounts, Filters, PlaceFilter, Sort, TermFilter,
    },
    reference::Likely,
    region::Rectangle,
};
use crate::{
    app::{
        App, AppError,
        crisis::{self, CrisisAnswer},
    },
    domain::{
        country::Country,
        fault::{Fault, FaultCode},
    },
    search::ask::AskError,
};

/// Everything that a search brings. Deliberately without `Debug`: it holds the asker's words.
pub struct Found {
    pub answer: Answer,
    /// What was understood beside words to look for; none where nothing was, or was not to be.
    pub understood: Option<Understood>,
    /// Whom to call, where the words tell of danger to life.
    pub crisis: Option<CrisisAnswer>,
    /// What wider questions find, apart from the answer and from one another.
    pub instead: Vec<Instead>,
    /// The words that were looked for.
    pub words: Option<String>,
}

/// How a search is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether the words may say a place, or how something is wanted.
    pub understand: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { understand: true }
    }
}

/// Answers a question as people mean it: what the words say beside what is sought becomes the conditions that it means,
/// unless nothing would be left; where little is found, wider questions are asked one after another.
///
/// # Errors
/// As `search`.
pub async fn search_widely(
    app: &App,
    question: &Question,
    manner: Manner,
) -> Result<Found, AppError> {
    app.must_be_loaded()?;
    let text = question.words.as_deref().unwrap_or_default();
    let dangers = app.parts.phrases.danger.said(text);
    let asked = match understood::ask(app, question, &dangers, manner).await {
        // Whoever is in danger hears whom to call, even where nothing can be looked for.
        Err(AppError::Unavailable { .. }) if !dangers.is_empty() => {
            return Ok(only_crisis(app, question));
        }
        asked => asked?,
    };
    let understood::Asked {
        answer,
        question: asked,
        understood,
    } = asked;
    let crisis = (!dangers.is_empty())
        .then(|| crisis::of_countries(app, whereabouts(app, question, &understood)));
    let instead = widen::instead(app, question, &asked, &understood, &answer).await?;
    Ok(Found {
        answer,
        crisis,
        instead,
        words: asked.words,
        understood: Some(understood).filter(|understood| !understood.is_empty()),
    })
}

fn only_crisis(app: &App, question: &Question) -> Found {
    let countries = whereabouts(app, question, &Understood::default());
    let engine = app.parts.directory.engine().unwrap_or_default();
    Found {
        answer: Answer::of_nobody(engine, question.place.near),
        crisis: Some(crisis::of_countries(app, countries)),
        instead: Vec::new(),
        words: question.words.clone(),
        understood: None,
    }
}

/// Where the asker probably is: at the point, else where the words say, else where help is looked for. Several answers
/// stand side by side.
fn whereabouts(app: &App, question: &Question, understood: &Understood) -> Vec<Country> {
    let reference = app.reference();
    let mut countries: Vec<Country> = question
        .place
        .near
        .map(|point| reference.countries_at(point))
        .unwrap_or_default();
    let said = understood.place.iter().flat_map(|place| &place.countries);
    countries.extend(said);
    let asked = question.filters.terms.iter().filter(|term| !term.none_of);
    for term in asked {
        match term.facet {
            Facet::Country => {
                countries.extend(
                    term.values
                        .iter()
                        .filter_map(|code| Country::parse(code).ok()),
                );
            }
            Facet::Area => countries.extend(term.values.iter().filter_map(|code| {
                let code = crate::domain::area::AreaCode::parse(code).ok()?;
                Some(reference.area(&code)?.country)
            })),
            _ => {}
        }
    }
    let mut known: Vec<Country> = Vec::new();
    for country in countries {
        if !known.contains(&country) {
            known.push(country);
        }
    }
    known
}

/// Says why each hit is there, and what the words became.
#[must_use]
pub fn explain(app: &App, words: &str, hits: &[Hit]) -> Explanation {
    app.parts.directory.explain(words, hits)
}

/// Answers a question from memory as it stands; the database is not asked.
///
/// # Errors
/// `Expired` for a position of a former index, `Invalid` for one of another question or an order by distance without
/// a point, `Unavailable` where no words engine answers or no index was ever built.
pub async fn search(app: &App, question: &Question) -> Result<Answer, AppError> {
    app.must_be_loaded()?;
    app.parts.directory.ask(question).await.map_err(refused)
}

fn refused(error: AskError) -> AppError {
    let fault = |pointer: &str, code: FaultCode, expected: &str| {
        AppError::Invalid(vec![Fault::new(pointer, code, expected)])
    };
    match error {
        AskError::Expired => AppError::Expired,
        AskError::Foreign => fault(
            "cursor",
            FaultCode::Contradiction,
            "the cursor of this very search",
        ),
        AskError::NoPoint => fault(
            "sort",
            FaultCode::Contradiction,
            "relevance, or a point in `near` to measure from",
        ),
        AskError::Words(cause) => AppError::Unavailable {
            retry_after_s: 2,
            cause: cause.into(),
        },
    }
}
