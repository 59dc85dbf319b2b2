//! What feeds say of listings whose owners say otherwise.

use actix_web::{HttpRequest, HttpResponse, delete, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, suggestions},
    exchange::drafts::SuggestionList,
    http::{
        caller::Signed,
        parameters::OfListing,
        refusal::{self, Loading, Naming, Reading, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(list).service(settle);
}

/// List what feeds say otherwise
///
/// What the owner of a listing handed in stays when an import says otherwise. What the import says is kept here, with
/// every value in which it differs, for those who keep the listing and for moderators. To take it over, open a draft of
/// the listing with the `patch` as its `body`.
#[utoipa::path(
    operation_id = "listSuggestions",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(OfListing),
    responses((status = 200, description = "What waits.", body = SuggestionList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/listings/{listing}/suggestions")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let listed = suggestions::list(&app, &given.person, of.listing)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&listed))
}

/// Which suggestion.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct OfSuggestion {
    /// The listing's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c")]
    listing: Uuid,
    /// The suggestion's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63")]
    suggestion: Uuid,
}

/// Settle what a feed says otherwise
///
/// It waits no longer, until the feed says something else.
#[utoipa::path(
    operation_id = "settleSuggestion",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfSuggestion),
    responses((status = 204, description = "It is settled."), Reading, Signing, Naming, Loading)
)]
#[delete("/v1/listings/{listing}/suggestions/{suggestion}")]
async fn settle(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfSuggestion>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    suggestions::settle(&app, &given.person, of.listing, of.suggestion)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
