//! The outermost layer: gives each request an id, traces it, and sees to it that every error leaves as a problem.
//!
//! Invariant: span, log and metrics name the method, the route's template, the status and the time taken, never the
//! path as sent, the query, a body or an address.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use futures_util::FutureExt;
use tracing::{Instrument, Span};

use super::{
    limits::{Deadline, Patience},
    problem::{Code, MEDIA_TYPE, Problem},
    security,
};
use crate::domain::{clock::Clock, id};

/// The header that carries the id, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// An id that came with a request is kept where it is harmless in a log: letters, digits and hyphens, 8 to 64.
fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn identify(request: &ServiceRequest) -> String {
    let sent = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_sane(id));
    match (sent, request.app_data::<web::Data<Arc<dyn Clock>>>()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(clock)) => id::fresh(clock.now()).to_string(),
        (None, None) => uuid::Uuid::nil().to_string(),
    }
}

/// Layer: the whole life of a request. Belongs outside all others.
pub async fn track(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let id = identify(&request);
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        method = known_method(method.as_str()),
        route = tracing::field::Empty,
        status = tracing::field::Empty,
        duration_ms = tracing::field::Empty,
    );
    // What a panic leaves half done belongs to this request and is dropped with it.
    let patience = request.app_data::<Patience>().copied().unwrap_or_default();
    let deadline = Deadline::after(patience);
    request.extensions_mut().insert(deadline.clone());
    let answering = AssertUnwindSafe(next.call(request)).catch_unwind();
    let outcome = deadline.keep(answering).instrument(span.clone()).await;
    let _entered = span.enter();
    let answer = match outcome {
        Ok(Ok(Ok(response))) => Ok(finish(response.map_into_boxed_body(), &id)),
        Ok(Ok(Err(error))) => Err(answer_error(&error, &id)),
        Ok(Err(_)) => Err(refuse(&Problem::internal("a handler panicked"), &id)),
        Err(late) => Err(refuse(&Problem::unavailable(5).because(late), &id)),
    };
    let (route, status) = match &answer {
        Ok(response) => (response.request().match_pattern(), response.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    note(
        &span,
        method.as_str(),
        route.as_deref().unwrap_or("none"),
        status.as_u16(),
        began,
    );
    answer
}

fn note(span: &Span, method: &str, route: &str, status: u16, began: Instant) {
    let taken = began.elapsed();
    span.record("route", route);
    span.record("status", status);
    span.record("duration_ms", taken.as_millis() as u64);
    tracing::debug!("answered");
    let labels = [
        ("method", known_method(method).to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("http_request_seconds", &labels).record(taken.as_secs_f64());
}

/// A method is free text; a label is not.
fn known_method(method: &str) -> &str {
    if matches!(
        method,
        "GET" | "HEAD" | "POST" | "OPTIONS" | "PUT" | "PATCH" | "DELETE"
    ) {
        method
    } else {
        "other"
    }
}

/// Completes an answer: its id, its protection, and a problem where it is an error without one.
fn finish(mut response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let known = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>());
    let answer = match known {
        Some(problem) => {
            log(problem);
            Some(problem.answer(id))
        }
        None if is_bare_error(&response) => {
            let problem = Problem::new(Code::of_status(response.status()));
            log(&problem);
            Some(problem.answer(id))
        }
        None => None,
    };
    if let Some(answer) = answer {
        return response.into_response(answer);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HEADER, value);
    }
    security::protect(headers);
    response
}

fn is_bare_error(response: &ServiceResponse<BoxBody>) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    is_error && media_type.is_none_or(|value| value != MEDIA_TYPE)
}

fn answer_error(error: &Error, id: &str) -> Error {
    match error.as_error::<Problem>() {
        Some(problem) => refuse(problem, id),
        None => refuse(
            &Problem::new(Code::of_status(error.as_response_error().status_code())),
            id,
        ),
    }
}

fn refuse(problem: &Problem, id: &str) -> Error {
    log(problem);
    InternalError::from_response(problem.code().as_str(), problem.answer(id)).into()
}

fn log(problem: &Problem) {
    let code = problem.code().as_str();
    match (problem.code(), problem.cause()) {
        (Code::Internal, cause) => {
            tracing::error!(code, cause = cause.as_deref().unwrap_or_default(), "failed");
        }
        (Code::Unavailable, Some(cause)) => tracing::warn!(code, cause, "failed"),
        (_, Some(cause)) => tracing::debug!(code, cause, "refused"),
        (_, None) => tracing::debug!(code, "refused"),
    }
}
