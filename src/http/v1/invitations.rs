//! Invitations that nobody has followed yet.

use actix_web::{HttpRequest, HttpResponse, delete, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, invitations},
    exchange::drafts::InvitationList,
    http::{
        caller::Signed,
        refusal::{self, Loading, Naming, Reading, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(list).service(revoke);
}

/// List open invitations
///
/// Those that may still be followed, the latest first.
#[utoipa::path(
    operation_id = "listInvitations",
    tag = "people",
    security(("session" = ["owner"])),
    params(("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")),
    responses((status = 200, description = "The invitations.", body = InvitationList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/organisations/{organisation}/invitations")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let open = invitations::list(&app, &given.person, *organisation)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&open))
}

/// Take an invitation back
///
/// Its link works no more, whether the letter was sent or not.
#[utoipa::path(
    operation_id = "revokeInvitation",
    tag = "people",
    security(("session" = ["owner"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        ("invitation" = String, Path, description = "The invitation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a61"),
    ),
    responses((status = 204, description = "It is taken back."), Reading, Signing, Naming, Loading)
)]
#[delete("/v1/organisations/{organisation}/invitations/{invitation}")]
async fn revoke(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(Uuid, Uuid)>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (organisation, invitation) = path.into_inner();
    invitations::revoke(&app, &given.person, organisation, invitation)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
