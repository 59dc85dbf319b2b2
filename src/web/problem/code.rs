//! The one table of problems.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, SchemaType, Type},
    },
};

/// The table of problems: code, status, title, and what somebody who meets it should know.
macro_rules! problems {
    ($($variant:ident $code:literal $status:ident $title:literal $meaning:literal;)+) => {
        /// Which problem it is, stable for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every code, in order of the status.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The code as it is written in a problem and in `/problems/{code}`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code),+ }
            }

            /// The status of the answer.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Code::$variant => StatusCode::$status),+ }
            }

            /// One short line for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),+ }
            }

            /// What it means and what to do about it.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),+ }
            }
        }
    };
}

problems! {
    RequestMalformed "request_malformed" BAD_REQUEST "The request is malformed"
        "The request is not HTTP as it should be. Check how it was put together.";
    EncodingInvalid "encoding_invalid" BAD_REQUEST "The text is not UTF-8"
        "The path, the query or the body holds bytes that are not UTF-8, a broken percent escape or a NUL character.";
    ParametersInvalid "parameters_invalid" BAD_REQUEST "Some parameters are not understood"
        "`errors` names every parameter at fault and says what was expected. Unknown parameters are refused so that a misspelt filter is not silently ignored.";
    BodyMalformed "body_malformed" BAD_REQUEST "The body is not JSON"
        "The body has to be one JSON object in UTF-8.";
    BodyInvalid "body_invalid" BAD_REQUEST "Some values of the body are not understood"
        "`errors` names every value at fault by JSON Pointer and says what was expected.";
    CursorInvalid "cursor_invalid" BAD_REQUEST "The cursor is not one of this list"
        "A cursor belongs to one question: send it back unchanged, with the same filters. To change them, start without a cursor.";
    Unauthenticated "unauthenticated" UNAUTHORIZED "Nobody is signed in"
        "Sign in with POST /v1/sessions and send the token as `Authorization: Bearer …`. A token works until its session ends.";
    CredentialsWrong "credentials_wrong" UNAUTHORIZED "Address, password or code is wrong"
        "Check them, or ask for a new password with POST /v1/accounts/reset.";
    CodeWanted "code_wanted" UNAUTHORIZED "A code of the second factor is wanted"
        "Send the code that the authenticator app shows, or a recovery code, as `code`.";
    Forbidden "forbidden" FORBIDDEN "This is not yours to do"
        "Your role does not allow it. Moderators and administrators need a session with a second factor.";
    ForgerySuspected "forgery_suspected" FORBIDDEN "No page of ours sent this"
        "A request with a cookie that changes something needs `X-CSRF-Token` as sign-in gave it.";
    NotFound "not_found" NOT_FOUND "There is nothing here"
        "No such address, or no such listing. A listing may have been withdrawn.";
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The method is not allowed here"
        "The header `Allow` names the methods of this address.";
    NotAcceptable "not_acceptable" NOT_ACCEPTABLE "The answer does not exist in that format"
        "Ask for application/json, or for application/geo+json, application/x-ndjson or text/csv where an operation offers it.";
    RequestTimeout "request_timeout" REQUEST_TIMEOUT "The request came too slowly"
        "The body has to arrive within eight seconds.";
    Conflict "conflict" CONFLICT "It does not go together with how things are"
        "`detail` says with what. Read again what is there, and decide anew.";
    DraftsFull "drafts_full" CONFLICT "Too many drafts are open"
        "An organisation has at most 1,000 open drafts at a time, and so has a person in all of theirs. Hand some in, or take back what nobody needs.";
    InFlight "in_flight" CONFLICT "The same is being done at this moment"
        "A request with this `Idempotency-Key` is not done yet. Send it again in a moment, unchanged.";
    CursorExpired "cursor_expired" GONE "The cursor has expired"
        "The index was rebuilt since the cursor was given out. Start again without a cursor.";
    ResyncRequired "resync_required" GONE "The copy has to be made anew"
        "The cursor is not one of this directory's present log: it was damaged, or the directory was brought back from a backup since. Throw the copy away and begin again without a cursor.";
    PreconditionFailed "precondition_failed" PRECONDITION_FAILED "It was changed since you saw it"
        "The header `ETag` has the version that it has now. Read it again, and decide anew.";
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is too large"
        "A body may have at most 64 KiB; one that describes listings, 1 MiB, and so may a draft with all that was typed in it.";
    UriTooLong "uri_too_long" URI_TOO_LONG "The address is too long"
        "A query may have at most 4 KiB and a path 1 KiB. Long questions fit into POST /v1/search.";
    MediaTypeUnsupported "media_type_unsupported" UNSUPPORTED_MEDIA_TYPE "The media type is not supported"
        "Send application/json in UTF-8, without a content encoding; a file of listings as text/csv or application/x-ndjson.";
    DraftIncomplete "draft_incomplete" UNPROCESSABLE_ENTITY "The draft is not whole"
        "`errors` names by JSON Pointer all that it lacks, or that does not fit what is public.";
    BatchUnfit "batch_unfit" UNPROCESSABLE_ENTITY "Some rows do not fit"
        "`errors` names every fault by the row, then the JSON Pointer into the listing, as `/3/contacts/0/value`; where a column is at fault, it is named beside what was expected. The dry run says of each row what would become of it. Nothing was handed in.";
    KeyReused "key_reused" UNPROCESSABLE_ENTITY "The key came with another request"
        "An `Idempotency-Key` belongs to one request for a day. Take a new one for each thing that you want done.";
    PreconditionRequired "precondition_required" PRECONDITION_REQUIRED "Which version is meant has to be said"
        "Send the `ETag` of what you saw as `If-Match`, such as `\"3\"`, so that nobody overwrites what they have not seen.";
    TooManyRequests "too_many_requests" TOO_MANY_REQUESTS "Too often"
        "Wait for the seconds that `Retry-After` gives. A person registers at most 20 organisations and opens at most 3,000 drafts a day.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something went wrong here"
        "It is our fault and has been logged under `request_id`.";
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The directory is not available right now"
        "Try again after the seconds that `Retry-After` gives. Crisis lines and search keep answering from memory.";
}

impl Code {
    /// Reads a code as `as_str` writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The code for an answer that was made elsewhere and has no more than a status.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let exact = Self::ALL
            .iter()
            .copied()
            .find(|code| code.status() == status);
        match exact {
            Some(code) => code,
            None if status.is_server_error() => Self::Internal,
            None => Self::RequestMalformed,
        }
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        let string = SchemaType::Type(Type::String);
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .schema_type(string)
                .enum_values(Some(codes))
                .build(),
        ))
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        "ProblemCode".into()
    }
}
