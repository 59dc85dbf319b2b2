//! Hubs: lists and details.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::listings::{self, Asked};
use crate::{
    app::App,
    domain::listing::Kind,
    exchange::answer::{Feature, FeatureCollection, ListAnswer, ListingDetail, ListingSummary},
    http::{
        filters::{self, Common, OfHub},
        parameters::{Paging, Reading},
        refusal::{self, Loading, Naming, problem::Problem},
    },
    web::query::Parameters,
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(list).service(detail);
}

/// List hubs
///
/// Published hubs in the order of their ids, page by page. GeoJSON by `Accept` or as `/v1/hubs.geojson`.
#[utoipa::path(
    operation_id = "listHubs",
    tag = "listings",
    params(Common, OfHub, Paging, Reading),
    responses(
        (status = 200, description = "A page of hubs.",
            headers(("ETag" = String), ("Link" = String, description = "The next page."), ("Content-Language" = String)),
            content((ListAnswer = "application/json"), (FeatureCollection<ListingSummary> = "application/geo+json"))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Loading,
    )
)]
#[get("/v1/hubs")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(Common, OfHub, Paging, Reading)>,
) -> Result<HttpResponse, Problem> {
    let (common, own, paging, reading) = asked.value;
    let filters = filters::narrow(&app, &[&common, &own], Problem::parameters)?;
    let asked = Asked {
        kind: Kind::Hub,
        filters,
        paging,
        reading,
        fingerprint: asked.fingerprint,
    };
    listings::list(&request, &app, asked).await
}

/// Get a hub
///
/// Everything that is published of a hub, by id or slug. A former slug leads to the present one.
/// GeoJSON by `Accept` or as `/v1/hubs/{hub}.geojson`.
#[utoipa::path(
    operation_id = "getHub",
    tag = "listings",
    params(
        ("hub" = String, Path, description = "Id or slug.", min_length = 2, max_length = 100,
            pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "spotlight-station-futian"),
        Reading,
    ),
    responses(
        (status = 200, description = "The hub.", headers(("ETag" = String), ("Content-Language" = String)),
            content((ListingDetail = "application/json"), (Feature<ListingDetail> = "application/geo+json"))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        (status = 308, description = "It has another slug now.", headers(("Location" = String))),
        refusal::Reading,
        Naming,
        Loading,
    )
)]
#[get("/v1/hubs/{hub}")]
async fn detail(
    request: HttpRequest,
    app: web::Data<App>,
    name: web::Path<String>,
    reading: Parameters<Reading>,
) -> Result<HttpResponse, Problem> {
    listings::detail(&request, &app, Kind::Hub, &name, &reading.value).await
}
