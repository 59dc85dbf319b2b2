//! How much of anything is accepted.

use std::{cell::Cell, future::Future, pin::pin, rc::Rc, time::Duration};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use tokio::time::{Instant, error::Elapsed, timeout_at};

use super::{
    input,
    problem::{Code, Problem},
};
use crate::domain::draft::MOST_BYTES;

/// Longest query string in bytes.
pub const QUERY_BYTES: usize = 4 * 1024;
/// Longest path in bytes.
pub const PATH_BYTES: usize = 1024;
/// Largest body of a question in bytes.
pub const BODY_BYTES: usize = 64 * 1024;

/// Largest body that describes listings, of somebody who is signed in, in bytes.
pub const DOCUMENT_BYTES: usize = MOST_BYTES;

/// So many bytes are still read of a connection whose last answer came before its body did: whoever sends no more than
/// anybody may, also learns why it was in vain.
pub const SPILL_BYTES: usize = 2 * DOCUMENT_BYTES;
/// For so long.
pub const SPILLING: Duration = Duration::from_secs(2);

/// How long a body may take to arrive.
pub const SENDING: Duration = Duration::from_secs(8);
/// How long every answer may take, whatever its class; see `admission` for the rest.
#[derive(Clone, Copy, Debug)]
pub struct Patience(pub Duration);

/// The moment by which one request has to be answered.
#[derive(Clone)]
pub struct Deadline(Rc<Cell<Instant>>);

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(patience: Patience) -> Self {
        Self(Rc::new(Cell::new(Instant::now() + patience.0)))
    }

    /// Does `work` until the deadline, which the work may put off.
    ///
    /// # Errors
    /// `Elapsed` where it takes longer.
    pub async fn keep<F: Future>(&self, work: F) -> Result<F::Output, Elapsed> {
        let mut work = pin!(work);
        loop {
            let until = self.0.get();
            match timeout_at(until, &mut work).await {
                Err(_) if self.0.get() > until => {}
                done => return done,
            }
        }
    }
}

/// Puts the deadline of a request off by the time that it asked to wait.
pub fn put_off(request: &HttpRequest, wait: Duration) {
    if let Some(Deadline(until)) = request.extensions().get::<Deadline>() {
        until.set(until.get() + wait);
    }
}

/// Layer: refuses addresses that are too long or whose path is not text.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let code = if request.query_string().len() > QUERY_BYTES || request.path().len() > PATH_BYTES {
        Some(Code::UriTooLong)
    } else if input::decode(request.uri().path()).is_none() {
        // The path as sent: the router decodes it in parts, and leaves broken escapes as they are.
        Some(Code::EncodingInvalid)
    } else {
        None
    };
    match code {
        Some(code) => Ok(request.error_response(Problem::new(code))),
        None => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body),
    }
}
