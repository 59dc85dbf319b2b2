//! Taking listings off, and bringing them back.

use actix_web::{HttpRequest, HttpResponse, delete, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{App, withdraw},
    exchange::drafts::WithdrawalRequest,
    http::{
        caller::{Json, Signed},
        parameters::{OfListing, Seen},
        refusal::{
            self, Changing, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        precondition, private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(take_off).service(let_go).service(bring_back);
}

/// Take a listing off
///
/// Whoever keeps it: it is not public any more at once, and its owners are told why by mail. Nothing of it is lost: a
/// moderator brings it back, or a draft of it does that is approved; no confirmation and no import does. What an
/// organisation provides, or a hub contains, is taken off first. `If-Match` has the `version` of the public listing.
#[utoipa::path(
    operation_id = "withdrawListing",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfListing, Seen),
    request_body = WithdrawalRequest,
    responses((status = 204, description = "It is taken off."), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/listings/{listing}/withdrawal")]
async fn take_off(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed<Json<WithdrawalRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let why = given.body.0.parse().map_err(Problem::body)?;
    withdraw::take_off(&app, &given.person, of.listing, version, &why)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Take one's own listing off
///
/// It is not public any more at once, and nobody has to approve that: for an address that must not be known any more, or a
/// number at which nobody answers. Its owners are told by mail. Nothing of it is lost: to say that it is still true makes it
/// public again, as it was; moderators and imports do not. What was handed in of it is not approved before it is handed in
/// again. What an organisation provides, or a hub contains, is taken off first; a country's last national line stays.
/// `If-Match` has the `version` of the public listing.
#[utoipa::path(
    operation_id = "unpublishListing",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfListing, Seen),
    request_body = WithdrawalRequest,
    responses((status = 204, description = "It is taken off."), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/listings/{listing}/unpublication")]
async fn let_go(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed<Json<WithdrawalRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let why = given.body.0.parse().map_err(Problem::body)?;
    withdraw::let_go(&app, &given.person, of.listing, version, why)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Bring back a listing that was taken off
///
/// It is public again as it was, under its id and with what led to it. What those took off who keep it, they bring back.
#[utoipa::path(
    operation_id = "restoreListing",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfListing),
    responses((status = 204, description = "It is public."), Reading, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[delete("/v1/listings/{listing}/withdrawal")]
async fn bring_back(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    withdraw::bring_back(&app, &given.person, of.listing)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
