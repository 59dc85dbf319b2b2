//! Who is signed in, and their second factor.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use secrecy::ExposeSecret;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{App, second_factor},
    exchange::people::{MeAnswer, RecoveryCodes, SecondFactorAnswer, SecondFactorCode},
    http::{
        caller::{Json, Signed},
        refusal::{self, Conflicting, Loading, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(me).service(propose).service(confirm);
}

/// Who am I
///
/// The account of the person who asks, and what they are in the directory.
#[utoipa::path(
    operation_id = "getMe",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 200, description = "The person.", body = MeAnswer), Reading, Signing, Loading)
)]
#[get("/v1/me")]
async fn me(request: HttpRequest, given: Signed) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let person = given.person;
    Ok(private::shown(&MeAnswer {
        account: person.account,
        role: person.role,
        second_factor: person.strong,
    }))
}

/// Propose a second factor
///
/// Draws a secret for an authenticator app, shown once. It counts once a code of it is confirmed.
#[utoipa::path(
    operation_id = "proposeSecondFactor",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 201, description = "The secret.", body = SecondFactorAnswer), Reading, Signing, Conflicting, Loading)
)]
#[post("/v1/me/second-factor")]
async fn propose(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let proposed = second_factor::propose(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::created(&SecondFactorAnswer {
        secret: proposed.secret.expose_secret().to_owned(),
        address: proposed.address.expose_secret().to_owned(),
    }))
}

/// Confirm a second factor
///
/// From now on every sign-in wants a code. The recovery codes are shown once; each works once in place of a code.
#[utoipa::path(
    operation_id = "confirmSecondFactor",
    tag = "people",
    security(("session" = ["account"])),
    request_body = SecondFactorCode,
    responses((status = 200, description = "It is set up.", body = RecoveryCodes), Reading, Sending, Signing, Conflicting, Loading)
)]
#[post("/v1/me/second-factor/confirmation")]
async fn confirm(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<SecondFactorCode>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let code = given.body.0.parse().map_err(Problem::body)?;
    let codes = second_factor::confirm(&app, &given.person, &code)
        .await
        .map_err(refusal::of_document)?;
    let recovery_codes = codes
        .iter()
        .map(|code| code.expose_secret().to_owned())
        .collect();
    Ok(private::shown(&RecoveryCodes { recovery_codes }))
}
