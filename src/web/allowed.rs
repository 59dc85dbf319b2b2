//! What is said where no operation answers: 404, 405 with `Allow`, and OPTIONS, all told from the OpenAPI document.

use actix_web::{HttpRequest, HttpResponse, http::Method, http::header, web};
use utoipa::openapi::OpenApi;

use super::problem::{Code, Problem};

/// The tag of operations that keys of apps are good for.
pub const KEYED: &str = "drafts";

/// Every path with the methods that are served there.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Vec<Served>);

#[derive(Clone, Debug)]
struct Served {
    template: String,
    segments: Vec<Segment>,
    methods: Vec<&'static str>,
    /// Those for which one has to be signed in.
    signed: Vec<&'static str>,
    /// Those for which the key of an app may do in the place of a session.
    keyed: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    Exactly(String),
    Any,
}

impl Allowed {
    /// As the document says. HEAD comes with GET; OPTIONS is served everywhere.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(template, item)| {
            let operations = [
                (&item.get, &["GET", "HEAD"][..]),
                (&item.post, &["POST"]),
                (&item.put, &["PUT"]),
                (&item.patch, &["PATCH"]),
                (&item.delete, &["DELETE"]),
            ];
            let served = operations
                .iter()
                .filter(|(operation, _)| operation.is_some());
            let mut methods: Vec<_> = served
                .flat_map(|(_, methods)| methods.iter().copied())
                .collect();
            methods.push("OPTIONS");
            let signed = operations.iter().filter(|(operation, _)| {
                let security = operation.as_ref().and_then(|found| found.security.as_ref());
                security.is_some_and(|ways| !ways.is_empty())
            });
            let signed = signed.flat_map(|(_, methods)| methods.iter().copied());
            let keyed = operations.iter().filter(|(operation, _)| {
                let tags = operation.as_ref().and_then(|found| found.tags.as_ref());
                tags.is_some_and(|tags| tags.iter().any(|tag| tag == KEYED))
            });
            let keyed = keyed.flat_map(|(_, methods)| methods.iter().copied());
            Served {
                keyed: keyed.collect(),
                signed: signed.collect(),
                template: template.clone(),
                segments: segments(template).map(Segment::of).collect(),
                methods,
            }
        });
        Self(paths.collect())
    }

    /// The methods of a path, nothing where there is no such path.
    #[must_use]
    pub fn methods(&self, path: &str) -> Option<&[&'static str]> {
        Some(&self.find(path)?.methods)
    }

    /// Whether there is an operation that answers this.
    #[must_use]
    pub fn serves(&self, method: &Method, path: &str) -> bool {
        let served = self.find(path);
        served.is_some_and(|served| served.methods.contains(&method.as_str()))
    }

    /// Whether one has to be signed in for this.
    #[must_use]
    pub fn wants_credential(&self, method: &Method, path: &str) -> bool {
        let served = self.find(path);
        served.is_some_and(|served| served.signed.contains(&method.as_str()))
    }

    /// Whether the key of an app may do in the place of a session.
    #[must_use]
    pub fn takes_keys(&self, method: &Method, path: &str) -> bool {
        let served = self.find(path);
        served.is_some_and(|served| served.keyed.contains(&method.as_str()))
    }

    /// The path with names in the place of what varies, nothing where there is no such path.
    #[must_use]
    pub fn template(&self, path: &str) -> Option<&str> {
        Some(&self.find(path)?.template)
    }

    fn find(&self, path: &str) -> Option<&Served> {
        let fits = |template: &[Segment]| {
            template.len() == segments(path).count()
                && template.iter().zip(segments(path)).all(|(t, s)| t.fits(s))
        };
        let exact = |template: &[Segment]| {
            template
                .iter()
                .filter(|segment| **segment != Segment::Any)
                .count()
        };
        let found = self.0.iter().filter(|served| fits(&served.segments));
        found.max_by_key(|served| exact(&served.segments))
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        if text.starts_with('{') {
            Self::Any
        } else {
            Self::Exactly(text.to_owned())
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Exactly(own) => own == text,
            Self::Any => !text.is_empty(),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

/// The default service.
pub async fn nowhere(request: HttpRequest, allowed: web::Data<Allowed>) -> HttpResponse {
    match allowed.methods(request.path()) {
        None => Problem::new(Code::NotFound).into_answer(),
        Some(methods) if request.method() == Method::OPTIONS => HttpResponse::NoContent()
            .insert_header((header::ALLOW, methods.join(", ")))
            .finish(),
        Some(methods) => Problem::new(Code::MethodNotAllowed)
            .allow(methods.join(", "))
            .into_answer(),
    }
}

impl Problem {
    fn into_answer(self) -> HttpResponse {
        HttpResponse::from_error(self)
    }
}
