//! Search: by words, by place and by what is offered. Answers from memory.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, PartialSchema, ToSchema, openapi};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use super::found;
use crate::{
    app::{
        self, App,
        find::{PlaceFilter, Question, Sort},
    },
    domain::fault::Fault,
    exchange::answer::{Feature, FeatureCollection, Hit, SearchAnswer},
    http::{
        filters::{self, Common, Led, OfGroup, OfHelpline, OfHub, OfKind, OfOrganisation},
        labels,
        parameters::{BoxText, Paging, PointText, Reading},
        refusal::{self, Continuing, Loading, Sending, problem::Problem},
    },
    web::{
        body::Body,
        conditional::Answer,
        cursor,
        input::{Part, Parts},
        negotiate::{self, Format},
        page,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(search).service(search_in_private);
}

/// Words and place.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[validate(schema(function = needs_near))]
struct Sought {
    /// Words in any language, also misspelt, and Bengali or Chinese in Latin letters.
    #[param(max_length = 500, example = "বিষণ্নতা")]
    #[validate(length(max = 500, message = "at most 500 characters"))]
    q: Option<String>,
    /// `latitude,longitude` in degrees from which distances are measured; without words and `sort`, nearest first.
    #[param(value_type = Option<String>, max_length = 60, pattern = "^-?[0-9.]+, ?-?[0-9.]+$", example = "23.81,90.41")]
    near: Option<PointText>,
    /// Only what is within so many metres of `near`.
    #[param(minimum = 1, maximum = 20_000_000, example = 50_000)]
    #[validate(range(min = 1, max = 20_000_000, message = "metres, 1 to 20000000"))]
    radius: Option<u32>,
    /// Only what lies in this box: `west,south,east,north` in degrees.
    #[param(value_type = Option<String>, max_length = 120, pattern = "^-?[0-9.]+(, ?-?[0-9.]+){3}$", example = "90.3,23.7,90.5,23.9")]
    bbox: Option<BoxText>,
    /// By relevance, or nearest first; the latter needs `near`.
    #[param(value_type = Option<String>, pattern = "^(relevance|distance)$", max_length = 9, example = "relevance")]
    sort: Option<Sort>,
}

impl Part for Sought {}

fn needs_near(sought: &Sought) -> Result<(), ValidationError> {
    let refuse = |parameter: &'static str, expected: &'static str| {
        let mut error = ValidationError::new("contradiction").with_message(expected.into());
        error.add_param("parameter".into(), &parameter);
        Err(error)
    };
    match (&sought.near, sought.radius, sought.sort) {
        (None, Some(_), _) => refuse("radius", "a radius only beside `near`"),
        (None, _, Some(Sort::Distance)) => {
            refuse("sort", "relevance, or a point in `near` to measure from")
        }
        _ => Ok(()),
    }
}

/// Everything that a search may be asked.
type Asked = (
    Sought,
    OfKind,
    Common,
    (OfOrganisation, OfHub, OfGroup, OfHelpline, Led),
    (Paging, Reading),
);

/// The parameters of a search as the keys of a JSON object.
struct SearchBody;

impl PartialSchema for SearchBody {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        let mut object = openapi::ObjectBuilder::new()
            .description(Some("The parameters of a search: what may be repeated is a list."))
            .additional_properties(Some(openapi::schema::AdditionalProperties::FreeForm(false)))
            .examples([serde_json::json!({"q": "বিষণ্নতা", "near": "23.81,90.41", "radius": 50_000, "delivery": ["in_person"]})]);
        for parameter in Asked::parameters() {
            if let Some(schema) = parameter.schema {
                object = object.property(parameter.name, described(schema, parameter.description));
            }
        }
        openapi::RefOr::T(openapi::Schema::Object(object.build()))
    }
}

fn described(
    mut schema: openapi::RefOr<openapi::Schema>,
    description: Option<String>,
) -> openapi::RefOr<openapi::Schema> {
    match &mut schema {
        openapi::RefOr::T(openapi::Schema::Object(object)) => object.description = description,
        openapi::RefOr::T(openapi::Schema::Array(array)) => array.description = description,
        _ => {}
    }
    schema
}

impl ToSchema for SearchBody {}

/// Search
///
/// Listings of all kinds, found by words in any language, by place and by filters; each condition on a place holds of
/// the same place. Without words the nearest come first, or the recently confirmed. Where the place leaves little,
/// `instead` has what a wider question finds: by telephone or online, then farther away. GeoJSON by `Accept` or as
/// `/v1/search.geojson`.
#[utoipa::path(
    operation_id = "search",
    tag = "search",
    params(Sought, OfKind, Common, OfOrganisation, OfHub, OfGroup, OfHelpline, Led, Paging, Reading),
    responses(
        (status = 200, description = "A page of hits, best first.",
            headers(("ETag" = String), ("Link" = String, description = "The next page."), ("Content-Language" = String)),
            content((SearchAnswer = "application/json"), (FeatureCollection<Hit> = "application/geo+json"))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Continuing,
        Loading,
    )
)]
#[get("/v1/search")]
async fn search(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<Asked>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &app, asked.value, asked.fingerprint, &QUERY).await
}

/// Search, the words kept out of the address
///
/// The same as `GET /v1/search`, asked in a JSON object of at most 64 KiB, so that what somebody looks for stands in
/// no address, history or log. Cursors of either serve the other.
#[utoipa::path(
    operation_id = "searchInPrivate",
    tag = "search",
    request_body(content = SearchBody, description = "What is sought.", content_type = "application/json"),
    responses(
        (status = 200, description = "A page of hits, best first.", headers(("Content-Language" = String)),
            content((SearchAnswer = "application/json"), (FeatureCollection<Hit> = "application/geo+json"))),
        refusal::Reading,
        Continuing,
        Sending,
        Loading,
    )
)]
#[post("/v1/search")]
async fn search_in_private(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Body<Asked>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &app, asked.value, asked.fingerprint, &BODY).await
}

/// What differs by the way in which a question came.
struct Way {
    refuse: fn(Vec<Fault>) -> Problem,
    failed: fn(app::AppError) -> Problem,
    linked: bool,
}

const QUERY: Way = Way {
    refuse: Problem::parameters,
    failed: refusal::of_query,
    linked: true,
};
const BODY: Way = Way {
    refuse: refusal::in_body,
    failed: refusal::of_body,
    linked: false,
};

async fn answer(
    request: &HttpRequest,
    app: &App,
    asked: Asked,
    fingerprint: u64,
    way: &Way,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(request, &[Format::Json, Format::GeoJson])?;
    let (sought, kind, common, (organisation, hub, group, helpline, led), (paging, reading)) =
        asked;
    let groups: [&dyn filters::Narrows; 7] =
        [&kind, &common, &organisation, &hub, &group, &helpline, &led];
    let question = Question {
        filters: filters::narrow(app, &groups, way.refuse)?,
        place: PlaceFilter {
            near: sought.near.map(|near| near.0),
            radius_m: sought.radius.map(f64::from),
            rectangle: sought.bbox.map(|bbox| bbox.0),
        },
        words: sought.q,
        sort: sought.sort.unwrap_or(Sort::Relevance),
        limit: paging.size(),
        after: paging
            .cursor
            .as_deref()
            .map(|cursor| cursor::open(fingerprint, cursor))
            .transpose()?,
        languages: labels::languages(request, reading.lang.as_ref()),
        ..Question::default()
    };
    let (found, instead) = app::find::search_widely(app, &question)
        .await
        .map_err(way.failed)?;
    let next = found
        .next
        .as_ref()
        .map(|position| cursor::seal(fingerprint, position));
    let link = next.as_deref().filter(|_| way.linked);
    let link = link
        .map(|next| page::next_link(&negotiate::address(request), request.query_string(), next));
    let shown = found::shown(app, found, &instead, next, &question.languages);
    let answer = Answer::new(format)
        .until(app.now(), shown.change)
        .languages(&shown.languages)
        .link(link);
    match format {
        Format::Json | Format::NdJson => answer.send(request, &shown.answer),
        Format::GeoJson => {
            let features = shown.answer.hits.into_iter().map(Feature::from).collect();
            answer.send(request, &FeatureCollection::<Hit>::of(features))
        }
    }
}
