//! Areas: the tree of administrative divisions, and where a point is.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    app::App,
    domain::{
        area::AreaCode,
        country::Country,
        fault::{Fault, FaultCode},
    },
    exchange::answer::{AreaAnswer, AreaList, LocateAnswer, Reader, ShownPoint},
    http::{
        labels,
        parameters::{PointText, Reading},
        refusal::{
            self, Naming,
            problem::{Code, Problem},
        },
    },
    web::{
        conditional::Answer,
        input::Part,
        negotiate::{self, Format},
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    // The one with a fixed name goes first: `locate` is no code of an area.
    config.service(list).service(locate).service(detail);
}

/// Which areas.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Below {
    /// The areas right below this one.
    #[param(value_type = Option<String>, min_length = 2, max_length = 60, pattern = "^[a-z0-9.-]+$", example = "bd-dhaka")]
    parent: Option<AreaCode>,
    /// The first level of a country; beside `parent`, only what is in that country.
    #[param(value_type = Option<String>, min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "BD")]
    country: Option<Country>,
}

impl Part for Below {}

/// List areas
///
/// The areas right below one, or the first level of a country, or all countries.
#[utoipa::path(
    operation_id = "listAreas",
    tag = "reference",
    params(Below, Reading),
    responses(
        (status = 200, description = "The areas.", body = AreaList, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
    )
)]
#[get("/v1/areas")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(Below, Reading)>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (Below { parent, country }, reading) = asked.value;
    let (languages, reference) = (
        labels::languages(&request, reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let name = if parent.is_some() {
        "parent"
    } else {
        "country"
    };
    let parent = parent.or_else(|| country.and_then(labels::area_of_country));
    if parent
        .as_ref()
        .is_some_and(|code| reference.area(code).is_none())
    {
        let fault = Fault::new(name, FaultCode::NotFound, "an area that /v1/areas has");
        return Err(Problem::parameters(vec![fault]));
    }
    let areas = reference
        .children(parent.as_ref())
        .filter(|area| country.is_none_or(|country| area.country == country));
    let items = areas.map(|area| AreaAnswer::of(area, &reader)).collect();
    Answer::new(format)
        .languages(&reader.shown())
        .send(&request, &AreaList { items })
}

/// Get an area
///
/// One area with its names, past ones included, and what it lies in.
#[utoipa::path(
    operation_id = "getArea",
    tag = "reference",
    params(
        ("area" = String, Path, description = "The area's code.", min_length = 2, max_length = 60,
            pattern = "^[a-z0-9.-]+$", example = "bd-dhaka"),
        Reading,
    ),
    responses(
        (status = 200, description = "The area.", body = AreaAnswer, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Naming,
    )
)]
#[get("/v1/areas/{area}")]
async fn detail(
    request: HttpRequest,
    app: web::Data<App>,
    code: web::Path<String>,
    reading: Parameters<Reading>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (languages, reference) = (
        labels::languages(&request, reading.value.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let area = AreaCode::parse(&code)
        .ok()
        .and_then(|code| reference.area(&code).cloned());
    let area = AreaAnswer::of(&area.ok_or_else(|| Problem::new(Code::NotFound))?, &reader);
    Answer::new(format)
        .languages(&reader.shown())
        .send(&request, &area)
}

/// Which point.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct At {
    /// `latitude,longitude` in degrees (WGS 84).
    #[param(value_type = String, max_length = 60, pattern = "^-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?), ?-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?)$", example = "23.81,90.41")]
    point: PointText,
}

impl Part for At {}

/// Find where a point is
///
/// The area in which a point lies where its boundary is known, else that whose centre is nearest; `by` says which. The
/// countries come from true boundaries; near a border there are two.
#[utoipa::path(
    operation_id = "locateArea",
    tag = "reference",
    params(At, Reading),
    responses(
        (status = 200, description = "The area and what it lies in.", body = LocateAnswer, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Naming,
    )
)]
#[get("/v1/areas/locate")]
async fn locate(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(At, Reading)>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (
        At {
            point: PointText(point),
        },
        reading,
    ) = asked.value;
    let (languages, reference) = (
        labels::languages(&request, reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let located = reference
        .locate(point)
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let answer = LocateAnswer {
        point: ShownPoint::of(point),
        by: located.by.as_str(),
        areas: located
            .areas
            .iter()
            .map(|area| reader.bare_area(area))
            .collect(),
        countries: reference.countries_at(point),
    };
    Answer::new(format)
        .languages(&reader.shown())
        .send(&request, &answer)
}
