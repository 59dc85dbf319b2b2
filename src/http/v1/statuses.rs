//! How a listing is that nobody keeps.

use actix_web::{HttpRequest, HttpResponse, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{App, statuses},
    exchange::drafts::StatusRequest,
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
    config.service(set);
}

/// Say how a listing is that nobody keeps
///
/// Temporarily closed, moved or ended, from when to when, and in words; merged into another one; or operating again. It is
/// public at once, and an import does not undo it. `If-Match` has the `version` of the public listing. Who keeps a listing
/// says so by a draft; what they said to be closed by the link of a letter, a moderator may close, until that report is
/// settled.
#[utoipa::path(
    operation_id = "setStatus",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfListing, Seen),
    request_body = StatusRequest,
    responses((status = 204, description = "It is so."), Reading, Sending, Signing, Naming, Conflicting, Changing, Wanting, Loading)
)]
#[put("/v1/listings/{listing}/status")]
async fn set(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed<Json<StatusRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let said = given.body.0.parse().map_err(Problem::body)?;
    statuses::set(&app, &given.person, of.listing, version, said)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
