//! Claims on public listings.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, claims},
    exchange::drafts::{ClaimDecision, ClaimList, ClaimRequest},
    http::{
        caller::{Json, Signed},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(claim).service(waiting).service(decide);
}

/// Claim an organisation
///
/// Says that a public organisation, or a listing that belongs to none, is the person's to keep. Its published mailbox is
/// asked, or a moderator.
#[utoipa::path(
    operation_id = "claim",
    tag = "people",
    security(("session" = ["account"])),
    params(("organisation" = String, Path, description = "The id of the organisation or listing.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")),
    request_body = ClaimRequest,
    responses((status = 202, description = "A letter is on its way, or a moderator will decide."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[post("/v1/organisations/{organisation}/claims")]
async fn claim(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<Json<ClaimRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (by_mail, grounds) = given.body.0.parse().map_err(Problem::body)?;
    claims::claim(&app, &given.person, *organisation, by_mail, &grounds)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// List claims
///
/// Claims that wait for a moderator, the oldest first.
#[utoipa::path(
    operation_id = "listClaims",
    tag = "moderation",
    security(("session" = ["moderator"])),
    responses((status = 200, description = "The claims.", body = ClaimList), Reading, Signing, Loading)
)]
#[get("/v1/moderation/claims")]
async fn waiting(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let claims = claims::waiting(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&claims))
}

/// Decide a claim
///
/// Who claimed becomes an owner, or does not. Nobody decides their own.
#[utoipa::path(
    operation_id = "decideClaim",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(("claim" = String, Path, description = "The claim's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a60")),
    request_body = ClaimDecision,
    responses((status = 204, description = "Decided."), Reading, Sending, Signing, Naming, Loading)
)]
#[post("/v1/moderation/claims/{claim}/decision")]
async fn decide(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed<Json<ClaimDecision>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let granted = given.body.0.parse().map_err(Problem::body)?;
    claims::decide(&app, &given.person, *id, granted)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
