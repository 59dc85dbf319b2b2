//! Keys of apps.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use secrecy::ExposeSecret;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{
        App,
        keys::{self, Wanted},
    },
    exchange::keys::{KeyAnswer, KeyList, KeyMade, KeyRequest},
    http::{
        caller::{Json, Signed},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(create).service(list).service(revoke);
}

/// Make a key
///
/// For an app: it raises the limits of reading, and with a scope it looks at or types in the drafts of one's
/// organisations, and confirms or takes off what is public of them. It is shown once.
#[utoipa::path(
    operation_id = "createKey",
    tag = "people",
    security(("session" = ["account"])),
    request_body = KeyRequest,
    responses((status = 201, description = "The key.", body = KeyMade), Reading, Sending, Signing, Conflicting, Loading)
)]
#[post("/v1/keys")]
async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<KeyRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (name, scopes, days) = given.body.0.parse().map_err(Problem::body)?;
    let wanted = Wanted { name, scopes, days };
    let made = keys::create(&app, &given.person, &wanted)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::created(&KeyMade {
        id: made.id,
        key: made.key.expose_secret().to_owned(),
        expires_at: made.expires_at,
    }))
}

/// List one's keys
///
/// What each is called, what it may do and when it was last used; never the key itself.
#[utoipa::path(
    operation_id = "listKeys",
    tag = "people",
    security(("session" = ["account"])),
    responses((status = 200, description = "The keys.", body = KeyList), Reading, Signing, Loading)
)]
#[get("/v1/keys")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let found = keys::list(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    let items = found.into_iter().map(|key| KeyAnswer {
        id: key.id,
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_on: key.last_used_on,
    });
    Ok(private::shown(&KeyList {
        items: items.collect(),
    }))
}

/// Revoke a key
///
/// It works no longer; limits forget it within half a minute on other machines.
#[utoipa::path(
    operation_id = "revokeKey",
    tag = "people",
    security(("session" = ["account"])),
    params(("key" = String, Path, description = "The key's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a61")),
    responses((status = 204, description = "It is revoked."), Reading, Signing, Naming, Loading)
)]
#[delete("/v1/keys/{key}")]
async fn revoke(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    keys::revoke(&app, &given.person, *id)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
