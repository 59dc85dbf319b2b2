//! What was done, for administrators.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    app::{self, App},
    exchange::people::AuditList,
    http::{
        caller::Signed,
        refusal::{self, Loading, Reading, Signing, problem::Problem},
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
    config.service(audit);
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
    let (mut listed, next) = app::audit::list(&app, &given.person, before.transpose()?)
        .await
        .map_err(refusal::of_query)?;
    listed.next = next.map(|sequence| cursor::seal(fingerprint, &sequence));
    Ok(private::shown(&listed))
}
