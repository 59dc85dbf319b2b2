//! Which requests go before others when too much is asked.

use actix_web::http::{Method, Uri};

use crate::web::admission::Class;

/// Told by the address as it came: the route is not known yet when it matters.
pub(super) fn class_of(method: &Method, uri: &Uri) -> Class {
    let path = uri.path();
    let is_below = |root: &str| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    };
    let any_below = |roots: &[&str]| roots.iter().any(|root| is_below(root));
    let waits = |query: &str| query.split('&').any(|pair| pair.starts_with("wait="));
    if any_below(&["/v1/crisis", "/livez", "/readyz", "/status"]) {
        Class::Vital
    } else if any_below(&["/v1/search", "/v1/suggest"]) {
        Class::Search
    } else if any_below(&["/v1/topics", "/v1/areas"]) || !any_below(&["/v1", "/hsds"]) {
        Class::Lookup
    } else if !method.is_safe() {
        Class::Write
    } else if is_below("/v1/changes") && uri.query().is_some_and(waits) {
        Class::Wait
    } else {
        Class::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_tells_the_class() {
        let cases = [
            ("GET", "/v1/crisis?country=BD", Class::Vital),
            ("HEAD", "/v1/crisis.json", Class::Vital),
            ("OPTIONS", "/v1/crisis", Class::Vital),
            ("GET", "/v1/crisis-of-another-name", Class::Read),
            ("GET", "/readyz?strict", Class::Vital),
            ("GET", "/v1/search?q=a", Class::Search),
            ("POST", "/v1/search", Class::Search),
            ("GET", "/v1/areas/locate?near=1,2", Class::Lookup),
            ("GET", "/docs/", Class::Lookup),
            ("GET", "/v1/hubs/a", Class::Read),
            ("GET", "/hsds/v3/services", Class::Read),
            ("GET", "/v1/changes?cursor=a", Class::Read),
            ("GET", "/v1/changes?cursor=a&wait=30", Class::Wait),
            ("PATCH", "/v1/hubs/a", Class::Write),
        ];
        for (method, uri, class) in cases {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(class_of(&method, &uri.parse().unwrap()), class, "{uri}");
        }
    }
}
