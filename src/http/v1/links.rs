//! Single-use links of letters.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::actor::Actor;
use crate::{
    app::{
        App,
        links::{self, Given},
    },
    exchange::people::{Following, LinkAnswer},
    http::{
        caller::Json,
        parameters::Nothing,
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Wanting, problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(show).service(follow);
}

/// Look at a link
///
/// What the link of a letter is for. Looking does not use it up.
#[utoipa::path(
    operation_id = "getLink",
    tag = "people",
    params(("link" = String, Path, description = "The end of the link, as the letter has it.", max_length = 43, example = "kqX0cY3mJ9r8Zs5Qk7mT2u1vW4xA6bC8dE0fG2hI4jK")),
    responses((status = 200, description = "It works.", body = LinkAnswer), Reading, Naming, Loading)
)]
#[get("/v1/links/{link}")]
async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    link: web::Path<String>,
    _nothing: Parameters<Nothing>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let shown = links::show(&app, &link)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&LinkAnswer {
        purpose: shown.purpose.as_str(),
        expires_at: Some(shown.expires_at),
    }))
}

/// Follow a link
///
/// Does what the link is for, once (`new_address` is shown to the confirmation of another address instead): confirms an address and makes its account with the password that is chosen here, sets a
/// new password, or answers what the letter asks. A new password ends all sessions; keys of apps go on, unless `revoke_keys`
/// says otherwise.
#[utoipa::path(
    operation_id = "followLink",
    tag = "people",
    params(("link" = String, Path, description = "The end of the link, as the letter has it.", max_length = 43, example = "kqX0cY3mJ9r8Zs5Qk7mT2u1vW4xA6bC8dE0fG2hI4jK")),
    request_body = Following,
    responses((status = 200, description = "It is done.", body = LinkAnswer), Reading, Naming, Sending, Conflicting, Wanting, Loading)
)]
#[post("/v1/links/{link}")]
async fn follow(
    request: HttpRequest,
    app: web::Data<App>,
    link: web::Path<String>,
    given: Json<Following>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let Following {
        password,
        revoke_keys: revokes_keys,
        closed,
    } = given.0.parse().map_err(Problem::body)?;
    let given = Given {
        password,
        revokes_keys,
        closed,
    };
    let purpose = links::follow(&app, Actor::Anyone, &link, given)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&LinkAnswer {
        purpose: purpose.as_str(),
        expires_at: None,
    }))
}
