//! Decisions of moderators on batches.

use actix_web::{HttpRequest, HttpResponse, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::batches::answered;
use crate::{
    app::{App, batches},
    exchange::{
        batches::{BatchAnswer, BatchChangesRequest},
        drafts::RejectionRequest,
    },
    http::{
        caller::{Json, Signed},
        parameters::{OfBatch, Seen},
        refusal::{
            Changing, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        precondition,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(approve)
        .service(reject)
        .service(request_changes);
}

/// Approve a batch
///
/// Makes all of it public at once, or nothing. It fails with 412 where the batch, or what is public of one of its listings,
/// changed since it was handed in. Nobody approves what they have a part in.
#[utoipa::path(
    operation_id = "approveBatch",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfBatch, Seen),
    responses((status = 200, description = "It is public.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Wanting, Loading)
)]
#[post("/v1/batches/{batch}/approval")]
async fn approve(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(batches::approve(&app, &given.person, of.batch, version).await)
}

/// Reject a batch
///
/// Says no to all of it, with a reason that its people see. What is public stays as it is.
#[utoipa::path(
    operation_id = "rejectBatch",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfBatch, Seen),
    request_body = RejectionRequest,
    responses((status = 200, description = "It is rejected.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/batches/{batch}/rejection")]
async fn reject(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed<Json<RejectionRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let reason = given.body.0.parse().map_err(Problem::body)?;
    answered(batches::reject(&app, &given.person, of.batch, version, &reason).await)
}

/// Ask for changes of a batch
///
/// Gives all of it back with remarks on values of single rows, or on the whole.
#[utoipa::path(
    operation_id = "requestBatchChanges",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfBatch, Seen),
    request_body = BatchChangesRequest,
    responses((status = 200, description = "It is given back.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/batches/{batch}/changes-request")]
async fn request_changes(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed<Json<BatchChangesRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let said = given.body.0.parse().map_err(Problem::body)?;
    answered(batches::request_changes(&app, &given.person, of.batch, version, said).await)
}
