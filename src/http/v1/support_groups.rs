//! Support groups: lists and details.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::listings::{self, Asked};
use crate::{
    app::App,
    domain::listing::Kind,
    exchange::answer::{Feature, FeatureCollection, ListAnswer, ListingDetail, ListingSummary},
    http::{
        filters::{self, Common, Led, OfGroup},
        parameters::{Paging, Reading},
        refusal::{self, Loading, Naming, problem::Problem},
    },
    web::query::Parameters,
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(list).service(detail);
}

/// List support groups
///
/// Published support groups in the order of their ids, page by page. GeoJSON by `Accept` or as `/v1/support-groups.geojson`.
#[utoipa::path(
    operation_id = "listSupportGroups",
    tag = "listings",
    params(Common, OfGroup, Led, Paging, Reading),
    responses(
        (status = 200, description = "A page of support groups.",
            headers(("ETag" = String), ("Link" = String, description = "The next page."), ("Content-Language" = String)),
            content((ListAnswer = "application/json"), (FeatureCollection<ListingSummary> = "application/geo+json"))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Loading,
    )
)]
#[get("/v1/support-groups")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(Common, OfGroup, Led, Paging, Reading)>,
) -> Result<HttpResponse, Problem> {
    let (common, own, led, paging, reading) = asked.value;
    let filters = filters::narrow(&app, &[&common, &own, &led], Problem::parameters)?;
    let asked = Asked {
        kind: Kind::SupportGroup,
        filters,
        paging,
        reading,
        fingerprint: asked.fingerprint,
    };
    listings::list(&request, &app, asked).await
}

/// Get a support group
///
/// Everything that is published of a support group, by id or slug. A former slug leads to the present one.
/// GeoJSON by `Accept` or as `/v1/support-groups/{support_group}.geojson`.
#[utoipa::path(
    operation_id = "getSupportGroup",
    tag = "listings",
    params(
        ("support_group" = String, Path, description = "Id or slug.", min_length = 2, max_length = 100,
            pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "bipolar-care-indonesia"),
        Reading,
    ),
    responses(
        (status = 200, description = "The support group.", headers(("ETag" = String), ("Content-Language" = String)),
            content((ListingDetail = "application/json"), (Feature<ListingDetail> = "application/geo+json"))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        (status = 308, description = "It has another slug now.", headers(("Location" = String))),
        refusal::Reading,
        Naming,
        Loading,
    )
)]
#[get("/v1/support-groups/{support_group}")]
async fn detail(
    request: HttpRequest,
    app: web::Data<App>,
    name: web::Path<String>,
    reading: Parameters<Reading>,
) -> Result<HttpResponse, Problem> {
    listings::detail(&request, &app, Kind::SupportGroup, &name, &reading.value).await
}
