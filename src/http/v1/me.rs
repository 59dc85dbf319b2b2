//! Who is signed in, what their account says of them, and their second factor.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use secrecy::{ExposeSecret, SecretString};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{App, profile, second_factor},
    exchange::{
        profile::{EmailProof, MeAnswer, MePatch, NewEmail},
        second_factor::{
            RecoveryCodes, SecondFactorAnswer, SecondFactorCode, SecondFactorProof,
            SecondFactorRequest,
        },
    },
    http::{
        caller::{Json, Signed},
        refusal::{
            self, Conflicting, Limited, Loading, Naming, Reading, Sending, Signing,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(me)
        .service(change)
        .service(propose_email)
        .service(confirm_email)
        .service(propose)
        .service(confirm)
        .service(renew_codes)
        .service(remove);
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
async fn me(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let me = profile::show(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&me))
}

/// Change one's account
///
/// What others are to call the person from now on. The address is another matter: see the proposal of one; a password is
/// chosen by the link of a letter.
#[utoipa::path(
    operation_id = "changeMe",
    tag = "people",
    security(("session" = ["account"])),
    request_body(content((MePatch = "application/merge-patch+json"), (MePatch = "application/json"))),
    responses((status = 200, description = "The person.", body = MeAnswer), Reading, Sending, Signing, Loading)
)]
#[patch("/v1/me")]
async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<MePatch>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let name = given.body.0.parse().map_err(Problem::body)?;
    let shown = profile::rename(&app, &given.person, &name)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&shown))
}

/// Propose another address
///
/// Sends a letter to another address of whoever is signed in and shows the password, and a code where a second factor is set
/// up. The account keeps the address that it has, which is told, until the link of that letter is shown. The answer is the
/// same where the other address has an account already; its letter says so.
#[utoipa::path(
    operation_id = "proposeEmail",
    tag = "people",
    security(("session" = ["account"])),
    request_body = NewEmail,
    responses((status = 202, description = "A letter goes there."), Reading, Sending, Signing, Conflicting, Limited, Loading)
)]
#[post("/v1/me/email")]
async fn propose_email(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<NewEmail>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (email, password, code) = given.body.0.parse().map_err(Problem::body)?;
    profile::propose_email(&app, &given.person, email, password, code)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// Confirm another address
///
/// From now on the account has the address to which the link went, and new letters go there; the former address is told.
/// Links that went there do nothing for the account any more.
#[utoipa::path(
    operation_id = "confirmEmail",
    tag = "people",
    security(("session" = ["account"])),
    request_body = EmailProof,
    responses((status = 200, description = "The person.", body = MeAnswer), Reading, Naming, Sending, Signing, Conflicting, Loading)
)]
#[post("/v1/me/email/confirmation")]
async fn confirm_email(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<EmailProof>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let link = given.body.0.parse().map_err(Problem::body)?;
    let shown = profile::confirm_email(&app, &given.person, &link)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&shown))
}

/// Propose a second factor
///
/// Draws a secret for an authenticator app, shown once, for whoever is signed in and knows the password. It counts once a
/// code of it is confirmed. To replace one, take it off first.
#[utoipa::path(
    operation_id = "proposeSecondFactor",
    tag = "people",
    security(("session" = ["account"])),
    request_body = SecondFactorRequest,
    responses((status = 201, description = "The secret.", body = SecondFactorAnswer), Reading, Sending, Signing, Conflicting, Limited, Loading)
)]
#[post("/v1/me/second-factor")]
async fn propose(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<SecondFactorRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let password = given.body.0.parse().map_err(Problem::body)?;
    let proposed = second_factor::propose(&app, &given.person, password)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::created(&SecondFactorAnswer {
        secret: proposed.secret.expose_secret().to_owned(),
        address: proposed.address.expose_secret().to_owned(),
    }))
}

/// Confirm a second factor
///
/// From now on every sign-in wants a code, and the person's other sessions are ended. The recovery codes are shown once; each
/// works once in place of a code.
#[utoipa::path(
    operation_id = "confirmSecondFactor",
    tag = "people",
    security(("session" = ["account"])),
    request_body = SecondFactorCode,
    responses((status = 200, description = "It is set up.", body = RecoveryCodes), Reading, Sending, Signing, Conflicting, Limited, Loading)
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
    Ok(private::shown(&shown(&codes)))
}

/// Draw recovery codes anew
///
/// For whoever knows the password and has a code, or one of the former recovery codes. Those from before work no more.
#[utoipa::path(
    operation_id = "renewRecoveryCodes",
    tag = "people",
    security(("session" = ["account"])),
    request_body = SecondFactorProof,
    responses((status = 200, description = "The new codes.", body = RecoveryCodes), Reading, Sending, Signing, Conflicting, Limited, Loading)
)]
#[post("/v1/me/second-factor/recovery-codes")]
async fn renew_codes(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<SecondFactorProof>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (password, code) = given.body.0.parse().map_err(Problem::body)?;
    let codes = second_factor::renew_codes(&app, &given.person, password, &code)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&shown(&codes)))
}

/// Take a second factor off
///
/// For whoever knows the password and has a code, or a recovery code; another one can be set up then. The person's other
/// sessions are ended, and moderators and administrators are neither until there is a new one. Who lost codes and recovery
/// codes asks whoever runs the directory.
#[utoipa::path(
    operation_id = "removeSecondFactor",
    tag = "people",
    security(("session" = ["account"])),
    request_body = SecondFactorProof,
    responses((status = 204, description = "It is off."), Reading, Sending, Signing, Conflicting, Limited, Loading)
)]
#[post("/v1/me/second-factor/removal")]
async fn remove(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<SecondFactorProof>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (password, code) = given.body.0.parse().map_err(Problem::body)?;
    second_factor::remove(&app, &given.person, password, &code)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

fn shown(codes: &[SecretString]) -> RecoveryCodes {
    let text = |code: &SecretString| code.expose_secret().to_owned();
    RecoveryCodes {
        recovery_codes: codes.iter().map(text).collect(),
    }
}
