//! Crisis: whom to call now. Answers from memory, whatever else is down.

use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    app::{self, App, crisis::CountryLines},
    domain::country::Country,
    exchange::answer::{
        Chooser, CountryChoice, CountryCrisis, CrisisAnswer, CrisisLine, EmergencyLine, Reader,
    },
    http::{
        labels,
        parameters::{PointText, Reading},
        refusal::{self, problem::Problem},
    },
    web::{
        conditional::Answer,
        input::Part,
        negotiate::{self, Format},
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(crisis);
}

/// Where somebody is.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Whereabouts {
    /// The country; goes before `near`.
    #[param(value_type = Option<String>, min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "BD")]
    country: Option<Country>,
    /// `latitude,longitude` in degrees; near a border both countries answer.
    #[param(value_type = Option<String>, max_length = 60, pattern = "^-?(90(\\.0{1,20})?|[1-8]?[0-9](\\.[0-9]{1,20})?), ?-?(180(\\.0{1,20})?|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,20})?)$", example = "23.81,90.41")]
    near: Option<PointText>,
}

impl Part for Whereabouts {}

/// Whom to call now
///
/// Emergency numbers first, then the national lines with their hours, for the country named, else the country or
/// countries at the point, else the country that this directory is set to. A country is never guessed from a language:
/// where none is known, `choose` lists those of which numbers are.
#[utoipa::path(
    operation_id = "getCrisis",
    tag = "crisis",
    params(Whereabouts, Reading),
    responses(
        (status = 200, description = "The numbers.", body = CrisisAnswer, headers(("ETag" = String), ("Content-Language" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`."),
        refusal::Reading,
    )
)]
#[get("/v1/crisis")]
async fn crisis(
    request: HttpRequest,
    app: web::Data<App>,
    asked: Parameters<(Whereabouts, Reading)>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json])?;
    let (Whereabouts { country, near }, reading) = asked.value;
    let known = app::crisis::answer(&app, country, near.map(|near| near.0));
    let (languages, reference) = (
        labels::languages(&request, reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let (shown, change) = answer(&known, &reader);
    Answer::new(format)
        .until(reader.now, change)
        .languages(&reader.shown())
        .send(&request, &shown)
}

/// The numbers as the reader gets them, and when that changes by itself.
pub(super) fn answer(
    known: &app::crisis::CrisisAnswer,
    reader: &Reader<'_>,
) -> (CrisisAnswer, Option<Timestamp>) {
    let countries: Vec<CountryCrisis> = known
        .countries
        .iter()
        .map(|lines| shown(lines, reader))
        .collect();
    let nobody = countries
        .iter()
        .all(|country| country.emergency.is_empty() && country.lines.is_empty());
    let choice = |country: &Country| CountryChoice {
        country: *country,
        name: labels::country(*country, reader),
        href: format!("/v1/crisis?country={country}"),
    };
    let choose = nobody.then(|| Chooser {
        countries: known.choose_from.iter().map(choice).collect(),
    });
    let listings = known
        .countries
        .iter()
        .flat_map(|country| &country.lines)
        .map(|line| &line.listing);
    let change = listings
        .filter_map(|listing| CrisisLine::change(listing, reader.now))
        .min();
    let answer = CrisisAnswer {
        countries,
        choose,
        as_of: known.as_of,
    };
    (answer, change)
}

/// Lines that are closed for a time come last. Lines for people in danger of their lives before others, and those where
/// somebody answers now before others.
fn shown(known: &CountryLines, reader: &Reader<'_>) -> CountryCrisis {
    let mut lines: Vec<CrisisLine> = known
        .lines
        .iter()
        .map(|line| CrisisLine::of(line.id, &line.listing, reader))
        .collect();
    lines.sort_by_key(|line| {
        let closed_now = line.open_now == Some(false);
        (!line.operates(), !line.crisis, closed_now)
    });
    CountryCrisis {
        country: known.country,
        name: labels::country(known.country, reader),
        emergency: known
            .emergency
            .iter()
            .map(|number| EmergencyLine::of(number, reader))
            .collect(),
        lines,
    }
}
