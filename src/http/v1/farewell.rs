//! What is kept of a person, and how they go.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, farewell},
    exchange::people::{AccountExport, Farewell},
    http::{
        caller::{Json, Signed},
        parameters::Paging,
        refusal::{self, Conflicting, Loading, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        cursor,
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(export).service(delete);
}

/// Export one's account
///
/// All that is kept of the person who asks, and what they typed. Of their drafts each answer has a page, of 4 MiB at most;
/// the rest is the same in each.
#[utoipa::path(
    operation_id = "exportMe",
    tag = "people",
    security(("session" = ["account"])),
    params(Paging),
    responses((status = 200, description = "All of it.", body = AccountExport), Reading, Signing, Loading)
)]
#[get("/v1/me/export")]
async fn export(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<Paging>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let paging = given.body.value;
    let before = paging.cursor.as_deref();
    let before = before.map(|text| cursor::open::<Uuid>(fingerprint, text));
    let (mut all, next) = farewell::export(&app, &given.person, before.transpose()?, paging.size())
        .await
        .map_err(refusal::of_query)?;
    all.next = next.map(|id| cursor::seal(fingerprint, &id));
    Ok(private::shown(&all))
}

/// Delete one's account
///
/// With everything that hangs on it. What is public stays with its organisations; what waits, or was never approved, goes
/// where nobody else keeps them. An organisation with other members needs another owner first, the directory another
/// administrator.
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
