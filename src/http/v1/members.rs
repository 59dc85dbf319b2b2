//! Who keeps which organisation, and what one has typed.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::{
        App,
        drafts::{self, Wanted},
        invitations, members,
    },
    domain::draft::DraftState,
    exchange::drafts::{
        InvitationRequest, MemberList, MemberRequest, MembershipList, SubmissionList,
        WithdrawalRequest,
    },
    http::{
        caller::{Json, Signed},
        parameters::{IdText, Paging},
        refusal::{
            self, Conflicting, Loading, Naming, Reading, Sending, Signing, problem::Problem,
        },
        terms::Terms,
    },
    web::{
        cursor,
        input::Part,
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(submissions)
        .service(organisations)
        .service(list)
        .service(invite)
        .service(set_role)
        .service(end)
        .service(remove);
}

/// Which drafts are wanted.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Of {
    /// Only those of this listing, by the id that it has or will have.
    #[param(value_type = Option<String>, format = Uuid, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c")]
    listing: Option<IdText>,
    /// Where they stand: a comma list of states; `-approved` is every other one.
    #[param(inline)]
    state: Option<Terms<DraftState>>,
    /// Only what belongs to this organisation, by its id.
    #[param(value_type = Option<String>, format = Uuid, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")]
    organisation: Option<IdText>,
}

impl Part for Of {}

/// List what one has typed
///
/// The drafts of one's organisations, the latest first: what a moderator said, the place in the queue, and how long a
/// decision usually takes. A page holds 4 MiB of drafts at most, and so may have fewer than were asked for.
#[utoipa::path(
    operation_id = "listSubmissions",
    tag = "drafts",
    security(("session" = ["account"])),
    params(Of, Paging),
    responses((status = 200, description = "The drafts.", body = SubmissionList), Reading, Signing, Loading)
)]
#[get("/v1/me/submissions")]
async fn submissions(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<(Of, Paging)>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let (of, paging) = given.body.value;
    let before = paging.cursor.as_deref();
    let before = before.map(|text| cursor::open::<Uuid>(fingerprint, text));
    let states = of.state.as_ref();
    let stands = |state: &DraftState| states.is_none_or(|states| states.holds_of(state.as_str()));
    let wanted = Wanted {
        organisation: of.organisation.map(|id| id.0),
        listing: of.listing.map(|id| id.0),
        states: DraftState::ALL.iter().copied().filter(stands).collect(),
        before: before.transpose()?,
        limit: paging.size(),
    };
    let (mut listed, next) = drafts::mine(&app, &given.person, wanted)
        .await
        .map_err(refusal::of_query)?;
    listed.next = next.map(|id| cursor::seal(fingerprint, &id));
    Ok(private::shown(&listed))
}

/// List one's organisations
///
/// The organisations whose listings the person keeps, and what they are there.
#[utoipa::path(
    operation_id = "listMemberships",
    tag = "drafts",
    security(("session" = ["account"])),
    responses((status = 200, description = "The organisations.", body = MembershipList), Reading, Signing, Loading)
)]
#[get("/v1/me/organisations")]
async fn organisations(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let mine = members::mine(&app, &given.person)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&mine))
}

/// List members
///
/// Who keeps the listings of an organisation.
#[utoipa::path(
    operation_id = "listMembers",
    tag = "people",
    security(("session" = ["viewer"])),
    params(("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")),
    responses((status = 200, description = "The members.", body = MemberList), Reading, Signing, Naming, Loading)
)]
#[get("/v1/organisations/{organisation}/members")]
async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let members = members::list(&app, &given.person, *organisation)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&members))
}

/// Invite somebody
///
/// Sends a single-use link by which the owner of the address becomes a member.
#[utoipa::path(
    operation_id = "invite",
    tag = "people",
    security(("session" = ["owner"])),
    params(("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d")),
    request_body = InvitationRequest,
    responses((status = 202, description = "A letter is on its way."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[post("/v1/organisations/{organisation}/invitations")]
async fn invite(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<Json<InvitationRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (email, role) = given.body.0.parse().map_err(Problem::body)?;
    invitations::invite(&app, &given.person, *organisation, email, role)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::accepted())
}

/// Give a member another role
///
/// An organisation has at least one owner.
#[utoipa::path(
    operation_id = "setMemberRole",
    tag = "people",
    security(("session" = ["owner"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        ("account" = String, Path, description = "The member's account.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f"),
    ),
    request_body = MemberRequest,
    responses((status = 204, description = "Done."), Reading, Sending, Signing, Naming, Conflicting, Loading)
)]
#[put("/v1/organisations/{organisation}/members/{account}")]
async fn set_role(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(Uuid, Uuid)>,
    given: Signed<Json<MemberRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (organisation, member) = path.into_inner();
    let role = given.body.0.parse().map_err(Problem::body)?;
    members::set_role(&app, &given.person, organisation, member, role)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// End a membership as a moderator
///
/// Also that of the last owner: of whoever turned out not to be who they said. They are told why, and so are those who
/// own it.
#[utoipa::path(
    operation_id = "endMembership",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        ("account" = String, Path, description = "The member's account.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f"),
    ),
    request_body = WithdrawalRequest,
    responses((status = 204, description = "It is ended."), Reading, Sending, Signing, Naming, Loading)
)]
#[post("/v1/moderation/organisations/{organisation}/members/{account}/removal")]
async fn end(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(Uuid, Uuid)>,
    given: Signed<Json<WithdrawalRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (organisation, member) = path.into_inner();
    let why = given.body.0.parse().map_err(Problem::body)?;
    members::end(&app, &given.person, organisation, member, &why)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}

/// End a membership
///
/// An owner ends anybody's, everybody their own. An organisation keeps at least one owner.
#[utoipa::path(
    operation_id = "removeMember",
    tag = "people",
    security(("session" = ["owner"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        ("account" = String, Path, description = "The member's account.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5f"),
    ),
    responses((status = 204, description = "It is ended."), Reading, Signing, Naming, Conflicting, Loading)
)]
#[delete("/v1/organisations/{organisation}/members/{account}")]
async fn remove(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(Uuid, Uuid)>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let (organisation, member) = path.into_inner();
    members::remove(&app, &given.person, organisation, member)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::done())
}
