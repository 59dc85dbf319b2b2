//! The outermost layer: gives each request an id, a place and a time to be answered in, traces it, and sees to it that
//! every error leaves as a problem.
//!
//! Invariant: span, log and metrics name the method, the route's template, the status and the time taken, never the
//! path as sent, the query, a body or an address.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, Uri,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use futures_util::FutureExt;
use tracing::{Instrument, Span};

use super::{
    admission::{Admission, Class, Seat, no_room},
    allowed::Allowed,
    body,
    limits::{Deadline, Patience},
    problem::{Code, MEDIA_TYPE, Problem},
    security,
};
use crate::{
    domain::{clock::Clock, id},
    telemetry::metrics as names,
};

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
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let id = identify(&request);
    let asked = Asked::of(&request);
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        method = asked.method,
        route = tracing::field::Empty,
        status = tracing::field::Empty,
        duration_ms = tracing::field::Empty,
    );
    let deadline = Deadline::after(asked.patience);
    request.extensions_mut().insert(deadline.clone());
    let answering = async {
        let seat = match &asked.admission {
            Some(doors) => Some(admit(doors, &asked, &mut request).await?),
            None => None,
        };
        let answer = next.call(request).await;
        // The answer still holds the request, and what is seated there.
        seat.inspect(Seat::leave);
        Ok::<_, Problem>(answer)
    };
    // What a panic leaves half done belongs to this request and is dropped with it.
    let answering = AssertUnwindSafe(answering).catch_unwind();
    let outcome = deadline.keep(answering).instrument(span.clone()).await;
    let _entered = span.enter();
    let answer = match outcome {
        Ok(Ok(Ok(Ok(response)))) => Ok(finish(response.map_into_boxed_body(), &id)),
        Ok(Ok(Ok(Err(error)))) => Err(answer_error(&error, &id)),
        Ok(Ok(Err(problem))) => Err(refuse(&problem, &id)),
        Ok(Err(_)) => Err(refuse(&Problem::internal("a handler panicked"), &id)),
        Err(late) => Err(refuse(&Problem::unavailable(5).because(late), &id)),
    };
    asked.note(&span, &answer, began);
    answer
}

/// A place for the request, once all of it is here; of those who have to be signed in nothing is read before they are, and
/// nothing at all for what no operation answers. They give the place up while their body is on its way.
async fn admit(
    doors: &web::Data<Admission>,
    asked: &Asked,
    request: &mut ServiceRequest,
) -> Result<Seat, Problem> {
    let class = asked.class;
    if class.is_crowded()
        && body::is_announced(request.headers())
        && asked.reads_body(request.method())
    {
        let _arriving = doors.receive().map_err(no_room)?;
        body::gather(request).await?;
    }
    let seat = Seat::new(doors.clone(), class);
    seat.take().await?;
    request.extensions_mut().insert(seat.clone());
    Ok(seat)
}

/// What is kept of a request for what is told of it afterwards.
struct Asked {
    method: &'static str,
    uri: Uri,
    class: Class,
    patience: Patience,
    admission: Option<web::Data<Admission>>,
    allowed: Option<web::Data<Allowed>>,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        let admission = request.app_data::<web::Data<Admission>>().cloned();
        let class = admission.as_ref().map_or(Class::Vital, |doors| {
            doors.class_of(request.method(), request.uri())
        });
        let patience = request.app_data::<Patience>().copied();
        Self {
            method: known_method(request.method()),
            uri: request.uri().clone(),
            class,
            patience: patience.unwrap_or(Patience(class.grant().patience)),
            admission,
            allowed: request.app_data::<web::Data<Allowed>>().cloned(),
        }
    }

    fn note(&self, span: &Span, answer: &Result<ServiceResponse<BoxBody>, Error>, began: Instant) {
        let taken = began.elapsed();
        let (route, status) = match answer {
            Ok(response) => (response.request().match_pattern(), response.status()),
            // The request is gone with whatever failed; the document still knows where it went.
            Err(error) => (self.template(), error.as_response_error().status_code()),
        };
        let route = route.unwrap_or_else(|| "none".to_owned());
        span.record("route", &*route);
        span.record("status", status.as_u16());
        span.record("duration_ms", taken.as_millis() as u64);
        tracing::debug!("answered");
        if names::is_on() {
            let labels = [("method", self.method.to_owned()), ("route", route)];
            metrics::histogram!(names::DURATION, &labels).record(taken.as_secs_f64());
            let [method, route] = labels;
            let labels = [method, route, ("status", status.as_str().to_owned())];
            metrics::counter!(names::REQUESTS, &labels).increment(1);
        }
    }

    fn reads_body(&self, method: &Method) -> bool {
        let path = self.uri.path();
        let allowed = self.allowed.as_ref();
        allowed.is_none_or(|allowed| {
            allowed.serves(method, path) && !allowed.wants_credential(method, path)
        })
    }

    fn template(&self) -> Option<String> {
        let allowed = self.allowed.as_ref()?;
        allowed.template(self.uri.path()).map(str::to_owned)
    }
}

/// A method is free text; a label is not.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"];
    let known = KNOWN.iter().find(|known| **known == method.as_str());
    known.copied().unwrap_or("other")
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
    if let Some(mut answer) = answer {
        keep_allowance(response.headers(), answer.headers_mut());
        return response.into_response(answer);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HEADER, value);
    }
    security::protect(headers);
    response
}

/// How much may still be asked holds of the problem too, which takes the place of what was answered first.
fn keep_allowance(said: &HeaderMap, answer: &mut HeaderMap) {
    let of_quota = said
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("ratelimit"));
    for (name, value) in of_quota {
        answer.insert(name.clone(), value.clone());
    }
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
