//! Other origins may read and write: any of them, without cookies; a bearer token is shown by whoever holds it.

use actix_cors::Cors;

/// What scripts of other origins may see beside the body.
const EXPOSED: [&str; 8] = [
    "ETag",
    "Link",
    "X-Request-Id",
    "Content-Language",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Location",
];

/// The same as the value of a header, for answers that come past the layer.
pub(super) fn exposed() -> String {
    EXPOSED.join(", ")
}

/// The layer. Preflight answers may be kept for a day.
pub fn reads() -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .disable_vary_header()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allowed_headers([
            "Accept",
            "Accept-Language",
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "X-Request-Id",
        ])
        .expose_headers(EXPOSED)
        .max_age(86_400)
}
