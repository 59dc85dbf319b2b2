//! Changes: how to keep a copy of the directory.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, http::header, web};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    app::{
        self, App,
        changes::{FeedEntry, FeedPage, FeedPosition, FeedState},
    },
    exchange::{
        answer::{ChangeAnswer, ChangeEnd, ChangeList},
        listing::Listing,
    },
    http::refusal::{
        self, Following, Loading,
        problem::{Code, Problem},
    },
    web::{
        cursor,
        input::Part,
        limits,
        negotiate::{self, Format},
        page,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(changes);
}

/// From where, how much, and how long to wait for it.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The `next` of the page before, unchanged; without it, from the beginning.
    #[param(min_length = 1, max_length = 1000, pattern = "^[A-Za-z0-9_-]+$")]
    #[validate(length(max = 1000, message = "a cursor as it was given out"))]
    cursor: Option<String>,
    /// How many entries at most; where absent, 100 as JSON and all there are as NDJSON.
    #[param(minimum = 1, maximum = 1000, example = 100)]
    #[validate(range(min = 1, max = 1000, message = "1 to 1000"))]
    limit: Option<u16>,
    /// Where nothing follows the cursor yet, how many seconds to wait for something; 0 where absent.
    #[param(minimum = 0, maximum = 30, example = 20)]
    #[validate(range(max = 30, message = "seconds, 0 to 30"))]
    wait: Option<u8>,
}

impl Part for Asked {}

/// Follow changes
///
/// For those who keep a copy of the directory. Without a cursor it begins with every published listing; from there on
/// come the changes, in order. Ask again with `next` while there is `more`, and then from time to time or with `wait`.
/// Of each listing only the latest entry is kept, and that for ever: however old the cursor, each listing that has
/// changed since comes once, and so does each that is gone. An entry is about what the listing's own document says: when
/// an organisation gets another name its hubs have not changed, because they name it by id. A listing may name one
/// that comes later. Topics, areas and crisis numbers are not part of it.
///
/// As NDJSON, by `Accept` or as `/v1/changes.ndjson`, all entries up to the present come as one stream, an entry a line.
/// Its last line is an object with `next` and `more` alone; where that is missing the stream broke off.
#[utoipa::path(
    operation_id = "listChanges",
    tag = "listings",
    params(Asked),
    responses(
        (status = 200, description = "What follows the cursor.",
            headers(("Link" = String, description = "The next page.")),
            content((ChangeList = "application/json"), (String = "application/x-ndjson"))),
        refusal::Reading,
        Following,
        Loading,
    )
)]
#[get("/v1/changes")]
async fn changes(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<Asked>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json, Format::NdJson])?;
    let Asked {
        cursor,
        limit,
        wait,
    } = asked.value;
    let after = cursor.as_deref().map(open).transpose()?;
    let wait = Duration::from_secs(wait.unwrap_or(0).into());
    limits::put_off(&request, wait);
    let most = limit.unwrap_or(piece(format));
    let first = app::changes::next_page(&app, after, most, wait)
        .await
        .map_err(refusal::of_query)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::CONTENT_TYPE, format.media_type()));
    match format {
        Format::NdJson => Ok(response.streaming(lines(app, first, limit.is_none()))),
        Format::Json | Format::GeoJson | Format::Csv => one_page(&request, response, first),
    }
}

fn one_page(
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    page: FeedPage,
) -> Result<HttpResponse, Problem> {
    let end = end(&page);
    let address = negotiate::address(request);
    let link = page::next_link(&address, request.query_string(), &end.next);
    response.insert_header((header::LINK, link));
    let items = shown(page.entries)?;
    Ok(response.json(ChangeList { items, end }))
}

/// So many entries at once where nothing else is said.
fn piece(format: Format) -> u16 {
    if format == Format::NdJson { 250 } else { 100 }
}

/// What cursors of the feed are sealed with: it asks one question only.
const QUESTION: u64 = 0x0063_6861_6e67_6573;

/// A cursor that is none of ours is answered as one of another log: either way the copy has to be made anew.
fn open(text: &str) -> Result<FeedPosition, Problem> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(Problem::cursor());
    }
    let (incarnation, sequence, began) =
        cursor::open(QUESTION, text).map_err(|_| Problem::new(Code::ResyncRequired))?;
    Ok(FeedPosition {
        incarnation,
        sequence,
        began,
    })
}

fn end(page: &FeedPage) -> ChangeEnd {
    let FeedPosition {
        incarnation,
        sequence,
        began,
    } = page.position;
    ChangeEnd {
        next: cursor::seal(QUESTION, &(incarnation, sequence, began)),
        more: page.more,
    }
}

fn shown(entries: Vec<FeedEntry>) -> Result<Vec<ChangeAnswer>, Problem> {
    let shown = |FeedEntry { kind, id, state }| match state {
        FeedState::Gone(removal) => Ok(ChangeAnswer::gone(kind, id, removal)),
        FeedState::Published { version, document } => {
            let listing: Listing = serde_json::from_str(&document).map_err(Problem::internal)?;
            Ok(ChangeAnswer::Upsert {
                kind,
                id,
                version,
                listing: Box::new(listing),
            })
        }
    };
    entries.into_iter().map(shown).collect()
}

/// The feed from `first` on, an entry a line, and at the end where it goes on. What goes wrong on the way breaks the
/// stream off: its status is sent already.
fn lines(
    app: web::Data<App>,
    first: FeedPage,
    whole: bool,
) -> impl Stream<Item = Result<web::Bytes, Problem>> {
    stream::try_unfold(Some(first), move |page| {
        let app = app.clone();
        async move {
            let Some(page) = page else { return Ok(None) };
            let last = end(&page);
            let (position, goes_on) = (page.position, whole && page.more);
            let mut text = Vec::new();
            for entry in shown(page.entries)? {
                write_line(&mut text, &entry)?;
            }
            let next = match goes_on {
                true => Some(read_on(&app, position).await?),
                false => {
                    write_line(&mut text, &last)?;
                    None
                }
            };
            Ok(Some((web::Bytes::from(text), next)))
        }
    })
}

async fn read_on(app: &App, after: FeedPosition) -> Result<FeedPage, Problem> {
    let page = app::changes::page(app, Some(after), piece(Format::NdJson)).await;
    page.inspect_err(|error| tracing::warn!(%error, "a stream of changes broke off"))
        .map_err(refusal::of_query)
}

fn write_line(text: &mut Vec<u8>, line: &impl Serialize) -> Result<(), Problem> {
    serde_json::to_writer(&mut *text, line).map_err(Problem::internal)?;
    text.push(b'\n');
    Ok(())
}
