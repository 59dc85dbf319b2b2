//! Which format an answer takes: by `Accept`, or by an extension such as `.geojson`, which wins.

use actix_web::{
    HttpMessage, HttpRequest,
    dev::ServiceRequest,
    http::header::{ACCEPT, Accept, Header, Quality},
    mime::Mime,
};

use super::{
    address,
    problem::{Code, Problem},
};

/// A format in which data are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    GeoJson,
    /// One JSON object a line.
    NdJson,
    /// For spreadsheets.
    Csv,
}

impl Format {
    /// The media type as it is sent.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::NdJson => "application/x-ndjson",
            Self::Csv => "text/csv",
        }
    }
}

/// What the address itself asked for.
#[derive(Clone, Copy)]
struct ByExtension(Format);

const EXTENSIONS: [(&str, Format); 3] = [
    (".geojson", Format::GeoJson),
    (".ndjson", Format::NdJson),
    (".csv", Format::Csv),
];

/// Takes the extension off: `/v1/hubs.geojson` is `/v1/hubs` in that format.
pub(super) fn by_extension(request: &mut ServiceRequest) {
    let shorter = EXTENSIONS.iter().find_map(|(extension, format)| {
        let path = request.path().strip_suffix(extension)?;
        path.starts_with("/v1/").then(|| (path.to_owned(), *format))
    });
    if let Some((path, format)) = shorter
        && address::rewrite(request, &path)
    {
        request.extensions_mut().insert(ByExtension(format));
    }
}

/// The extension that the address had, with its dot.
#[must_use]
pub fn extension(request: &HttpRequest) -> &'static str {
    let asked = request.extensions().get::<ByExtension>().copied();
    let known = EXTENSIONS
        .iter()
        .find(|(_, format)| asked.is_some_and(|ByExtension(asked)| asked == *format));
    known.map_or("", |(extension, _)| extension)
}

/// The path as it was asked for, extension included.
#[must_use]
pub fn address(request: &HttpRequest) -> String {
    format!("{}{}", request.path(), extension(request))
}

/// The format for this request among those that an operation offers, the first being its own.
pub fn choose(request: &HttpRequest, offered: &[Format]) -> Result<Format, Problem> {
    if let Some(ByExtension(format)) = request.extensions().get::<ByExtension>() {
        // An address that names a format which does not exist is an address where nothing is.
        return offered
            .iter()
            .copied()
            .find(|own| own == format)
            .ok_or_else(|| Problem::new(Code::NotFound));
    }
    if !request.headers().contains_key(ACCEPT) {
        return offered
            .first()
            .copied()
            .ok_or_else(|| Problem::new(Code::NotAcceptable));
    }
    let accepted = Accept::parse(request).map_err(|_| Problem::new(Code::NotAcceptable))?;
    let mut ranges: Vec<_> = accepted
        .0
        .iter()
        .filter(|range| range.quality > Quality::ZERO)
        .collect();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.quality));
    let best = ranges
        .into_iter()
        .find_map(|range| offered.iter().find(|format| covers(&range.item, **format)));
    best.copied()
        .ok_or_else(|| Problem::new(Code::NotAcceptable))
}

fn covers(range: &Mime, format: Format) -> bool {
    let (kind, _) = format.media_type().split_once('/').unwrap_or_default();
    match (range.type_().as_str(), range.subtype().as_str()) {
        ("*", _) => true,
        (own, "*") => own == kind,
        _ => range.essence_str() == format.media_type(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn chosen(accept: &str) -> Option<Format> {
        let request = TestRequest::default()
            .insert_header((ACCEPT, accept))
            .to_http_request();
        choose(&request, &[Format::Json, Format::GeoJson]).ok()
    }

    #[test]
    fn takes_the_best_that_is_offered() {
        assert_eq!(chosen("*/*"), Some(Format::Json));
        assert_eq!(chosen("text/html, application/*;q=0.8"), Some(Format::Json));
        assert_eq!(chosen("application/geo+json"), Some(Format::GeoJson));
        assert_eq!(
            chosen("application/geo+json;q=0.5, application/json"),
            Some(Format::Json)
        );
        assert_eq!(
            chosen("application/json;q=0.5, application/geo+json"),
            Some(Format::GeoJson)
        );
        assert_eq!(chosen("text/csv"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }
}
