//! Drafts: registering, changing, handing in, taking back.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::StatusCode, patch, post, web};
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::{
        App,
        drafts::{self, Asked},
        once::Once,
    },
    domain::fault::{Fault, FaultCode},
    exchange::drafts::{
        DifferenceAnswer, DraftAnswer, DraftPatch, DraftRequest, OrganisationRegistered,
        OrganisationRegistration,
    },
    http::{
        caller::{Described, Signed},
        parameters::{Key, OfDraft, Seen},
        refusal::{
            self, Changing, Conflicting, Loading, Naming, Reading, Sending, Signing, Wanting,
            problem::Problem,
        },
    },
    web::{
        negotiate::{self, Format},
        precondition, private,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(register)
        .service(open)
        .service(show)
        .service(change)
        .service(submit)
        .service(withdraw)
        .service(difference);
}

/// Register an organisation
///
/// Opens drafts of an organisation and of its hubs, support groups and helplines in one go. Each may be as incomplete as
/// it likes; `lacks` says what is missing. Nothing is public before a moderator approves it. Whoever registers is the
/// first owner. With an `Idempotency-Key` a repetition is answered as the first time and registers nothing twice.
#[utoipa::path(
    operation_id = "registerOrganisation",
    tag = "drafts",
    security(("session" = ["account"])),
    params(Key),
    request_body = OrganisationRegistration,
    responses((status = 201, description = "Its drafts.", body = OrganisationRegistered), Reading, Sending, Signing, Conflicting, Wanting, Loading)
)]
#[post("/v1/organisations")]
async fn register(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Described<OrganisationRegistration>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let key = precondition::key(&request)?;
    let once = Once::new(key, "registerOrganisation", &given.body.as_sent);
    let parts = given.body.value.parse().map_err(Problem::body)?;
    let registered = drafts::register(&app, &given.person, parts, &once)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::created(&registered))
}

/// Open a draft
///
/// Of a `listing` that is to change, or of a new one of an `organisation`. A listing has one open draft at a time. One that
/// was taken back or rejected before it ever was public is gone on with: the draft has its id, and what was typed last. So is a
/// `draft` that was taken back or rejected, of whatever listing.
/// Of a listing that nobody owns a moderator may open one, on which another moderator decides.
#[utoipa::path(
    operation_id = "openDraft",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(Key),
    request_body = DraftRequest,
    responses((status = 201, description = "The draft.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Wanting, Loading)
)]
#[post("/v1/drafts")]
async fn open(
    request: HttpRequest,
    app: web::Data<App>,
    given: Signed<Described<DraftRequest>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let key = precondition::key(&request)?;
    let once = Once::new(key, "openDraft", &given.body.as_sent);
    let asked = asked(given.body.value).map_err(|fault| Problem::body(vec![fault]))?;
    let opened = drafts::open(&app, &given.person, asked, &once)
        .await
        .map_err(refusal::of_document)?;
    let version = opened["version"].as_i64().unwrap_or_default();
    let mut response = private::answer(StatusCode::CREATED);
    response.insert_header(("ETag", precondition::tag(version)));
    Ok(response.json(opened))
}

fn asked(given: DraftRequest) -> Result<Asked, Fault> {
    let body = given
        .body
        .unwrap_or_else(|| Value::Object(Default::default()));
    if !body.is_object() {
        return Err(Fault::new("/body", FaultCode::Malformed, "an object"));
    }
    if let Some(draft) = given.draft {
        let alone = given.listing.is_none() && given.organisation.is_none() && given.kind.is_none();
        let expected = "nothing beside what changes of it: its listing is known";
        return match alone {
            true => Ok(Asked::GoOn { draft, patch: body }),
            false => Err(Fault::new("/draft", FaultCode::Contradiction, expected)),
        };
    }
    match (given.listing, given.organisation, given.kind) {
        (Some(listing), None, None) => Ok(Asked::Change {
            listing,
            patch: body,
        }),
        (None, Some(organisation), Some(kind)) => Ok(Asked::Add {
            organisation,
            kind,
            body,
        }),
        (None, Some(_), None) => {
            let expected = "hub, support_group or helpline";
            Err(Fault::new("/kind", FaultCode::Required, expected))
        }
        (None, None, _) => {
            let expected =
                "a listing to change, a draft to go on with, or the organisation of a new one";
            Err(Fault::new("/listing", FaultCode::Required, expected))
        }
        _ => {
            let expected = "nothing beside the organisation and kind of a new listing";
            Err(Fault::new("/listing", FaultCode::Contradiction, expected))
        }
    }
}

/// Get a draft
///
/// A draft as typed, with what it lacks and what a moderator said of it.
#[utoipa::path(
    operation_id = "getDraft",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(OfDraft),
    responses((status = 200, description = "The draft.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Loading)
)]
#[get("/v1/drafts/{draft}")]
async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    answered(drafts::show(&app, &given.person, of.draft).await)
}

/// Change a draft
///
/// A merge patch (RFC 7396): what is absent stays, null goes, a value takes the place of what was there. What is typed
/// is kept as it is typed.
#[utoipa::path(
    operation_id = "changeDraft",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfDraft, Seen),
    request_body(content((DraftPatch = "application/merge-patch+json"), (DraftPatch = "application/json"))),
    responses((status = 200, description = "The draft.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Sending, Signing, Naming, Conflicting, Changing, Loading)
)]
#[patch("/v1/drafts/{draft}")]
async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed<Described<DraftPatch>>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    let patch = given.body.value.parse().map_err(Problem::body)?;
    answered(drafts::change(&app, &given.person, of.draft, version, patch).await)
}

/// Hand a draft in
///
/// A moderator will look at it. Whoever hands it in gives what it says under the licence of `getTerms`, and the draft says
/// which it was. It stands on what is public now.
#[utoipa::path(
    operation_id = "submitDraft",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfDraft, Seen),
    responses((status = 200, description = "It is handed in.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Wanting, Loading)
)]
#[post("/v1/drafts/{draft}/submission")]
async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(drafts::submit(&app, &given.person, of.draft, version).await)
}

/// Take a draft back
///
/// Handed in or not, nobody decides on it any more. What it says is kept, and the listing is free for another draft:
/// `openDraft` with the `listing` goes on from here where it never was public.
#[utoipa::path(
    operation_id = "withdrawDraft",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(OfDraft, Seen),
    responses((status = 200, description = "It is taken back.", body = DraftAnswer, headers(("ETag" = String, description = "Its version."))), Reading, Signing, Naming, Conflicting, Changing, Loading)
)]
#[delete("/v1/drafts/{draft}")]
async fn withdraw(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let version = precondition::version(&request)?;
    answered(drafts::withdraw(&app, &given.person, of.draft, version).await)
}

/// Compare a draft
///
/// Every value in which the draft differs from what is public now, or, once it is decided or taken back, from what was
/// public when it was handed in. Contacts and places are marked. What was put into a list is one addition, what was taken
/// out one removal, what stands elsewhere one move.
#[utoipa::path(
    operation_id = "compareDraft",
    tag = "drafts",
    security(("session" = ["viewer"])),
    params(OfDraft),
    responses((status = 200, description = "The difference.", body = DifferenceAnswer), Reading, Signing, Naming, Loading)
)]
#[get("/v1/drafts/{draft}/difference")]
async fn difference(
    request: HttpRequest,
    app: web::Data<App>,
    of: web::Path<OfDraft>,
    given: Signed,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let compared = drafts::difference(&app, &given.person, of.draft)
        .await
        .map_err(refusal::of_document)?;
    Ok(private::shown(&compared))
}

/// A draft with its version, or why there is none.
pub(super) fn answered(
    draft: Result<DraftAnswer, crate::app::AppError>,
) -> Result<HttpResponse, Problem> {
    let draft = draft.map_err(refusal::of_document)?;
    Ok(private::versioned(&draft, draft.version))
}
