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
        find::{Likely, Manner, Named, PlaceFilter, Question, Sort},
    },
    domain::{
        fault::{Fault, FaultCode},
        place::Point,
    },
    exchange::answer::{Feature, FeatureCollection, Hit, SearchAnswer},
    http::{
        filters::{self, Common, Led, OfGroup, OfHelpline, OfHub, OfKind, OfOrganisation},
        labels,
        parameters::{BoxText, NearText, Paging, Reading},
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
    /// From where distances are measured: `latitude,longitude` in degrees, or the name of an area in any language, whose
    /// centre is meant. Without words and `sort`, nearest first.
    #[param(value_type = Option<String>, max_length = 100, pattern = "^(-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?), ?-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?)|[^,]*\\p{L}[^,]*)$", example = "23.81,90.41")]
    near: Option<NearText>,
    /// Only what is within so many metres of `near`.
    #[param(minimum = 1, maximum = 20_000_000, example = 50_000)]
    #[validate(range(min = 1, max = 20_000_000, message = "metres, 1 to 20000000"))]
    radius: Option<u32>,
    /// Only what lies in this box: `west,south,east,north` in degrees.
    #[param(value_type = Option<String>, max_length = 120, pattern = "^-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?), ?-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?), ?-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?), ?-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?)$", example = "90.3,23.7,90.5,23.9")]
    bbox: Option<BoxText>,
    /// By relevance; `nearby`: of about equally good matches the nearest first; or by distance alone. The latter two
    /// need `near`.
    #[param(value_type = Option<String>, pattern = "^(relevance|nearby|distance)$", max_length = 9, example = "relevance")]
    sort: Option<Sort>,
    /// Whether a place and wishes among the words ("near me", "free", "open now", "online", "in Bengali") become the
    /// conditions that they mean, as `understood` tells; where absent they do.
    #[param(example = true)]
    understand: Option<bool>,
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
        (None, _, Some(Sort::Distance | Sort::Nearby)) => {
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

/// What only a body may ask.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Explaining {
    /// Whether to tell what the words became, and why each hit is there.
    #[param(example = true)]
    explain: Option<bool>,
}

impl Part for Explaining {}

/// The parameters of a search as the keys of a JSON object.
struct SearchBody;

impl PartialSchema for SearchBody {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        object_of(
            "The parameters of a search: what may be repeated is a list.",
            <(Asked, Explaining)>::parameters(),
            serde_json::json!({"q": "বিষণ্নতা", "near": "23.81,90.41", "radius": 50_000, "delivery": ["in_person"]}),
        )
    }
}

/// Parameters as the keys of a JSON object.
pub(super) fn object_of(
    description: &str,
    parameters: Vec<openapi::path::Parameter>,
    example: serde_json::Value,
) -> openapi::RefOr<openapi::Schema> {
    let mut object = openapi::ObjectBuilder::new()
        .description(Some(description))
        .additional_properties(Some(openapi::schema::AdditionalProperties::FreeForm(false)))
        .examples([example]);
    for parameter in parameters {
        let needed = parameter.required == openapi::Required::True;
        if let Some(schema) = parameter.schema {
            object = object.property(&parameter.name, described(schema, parameter.description));
        }
        if needed {
            object = object.required(parameter.name);
        }
    }
    openapi::RefOr::T(openapi::Schema::Object(object.build()))
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
/// the same place. Without words the nearest come first, or the recently confirmed. A place among the words and wishes
/// such as "free" are understood. Words of danger bring `crisis`, ahead of the hits. Where little is found, `instead`
/// has what wider questions find, each step named. GeoJSON by `Accept` or as `/v1/search.geojson`.
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
    answer(
        &request,
        &app,
        asked.value,
        asked.fingerprint,
        &QUERY,
        false,
    )
    .await
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
    asked: Body<(Asked, Explaining)>,
) -> Result<HttpResponse, Problem> {
    let (value, Explaining { explain }) = asked.value;
    answer(
        &request,
        &app,
        value,
        asked.fingerprint,
        &BODY,
        explain == Some(true),
    )
    .await
}

/// What differs by the way in which a question came.
pub(super) struct Way {
    refuse: fn(Vec<Fault>) -> Problem,
    failed: fn(app::AppError) -> Problem,
    linked: bool,
}

pub(super) const QUERY: Way = Way {
    refuse: Problem::parameters,
    failed: refusal::of_query,
    linked: true,
};
pub(super) const BODY: Way = Way {
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
    explain: bool,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(request, &[Format::Json, Format::GeoJson])?;
    let manner = Manner {
        understand: asked.0.understand != Some(false),
    };
    let (question, named) = question(request, app, asked, fingerprint, way)?;
    let found = app::find::search_widely(app, &question, manner)
        .await
        .map_err(way.failed)?;
    let next = found
        .answer
        .next
        .as_ref()
        .map(|position| cursor::seal(fingerprint, position));
    let link = next.as_deref().filter(|_| way.linked);
    let link = link
        .map(|next| page::next_link(&negotiate::address(request), request.query_string(), next));
    let shown = found::shown(app, &found, &named, &question.languages, explain);
    let answer = Answer::new(format)
        .until(app.now(), shown.change)
        .languages(&shown.languages)
        .link(link);
    match format {
        Format::Json | Format::NdJson | Format::Csv => answer.send(
            request,
            &SearchAnswer {
                next,
                ..shown.answer
            },
        ),
        Format::GeoJson => {
            let features = shown.answer.hits.into_iter().map(Feature::from).collect();
            answer.send(request, &FeatureCollection::<Hit>::of(features))
        }
    }
}

/// The question, and the areas that it names by a name.
fn question(
    request: &HttpRequest,
    app: &App,
    asked: Asked,
    fingerprint: u64,
    way: &Way,
) -> Result<(Question, Vec<Named>), Problem> {
    let (sought, kind, common, (organisation, hub, group, helpline, led), (paging, reading)) =
        asked;
    let groups: [&dyn filters::Narrows; 7] =
        [&kind, &common, &organisation, &hub, &group, &helpline, &led];
    let languages = labels::languages(request, reading.lang.as_ref());
    let likely = Likely {
        languages: &languages,
        ..Likely::default()
    };
    let (filters, mut named) = filters::narrow_for(app, &groups, likely, way.refuse)?;
    let near = point(app, sought.near, likely, way, &mut named)?;
    let question = Question {
        filters,
        place: PlaceFilter {
            near,
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
        languages,
        ..Question::default()
    };
    Ok((question, named))
}

/// The point, or the centre of the area of this name, which is noted among the `named`.
pub(super) fn point(
    app: &App,
    near: Option<NearText>,
    likely: Likely<'_>,
    way: &Way,
    named: &mut Vec<Named>,
) -> Result<Option<Point>, Problem> {
    let name = match near {
        None => return Ok(None),
        Some(NearText::Point(point)) => return Ok(Some(point)),
        Some(NearText::Name(name)) => name,
    };
    let centre = labels::area_named(app, "near", &name, likely).and_then(|found| {
        let centre = app.reference().centre(&found.area)?;
        named.push(found);
        Some(centre)
    });
    centre.map(Some).ok_or_else(|| {
        let expected = "a point, or the name of an area that /v1/areas has";
        (way.refuse)(vec![Fault::new("near", FaultCode::NotFound, expected)])
    })
}
