//! What a request shows of who sends it: a bearer token, or a cookie with the proof that a page of ours sent it.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
    http::header::AUTHORIZATION,
};
use secrecy::SecretString;

use super::problem::{Code, Problem};

/// The cookie of a session; the prefix binds it to this host and to TLS.
pub const COOKIE: &str = "__Host-haven";
/// The header that a page of ours sends beside it.
pub const PROOF: &str = "X-CSRF-Token";

/// What was shown.
#[derive(Debug)]
pub enum Credential {
    Bearer(SecretString),
    /// A cookie, with what a page sent beside it; reading needs no proof.
    Cookie {
        token: SecretString,
        proof: Option<String>,
        reading: bool,
    },
}

/// What the request shows.
///
/// # Errors
/// `unauthenticated` where it shows nothing, or nothing that can be read.
pub fn of(request: &HttpRequest) -> Result<Credential, Problem> {
    let header = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    if let Some(value) = request.headers().get(AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|value| value.split_once(' '));
        return match token {
            Some((scheme, token))
                if scheme.eq_ignore_ascii_case("bearer") && token.len() <= 200 =>
            {
                Ok(Credential::Bearer(token.trim().to_owned().into()))
            }
            _ => Err(Problem::new(Code::Unauthenticated)),
        };
    }
    let cookie = request
        .cookie(COOKIE)
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok(Credential::Cookie {
        token: cookie.value().to_owned().into(),
        proof: header(PROOF),
        reading: request.method().is_safe(),
    })
}

/// What takes the cookie back whose session is ended, where the request came by it.
#[must_use]
pub fn over(request: &HttpRequest) -> Option<Cookie<'static>> {
    let by_cookie =
        !request.headers().contains_key(AUTHORIZATION) && request.cookie(COOKIE).is_some();
    by_cookie.then(|| cookie(String::new(), 0))
}

/// The cookie that carries a token.
#[must_use]
pub fn cookie(token: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(COOKIE, token)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::seconds(seconds))
        .finish()
}
