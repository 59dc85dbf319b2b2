//! How refusals of the use cases are told, and what the document says of problems.

use utoipa::IntoResponses;

pub(super) use crate::web::problem;
use crate::{
    app::{AppError, Moved},
    domain::fault::Fault,
    web::problem::{Code, Document},
};

/// The problem document, as the OpenAPI document knows it.
pub(super) type Problem = Document<'static>;

/// A refusal of a question that came in a query.
pub(super) fn of_query(error: AppError) -> problem::Problem {
    of(error, problem::Problem::parameters)
}

/// A refusal of a question that came in a body.
pub(super) fn of_body(error: AppError) -> problem::Problem {
    of(error, in_body)
}

/// A refusal of what came as a document, whose faults have JSON Pointers already.
pub(super) fn of_document(error: AppError) -> problem::Problem {
    of(error, problem::Problem::body)
}

/// Faults that name parameters, which came as the keys of a body.
pub(super) fn in_body(faults: Vec<Fault>) -> problem::Problem {
    let pointed = |fault: Fault| Fault {
        pointer: format!("/{}", fault.pointer),
        ..fault
    };
    problem::Problem::body(faults.into_iter().map(pointed).collect())
}

fn of(error: AppError, invalid: fn(Vec<Fault>) -> problem::Problem) -> problem::Problem {
    match error {
        AppError::NotFound => problem::Problem::new(Code::NotFound),
        // A position of another question says no more than that the cursor does not belong here.
        AppError::Invalid(faults) if faults.iter().all(|fault| fault.pointer == "cursor") => {
            problem::Problem::new(Code::CursorInvalid)
        }
        AppError::Invalid(faults) => invalid(faults),
        AppError::Expired => problem::Problem::new(Code::CursorExpired),
        AppError::Resync => problem::Problem::new(Code::ResyncRequired),
        AppError::Unauthenticated => problem::Problem::new(Code::Unauthenticated),
        AppError::WrongCredentials => problem::Problem::new(Code::CredentialsWrong),
        AppError::WantsCode => problem::Problem::new(Code::CodeWanted),
        AppError::Forbidden => problem::Problem::new(Code::Forbidden),
        AppError::Unproven => problem::Problem::new(Code::Forbidden).detail(
            "moderators and administrators need a second factor: sign in with a code, or begin with POST /v1/me/second-factor",
        ),
        AppError::Conflict(why) => problem::Problem::new(Code::Conflict).detail(why),
        AppError::DraftOpen { draft } => problem::Problem::new(Code::Conflict)
            .detail("a draft of this listing is open already")
            .draft(draft),
        AppError::Stale { current } => problem::Problem::stale(Some(current)),
        AppError::BaseMoved(moved) => stale(moved).detail(
            "what is public changed since this was handed in; ask for it to be handed in again",
        ),
        AppError::Moved(moved) => stale(moved),
        AppError::Incomplete(faults) => problem::Problem::incomplete(faults),
        AppError::Unfit(faults) => problem::Problem::unfit(faults),
        AppError::TooLarge => problem::Problem::new(Code::BodyTooLarge)
            .detail("with this the draft would hold more than 1 MiB; take something out first"),
        AppError::Full => problem::Problem::new(Code::DraftsFull),
        AppError::InFlight => problem::Problem::in_flight(),
        AppError::KeyReused => problem::Problem::new(Code::KeyReused),
        AppError::TooMany { retry_after_s } => problem::Problem::too_many(retry_after_s),
        AppError::Unavailable {
            retry_after_s,
            cause,
        } => problem::Problem::unavailable(retry_after_s).because(cause),
        AppError::Internal(cause) => problem::Problem::internal(cause),
    }
}

fn stale(moved: Moved) -> problem::Problem {
    let listings = moved.listings.into_iter();
    let listings = listings.map(|(listing, version)| problem::NowPublic { listing, version });
    problem::Problem::stale(Some(moved.version)).stale_listings(listings)
}

/// What the layers before every operation may answer.
#[derive(IntoResponses)]
#[allow(dead_code)] // Only its documentation is used.
pub(super) enum Anywhere {
    /// The address is not text in UTF-8.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The address is too long.
    #[response(status = 414, content_type = "application/problem+json")]
    TooLong(Problem),
    /// A fault of ours.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Out of service for the seconds that `Retry-After` gives.
    #[response(status = 503, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds")))]
    Unavailable(Problem),
}

/// The problems of an operation that reads from memory.
#[derive(IntoResponses)]
#[allow(dead_code)] // Only its documentation is used.
pub(super) enum Reading {
    /// Parameters at fault, every one named.
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
    /// The answer does not exist in the format asked for.
    #[response(status = 406, content_type = "application/problem+json")]
    NotAcceptable(Problem),
    /// The address is too long.
    #[response(status = 414, content_type = "application/problem+json")]
    TooLong(Problem),
    /// A fault of ours.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
}

/// The problem of an operation that takes parameters and nothing else.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Asking {
    /// Parameters at fault, every one named.
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
}

/// The problem of an operation that names one thing.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Naming {
    /// No such thing, or not any more.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// The problem of an operation that needs the database or an index.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Loading {
    /// Out of service for the seconds that `Retry-After` gives.
    #[response(status = 503, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds")))]
    Unavailable(Problem),
}

/// The problem of an operation that goes on from a cursor of an index.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Continuing {
    /// The index was rebuilt since the cursor was given out: start again without it.
    #[response(status = 410, content_type = "application/problem+json")]
    Expired(Problem),
}

/// The problem of an operation that goes on from a place in the change log.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Following {
    /// The cursor is not known here, as after a backup was brought back: begin anew without it.
    #[response(status = 410, content_type = "application/problem+json")]
    Resync(Problem),
}

/// The problems of an operation with a body.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Sending {
    /// The body came too slowly.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not `application/json` in UTF-8.
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(Problem),
}

/// The problems of an operation for those who are signed in.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Signing {
    /// Nobody is signed in, or what was shown is wrong.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// Not theirs to do, or sent by a page that is not ours.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
}

/// The problem of an operation on somebody else.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Deciding {
    /// There is no such account.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// The problem of an operation that does not always go together with how things are.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Conflicting {
    /// `detail` says with what it does not go together; where that is a draft, `draft` and `Location` say which.
    #[response(status = 409, content_type = "application/problem+json", headers(
        ("Retry-After" = u32, description = "Seconds, where the same is being done at this moment.")))]
    Conflict(Problem),
}

/// The problem of an operation that one may not try too often.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Limited {
    /// Too often: again after the seconds that `Retry-After` gives.
    #[response(status = 429, content_type = "application/problem+json", headers(
        ("Retry-After" = u32, description = "Seconds"),
        ("RateLimit-Policy" = String, description = "How many in how many seconds."),
        ("RateLimit" = String, description = "How many are left, and in how many seconds all are.")))]
    TooMany(Problem),
}

/// The problems of an operation that changes what was read before.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Changing {
    /// It was changed since; `ETag` has the version that it has now. Where another listing did, or what is public did
    /// since this was handed in, `stale` names it with its version.
    #[response(status = 412, content_type = "application/problem+json", headers(("ETag" = String, description = "The version that it has now.")))]
    Stale(Problem),
    /// `If-Match` is missing.
    #[response(status = 428, content_type = "application/problem+json")]
    Unconditional(Problem),
}

/// The problem of an operation that wants a whole draft, or a key of its own.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub(super) enum Wanting {
    /// The draft is not whole, or the key came with another request.
    #[response(status = 422, content_type = "application/problem+json")]
    Incomplete(Problem),
}
