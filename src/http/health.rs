//! Whether the process lives, whether it can answer, and how its parts are.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::refusal::{Asking, Loading, problem::Problem};
use crate::{
    app::{
        self, App,
        status::{Part, Status as Standing},
    },
    exchange::answer::{StatusAnswer, StatusBehind, StatusConnections, StatusPart},
    web::{input, query::Parameters},
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(livez).service(readyz).service(status);
}

/// Whether the process lives
///
/// Answers as long as the process does; asks nothing and nobody.
#[utoipa::path(
    operation_id = "getLivez",
    tag = "service",
    responses((status = 200, description = "It lives.", body = String, content_type = "text/plain", example = "alive"))
)]
#[get("/livez")]
async fn livez() -> &'static str {
    "alive\n"
}

/// How strictly to ask.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Strictness {
    /// Present: answers 503 also where the directory serves from memory while its database is away.
    #[param(value_type = Option<String>, max_length = 4, example = "true", pattern = "^(|true)$")]
    strict: Option<Strictly>,
}

/// It was asked strictly.
#[derive(Debug)]
struct Strictly;

impl<'de> Deserialize<'de> for Strictly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*String::deserialize(deserializer)? {
            "" | "true" => Ok(Self),
            _ => Err(D::Error::custom("nothing, or true")),
        }
    }
}

impl input::Part for Strictness {}

/// Whether it can answer
///
/// 200 when reference data and the words index are loaded, `degraded` while the database is away; with `strict` that
/// is 503.
#[utoipa::path(
    operation_id = "getReadyz",
    tag = "service",
    params(Strictness),
    responses((status = 200, description = "It can answer.", body = StatusAnswer), Asking, Loading)
)]
#[get("/readyz")]
async fn readyz(
    app: web::Data<App>,
    asked: Parameters<Strictness>,
) -> Result<HttpResponse, Problem> {
    let strict = asked.value.strict.is_some();
    let answer = shown(&app::status::status(&app).await);
    if !answer.ready || (strict && answer.degraded) {
        return Err(Problem::unavailable(2));
    }
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(answer))
}

/// How the parts are
///
/// What each part is, since when, and how far it is behind. Causes of failures are in the log only.
#[utoipa::path(
    operation_id = "getStatus",
    tag = "service",
    responses((status = 200, description = "The state of every part.", body = StatusAnswer))
)]
#[get("/status")]
async fn status(app: web::Data<App>) -> HttpResponse {
    let answer = shown(&app::status::status(&app).await);
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(answer)
}

fn shown(standing: &Standing) -> StatusAnswer {
    StatusAnswer {
        ready: standing.ready,
        degraded: standing.degraded,
        now: standing.now,
        parts: standing.parts.iter().map(part).collect(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// So many listings that a part refuses are named.
const MOST_REFUSED: usize = 20;

fn part(part: &Part) -> StatusPart {
    let connections = part.pool.map(|pool| StatusConnections {
        limit: pool.limit as u64,
        open: pool.size as u64,
        in_use: pool.in_use as u64,
        waiting: pool.waiting as u64,
    });
    StatusPart {
        name: part.name,
        state: part.state.as_str(),
        since: part.since,
        behind: part.behind.map(|behind| StatusBehind {
            changes: behind.changes,
            seconds: behind.seconds,
        }),
        size: part.size,
        as_of: part.as_of,
        kind: part.kind,
        rebuilding: part.rebuilding.map(|(built, all)| [built, all]),
        connections,
        refused: part.refused.iter().take(MOST_REFUSED).copied().collect(),
    }
}
