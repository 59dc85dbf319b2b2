//! Searching.

pub use crate::search::{
    ask::{Answer, Hit, Marks, Position, Question, Total},
    catalogue::{
        Card, CardContact, CardPlace, Facet, FacetCounts, Filters, PlaceFilter, Sort, TermFilter,
    },
    region::Rectangle,
};
use crate::{
    app::{App, AppError},
    domain::fault::{Fault, FaultCode},
    search::ask::AskError,
};

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
