//! What moderators do: the queue, and decisions on drafts.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use super::drafts::answered;
use crate::{
    app::{
        App, moderation,
        queue::{self, Assigned, Wanted},
    },
    domain::{draft::QueuePlace, listing::Kind},
    exchange::{
        drafts::{ChangesRequest, DraftAnswer, RejectionRequest},
        queue::{About, QueueAnswer},
    },
    http::{
        caller::{Json, Signed},
        parameters::{OfDraft, Paging, Seen},
        refusal::{
            self, Changing, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        cursor,
        input::Part,
        negotiate::{self, Format},
        precondition, private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(waiting)
        .service(approve)
        .service(reject)
        .service(request_changes);
}

/// Which of what waits is wanted.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Waits {
    /// Only this: `draft`, `batch`, `claim` or `report`.
    #[param(value_type = Option<String>, max_length = 6, pattern = "^(draft|batch|claim|report)$", example = "report")]
    about: Option<About>,
    /// Only of listings of this kind.
    #[param(value_type = Option<String>, max_length = 20, pattern = "^(organisation|hub|support_group|helpline)$", example = "helpline")]
    kind: Option<Kind>,
    /// Only what this moderator looks at, what nobody does, or what another one does: `me`, `nobody` or an account.
    #[param(value_type = Option<String>, max_length = 36, pattern = "^(me|nobody|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", example = "nobody")]
    assigned: Option<AssignedText>,
    /// Only what waits for so many hours at least.
    #[param(minimum = 0, maximum = 8760, example = 24)]
    #[validate(range(max = 8760, message = "0 to 8760 hours"))]
    hours: Option<u16>,
}

impl Part for Waits {}

#[derive(Clone, Copy, Debug)]
struct AssignedText(Assigned);

impl<'de> Deserialize<'de> for AssignedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let account = Uuid::try_parse(&text).ok().filter(|_| text.len() == 36);
        match (text.as_str(), account) {
            ("me", _) => Ok(Self(Assigned::Me)),
            ("nobody", _) => Ok(Self(Assigned::Nobody)),
            (_, Some(account)) => Ok(Self(Assigned::To(account))),
            _ => Err(D::Error::custom("`me`, `nobody` or the id of an account")),
        }
    }
}

/// List what waits
///
/// What staff handed in, alone or as one, claims, and what the public says: what is urgent first, as a wrong number of a
/// crisis line, then the oldest. `POST /v1/drafts/{draft}/approval` and its neighbours decide; each sort has its own.
#[utoipa::path(
    operation_id = "listQueue",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(Waits, Paging),
    responses((status = 200, description = "What waits.", body = QueueAnswer), Reading, Signing, Loading)
)]
#[get("/v1/moderation/queue")]
async fn waiting(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Parameters<(Waits, Paging)>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let fingerprint = given.body.fingerprint;
    let (waits, paging) = given.body.value;
    let after = paging.cursor.as_deref();
    let after = after.map(|text| cursor::open::<QueuePlace>(fingerprint, text));
    let wanted = Wanted {
        about: waits.about,
        kind: waits.kind,
        assigned: waits.assigned.map(|AssignedText(assigned)| assigned),
        hours: waits.hours,
        after: after.transpose()?,
        limit: paging.size(),
    };
    let (mut answer, next) = queue::list(&app, &given.person, wanted)
        .await
        .map_err(refusal::of_query)?;
    answer.next = next.map(|position| cursor::seal(fingerprint, &position));
    Ok(private::shown(&answer))
}

/// Approve a draft
///
/// Makes it public. It fails with 412 where the draft, or what is public of its listing, changed since it was handed in.
/// Nobody approves what they have a part in.
#[utoipa::path(
    operation_id = "approveDraft",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfDraft, Seen),
    responses((status = 200, description = "It is public.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Wanting, Loading)
)]
#[post("/v1/drafts/{draft}/approval")]
async fn approve(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(moderation::approve(&app, &given.person, of.draft, version).await)
}

/// Reject a draft
///
/// Says no, with a reason that its people see. What is public stays as it is.
#[utoipa::path(
    operation_id = "rejectDraft",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfDraft, Seen),
    request_body = RejectionRequest,
    responses((status = 200, description = "It is rejected.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/drafts/{draft}/rejection")]
async fn reject(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed<Json<RejectionRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let reason = given.body.0.parse().map_err(Problem::body)?;
    answered(moderation::reject(&app, &given.person, of.draft, version, &reason).await)
}

/// Ask for changes
///
/// Gives a draft back with remarks on single values, or on the whole.
#[utoipa::path(
    operation_id = "requestChanges",
    tag = "moderation",
    security(("session" = ["moderator"])),
    params(OfDraft, Seen),
    request_body = ChangesRequest,
    responses((status = 200, description = "It is given back.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[post("/v1/drafts/{draft}/changes-request")]
async fn request_changes(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed<Json<ChangesRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let said = given.body.0.parse().map_err(Problem::body)?;
    answered(moderation::request_changes(&app, &given.person, of.draft, version, said).await)
}
