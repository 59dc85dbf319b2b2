//! Suggestions while somebody types: names of listings, topics and places. Answers from memory.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, PartialSchema, ToSchema, openapi};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::search::{Way, object_of};
use crate::{
    app::{
        self, App,
        find::Likely,
        suggest::{Beginning, Suggested, SuggestionKind},
    },
    domain::{area::Name, country::Country, language::Language},
    exchange::answer::{Reader, SuggestAnswer, Suggestion, Text},
    http::{
        labels,
        parameters::{NearText, Reading},
        refusal::{self, Sending, problem::Problem},
        terms::{Terms, Value},
        v1::search,
    },
    web::{
        body::Body,
        conditional::Answer,
        input::{Part, Parts},
        negotiate::{self, Format},
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(suggest).service(suggest_in_private);
}

/// A kind of suggestion.
#[derive(Debug, utoipa::ToSchema)]
struct OfSuggestion;

impl Value for OfSuggestion {
    fn read(text: &str) -> Result<Box<str>, String> {
        <SuggestionKind as Value>::read(text)
    }

    fn pattern() -> String {
        <SuggestionKind as Value>::pattern()
    }

    fn example() -> &'static str {
        <SuggestionKind as Value>::example()
    }
}

/// What was typed so far, and by whom.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct TypedSoFar {
    /// What was typed so far: from the first Chinese character or the second letter on, in any language, also misspelt.
    #[param(min_length = 1, max_length = 100, example = "বিষ")]
    #[validate(length(min = 1, max = 100, message = "1 to 100 characters"))]
    q: String,
    /// What to suggest: all where absent.
    #[param(inline)]
    kind: Option<Terms<OfSuggestion>>,
    /// Where the asker is, so that what is of use there comes first: `latitude,longitude` in degrees, or the name of an
    /// area in any language.
    #[param(value_type = Option<String>, max_length = 100, pattern = "^(-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?), ?-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?)|[^,]*\\p{L}[^,]*)$", example = "23.81,90.41")]
    near: Option<NearText>,
    /// The country whose listings and places come first; goes before that of `near`.
    #[param(value_type = Option<String>, min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "BD")]
    country: Option<Country>,
    /// How many; 10 where absent.
    #[param(minimum = 1, maximum = 20, example = 10)]
    #[validate(range(min = 1, max = 20, message = "1 to 20"))]
    limit: Option<u8>,
}

impl Part for TypedSoFar {}

type Asked = (TypedSoFar, Reading);

/// The parameters of a suggestion as the keys of a JSON object.
struct SuggestBody;

impl PartialSchema for SuggestBody {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        object_of(
            "The parameters of a suggestion.",
            Asked::parameters(),
            serde_json::json!({"q": "বিষ", "near": "23.81,90.41", "kind": "topic,helpline"}),
        )
    }
}

impl ToSchema for SuggestBody {}

/// Suggest while somebody types
///
/// Names of topics, areas and listings that go on from what was typed, in the language of `lang` or `Accept-Language`;
/// what is of use near the asker first. Misspelt beginnings are understood where nothing begins so. Words of danger
/// bring `crisis`, ahead of the suggestions.
#[utoipa::path(
    operation_id = "suggest",
    tag = "search",
    params(TypedSoFar, Reading),
    responses(
        (status = 200, description = "Suggestions, the best first.", body = SuggestAnswer,
            headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
    )
)]
#[get("/v1/suggest")]
async fn suggest(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<Asked>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &app, asked.value, &search::QUERY)
}

/// Suggest, what is typed kept out of the address
///
/// The same as `GET /v1/suggest`, asked in a JSON object, so that what somebody types stands in no address, history or
/// log.
#[utoipa::path(
    operation_id = "suggestInPrivate",
    tag = "search",
    request_body(content = SuggestBody, description = "What was typed so far.", content_type = "application/json"),
    responses(
        (status = 200, description = "Suggestions, the best first.", body = SuggestAnswer,
            headers(("Content-Language" = String))),
        refusal::Reading,
        Sending,
    )
)]
#[post("/v1/suggest")]
async fn suggest_in_private(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Body<Asked>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &app, asked.value, &search::BODY)
}

fn answer(
    request: &HttpRequest,
    app: &App,
    (typed, reading): Asked,
    way: &Way,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(request, &[Format::Json])?;
    let languages = labels::languages(request, reading.lang.as_ref());
    let likely = Likely {
        languages: &languages,
        ..Likely::default()
    };
    let beginning = Beginning {
        near: search::point(app, typed.near, likely, way, &mut Vec::new())?,
        kinds: kinds(typed.kind.as_ref()),
        country: typed.country,
        languages: languages.clone(),
        limit: usize::from(typed.limit.unwrap_or(10)),
        typed: typed.q,
    };
    let found = app::suggest::suggest(app, &beginning);
    let reference = app.reference();
    let reader = Reader::new(&languages, app.now(), &*reference);
    let (shown, change) = shown(&found, &reader);
    Answer::new(format)
        .until(reader.now, change)
        .languages(&reader.shown())
        .send(request, &shown)
}

/// The kinds that are asked for; all where none is named.
fn kinds(asked: Option<&Terms<OfSuggestion>>) -> Vec<SuggestionKind> {
    let all = SuggestionKind::ALL.iter().copied();
    all.filter(|kind| asked.is_none_or(|asked| asked.holds_of(kind.as_str())))
        .collect()
}

fn shown(found: &Suggested, reader: &Reader<'_>) -> (SuggestAnswer, Option<jiff::Timestamp>) {
    let crisis = found
        .crisis
        .as_ref()
        .map(|known| super::crisis::answer(known, reader));
    let (crisis, change) = crisis.map_or((None, None), |(crisis, change)| (Some(crisis), change));
    let items = found
        .items
        .iter()
        .map(|item| suggestion(item, reader))
        .collect();
    (SuggestAnswer { crisis, items }, change)
}

fn suggestion(item: &app::suggest::Suggestion, reader: &Reader<'_>) -> Suggestion {
    use app::suggest::Suggestion as Found;

    let empty = Suggestion {
        kind: "",
        text: None,
        matched: None,
        topic: None,
        area: None,
        id: None,
        slug: None,
    };
    match item {
        Found::Topic { topic, matched } => Suggestion {
            kind: SuggestionKind::Topic.as_str(),
            text: reader.label(&topic.names),
            matched: matched.as_ref().map(text),
            topic: Some(reader.topic(&topic.slug)),
            ..empty
        },
        Found::Area { area, matched } => Suggestion {
            kind: SuggestionKind::Area.as_str(),
            text: reader.label(&area.names),
            matched: matched.as_ref().map(text),
            area: Some(reader.area(&area.code)),
            ..empty
        },
        Found::Listing(card) => Suggestion {
            kind: card.kind.as_str(),
            text: Some(reader.text(&card.name)),
            area: card.places.first().map(|place| reader.area(&place.area)),
            id: Some(card.id),
            slug: Some(card.slug.clone()),
            ..empty
        },
    }
}

fn text(name: &Name) -> Text {
    let Name { language, text, .. } = name;
    let lang: Language = language.clone();
    Text {
        text: text.as_ref().to_owned(),
        lang,
    }
}
