//! Who is asked to wait: whoever asks more often than their account, where they show a key of it, or their address
//! allows. Whom to call now, and whether
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
    domain::actor::Actor,
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

/// What most requests cost.
const CHEAP: u32 = 1;

/// What makes work for people, hashes passwords, sends letters or reads files of listings counts for many.
const DEAR: u32 = 20;

fn cost(request: &ServiceRequest) -> u32 {
    let is_dear = match request.path().trim_start_matches("/v1/") {
        "reports" | "accounts" | "accounts/reset" | "sessions" | "me/deletion" | "me/email" => true,
        path => {
            let ends = ["/claims", "/invitations", "/batches", "/batches/check"];
            let begins = ["links/", "me/second-factor"];
            ends.iter().any(|end| path.ends_with(end))
                || begins.iter().any(|begin| path.starts_with(begin))
        }
    };
    match request.method() == Method::POST && is_dear {
        true => DEAR,
        false => CHEAP,
    }
}

async fn taken(request: &ServiceRequest, quota: &Quota) -> Option<Left> {
    let cost = cost(request);
    let address = quota.address(request);
    let from_address = address.map(Whose::Address);
    let Some(account) = account(request, quota, address.map(Whose::Guesses)).await else {
        return Some(quota.take(from_address?, cost, Instant::now()));
    };
    let left = quota.take(Whose::Account(account), cost, Instant::now());
    match from_address {
        // Accounts are free: what is dear hangs on the address, whatever keys are shown.
        Some(address) if cost > CHEAP && left.retry_after_s.is_none() => {
            Some(quota.take(address, cost, Instant::now()))
        }
        _ => Some(left),
    }
}

/// The account of the key that the request shows, where it is in force. While the database is away, keys count for
/// nothing, and neither do more new ones from an address than it may guess.
async fn account(
    request: &ServiceRequest,
    quota: &Quota,
    guesses: Option<Whose>,
) -> Option<uuid::Uuid> {
    let shown = quota::shown(request.request(), keys::PREFIX)?;
    let app = request.app_data::<Data<App>>()?;
    if let Some(known) = keys::recall(app, shown) {
        return known;
    }
    let guess = |whose| quota.take(whose, 1, Instant::now());
    if guesses.is_some_and(|whose| guess(whose).retry_after_s.is_some()) {
        return None;
    }
    let account = keys::identify(app, Actor::Anyone, shown)
        .await
        .ok()
        .flatten();
    if let (Some(whose), Some(_)) = (guesses, account) {
        quota.put_back(whose, 1);
    }
    account
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_hashes_or_makes_work_is_dear() {
        let of = |method: Method, path: &str| {
            cost(&TestRequest::with_uri(path).method(method).to_srv_request())
        };
        for path in [
            "/v1/sessions",
            "/v1/accounts/reset",
            "/v1/links/a-link",
            "/v1/me/deletion",
            "/v1/me/email",
            "/v1/me/second-factor",
            "/v1/me/second-factor/recovery-codes",
            "/v1/organisations/019a/claims",
            "/v1/organisations/019a/batches/check",
        ] {
            assert_eq!(of(Method::POST, path), DEAR, "{path}");
            assert_eq!(of(Method::GET, path), CHEAP, "{path}");
        }
        for path in ["/v1/organisations", "/v1/drafts", "/v1/search"] {
            assert_eq!(of(Method::POST, path), CHEAP, "{path}");
        }
    }
}
