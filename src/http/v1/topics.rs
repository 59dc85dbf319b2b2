//! Topics: the taxonomy by which listings are found.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    app::App,
    domain::{
        fault::{Fault, FaultCode},
        slug::Slug,
    },
    exchange::answer::{Reader, TopicAnswer, TopicList},
    http::{
        labels,
        parameters::Reading,
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
    config.service(list).service(detail);
}

/// Which topics.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Below {
    /// Only the topics right below this one.
    #[param(value_type = Option<String>, min_length = 2, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "feelings")]
    parent: Option<Slug>,
}

impl Part for Below {}

/// List topics
///
/// All topics, or those right below one, with their labels and synonyms.
#[utoipa::path(
    operation_id = "listTopics",
    tag = "reference",
    params(Below, Reading),
    responses(
        (status = 200, description = "The topics.", body = TopicList, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
    )
)]
#[get("/v1/topics")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(Below, Reading)>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (Below { parent }, reading) = asked.value;
    let (languages, reference) = (
        labels::languages(&request, reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let items: Vec<TopicAnswer> = match &parent {
        None => reference
            .topics()
            .iter()
            .map(|topic| TopicAnswer::of(topic, &reader))
            .collect(),
        Some(parent) if reference.topic(parent).is_some() => reference
            .topic_children(Some(parent))
            .map(|topic| TopicAnswer::of(topic, &reader))
            .collect(),
        Some(_) => {
            let fault = Fault::new(
                "parent",
                FaultCode::NotFound,
                "the slug of a topic that /v1/topics has",
            );
            return Err(Problem::parameters(vec![fault]));
        }
    };
    Answer::new(format)
        .languages(&reader.shown())
        .send(&request, &TopicList { items })
}

/// Get a topic
///
/// One topic with its labels and synonyms in every language.
#[utoipa::path(
    operation_id = "getTopic",
    tag = "reference",
    params(
        ("topic" = String, Path, description = "The topic's slug.", min_length = 2, max_length = 100,
            pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "depression"),
        Reading,
    ),
    responses(
        (status = 200, description = "The topic.", body = TopicAnswer, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
        Naming,
    )
)]
#[get("/v1/topics/{topic}")]
async fn detail(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    reading: Parameters<Reading>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (languages, reference) = (
        labels::languages(&request, reading.value.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let topic = Slug::parse(&slug)
        .ok()
        .and_then(|slug| reference.topic(&slug));
    let topic = TopicAnswer::of(topic.ok_or_else(|| Problem::new(Code::NotFound))?, &reader);
    Answer::new(format)
        .languages(&reader.shown())
        .send(&request, &topic)
}
