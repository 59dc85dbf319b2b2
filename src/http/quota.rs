//! Who is asked to wait: whoever asks more often than their key, or their address, allows. Whom to call now, and whether
//! the directory lives, is free.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use super::classes;
use crate::{
    app::{App, keys},
    web::{
        admission::Class,
        problem::Problem,
        quota::{self, Left, Quota, Whose},
    },
};

/// Layer: takes one request out of the bucket of whoever asks. Belongs outside CORS.
pub(super) async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let left = match request.app_data::<Data<Quota>>().cloned() {
        Some(quota) if quota.limits() && is_limited(&request) => taken(&request, &quota).await,
        _ => None,
    };
    let Some(left) = left else {
        return next.call(request).await;
    };
    if let Some(retry_after_s) = left.retry_after_s {
        return Err(Problem::too_many(retry_after_s)
            .left(quota::headers(left))
            .into());
    }
    let mut response = next.call(request).await?;
    for (name, value) in quota::headers(left) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

fn is_limited(request: &ServiceRequest) -> bool {
    let class = classes::class_of(request.method(), request.uri());
    class != Class::Vital && request.method() != Method::OPTIONS
}

/// What makes work for people, or hashes passwords, counts for many.
fn cost(request: &ServiceRequest) -> u32 {
    let dear = [
        "/v1/reports",
        "/v1/accounts",
        "/v1/accounts/reset",
        "/v1/sessions",
    ];
    if request.method() == Method::POST && dear.contains(&request.path()) {
        20
    } else {
        1
    }
}

async fn taken(request: &ServiceRequest, quota: &Quota) -> Option<Left> {
    let whose = match key(request).await {
        Some(key) => Whose::Key(key),
        None => Whose::Address(quota.address(request)?),
    };
    Some(quota.take(whose, cost(request), Instant::now()))
}

/// The key that the request shows, where it is in force. While the database is away, keys count for nothing.
async fn key(request: &ServiceRequest) -> Option<uuid::Uuid> {
    let shown = quota::shown(request.request(), keys::PREFIX)?;
    let app = request.app_data::<Data<App>>()?;
    keys::identify(app, shown).await.ok().flatten()
}
