//! Answers that can be asked for again cheaply: entity tags, 304, and how long an answer holds.
//!
//! A tag is the version and a hash of the bytes, so it changes with every byte that a reader would see, "open now"
//! included; it is weak because compression may stand in front. Formats and languages differ in their bytes.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, EntityTag, Header, IfNoneMatch},
    },
};
use jiff::Timestamp;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::{negotiate::Format, problem::Problem};
use crate::domain::language::Language;

/// Longest time for which an answer is good, in seconds.
const LONGEST_S: i64 = 60;

/// An answer in the making.
#[derive(Debug)]
pub struct Answer {
    format: Format,
    version: i64,
    max_age_s: i64,
    languages: Vec<String>,
    link: Option<String>,
}

impl Answer {
    /// An answer that is good for a minute.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            version: 0,
            max_age_s: LONGEST_S,
            languages: Vec::new(),
            link: None,
        }
    }

    /// The version of what it shows.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// When it ceases to be true by itself: at the next opening or closing.
    #[must_use]
    pub fn until(mut self, now: Timestamp, change: Option<Timestamp>) -> Self {
        if let Some(change) = change {
            let left = change.as_second().saturating_sub(now.as_second());
            self.max_age_s = left.clamp(0, LONGEST_S);
        }
        self
    }

    /// The languages of its texts.
    #[must_use]
    pub fn languages(mut self, languages: &[Language]) -> Self {
        self.languages = languages.iter().map(ToString::to_string).collect();
        self
    }

    /// The value of its header `Link`.
    #[must_use]
    pub fn link(mut self, link: Option<String>) -> Self {
        self.link = link;
        self
    }

    /// The answer with `body`, or 304 where the reader has these bytes.
    pub fn send<T: Serialize>(
        self,
        request: &HttpRequest,
        body: &T,
    ) -> Result<HttpResponse, Problem> {
        let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
        let tag = EntityTag::new_weak(format!("{}-{:016x}", self.version, xxh3_64(&bytes)));
        let fresh = is_known(request, &tag);
        let status = if fresh {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::ETAG, tag));
        response.insert_header((
            header::CACHE_CONTROL,
            format!("public, max-age={}", self.max_age_s),
        ));
        response.insert_header((header::VARY, "Accept, Accept-Language"));
        if !self.languages.is_empty() {
            response.insert_header((header::CONTENT_LANGUAGE, self.languages.join(", ")));
        }
        if let Some(link) = self.link {
            response.insert_header((header::LINK, link));
        }
        if fresh {
            return Ok(response.finish());
        }
        response.insert_header((header::CONTENT_TYPE, self.format.media_type()));
        Ok(response.body(bytes))
    }
}

/// Only for reading: a POST that asks is answered in full.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.method().is_safe() || !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
