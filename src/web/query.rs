//! Extractor of query parameters.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{
    input::{self, Given, Parts},
    limits,
    problem::{Code, Problem},
};
use crate::domain::fault::{Fault, FaultCode};

/// The query parameters of a request, with a fingerprint of the question that they ask.
#[derive(Debug)]
pub struct Parameters<P> {
    pub value: P,
    pub fingerprint: u64,
}

impl<P: Parts> FromRequest for Parameters<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()))
    }
}

fn read<P: Parts>(query: &str) -> Result<Parameters<P>, Problem> {
    if query.len() > limits::QUERY_BYTES {
        return Err(Problem::new(Code::UriTooLong));
    }
    let (given, broken) = split(query)?;
    let fingerprint = input::fingerprint(&given);
    match input::read(given) {
        Ok(value) if broken.is_empty() => Ok(Parameters { value, fingerprint }),
        Ok(_) => Err(Problem::parameters(broken)),
        Err(more) => Err(Problem::parameters([broken, more].concat())),
    }
}

/// The pairs of a query, and those that are no text; unlike in a browser's form, broken escapes and bad UTF-8 are faults.
fn split(query: &str) -> Result<(Vec<Given>, Vec<Fault>), Problem> {
    let mut given = Vec::new();
    let mut broken = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = input::decode(&name.replace('+', " ")) else {
            return Err(Problem::new(Code::EncodingInvalid));
        };
        match input::decode(&text.replace('+', " ")) {
            // A form that was left empty asks for nothing.
            Some(text) if text.is_empty() && name == "q" => {}
            Some(text) => given.push(Given {
                at: name.clone(),
                name,
                text,
            }),
            None => broken.push(Fault::new(
                name,
                FaultCode::Malformed,
                "UTF-8 in whole percent escapes, without NUL",
            )),
        }
    }
    Ok((given, broken))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use utoipa::IntoParams;
    use validator::Validate;

    use super::*;
    use crate::domain::slug::Slug;

    #[derive(Debug, Deserialize, IntoParams, Validate)]
    struct Filter {
        #[serde(default)]
        #[param(value_type = Vec<String>)]
        topic: Vec<Slug>,
        open: Option<bool>,
    }

    #[derive(Debug, Deserialize, IntoParams, Validate)]
    struct Page {
        #[validate(range(min = 1, max = 100, message = "1 to 100"))]
        limit: Option<u16>,
        q: Option<String>,
    }

    impl input::Part for Filter {}
    impl input::Part for Page {}

    fn faults(query: &str) -> Vec<(String, FaultCode)> {
        let problem = read::<(Filter, Page)>(query).unwrap_err();
        let entries = problem.errors().iter();
        entries
            .map(|entry| (entry.parameter.clone().unwrap_or_default(), entry.code))
            .collect()
    }

    #[test]
    fn reads_parts_side_by_side() {
        let read =
            read::<(Filter, Page)>("topic=grief&q=%E0%A6%AC+a&topic=stress&limit=7&open=true")
                .unwrap();
        let (filter, page) = read.value;
        assert_eq!(
            filter.topic.iter().map(Slug::as_str).collect::<Vec<_>>(),
            ["grief", "stress"]
        );
        assert_eq!(
            (filter.open, page.limit, page.q.as_deref()),
            (Some(true), Some(7), Some("ব a"))
        );
    }

    #[test]
    fn names_every_fault_at_once() {
        let all = faults("topic=A+b&topic=ok&topic=-&limit=0&opne=true&limit=2&open=x");
        let expected = [
            ("opne", FaultCode::Unknown),
            ("limit", FaultCode::Repeated),
            ("topic", FaultCode::Malformed),
            ("topic", FaultCode::Malformed),
            ("open", FaultCode::Malformed),
            ("limit", FaultCode::OutOfRange),
        ];
        assert_eq!(all, expected.map(|(name, code)| (name.to_owned(), code)));
        let problem = read::<(Filter, Page)>("limit=99999999&topic=SECRET").unwrap_err();
        assert!(
            !format!("{:?}", problem.errors()).contains("SECRET"),
            "{:?}",
            problem.errors()
        );
    }

    #[test]
    fn refuses_what_is_not_text() {
        for query in ["q=%FF", "q=%0", "q=%zz", "q=%00", "q=a%00b"] {
            assert_eq!(
                faults(query),
                [("q".to_owned(), FaultCode::Malformed)],
                "{query}"
            );
        }
        let both = [
            ("q", FaultCode::Malformed),
            ("limit", FaultCode::OutOfRange),
        ];
        assert_eq!(
            faults("limit=0&q=%FF"),
            both.map(|(name, code)| (name.to_owned(), code))
        );
        assert_eq!(
            read::<Page>("%FF=1").unwrap_err().code(),
            Code::EncodingInvalid
        );
        assert_eq!(
            read::<Page>(&"q=".repeat(3_000)).unwrap_err().code(),
            Code::UriTooLong
        );
        assert!(read::<Page>("q=&&").unwrap().value.q.is_none());
    }

    #[test]
    fn the_fingerprint_is_of_the_question() {
        let of = |query: &str| read::<(Filter, Page)>(query).unwrap().fingerprint;
        assert_eq!(of("q=a&topic=grief&limit=5"), of("topic=grief&q=a"));
        assert_ne!(of("q=a"), of("q=b"));
    }
}
