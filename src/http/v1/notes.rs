//! Who looks at what was handed in, and what moderators write of it for one another.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, notes, once::Once},
    domain::draft::Noted,
    exchange::drafts::{AssignmentRequest, NoteAnswer, NoteList, NoteRequest},
    http::{
        caller::{Described, Json, Signed},
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
    params(("draft" = String, Path, description = "The draft's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Loading)
)]
#[put("/v1/drafts/{draft}/assignment")]
async fn assign(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    assigned(&request, &app, Noted::Draft(*id), given).await
}

/// Read the notes on a draft
///
/// What moderators wrote for one another. Nobody else ever sees it.
#[utoipa::path(
    operation_id = "listNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(("draft" = String, Path, description = "The draft's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/drafts/{draft}/notes")]
async fn read(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    listed(&request, &app, Noted::Draft(*id), given).await
}

/// Write a note on a draft
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        ("draft" = String, Path, description = "The draft's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"),
        ("Idempotency-Key" = Option<String>, Header, description = "Drawn by the sender, a new one for each thing; kept for a day.", min_length = 8, max_length = 200, pattern = "^[!-~]+$", example = "5a0c7a52-0c8d-4c3e-9d0c-0a1b2c3d4e5f"),
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/drafts/{draft}/notes")]
async fn note(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    noted(&request, &app, Noted::Draft(*id), given).await
}

/// Say who looks at a batch
///
/// A moderator, or nobody any more.
#[utoipa::path(
    operation_id = "assignBatch",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(("batch" = String, Path, description = "The batch's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63")),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Loading)
)]
#[put("/v1/batches/{batch}/assignment")]
async fn assign_batch(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    assigned(&request, &app, Noted::Batch(*id), given).await
}

/// Read the notes on a batch
///
/// What moderators wrote for one another. Nobody else ever sees it.
#[utoipa::path(
    operation_id = "listBatchNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(("batch" = String, Path, description = "The batch's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63")),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/batches/{batch}/notes")]
async fn batch_notes(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    listed(&request, &app, Noted::Batch(*id), given).await
}

/// Write a note on a batch
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addBatchNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        ("batch" = String, Path, description = "The batch's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63"),
        ("Idempotency-Key" = Option<String>, Header, description = "Drawn by the sender, a new one for each thing; kept for a day.", min_length = 8, max_length = 200, pattern = "^[!-~]+$", example = "5a0c7a52-0c8d-4c3e-9d0c-0a1b2c3d4e5f"),
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/batches/{batch}/notes")]
async fn batch_note(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    noted(&request, &app, Noted::Batch(*id), given).await
}

async fn assigned(
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

async fn listed(
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

async fn noted(
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
