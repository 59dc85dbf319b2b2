//! Sources: where the facts come from, and under which licences.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{self, App},
    exchange::answer::{SourceAnswer, SourceList},
    http::{
        parameters::Reading,
        refusal::{self, Loading, problem::Problem},
    },
    web::{
        conditional::Answer,
        negotiate::{self, Format},
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

/// List sources
///
/// Every source of published listings with its licence, for attribution.
#[utoipa::path(
    operation_id = "listSources",
    tag = "reference",
    params(Reading),
    responses(
        (status = 200, description = "The sources.", body = SourceList, headers(("ETag" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Loading,
    )
)]
#[get("/v1/sources")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    _reading: Parameters<Reading>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let sources = app::browse::sources(&app)
        .await
        .map_err(refusal::of_query)?;
    let items = sources.into_iter().map(|source| SourceAnswer {
        name: source.name,
        licence: source.licence,
        listings: source.listings,
        retrieved_on: source.retrieved_on,
        confirmed_on: source.confirmed_on,
    });
    Answer::new(format).send(
        &request,
        &SourceList {
            items: items.collect(),
        },
    )
}
