//! Errors as RFC 9457 problem documents: one table of codes, one shape, one way to render it.
//!
//! Invariants: the public text is fixed (`&'static str`) or says what was expected, so a rejected value cannot be
//! echoed; the cause is a field of its own that only the log sees, under the request's id.

mod code;
mod entry;

use std::{error::Error, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use code::Code;
pub use entry::{Entry, NowPublic};

use super::{cors, request_id, security};
use crate::domain::fault::{Fault, FaultCode};

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error on its way to whoever asked.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    detail: Option<&'static str>,
    errors: Vec<Entry>,
    allow: Option<String>,
    scope: Option<&'static str>,
    retry_after_s: Option<u32>,
    current: Option<i64>,
    stale: Vec<NowPublic>,
    draft: Option<Uuid>,
    left: Vec<(&'static str, String)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem with nothing to add to its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let parts = Parts {
            code,
            detail: None,
            errors: Vec::new(),
            allow: None,
            scope: None,
            retry_after_s: None,
            current: None,
            stale: Vec::new(),
            draft: None,
            left: Vec::new(),
            cause: None,
        };
        Self(Box::new(parts))
    }

    /// Faults of query parameters; each pointer is a parameter's name.
    #[must_use]
    pub fn parameters(faults: Vec<Fault>) -> Self {
        let entry = |fault: Fault| Entry {
            parameter: Some(fault.pointer),
            ..Entry::new(fault.code, fault.expected)
        };
        let mut problem = Self::new(Code::ParametersInvalid);
        problem.0.errors = faults.into_iter().map(entry).collect();
        problem
    }

    /// A cursor of another question, or none at all.
    #[must_use]
    pub fn cursor() -> Self {
        let mut problem = Self::new(Code::CursorInvalid);
        let expected = "the cursor that an earlier page of this very question gave";
        let entry = Entry::new(FaultCode::Malformed, expected.to_owned());
        problem.0.errors = vec![Entry {
            parameter: Some("cursor".to_owned()),
            ..entry
        }];
        problem
    }

    /// Faults of a body; each pointer is a JSON Pointer.
    #[must_use]
    pub fn body(faults: Vec<Fault>) -> Self {
        let entry = |fault: Fault| Entry {
            pointer: Some(fault.pointer),
            ..Entry::new(fault.code, fault.expected)
        };
        let mut problem = Self::new(Code::BodyInvalid);
        problem.0.errors = faults.into_iter().map(entry).collect();
        problem
    }

    /// The directory cannot answer for so many seconds.
    #[must_use]
    pub fn unavailable(retry_after_s: u32) -> Self {
        let mut problem = Self::new(Code::Unavailable);
        problem.0.retry_after_s = Some(retry_after_s.max(1));
        problem
    }

    /// Asked too often; welcome again after so many seconds.
    #[must_use]
    pub fn too_many(retry_after_s: u32) -> Self {
        let mut problem = Self::new(Code::TooManyRequests);
        problem.0.retry_after_s = Some(retry_after_s.max(1));
        problem
    }

    /// Headers that say what is left to whoever asks.
    #[must_use]
    pub fn left(mut self, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.0.left = headers.into_iter().collect();
        self
    }

    /// What was seen is not what is there; the version that it has now, where one is known.
    #[must_use]
    pub fn stale(current: Option<i64>) -> Self {
        let mut problem = Self::new(Code::PreconditionFailed);
        problem.0.current = current;
        problem
    }

    /// The listings that are not as they were seen, or as they were when it was handed in.
    #[must_use]
    pub fn stale_listings(mut self, listings: impl IntoIterator<Item = NowPublic>) -> Self {
        self.0.stale = listings.into_iter().collect();
        self
    }

    /// The same is being done; welcome again after a second.
    #[must_use]
    pub fn in_flight() -> Self {
        let mut problem = Self::new(Code::InFlight);
        problem.0.retry_after_s = Some(1);
        problem
    }

    /// Faults of what was sent earlier; each pointer is a JSON Pointer into it.
    #[must_use]
    pub fn incomplete(faults: Vec<Fault>) -> Self {
        let Self(parts) = Self::body(faults);
        let mut problem = Self::new(Code::DraftIncomplete);
        problem.0.errors = parts.errors;
        problem
    }

    /// Faults of rows of a file; each pointer begins with the row.
    #[must_use]
    pub fn unfit(faults: Vec<Fault>) -> Self {
        let Self(parts) = Self::body(faults);
        let mut problem = Self::new(Code::BatchUnfit);
        problem.0.errors = parts.errors;
        problem
    }

    /// A fault of ours; the cause goes to the log only.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// What else there is to say; never anything that was sent.
    #[must_use]
    pub fn detail(mut self, detail: &'static str) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// The draft that stands in the way; the answer leads there.
    #[must_use]
    pub fn draft(mut self, draft: Uuid) -> Self {
        self.0.draft = Some(draft);
        self
    }

    /// The scope that a token lacks (RFC 6750).
    #[must_use]
    pub fn lacks(mut self, scope: &'static str) -> Self {
        self.0.scope = Some(scope);
        self
    }

    /// The methods that would have been right.
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// What lies behind it, for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Which problem it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Every value at fault.
    #[must_use]
    pub fn errors(&self) -> &[Entry] {
        &self.0.errors
    }

    /// The cause with everything that lies behind it, on one line.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let mut next: Option<&dyn Error> = Some(self.0.cause.as_deref()?);
        let mut texts = Vec::new();
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        Some(texts.join(": "))
    }

    fn document<'a>(&'a self, request_id: &'a str) -> Document<'a> {
        let parts = &self.0;
        Document {
            r#type: format!("/problems/{}", parts.code.as_str()),
            title: parts.code.title(),
            status: parts.code.status().as_u16(),
            code: parts.code,
            detail: parts.detail,
            request_id,
            stale: &parts.stale,
            draft: parts.draft,
            errors: &parts.errors,
        }
    }
}

impl Problem {
    /// The answer to the request of that id.
    #[must_use]
    pub fn answer(&self, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.insert_header((request_id::HEADER, request_id));
        if let Some(methods) = &self.0.allow {
            response.insert_header((header::ALLOW, methods.as_str()));
        }
        for (name, value) in &self.0.left {
            response.insert_header((*name, value.as_str()));
        }
        if let Some(version) = self.0.current {
            response.insert_header((header::ETAG, format!("\"{version}\"")));
        }
        if let Some(draft) = self.0.draft {
            response.insert_header((header::LOCATION, format!("/v1/drafts/{draft}")));
        }
        if self.0.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(scope) = self.0.scope {
            let lacks = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            response.insert_header((header::WWW_AUTHENTICATE, lacks));
        }
        let waits = matches!(self.0.code, Code::Unavailable | Code::TooManyRequests);
        if let Some(seconds) = self.0.retry_after_s.or(waits.then_some(5)) {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response =
            response.body(serde_json::to_string(&self.document(request_id)).unwrap_or_default());
        // Some answers reach the server past the layers that add these.
        security::protect(response.headers_mut());
        response.headers_mut().insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        if let Ok(exposed) = HeaderValue::from_str(&cors::exposed()) {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}

impl Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.answer("")
    }
}

/// A problem as it travels (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/parameters_invalid", "title": "Some parameters are not understood", "status": 400,
    "code": "parameters_invalid", "request_id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b",
    "errors": [{"parameter": "radius", "code": "out_of_range", "expected": "metres, 1 to 20000000"}]
}))]
pub struct Document<'a> {
    /// Where the problem is explained.
    #[schema(format = "uri-reference")]
    r#type: String,
    title: &'a str,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// Under which the request is logged; also in the header `X-Request-Id`.
    request_id: &'a str,
    /// The listings that are not as they were seen, or as they were when it was handed in.
    #[serde(skip_serializing_if = "<[NowPublic]>::is_empty")]
    #[schema(value_type = Vec<NowPublic>, required = false)]
    stale: &'a [NowPublic],
    /// The draft of the listing that is open already; the header `Location` leads there.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Uuid>,
    /// Every value at fault.
    #[serde(skip_serializing_if = "<[Entry]>::is_empty")]
    #[schema(value_type = Vec<Entry>, required = false)]
    errors: &'a [Entry],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(code.status().as_u16() >= 400 && !code.meaning().is_empty());
            assert_eq!(Code::of_status(code.status()).status(), code.status());
        }
        assert_eq!(
            Code::of_status(StatusCode::IM_A_TEAPOT),
            Code::RequestMalformed
        );
        assert_eq!(Code::of_status(StatusCode::BAD_GATEWAY), Code::Internal);
    }

    #[test]
    fn the_cause_is_for_the_log_only() {
        let problem = Problem::internal("connection to 10.0.0.1 refused");
        let body = serde_json::to_string(&problem.document("abc")).unwrap();
        assert!(
            !body.contains("10.0.0.1") && body.contains("\"request_id\":\"abc\""),
            "{body}"
        );
        assert_eq!(
            problem.cause().as_deref(),
            Some("connection to 10.0.0.1 refused")
        );
        let response = Problem::unavailable(7).answer("abc");
        assert_eq!(response.headers().get("retry-after").unwrap(), "7");
    }
}
