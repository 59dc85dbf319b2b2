//! What is kept of a person, and how they go; what was done, for administrators.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::{App, confirm, farewell},
    exchange::people::{AccountExport, AuditList, Farewell},
    http::{
        caller::{Json, Signed},
        refusal::{
            self, Changing, Conflicting, Loading, Naming, Reading, Sending, Signing,
            problem::Problem,
        },
    },
    web::{
        cursor,
        input::Part,
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(export)
        .service(delete)
        .service(still_true)
        .service(audit);
}

/// Export one's account
///
/// All that is kept of the person who asks, and what they typed.
#[utoipa::path(
    operation_id = "exportMe",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 200, description = "All of it.", body = AccountExport), Reading, Signing, Loading)
)]
#[get("/v1/me/export")]
async fn export(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let all = farewell::export(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&all))
}

/// Delete one's account
///
/// With everything that hangs on it. What is public stays with its organisations. An organisation with other members
/// needs another owner first.
#[utoipa::path(
    operation_id = "deleteMe",
    tag = "people",
    security(("session" = ["account"])),
    request_body = Farewell,
    responses((status = 204, description = "It is gone."), Reading, Sending, Signing, Conflicting, Loading)
)]
#[post("/v1/me/deletion")]
async fn delete(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<Farewell>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let password = given.body.0.parse().map_err(Problem::body)?;
    farewell::delete(&app, &given.person, password)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Say that a listing is still true
///
/// As of today. It needs no approval: nothing changes but the day.
#[utoipa::path(
    operation_id = "confirmListing",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(("listing" = String, Path, description = "The listing's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c")),
    responses((status = 204, description = "It is noted."), Reading, Signing, Naming, Changing, Loading)
)]
#[post("/v1/listings/{listing}/confirmation")]
async fn still_true(
    request: HttpRequest,
    app: web::Data<App>,
    listing: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    confirm::confirm(&app, &given.person, *listing)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// From where the audit goes on.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The `next` of the page before, unchanged.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_-]+$")]
    #[validate(length(max = 1000, message = "a cursor as it was given out"))]
    cursor: Option<String>,
}

impl Part for Page {}

/// Read the audit
///
/// Who did what, the latest first, a hundred at a time. Nobody can change it.
#[utoipa::path(
    operation_id = "listAudit",
    tag = "moderation",
    security(("session" = ["administrator"])),
    params(Page),
    responses((status = 200, description = "What was done.", body = AuditList), Reading, Signing, Loading)
)]
#[get("/v1/moderation/audit")]
async fn audit(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<Page>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let before = given.body.value.cursor.as_deref();
    let before = before.map(|text| cursor::open::<i64>(fingerprint, text));
    let (mut listed, next) = farewell::audit(&app, &given.person, before.transpose()?)
        .await
        .map_err(refusal::of_query)?;
    listed.next = next.map(|sequence| cursor::seal(fingerprint, &sequence));
    Ok(private::shown(&listed))
}
