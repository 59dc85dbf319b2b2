//! Extractor of a question in JSON: the same parameters as in a query, so that words stay out of addresses.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use serde_json::{Number, Value};
use tokio::time::timeout;

use super::{
    input::{self, Given, Parts, Scalar, Takes},
    limits,
    problem::{Code, Problem},
};
use crate::domain::{
    digits::whole,
    fault::{Fault, FaultCode},
};

/// The parameters in the body of a request, with a fingerprint of the question that they ask.
#[derive(Debug)]
pub struct Body<P> {
    pub value: P,
    pub fingerprint: u64,
}

impl<P: Parts> FromRequest for Body<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let value = json(&request, payload, &["application/json"], limits::BODY_BYTES).await?;
            read(value)
        })
    }
}

/// The body of a request as untyped JSON, where it has one of these media types and no more than `most` bytes.
///
/// # Errors
/// Where it has not, comes too slowly, or is no JSON in UTF-8.
pub async fn json(
    request: &HttpRequest,
    payload: Payload,
    media_types: &[&str],
    most: usize,
) -> Result<Value, Problem> {
    check_type(request, media_types)?;
    let collected = timeout(limits::SENDING, collect(payload, most)).await;
    let bytes = collected.map_err(|_| Problem::new(Code::RequestTimeout))??;
    parse(&bytes)
}

/// The body of a request as it was sent, with which of these media types it has; no more than `most` bytes.
///
/// # Errors
/// Where it has none of them, or comes too slowly.
pub async fn file(
    request: &HttpRequest,
    payload: Payload,
    media_types: &[&'static str],
    most: usize,
) -> Result<(&'static str, Bytes), Problem> {
    check_type(request, media_types)?;
    let own = request.mime_type().ok().flatten();
    let own = own.as_ref().map(|own| own.essence_str());
    let named = media_types.iter().find(|known| own == Some(**known));
    let named = named.ok_or_else(|| Problem::new(Code::MediaTypeUnsupported))?;
    let collected = timeout(limits::SENDING, collect(payload, most)).await;
    let bytes = collected.map_err(|_| Problem::new(Code::RequestTimeout))??;
    Ok((named, bytes))
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(Code::EncodingInvalid))?;
    serde_json::from_str(text).map_err(|_| Problem::new(Code::BodyMalformed))
}

fn check_type(request: &HttpRequest, media_types: &[&str]) -> Result<(), Problem> {
    let unsupported = || Problem::new(Code::MediaTypeUnsupported);
    let media_type = request.mime_type().ok().flatten().ok_or_else(unsupported)?;
    let utf8 = media_type
        .get_param("charset")
        .is_none_or(|charset| charset == "utf-8");
    let plain = request
        .headers()
        .get(CONTENT_ENCODING)
        .is_none_or(|coding| coding == "identity");
    if media_types.contains(&media_type.essence_str()) && utf8 && plain {
        Ok(())
    } else {
        Err(unsupported())
    }
}

/// Waits for the body of a request and puts it back whole. Who sends slowly so holds no place that others need.
pub(super) async fn gather(request: &mut ServiceRequest) -> Result<(), Problem> {
    let payload = request.take_payload();
    let bytes = timeout(limits::SENDING, collect(payload, limits::BODY_BYTES)).await;
    let bytes = bytes.map_err(|_| Problem::new(Code::RequestTimeout))??;
    request.set_payload(Payload::from(bytes));
    Ok(())
}

/// Whether a request with these headers says that it has a body.
#[must_use]
pub fn is_announced(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

async fn collect(mut payload: Payload, most: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| match error {
            PayloadError::Overflow => Problem::new(Code::BodyTooLarge),
            error => Problem::new(Code::RequestMalformed).because(error),
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn read<P: Parts>(value: Value) -> Result<Body<P>, Problem> {
    let Value::Object(object) = value else {
        return Err(Problem::new(Code::BodyMalformed));
    };
    let known = input::known::<P>();
    let mut given = Vec::new();
    let mut faults = Vec::new();
    for (name, value) in object {
        let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        match known.get(&name) {
            None => faults.push(Fault::new(at, FaultCode::Unknown, "no such key")),
            Some(takes) => flatten(name, at, value, *takes, &mut given, &mut faults),
        }
    }
    let fingerprint = input::fingerprint(&given);
    match input::read(given) {
        Ok(value) if faults.is_empty() => Ok(Body { value, fingerprint }),
        Ok(_) => Err(Problem::body(faults)),
        Err(more) => {
            faults.extend(more.into_iter().map(pointed));
            Err(Problem::body(faults))
        }
    }
}

/// What is missing, or at odds with what is there, is known by its name alone.
fn pointed(mut fault: Fault) -> Fault {
    if !fault.pointer.is_empty() && !fault.pointer.starts_with('/') {
        fault.pointer.insert(0, '/');
    }
    fault
}

fn flatten(
    name: String,
    at: String,
    value: Value,
    takes: Takes,
    given: &mut Vec<Given>,
    faults: &mut Vec<Fault>,
) {
    let mut one = |at: String, value: Value| match (takes.of, value) {
        (Scalar::Text, Value::String(text)) if text.contains('\0') => {
            faults.push(Fault::new(at, FaultCode::Malformed, "text without NUL"));
        }
        (Scalar::Text, Value::String(text)) => given.push(Given {
            name: name.clone(),
            at,
            text,
        }),
        (Scalar::Number, Value::Number(number)) => given.push(Given {
            name: name.clone(),
            at,
            text: written(&number),
        }),
        (Scalar::Boolean, Value::Bool(truth)) => given.push(Given {
            name: name.clone(),
            at,
            text: truth.to_string(),
        }),
        (of, _) => faults.push(Fault::new(at, FaultCode::Malformed, expected(of))),
    };
    match value {
        Value::Array(values) if takes.many => {
            for (index, value) in values.into_iter().enumerate() {
                one(format!("{at}/{index}"), value);
            }
        }
        _ if takes.many => faults.push(Fault::new(at, FaultCode::Malformed, "a list of strings")),
        value => one(at, value),
    }
}

/// As it would stand in a query.
fn written(number: &Number) -> String {
    let whole = number.as_f64().filter(|_| number.is_f64()).and_then(whole);
    whole.map_or_else(|| number.to_string(), |whole| whole.to_string())
}

fn expected(of: Scalar) -> &'static str {
    match of {
        Scalar::Text => "a string",
        Scalar::Number => "a number",
        Scalar::Boolean => "true or false",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use utoipa::IntoParams;
    use validator::Validate;

    use super::*;
    use crate::domain::slug::Slug;

    #[derive(Debug, Deserialize, IntoParams, Validate)]
    struct Question {
        #[serde(default)]
        #[param(value_type = Vec<String>)]
        topic: Vec<Slug>,
        #[validate(range(min = 1, max = 100, message = "1 to 100"))]
        limit: Option<u16>,
        q: Option<String>,
        open: Option<bool>,
    }

    impl input::Part for Question {}

    fn faults(json: &str) -> Vec<String> {
        let problem = read::<Question>(parse(json.as_bytes()).unwrap()).unwrap_err();
        problem
            .errors()
            .iter()
            .filter_map(|entry| entry.pointer.clone())
            .collect()
    }

    #[test]
    fn reads_what_a_query_would_say() {
        let json = r#"{"topic": ["grief", "stress"], "limit": 3, "q": "মন", "open": true}"#;
        let body = read::<Question>(parse(json.as_bytes()).unwrap()).unwrap();
        assert_eq!(
            (body.value.topic.len(), body.value.limit, body.value.open),
            (2, Some(3), Some(true))
        );
        assert_eq!(body.value.q.as_deref(), Some("মন"));
    }

    #[test]
    fn points_at_every_fault() {
        let json = r#"{"topic": ["grief", "A b", 7, "stress", "C"], "limit": "3", "q": "a\u0000", "open": null, "a/b": 1}"#;
        let mut at = faults(json);
        at.sort();
        assert_eq!(
            at,
            [
                "/a~1b", "/limit", "/open", "/q", "/topic/1", "/topic/2", "/topic/4"
            ]
        );
        assert_eq!(
            faults(r#"{"topic": "grief", "limit": 101}"#),
            ["/topic", "/limit"]
        );
        assert_eq!(faults(r#"{"limit": 1.5}"#), ["/limit"]);
        let whole = parse(br#"{"limit": 14.0}"#)
            .and_then(read::<Question>)
            .unwrap();
        assert_eq!(whole.value.limit, Some(14));
    }

    #[test]
    fn other_than_one_object_is_refused() {
        for (body, code) in [
            (&b"[]"[..], Code::BodyMalformed),
            (b"{", Code::BodyMalformed),
            (b"", Code::BodyMalformed),
            (b"{\"q\": \"\xff\"}", Code::EncodingInvalid),
        ] {
            let refused = parse(body).and_then(read::<Question>);
            assert_eq!(refused.unwrap_err().code(), code);
        }
        let deep = "[".repeat(60_000);
        assert_eq!(
            parse(deep.as_bytes()).unwrap_err().code(),
            Code::BodyMalformed
        );
    }
}
