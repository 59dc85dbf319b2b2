//! Who asks, and what they sent. The body is read after authentication has let them in, never beside it: extractors of
//! one handler are polled together, so the two are one.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method, web::Data};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use crate::{
    app::{App, attempts::Whence, keys, sessions},
    domain::{
        account::KeyScope,
        actor::{Actor, KeyGrant, Person},
    },
    exchange::{
        faults,
        sheet::{self, NoText},
    },
    http::refusal::{
        self,
        problem::{Code, Problem},
    },
    web::{
        admission::Seat,
        allowed::Allowed,
        body,
        credential::{self, Credential},
        input::Parts,
        limits,
        negotiate::Format,
        query::Parameters,
        quota::Quota,
    },
};

/// Somebody who has signed in, with what they sent.
pub(super) struct Signed<B = ()> {
    pub person: Person,
    pub body: B,
}

/// A JSON object of a known shape.
pub(super) struct Json<T>(pub T);

/// What may follow a head.
pub(super) trait Sent: Sized + 'static {
    /// Reads it.
    fn receive(
        request: HttpRequest,
        payload: Payload,
    ) -> impl Future<Output = Result<Self, Problem>>;
}

impl Sent for () {
    async fn receive(_: HttpRequest, _: Payload) -> Result<Self, Problem> {
        Ok(())
    }
}

/// How JSON may be called.
fn media_types(method: &Method) -> &'static [&'static str] {
    match *method {
        Method::PATCH => &["application/merge-patch+json", "application/json"],
        _ => &["application/json"],
    }
}

impl<T: DeserializeOwned + 'static> Sent for Json<T> {
    async fn receive(request: HttpRequest, payload: Payload) -> Result<Self, Problem> {
        let types = media_types(request.method());
        let value = body::json(&request, payload, types, limits::BODY_BYTES).await?;
        let read = faults::read_as(faults::Body::Own, value);
        read.map(Self).map_err(Problem::body)
    }
}

impl<P: Parts> Sent for Parameters<P> {
    async fn receive(request: HttpRequest, _: Payload) -> Result<Self, Problem> {
        Self::from_request(&request, &mut Payload::None).await
    }
}

/// A description of listings: larger than other bodies, and kept as it came beside what was read of it.
pub(super) struct Described<T> {
    pub value: T,
    pub as_sent: serde_json::Value,
}

impl<T: DeserializeOwned + 'static> Sent for Described<T> {
    async fn receive(request: HttpRequest, payload: Payload) -> Result<Self, Problem> {
        let types = media_types(request.method());
        let as_sent = body::json(&request, payload, types, limits::DOCUMENT_BYTES).await?;
        let value =
            faults::read_as(faults::Body::Around, as_sent.clone()).map_err(Problem::body)?;
        Ok(Self { value, as_sent })
    }
}

/// A file of listings, as it came.
pub(super) struct File {
    pub format: Format,
    pub text: String,
}

impl Sent for File {
    async fn receive(request: HttpRequest, payload: Payload) -> Result<Self, Problem> {
        let types = ["text/csv", "application/x-ndjson"];
        let read = body::file(&request, payload, &types, limits::DOCUMENT_BYTES);
        let (named, bytes) = read.await?;
        let text = sheet::text_of(&bytes).map_err(|why| {
            let problem = Problem::new(Code::EncodingInvalid);
            match why {
                NoText::Workbook => {
                    problem.detail("This is a workbook. Save it as CSV UTF-8, and send that.")
                }
                NoText::Encoding => {
                    problem.detail("The file is neither UTF-8 nor UTF-16. Save it as CSV UTF-8.")
                }
            }
        })?;
        let format = match named {
            "text/csv" => Format::Csv,
            _ => Format::NdJson,
        };
        Ok(Self { format, text })
    }
}

/// Whence somebody tries to be let in.
pub(super) fn whence(request: &HttpRequest) -> Whence {
    let quota = request.app_data::<Data<Quota>>();
    Whence::Network(quota.map_or(0, |quota| quota.network(request)))
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::receive(request.clone(), payload.take()))
    }
}

impl<B: Sent> FromRequest for Signed<B> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let person = identify(&request).await?;
            let seat = request.extensions().get::<Seat>().cloned();
            let seat = seat.filter(|_| body::is_announced(request.headers()));
            let receiving = B::receive(request, payload);
            let body = match seat {
                Some(seat) => seat.beside(person.account, receiving).await?,
                None => receiving.await?,
            };
            Ok(Self { person, body })
        })
    }
}

async fn identify(request: &HttpRequest) -> Result<Person, Problem> {
    let app = request
        .app_data::<Data<App>>()
        .ok_or_else(|| Problem::internal("no application"))?;
    let token = match credential::of(request)? {
        Credential::Bearer(token) => token,
        Credential::Cookie {
            token,
            proof,
            reading,
        } => {
            if !reading && !proof.is_some_and(|proof| sessions::is_ours(&token, &proof)) {
                return Err(Problem::new(Code::ForgerySuspected));
            }
            token
        }
    };
    let person = match token.expose_secret().starts_with(keys::PREFIX) {
        true => keys::authenticate(app, Actor::Anyone, &token).await,
        false => sessions::authenticate(app, &token).await,
    };
    let person = person.map_err(refusal::of_document)?;
    if let Some(grant) = person.key {
        may_be_asked(request, grant)?;
    }
    Ok(person)
}

/// A key is good for drafts, where its scope says so, and for nothing else of what one has to be signed in for.
fn may_be_asked(request: &HttpRequest, grant: KeyGrant) -> Result<(), Problem> {
    let allowed = request.app_data::<Data<Allowed>>();
    let of_drafts = |allowed: &Data<Allowed>| allowed.takes_keys(request.method(), request.path());
    let forbidden = || Problem::new(Code::Forbidden);
    if !allowed.is_some_and(of_drafts) {
        return Err(forbidden().detail("No key is good for this: sign in."));
    }
    let (granted, scope) = match request.method().is_safe() {
        true => (grant.reads, KeyScope::DraftsRead),
        false => (grant.writes, KeyScope::DraftsWrite),
    };
    match granted {
        true => Ok(()),
        false => Err(forbidden()
            .detail("The key lacks the scope for this.")
            .lacks(scope.as_str())),
    }
}
