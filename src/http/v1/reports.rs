//! What the public says of listings.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{
        App,
        reports::{self, Said},
    },
    exchange::drafts::{ReportList, ReportRequest},
    http::{
        caller::{Json, Signed},
        refusal::{self, Loading, Naming, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(report).service(waiting).service(settle);
}

/// Report what is wrong
///
/// A wrong number, a place that is closed, something that is missing: without an account. Nothing is kept of who says
/// it, and what was said only until a moderator has settled it.
#[utoipa::path(
    operation_id = "report",
    tag = "listings",
    request_body = ReportRequest,
    responses((status = 202, description = "A moderator will look at it."), Reading, Sending, Naming, Loading)
)]
#[post("/v1/reports")]
async fn report(
    request: HttpRequest,
    app: web::Data<App>,
    given: Json<ReportRequest>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (listing, topic, words) = given.0.parse().map_err(Problem::body)?;
    let said = Said {
        listing,
        topic,
        words,
    };
    reports::report(&app, said)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// List reports
///
/// What the public said and nobody has settled: what is urgent first, then the oldest.
#[utoipa::path(
    operation_id = "listReports",
    tag = "moderation",
    security(("session" = ["moderator"])),
    responses((status = 200, description = "The reports.", body = ReportList), Reading, Signing, Loading)
)]
#[get("/v1/moderation/reports")]
async fn waiting(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let found = reports::waiting(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&found))
}

/// Settle a report
///
/// It waits no longer, and what was said is forgotten.
#[utoipa::path(
    operation_id = "settleReport",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(("report" = String, Path, description = "The report's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a62")),
    responses((status = 204, description = "It is settled."), Reading, Signing, Naming, Loading)
)]
#[post("/v1/moderation/reports/{report}/settlement")]
async fn settle(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    reports::settle(&app, &given.person, *id)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
