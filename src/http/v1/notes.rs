//! Who looks at what was handed in, and what moderators write of it for one another. Claims and reports have the same
//! beside their own operations.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{App, notes, once::Once},
    domain::draft::Noted,
    exchange::drafts::{AssignmentRequest, NoteAnswer, NoteList, NoteRequest},
    http::{
        caller::{Described, Json, Signed},
        parameters::{Key, OfBatch, OfDraft},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        precondition, private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(assign)
        .service(read)
        .service(note)
        .service(assign_batch)
        .service(batch_notes)
        .service(batch_note);
}

/// Say who looks at a draft
///
/// A moderator, or nobody any more.
#[utoipa::path(
    operation_id = "assignDraft",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfDraft),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[put("/v1/drafts/{draft}/assignment")]
async fn assign(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    assigned(&request, &app, Noted::Draft(of.draft), given).await
}

/// Read the notes on a draft
///
/// What moderators wrote for one another. Nobody else ever sees it.
#[utoipa::path(
    operation_id = "listNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfDraft),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/drafts/{draft}/notes")]
async fn read(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    listed(&request, &app, Noted::Draft(of.draft), given).await
}

/// Write a note on a draft
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        OfDraft,
        Key,
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/drafts/{draft}/notes")]
async fn note(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    noted(&request, &app, Noted::Draft(of.draft), given).await
}

/// Say who looks at a batch
///
/// A moderator, or nobody any more.
#[utoipa::path(
    operation_id = "assignBatch",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfBatch),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[put("/v1/batches/{batch}/assignment")]
async fn assign_batch(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    assigned(&request, &app, Noted::Batch(of.batch), given).await
}

/// Read the notes on a batch
///
/// What moderators wrote for one another. Nobody else ever sees it.
#[utoipa::path(
    operation_id = "listBatchNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfBatch),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/batches/{batch}/notes")]
async fn batch_notes(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    listed(&request, &app, Noted::Batch(of.batch), given).await
}

/// Write a note on a batch
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addBatchNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        OfBatch,
        Key,
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/batches/{batch}/notes")]
async fn batch_note(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    noted(&request, &app, Noted::Batch(of.batch), given).await
}

pub(super) async fn assigned(
    request: &HttpRequest,
    app: &App,
    of: Noted,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(request, &[Format::Json])?;
    notes::assign(app, &given.person, of, given.body.0.account)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

pub(super) async fn listed(
    request: &HttpRequest,
    app: &App,
    of: Noted,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(request, &[Format::Json])?;
    let written = notes::list(app, &given.person, of)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&written))
}

pub(super) async fn noted(
    request: &HttpRequest,
    app: &App,
    of: Noted,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(request, &[Format::Json])?;
    let key = precondition::key(request)?;
    let once = Once::new(key, &format!("addNote {of:?}"), &given.body.as_sent);
    let text = given.body.value.parse().map_err(Problem::body)?;
    let written = notes::note(app, &given.person, of, text, &once)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::created(&written))
}
