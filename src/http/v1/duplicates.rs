//! Listings that may be the same, and merging those that are.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{
        App,
        duplicates::{self, Pair},
    },
    exchange::drafts::{AlikeList, MergeRequest},
    http::{
        caller::{Json, Signed},
        parameters::{OfDraft, Seen},
        refusal::{self, Changing, Loading, Naming, Reading, Sending, Signing, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        precondition, private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(alike).service(merge);
}

/// List possible duplicates
///
/// Public listings with the same number or website, or nearby with a similar name in any script. Moderators are told of
/// what others typed or handed in as well.
#[utoipa::path(
    operation_id = "listDuplicates",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(OfDraft),
    responses((status = 200, description = "The listings.", body = AlikeList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/drafts/{draft}/duplicates")]
async fn alike(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let found = duplicates::of_draft(&app, &given.person, of.draft)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&found))
}

/// Merge a listing into another
///
/// Of the same kind. What named the one names the other; its id and its slugs lead there. What is being typed of it is taken
/// back, and what is typed of the listings of a merged organisation goes with them. `If-Match` has the `version` of the
/// public listing that goes. Nobody merges what they keep, nor into it.
#[utoipa::path(
    operation_id = "mergeListings",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(Seen),
    request_body = MergeRequest,
    responses((status = 204, description = "It is merged."), Reading, Sending, Signing, Naming, Changing, Loading)
)]
#[post("/v1/moderation/merges")]
async fn merge(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Json<MergeRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let (from, into) = given.body.0.parse().map_err(Problem::body)?;
    let pair = Pair {
        gone: (from, version),
        into,
    };
    duplicates::merge(&app, &given.person, pair)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
