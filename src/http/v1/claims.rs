//! Claims on public listings.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::notes;
use crate::{
    app::{App, claims},
    domain::draft::Noted,
    exchange::drafts::{
        AssignmentRequest, ClaimDecision, ClaimList, ClaimRequest, NoteAnswer, NoteList,
        NoteRequest, OwnClaimList,
    },
    http::{
        caller::{Described, Json, Signed},
        parameters::{Key, OfClaim},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(claim)
        .service(mine)
        .service(waiting)
        .service(decide)
        .service(assign)
        .service(list_notes)
        .service(add_note);
}

/// Claim an organisation
///
/// Says that a public organisation, or a listing that belongs to none, is the person's to keep. Its published mailbox is
/// asked, or a moderator; of what somebody keeps already, a moderator alone.
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

/// List one's claims
///
/// What one claimed before a moderator, the latest first, and what became of it. Claims that a mailbox is to confirm are not
/// among them: who agrees there makes one an owner, and who does not is not heard of.
#[utoipa::path(
    operation_id = "listOwnClaims",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 200, description = "The claims.", body = OwnClaimList), Reading, Signing, Loading)
)]
#[get("/v1/me/claims")]
async fn mine(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let claims = claims::mine(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&claims))
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
/// Who claimed becomes an owner, or does not and is told why; those who own it already are written to. Nobody decides their
/// own, or on one of what they keep.
#[utoipa::path(
    operation_id = "decideClaim",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfClaim),
    request_body = ClaimDecision,
    responses((status = 204, description = "Decided."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[post("/v1/moderation/claims/{claim}/decision")]
async fn decide(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfClaim>,
    given: Signed<Json<ClaimDecision>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let decision = given.body.0.parse().map_err(Problem::body)?;
    claims::decide(&app, &given.person, of.claim, decision)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Say who looks at a claim
///
/// A moderator, or nobody any more.
#[utoipa::path(
    operation_id = "assignClaim",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfClaim),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Loading)
)]
#[put("/v1/moderation/claims/{claim}/assignment")]
async fn assign(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfClaim>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    notes::assigned(&request, &app, Noted::Claim(of.claim), given).await
}

/// Read the notes on a claim
///
/// What moderators wrote for one another. Nobody else ever sees it.
#[utoipa::path(
    operation_id = "listClaimNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfClaim),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/moderation/claims/{claim}/notes")]
async fn list_notes(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfClaim>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    notes::listed(&request, &app, Noted::Claim(of.claim), given).await
}

/// Write a note on a claim
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addClaimNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        OfClaim,
        Key,
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/moderation/claims/{claim}/notes")]
async fn add_note(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfClaim>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    notes::noted(&request, &app, Noted::Claim(of.claim), given).await
}
