//! Accounts, and who is what in the directory.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::actor::Actor;
use crate::{
    app::{
        App,
        accounts::{self, Registration},
    },
    exchange::{appointment, people},
    http::{
        caller::{Json, Signed},
        refusal::{self, Deciding, Loading, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(register)
        .service(reset)
        .service(appointed)
        .service(appoint);
}

/// Register
///
/// Sends a single-use link to the address; following it with a password makes the account. The answer tells nobody whether
/// there is an account of that address already.
#[utoipa::path(
    operation_id = "register",
    tag = "people",
    request_body = people::Registration,
    responses((status = 202, description = "A letter is on its way."), Reading, Sending, Loading)
)]
#[post("/v1/accounts")]
async fn register(
    request: HttpRequest,
    app: web::Data<App>,
    given: Json<people::Registration>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (email, name) = given.0.parse().map_err(Problem::body)?;
    accounts::register(&app, Actor::Anyone, Registration { email, name })
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// Ask for a new password
///
/// Sends a single-use link to the address, where it has an account. The answer is the same where it has none.
#[utoipa::path(
    operation_id = "requestPasswordReset",
    tag = "people",
    request_body = people::Addressed,
    responses((status = 202, description = "A letter is on its way, where there is such an account."), Reading, Sending, Loading)
)]
#[post("/v1/accounts/reset")]
async fn reset(
    request: HttpRequest,
    app: web::Data<App>,
    given: Json<people::Addressed>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let email = given.0.parse().map_err(Problem::body)?;
    accounts::request_reset(&app, Actor::Anyone, email)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// List who looks after the directory
///
/// The moderators and administrators, and whether each has the second factor that they need.
#[utoipa::path(
    operation_id = "listAppointed",
    tag = "people",
    security(("session" = ["administrator"])),
    responses((status = 200, description = "Those who do.", body = appointment::AppointedList), Reading, Signing, Loading)
)]
#[get("/v1/roles")]
async fn appointed(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let list = accounts::appointed(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&list))
}

/// Appoint or dismiss
///
/// Makes the owner of an account moderator or administrator, or neither any more, and ends their sessions. Nobody
/// changes their own role.
#[utoipa::path(
    operation_id = "appoint",
    tag = "people",
    security(("session" = ["administrator"])),
    request_body = appointment::Appointment,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Deciding, Loading)
)]
#[put("/v1/roles")]
async fn appoint(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<appointment::Appointment>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (email, role) = given.body.0.parse().map_err(Problem::body)?;
    accounts::appoint(&app, &given.person, &email, role)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
