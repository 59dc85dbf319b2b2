//! The API describes itself: the OpenAPI document, its pages, and what each problem means.

use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::{CONTENT_SECURITY_POLICY, HeaderValue, LOCATION},
    middleware::{Next, from_fn},
    web,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::refusal::{
    Naming,
    problem::{Code, Problem},
};
use crate::web::{conditional::Answer, negotiate::Format};

/// The document as it is published.
pub(super) struct Published(Box<RawValue>);

impl Published {
    pub(super) fn of(document: &OpenApi) -> Self {
        // The order of the document is kept; a document that could not be written would have failed the tests.
        Self(serde_json::value::to_raw_value(document).unwrap_or_default())
    }
}

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(openapi).service(explain);
}

/// Styles are written into the page by the script; everything comes from here.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/// Pages for people; they are no operations of the API.
pub(super) fn pages(config: &mut web::ServiceConfig) {
    let ui = SwaggerUi::new("/{_:.*}").config(Config::new(["/openapi.json"]));
    config
        .service(to_docs)
        .service(web::scope("/docs").wrap(from_fn(with_policy)).service(ui));
}

async fn with_policy<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    response.headers_mut().insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    Ok(response)
}

#[get("/docs")]
async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}

/// This document
///
/// The OpenAPI 3.1 document of this API.
#[utoipa::path(
    operation_id = "getOpenApi",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = Object, content_type = "application/json"))
)]
#[get("/openapi.json")]
async fn openapi(
    request: HttpRequest,
    document: web::Data<Published>,
) -> Result<HttpResponse, Problem> {
    Answer::new(Format::Json).send(&request, &document.0)
}

/// What a problem means.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "cursor_expired", "status": 410, "title": "The cursor has expired",
    "meaning": "The index was rebuilt since the cursor was given out. Start again without a cursor."}))]
struct Explanation {
    code: Code,
    status: u16,
    title: &'static str,
    meaning: &'static str,
}

/// What a problem means
///
/// The `type` of every problem leads here.
#[utoipa::path(
    operation_id = "getProblem",
    tag = "service",
    params(("code" = String, Path, description = "The code of a problem.", max_length = 40, pattern = "^[a-z_]+$", example = "cursor_expired")),
    responses((status = 200, description = "What it means and what to do.", body = Explanation), Naming)
)]
#[get("/problems/{code}")]
async fn explain(request: HttpRequest, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let code = Code::parse(&code).ok_or_else(|| Problem::new(Code::NotFound))?;
    let status = code.status().as_u16();
    let explanation = Explanation {
        code,
        status,
        title: code.title(),
        meaning: code.meaning(),
    };
    Answer::new(Format::Json).send(&request, &explanation)
}
