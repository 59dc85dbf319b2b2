//! Batches, as those hand them in who keep an organisation's listings.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::StatusCode, post, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::{
        App, AppError,
        batches::{self, Wanted},
        once::Once,
    },
    domain::draft::DraftState,
    exchange::{
        batches::{BatchAnswer, BatchCheck, BatchHandedIn, BatchList, CsvText, NdJsonText},
        sheet::Form,
    },
    http::{
        caller::{File, Signed},
        parameters::{Key, OfBatch, Paging, Seen},
        refusal::{
            self, Changing, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
        terms::Terms,
    },
    web::{
        cursor,
        input::Part,
        negotiate::{self, Format},
        precondition, private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(check)
        .service(hand_in)
        .service(list)
        .service(show)
        .service(submit)
        .service(withdraw);
}

/// The form of a file.
pub(super) fn form(format: Format) -> Form {
    match format {
        Format::Csv => Form::Csv,
        _ => Form::NdJson,
    }
}

/// Try a file
///
/// Says of each row of a CSV or NDJSON file what would become of it, and changes nothing: a new listing, a change of one
/// that is there, nothing, or a fault with its column and JSON Pointer. Likely duplicates among public listings are named.
/// At most 300 rows and 1 MiB; commas, semicolons or tabs; UTF-8 with or without byte order mark, or UTF-16 with one. See
/// `GET /v1/sheets/columns`.
/// Not kept: nothing of the file.
#[utoipa::path(
    operation_id = "checkBatch",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")),
    request_body(content((CsvText = "text/csv"), (NdJsonText = "application/x-ndjson"))),
    responses((status = 200, description = "What would become of each row.", body = BatchCheck), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[post("/v1/organisations/{organisation}/batches/check")]
async fn check(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<File>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let file = (form(given.body.format), given.body.text);
    let checked = batches::check(&app, &given.person, *organisation, file)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&checked))
}

/// Hand a file in
///
/// Hands in all that a CSV or NDJSON file creates and changes, or nothing: as one submission, on which a moderator decides
/// as one. A row with a `version` other than the present one is refused, so that an old file overwrites nothing. Each row
/// is a draft; while changes are asked for, each is changed like any draft, and the batch is handed in again. Whoever hands
/// it in gives its texts under the licence that `GET /v1/terms` names.
#[utoipa::path(
    operation_id = "handInBatch",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        Key,
    ),
    request_body(content((CsvText = "text/csv"), (NdJsonText = "application/x-ndjson"))),
    responses((status = 201, description = "It waits for a moderator.", body = BatchHandedIn, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/organisations/{organisation}/batches")]
async fn hand_in(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<File>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let key = precondition::key(&request)?;
    let File { format, text } = given.body;
    let asked = format!("handInBatch {organisation} {format:?}");
    let once = Once::new(key, &asked, &Value::String(text.clone()));
    let file = (form(format), text);
    let handed_in = batches::hand_in(&app, &given.person, *organisation, file, &once)
        .await
        .map_err(refusal::of_document)?;
    let version = handed_in["version"].as_i64().unwrap_or_default();
    let mut response = private::answer(StatusCode::CREATED);
    response.insert_header(("ETag", precondition::tag(version)));
    Ok(response.json(handed_in))
}

/// Which batches are wanted.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Standing {
    /// Where they stand: a comma list of states; `-approved` is every other one.
    #[param(inline)]
    state: Option<Terms<DraftState>>,
}

impl Part for Standing {}

/// List batches
///
/// What was handed in with files for an organisation, the latest first: where each stands, its place in the queue, and how
/// long a decision usually takes. `GET /v1/batches/{batch}` has its rows.
#[utoipa::path(
    operation_id = "listBatches",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        Standing,
        Paging,
    ),
    responses((status = 200, description = "The batches.", body = BatchList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/organisations/{organisation}/batches")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<Parameters<(Standing, Paging)>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let (standing, paging) = given.body.value;
    let before = paging.cursor.as_deref();
    let before = before.map(|text| cursor::open::<Uuid>(fingerprint, text));
    let wanted = standing.state.as_ref();
    let wanted = |state: &DraftState| wanted.is_none_or(|states| states.holds_of(state.as_str()));
    let wanted = Wanted {
        organisation: *organisation,
        states: DraftState::ALL.iter().copied().filter(wanted).collect(),
        before: before.transpose()?,
        limit: paging.size(),
    };
    let (mut listed, next) = batches::list(&app, &given.person, wanted)
        .await
        .map_err(refusal::of_query)?;
    listed.next = next.map(|id| cursor::seal(fingerprint, &id));
    Ok(private::shown(&listed))
}

/// Get a batch
///
/// What was handed in as one, with every value that each row changes, and what a moderator said.
#[utoipa::path(
    operation_id = "getBatch",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(OfBatch),
    responses((status = 200, description = "The batch.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Loading)
)]
#[get("/v1/batches/{batch}")]
async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    answered(batches::show(&app, &given.person, of.batch).await)
}

/// Hand a batch in again
///
/// After changes were asked for. Each of its drafts stands on what is public of its listing now.
#[utoipa::path(
    operation_id = "submitBatch",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfBatch, Seen),
    responses((status = 200, description = "It is handed in.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Wanting, Loading)
)]
#[post("/v1/batches/{batch}/submission")]
async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(batches::submit(&app, &given.person, of.batch, version).await)
}

/// Take a batch back
///
/// With all of its drafts: nobody decides on it any more. What they say is kept, and their listings are free for others.
#[utoipa::path(
    operation_id = "withdrawBatch",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfBatch, Seen),
    responses((status = 200, description = "It is taken back.", body = BatchAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Loading)
)]
#[delete("/v1/batches/{batch}")]
async fn withdraw(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfBatch>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(batches::withdraw(&app, &given.person, of.batch, version).await)
}

/// A batch with its version, or why there is none.
pub(super) fn answered(batch: Result<BatchAnswer, AppError>) -> Result<HttpResponse, Problem> {
    let batch = batch.map_err(refusal::of_document)?;
    Ok(private::versioned(&batch, batch.version))
}
