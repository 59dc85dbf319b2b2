//! What the public says of listings.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::notes;
use crate::domain::actor::Actor;
use crate::{
    app::{
        App,
        reports::{self, Said},
    },
    domain::draft::Noted,
    exchange::drafts::{
        AssignmentRequest, NoteAnswer, NoteList, NoteRequest, ReportList, ReportRequest,
    },
    http::{
        caller::{Described, Json, Signed},
        parameters::{Key, OfReport},
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
        .service(report)
        .service(waiting)
        .service(settle)
        .service(assign)
        .service(list_notes)
        .service(add_note);
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
    reports::report(&app, Actor::Anyone, said)
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
/// It waits no longer, and what was said is forgotten, with the notes on it.
#[utoipa::path(
    operation_id = "settleReport",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfReport),
    responses((status = 204, description = "It is settled."), Reading, Signing, Naming, Loading)
)]
#[post("/v1/moderation/reports/{report}/settlement")]
async fn settle(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfReport>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    reports::settle(&app, &given.person, of.report)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Say who looks at a report
///
/// A moderator, or nobody any more.
#[utoipa::path(
    operation_id = "assignReport",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfReport),
    request_body = AssignmentRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Loading)
)]
#[put("/v1/moderation/reports/{report}/assignment")]
async fn assign(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfReport>,
    given: Signed<Json<AssignmentRequest>>,
) -> Result<HttpResponse, Problem> {
    notes::assigned(&request, &app, Noted::Report(of.report), given).await
}

/// Read the notes on a report
///
/// What moderators wrote for one another. Nobody else ever sees it. They are forgotten with what was said,
/// once the report is settled.
#[utoipa::path(
    operation_id = "listReportNotes",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfReport),
    responses((status = 200, description = "The notes.", body = NoteList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/moderation/reports/{report}/notes")]
async fn list_notes(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfReport>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    notes::listed(&request, &app, Noted::Report(of.report), given).await
}

/// Write a note on a report
///
/// For the other moderators.
#[utoipa::path(
    operation_id = "addReportNote",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        OfReport,
        Key,
    ),
    request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = NoteAnswer), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/moderation/reports/{report}/notes")]
async fn add_note(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfReport>,
    given: Signed<Described<NoteRequest>>,
) -> Result<HttpResponse, Problem> {
    notes::noted(&request, &app, Noted::Report(of.report), given).await
}
