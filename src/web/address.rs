//! One address, one spelling: what a layer decides by the address holds of the route that the router takes.
//!
//! The router decodes escapes, and an extension names a format. Whoever counts, classifies or refuses by the address
//! would miss `/v1/session%73`, were it not written out first.

use std::borrow::Cow;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse, Url},
    http::Uri,
    middleware::Next,
};

use super::negotiate;

/// Layer: the address as it would be written plainly, without its extension. Belongs outside all that look at it.
pub async fn settle<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let plain = match plain(request.path()) {
        Cow::Owned(plain) => Some(plain),
        Cow::Borrowed(_) => None,
    };
    if let Some(path) = plain {
        rewrite(&mut request, &path);
    }
    negotiate::by_extension(&mut request);
    next.call(request).await
}

/// Gives the request another path; its query stays. One that would be no address is left as it is.
pub(super) fn rewrite(request: &mut ServiceRequest, path: &str) -> bool {
    let query = request.uri().query().map(|query| format!("?{query}"));
    let uri: Result<Uri, _> = format!("{path}{}", query.unwrap_or_default()).parse();
    let Ok(uri) = uri else {
        return false;
    };
    let routed = request.match_info_mut().get_mut();
    routed.clone_from(&Url::new(uri.clone()));
    request.head_mut().uri = uri;
    true
}

/// The path with the escapes written out that need be none: letters, digits, `-`, `.`, `_` and `~` (RFC 3986, 6.2.2.2).
/// A path with a broken escape is left as it is; it is refused.
fn plain(path: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        let digits = after.get(..2).and_then(|digits| {
            let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u8::from_str_radix(digits, 16).ok().filter(|_| hex)
        });
        let Some(byte) = digits else {
            return Cow::Borrowed(path);
        };
        text.push_str(before);
        let (escape, after) = after.split_at(2);
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => text.push(byte.into()),
            _ => {
                text.push('%');
                text.push_str(escape);
            }
        }
        rest = after;
    }
    text.push_str(rest);
    match text == path {
        true => Cow::Borrowed(path),
        false => Cow::Owned(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_need_not_be_escaped_is_written_out() {
        for (sent, read) in [
            ("/v1/sessions", "/v1/sessions"),
            ("/v1/session%73", "/v1/sessions"),
            ("/%76%31/sessions", "/v1/sessions"),
            ("/v1/hubs%2Ecsv", "/v1/hubs.csv"),
            // Nothing is decoded twice, and what would end a segment or a path stays as it came.
            ("/v1/session%2573", "/v1/session%2573"),
            ("/v1/hubs%2fa%3f%20", "/v1/hubs%2fa%3f%20"),
            ("/v1/hubs/%E0%A6%98", "/v1/hubs/%E0%A6%98"),
            // Broken.
            ("/v1/session%%37%33", "/v1/session%%37%33"),
            ("/v1/sess%69on%7", "/v1/sess%69on%7"),
            ("/v1/session%+7", "/v1/session%+7"),
        ] {
            assert_eq!(plain(sent), read, "{sent}");
        }
    }
}
