//! Answers for one person's eyes: kept nowhere on the way.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use serde::Serialize;

/// An answer that nobody keeps.
#[must_use]
pub fn answer(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// 200 with `body`.
#[must_use]
pub fn shown(body: &impl Serialize) -> HttpResponse {
    answer(StatusCode::OK).json(body)
}

/// 201 with `body`.
#[must_use]
pub fn created(body: &impl Serialize) -> HttpResponse {
    answer(StatusCode::CREATED).json(body)
}

/// 204
#[must_use]
pub fn done() -> HttpResponse {
    answer(StatusCode::NO_CONTENT).finish()
}

/// 200 with `body`, which has that version.
#[must_use]
pub fn versioned(body: &impl Serialize, version: i64) -> HttpResponse {
    let mut response = answer(StatusCode::OK);
    response.insert_header((header::ETAG, format!("\"{version}\"")));
    response.json(body)
}

/// 202: what follows comes by mail.
#[must_use]
pub fn accepted() -> HttpResponse {
    answer(StatusCode::ACCEPTED).finish()
}
