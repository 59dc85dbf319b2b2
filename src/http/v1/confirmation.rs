//! Saying that what is public is still true; what is not public any more because nobody said so, or somebody took it off.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    app::{App, AppError, confirm, lapse},
    domain::actor::Person,
    exchange::drafts::{FieldsRequest, LapsedList},
    http::{
        caller::{Json, Signed},
        parameters::{OfListing, Paging},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        cursor,
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(still_true)
        .service(fields)
        .service(lapsed)
        .service(set_aside);
}

/// Say that a listing is still true
///
/// As of today. It needs no approval: nothing changes but the day. A listing that was withdrawn because nobody had said
/// so is public again, at once and as it was.
#[utoipa::path(
    operation_id = "confirmListing",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfListing),
    responses((status = 204, description = "It is noted."), Reading, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/listings/{listing}/confirmation")]
async fn still_true(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    confirm::confirm(&app, &given.person, of.listing)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// Say that single values are still true
///
/// Such as a phone number, or the opening hours, as of today. It needs no approval, and the whole falls due when it did.
/// The public listing shows it under `confirmation.fields`, until the whole is confirmed or changed.
#[utoipa::path(
    operation_id = "confirmFields",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfListing),
    request_body = FieldsRequest,
    responses((status = 204, description = "It is noted."), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/listings/{listing}/confirmation/fields")]
async fn fields(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfListing>,
    given: Signed<Json<FieldsRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fields = given.body.0.parse().map_err(Problem::body)?;
    confirm::confirm_fields(&app, &given.person, of.listing, &fields)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// List what lapsed
///
/// Listings of one's organisations that are not public any more, because nobody who keeps them answered when asked
/// whether they are still true, or because somebody took them off. Nothing of them is lost: saying that one is still true
/// brings it back, apart from those that a moderator took off, and a draft of it can be opened as of a public one.
#[utoipa::path(
    operation_id = "listLapsed",
    tag = "drafts",
    security(("session" = ["account"])),
    params(Paging),
    responses((status = 200, description = "What lapsed.", body = LapsedList), Reading, Signing, Loading)
)]
#[get("/v1/me/lapsed")]
async fn lapsed(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<Paging>>,
) -> Result<HttpResponse, Problem> {
    listed(&request, given, async |person, after, size| {
        lapse::mine(&app, &person, after, size).await
    })
    .await
}

/// List what is not public any more
///
/// Listings that are set aside, whole: because nobody who keeps them answered when asked whether they are still true, or
/// because somebody took them off.
#[utoipa::path(
    operation_id = "listSetAside",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(Paging),
    responses((status = 200, description = "What is set aside.", body = LapsedList), Reading, Signing, Loading)
)]
#[get("/v1/moderation/set-aside")]
async fn set_aside(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<Paging>>,
) -> Result<HttpResponse, Problem> {
    listed(&request, given, async |person, after, size| {
        lapse::all(&app, &person, after, size).await
    })
    .await
}

async fn listed(
    request: &HttpRequest,
    given: Signed<Parameters<Paging>>,
    list: impl AsyncFnOnce(Person, Option<Uuid>, u16) -> Result<(LapsedList, Option<Uuid>), AppError>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let paging = given.body.value;
    let after = paging.cursor.as_deref();
    let after = after.map(|text| cursor::open::<Uuid>(fingerprint, text));
    let (mut listed, next) = list(given.person, after.transpose()?, paging.size())
        .await
        .map_err(refusal::of_query)?;
    listed.next = next.map(|id| cursor::seal(fingerprint, &id));
    Ok(private::shown(&listed))
}
