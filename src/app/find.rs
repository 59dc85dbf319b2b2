//! Searching, and what to offer instead where little is found.

use uuid::Uuid;

pub use crate::search::{
    ask::{Answer, Hit, Marks, Position, Question, Total},
    catalogue::{
        Card, CardContact, CardPlace, Facet, FacetCounts, Filters, PlaceFilter, Sort, TermFilter,
    },
    region::Rectangle,
};
use crate::{
    app::{App, AppError},
    domain::{
        country::Country,
        fault::{Fault, FaultCode},
        offer::Delivery,
    },
    search::ask::AskError,
};

enumeration! {
    /// How a question was widened because it found little.
    Relaxation {
        /// By telephone or online, from where the asker is.
        Remote = "remote",
        /// Beyond the radius or box, nearest first.
        Farther = "farther",
        /// Anything in the place, whatever the words.
        Nearby = "nearby",
    }
}

/// What a wider question finds beyond the answer.
#[derive(Debug)]
pub struct Instead {
    pub relaxation: Relaxation,
    pub hits: Vec<Hit>,
    pub total: Total,
}

/// Fewer hits than this are few.
const FEW: u64 = 3;
/// How many listings a relaxation shows.
const SHOWN: u16 = 5;

/// Answers a question as `search` does, and where the place left little of it, widens it step by step: each step apart
/// from the answer, named, and without what was shown before.
///
/// # Errors
/// As `search`.
pub async fn search_widely(
    app: &App,
    question: &Question,
) -> Result<(Answer, Vec<Instead>), AppError> {
    let answer = search(app, question).await?;
    let narrow = question.place.circle().is_some() || question.place.rectangle.is_some();
    let mut instead = Vec::new();
    if !narrow || question.after.is_some() || answer.total.value >= FEW {
        return Ok((answer, instead));
    }
    let mut shown: Vec<Uuid> = answer.hits.iter().map(|hit| hit.card.id).collect();
    let steps = [
        (Relaxation::Remote, remote(app, question)),
        (Relaxation::Farther, farther(question)),
        (Relaxation::Nearby, nearby(question)),
    ];
    for (relaxation, wider) in steps {
        let Some(wider) = wider else { continue };
        let Answer {
            mut hits, total, ..
        } = search(app, &wider).await?;
        let far = relaxation == Relaxation::Farther;
        hits.retain(|hit| !shown.contains(&hit.card.id) && (!far || hit.distance_m.is_some()));
        hits.truncate(usize::from(SHOWN));
        shown.extend(hits.iter().map(|hit| hit.card.id));
        if !hits.is_empty() {
            instead.push(Instead {
                relaxation,
                hits,
                total,
            });
        }
    }
    Ok((answer, instead))
}

/// The question without the place, asked of what one need not go to in the country where the asker is.
fn remote(app: &App, question: &Question) -> Option<Question> {
    let centre = question
        .place
        .near
        .or_else(|| Some(question.place.rectangle?.surrounding()?.centre))?;
    let countries = app.reference().countries_at(centre);
    let delivery = [Delivery::Phone, Delivery::Online, Delivery::Hybrid].map(Delivery::as_str);
    let mut wider = without_place(question);
    wider
        .filters
        .terms
        .push(TermFilter::any_of(Facet::Delivery, delivery));
    wider.filters.terms.push(TermFilter::any_of(
        Facet::Country,
        countries.iter().map(Country::as_str),
    ));
    (!countries.is_empty()).then_some(wider)
}

/// The question without radius and box: of what one goes to.
fn farther(question: &Question) -> Option<Question> {
    let centre = question
        .place
        .near
        .or_else(|| Some(question.place.rectangle?.surrounding()?.centre))?;
    let place = PlaceFilter {
        near: Some(centre),
        ..PlaceFilter::default()
    };
    Some(Question {
        place,
        sort: Sort::Distance,
        ..without_place(question)
    })
}

/// The place without the words.
fn nearby(question: &Question) -> Option<Question> {
    question.words.as_ref()?;
    Some(Question {
        words: None,
        place: question.place,
        ..without_place(question)
    })
}

fn without_place(question: &Question) -> Question {
    // Enough that what is shown already can be left out.
    let limit = SHOWN + u16::try_from(FEW).unwrap_or(SHOWN);
    let (place, facets) = (PlaceFilter::default(), Vec::new());
    Question {
        place,
        facets,
        limit,
        sort: Sort::Relevance,
        ..question.clone()
    }
}

/// Answers a question from memory; the database is not asked.
///
/// # Errors
/// `Expired` for a position of a former index, `Invalid` for one of another question or an order by distance without
/// a point, `Unavailable` where no words engine answers.
pub async fn search(app: &App, question: &Question) -> Result<Answer, AppError> {
    let fault = |pointer: &str, code: FaultCode, expected: &str| {
        AppError::Invalid(vec![Fault::new(pointer, code, expected)])
    };
    app.parts
        .directory
        .ask(question)
        .await
        .map_err(|error| match error {
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
        })
}
