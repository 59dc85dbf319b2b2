//! What a file of listings looks like: its columns, an empty one, and one with what an organisation has.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, http::header, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use super::batches::form;
use crate::{
    app::{App, batches},
    exchange::{
        batches::{ColumnList, CsvText, NdJsonText},
        sheet::{self, MOST_ROWS, Separator},
    },
    http::{
        caller::Signed,
        parameters::Nothing,
        refusal::{self, Conflicting, Loading, Naming, Reading, Signing, problem::Problem},
    },
    web::{
        input::Part,
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(columns).service(template).service(export);
}

/// What stands between the cells.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
struct Separated {
    /// Between the cells of CSV: `comma` or `semicolon`, which spreadsheets of many languages expect. Both are read.
    #[param(value_type = Option<String>, max_length = 9, pattern = "^(comma|semicolon)$", example = "semicolon")]
    separator: Option<Separator>,
}

impl Part for Separated {}

/// List the columns of a sheet
///
/// The headings that a CSV file of listings may have, in any order; what has no column stays as it is. A row is one
/// listing. Texts may have a column for each language, as `name:bn`. Lists stand in one cell, with spaces or commas
/// between their words. What a spreadsheet spoiled, such as a long number that it rounded or a date that may be read in
/// two ways, is refused and never guessed at.
#[utoipa::path(
    operation_id = "listSheetColumns",
    tag = "drafts",
    params(Nothing),
    responses((status = 200, description = "The columns.", body = ColumnList), Reading)
)]
#[get("/v1/sheets/columns")]
async fn columns(
    request: HttpRequest,
    _nothing: Parameters<Nothing>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    Ok(private::shown(&ColumnList {
        most_rows: u32::try_from(MOST_ROWS).unwrap_or(u32::MAX),
        items: sheet::described(),
    }))
}

/// Get an empty sheet
///
/// The headings, to be filled in a spreadsheet: UTF-8 with a byte order mark, so that every spreadsheet reads it.
#[utoipa::path(
    operation_id = "getSheetTemplate",
    tag = "drafts",
    params(Separated),
    responses((status = 200, description = "The headings.", body = CsvText, content_type = "text/csv"), Reading)
)]
#[get("/v1/sheets/template")]
async fn template(
    request: HttpRequest,
    asked: Parameters<Separated>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Csv])?;
    let bytes = sheet::template(asked.value.separator.unwrap_or_default());
    Ok(file(Format::Csv, bytes))
}

/// Get one's listings as a sheet
///
/// All that is public of an organisation, as CSV or as NDJSON (the listing format, with `listing` and `version`), with
/// what only its own people know. Handed in again untouched it changes nothing. In CSV, what a spreadsheet would take for
/// a formula stands behind an apostrophe, which is taken away again.
#[utoipa::path(
    operation_id = "getSheet",
    tag = "drafts",
    security(("session" = ["editor"])),
    params(
        ("organisation" = String, Path, description = "The organisation's id.", max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d"),
        Separated,
    ),
    responses((status = 200, description = "The listings.", content((CsvText = "text/csv"), (NdJsonText = "application/x-ndjson"))), Reading, Signing, Naming, Conflicting, Loading)
)]
#[get("/v1/organisations/{organisation}/sheet")]
async fn export(
    request: HttpRequest,
    app: web::Data<App>,
    organisation: web::Path<Uuid>,
    given: Signed<Parameters<Separated>>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Csv, Format::NdJson])?;
    let separator = given.body.value.separator.unwrap_or_default();
    let bytes = batches::export(&app, &given.person, *organisation, form(format), separator)
        .await
        .map_err(refusal::of_document)?;
    Ok(file(format, bytes))
}

fn file(format: Format, bytes: Vec<u8>) -> HttpResponse {
    let (media_type, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "listings.csv"),
        _ => (format.media_type(), "listings.ndjson"),
    };
    let mut response = private::answer(StatusCode::OK);
    response.insert_header((header::CONTENT_TYPE, media_type));
    let disposition = format!("attachment; filename=\"{name}\"");
    response.insert_header((header::CONTENT_DISPOSITION, disposition));
    response.body(bytes)
}
