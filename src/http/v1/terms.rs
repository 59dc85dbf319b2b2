//! What somebody who hands something in agrees to.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::App,
    exchange::drafts::TermsAnswer,
    http::{
        parameters::Nothing,
        refusal::{Reading, problem::Problem},
    },
    web::{
        negotiate::{self, Format},
        private,
        query::Parameters,
    },
};

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config.service(terms);
}

/// Get the terms of submission
///
/// The licence under which whoever hands a draft in gives what it says. The draft keeps which it was, and the sources of
/// the public listing name it.
#[utoipa::path(
    operation_id = "getTerms",
    tag = "drafts",
    params(Nothing),
    responses((status = 200, description = "The terms.", body = TermsAnswer), Reading)
)]
#[get("/v1/terms")]
async fn terms(
    request: HttpRequest,
    app: web::Data<App>,
    _nothing: Parameters<Nothing>,
) -> Result<HttpResponse, Problem> {
    negotiate::choose(&request, &[Format::Json])?;
    let licence = app.staff().licence();
    Ok(private::shown(&TermsAnswer {
        licence: licence.to_owned(),
        url: format!("https://spdx.org/licenses/{licence}.html"),
    }))
}
