//! Signing in and out.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::{StatusCode, header::USER_AGENT},
    post, web,
};
use secrecy::ExposeSecret;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::{
    app::{App, sessions},
    domain::account::Session,
    exchange::people,
    http::{
        caller::{Json, Signed, whence},
        refusal::{self, Limited, Loading, Naming, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        credential,
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_in)
        .service(list)
        .service(end_others)
        .service(end);
}

/// Sign in
///
/// Opens a session. Its token is shown once; with `cookie` it comes as a `__Host-` cookie that scripts cannot read, and
/// `csrf_token` has to be sent as `X-CSRF-Token` with everything that changes something.
#[utoipa::path(
    operation_id = "signIn",
    tag = "people",
    request_body = people::SignIn,
    responses((status = 201, description = "Signed in.", body = people::SignedIn), Reading, Sending, Signing, Limited, Loading)
)]
#[post("/v1/sessions")]
async fn sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    given: Json<people::SignIn>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let Json(mut given) = given;
    let (email, password) = given.parse().map_err(Problem::body)?;
    let browser = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let browser = browser.unwrap_or_default().chars().take(200).collect();
    let shown = sessions::SignIn {
        email,
        password,
        code: given.code,
        browser,
    };
    let opened = sessions::sign_in(&app, Actor::Anyone, shown, whence(&request))
        .await
        .map_err(refusal::of_document)?;
    let token = opened.token.expose_secret().to_owned();
    let mut response = private::answer(StatusCode::CREATED);
    if given.cookie {
        let seconds = opened.expires_at.duration_since(app.now()).as_secs();
        response.cookie(credential::cookie(token.clone(), seconds));
    }
    Ok(response.json(people::SignedIn {
        session: opened.session,
        token: (!given.cookie).then_some(token),
        csrf_token: opened.against_forgery.expose_secret().to_owned(),
        expires_at: opened.expires_at,
        wants_second_factor: opened.wants_second_factor,
    }))
}

/// List one's sessions
///
/// The sessions of the person who asks that are in force, the newest first.
#[utoipa::path(
    operation_id = "listSessions",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 200, description = "The sessions.", body = people::SessionList), Reading, Signing, Loading)
)]
#[get("/v1/sessions")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let found = sessions::list(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    let answer = |session: Session| people::SessionAnswer {
        id: session.id,
        current: session.id == given.person.session,
        second_factor: session.strong,
        browser: session.browser,
        created_at: session.created_at,
        expires_at: session.expires_at,
        last_used_on: session.last_used_on,
    };
    Ok(private::shown(&people::SessionList {
        items: found.into_iter().map(answer).collect(),
    }))
}

/// End a session
///
/// Ends one of the sessions of the person who asks, this one or another: its token works no longer.
#[utoipa::path(
    operation_id = "endSession",
    tag = "people",
    security(("session" = ["account"])),
    params(("session" = String, Path, description = "The session's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")),
    responses((status = 204, description = "It is ended."), Reading, Signing, Naming, Loading)
)]
#[delete("/v1/sessions/{session}")]
async fn end(
    request: HttpRequest,
    app: web::Data<App>,
    session: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    sessions::end(&app, &given.person, *session)
        .await
        .map_err(refusal::of_document)?;
    let mut response = private::done();
    if *session == given.person.session
        && let Some(over) = credential::over(&request)
    {
        response
            .add_cookie(&over)
            .map_err(|error| Problem::internal(error.to_string()))?;
    }
    Ok(response)
}

/// End all other sessions
///
/// All of the person who asks, but the one by which they ask.
#[utoipa::path(
    operation_id = "endOtherSessions",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 204, description = "They are ended."), Reading, Signing, Loading)
)]
#[delete("/v1/sessions")]
async fn end_others(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    sessions::end_others(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
