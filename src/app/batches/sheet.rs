//! The listings of an organisation, to be changed in a spreadsheet and handed in again.

use uuid::Uuid;

use super::{must_edit, plan::aside};
use crate::{
    app::{App, AppError},
    domain::actor::Person,
    exchange::sheet::{self, Form, Present, Separator},
};

/// What is public of the organisation, whole: with what only its own people know of it.
///
/// # Errors
/// `NotFound`, `Forbidden` where the organisation is none of theirs, or not theirs to type for.
pub async fn export(
    app: &App,
    person: &Person,
    organisation: Uuid,
    form: Form,
    separator: Separator,
) -> Result<Vec<u8>, AppError> {
    must_edit(app, person, organisation).await?;
    let found = app
        .parts
        .store
        .list_present(person.scope(), organisation)
        .await?;
    let present = found.into_iter().map(|(listing, base)| Present {
        listing,
        version: base.version,
        body: base.body,
    });
    let present: Vec<Present> = present.collect();
    let written = aside(move || match form {
        Form::Csv => sheet::to_csv(&present, separator),
        Form::NdJson => sheet::to_ndjson(&present),
    });
    written.await
}
