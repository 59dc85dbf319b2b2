//! The OpenAPI document, without server or database, and the list of operations.

mod absence;
mod examples;

use std::fmt::Write;

use actix_web::{App, http::Method};
use utoipa::{
    IntoResponses, OpenApi,
    openapi::{
        self,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use super::{
    classes::class_of,
    docs, health,
    refusal::{Anywhere, Limited},
    v1,
};
use crate::web::admission::Class;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Haven",
        description = "A community mental-health resource directory: organisations, hubs, support groups and \
helplines, found by words and by place in Bengali, Chinese, Indonesian and English.\n\n\
Reading needs no key. Texts come in the best language for `lang` or `Accept-Language`, each with its label. What is \
unknown is left out, never null. Every error is a problem document (RFC 9457) that names all faults at once. \
Ignore keys, and values of enumerations, that you do not know: later versions may add some.\n\n\
**Filters**: a comma list means any of its values (`topic=grief,stress`); with a minus before every value it means none \
of them (`delivery=-online,-phone`). Where a parameter is a list, repeating it means that all conditions hold.",
        license(name = "MIT", identifier = "MIT"),
    ),
    tags(
        (name = "crisis", description = "Whom to call now"),
        (name = "search", description = "Find by words, by place and by what is offered"),
        (name = "listings", description = "Organisations, hubs, support groups and helplines, as published"),
        (name = "reference", description = "Topics, areas and sources"),
        (name = "people", description = "Accounts, sessions and second factors of those who keep the directory true"),
        (name = "drafts", description = "Registering and changing: what is typed and not public yet, and who may type it"),
        (name = "moderation", description = "Deciding on what was handed in"),
        (name = "service", description = "The state of this directory, and its own description"),
    ),
    components(schemas(super::refusal::Problem)),
    modifiers(&Session)
)]
struct Base;

/// How one shows who one is; the scopes name the least that one has to be.
struct Session;

impl utoipa::Modify for Session {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let mut scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        scheme = scheme.description(Some("The token of POST /v1/sessions."));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(scheme.build()));
    }
}

/// The least that somebody has to be to call the operation.
fn access(operation: &Operation) -> String {
    let required = operation.security.iter().flatten().next();
    let required = required.and_then(|required| serde_json::to_value(required).ok());
    let least = required
        .as_ref()
        .and_then(|required| required["session"][0].as_str());
    least.unwrap_or("public").to_owned()
}

/// What is said of the whole.
pub(super) fn base() -> openapi::OpenApi {
    Base::openapi()
}

/// Registers every operation.
pub(super) fn operations_of_all(config: &mut ServiceConfig<'_>) {
    config
        .configure(v1::operations)
        .configure(health::operations)
        .configure(docs::operations);
}

/// The OpenAPI 3.1 document of this API.
#[must_use]
pub fn document() -> openapi::OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(base())
        .configure(operations_of_all)
        .split_for_parts();
    finished(document)
}

/// The document as it is published.
pub(super) fn finished(mut document: openapi::OpenApi) -> openapi::OpenApi {
    absence::never_null(&mut document);
    for (path, item) in &mut document.paths.paths {
        let free = path
            .parse()
            .is_ok_and(|uri| class_of(&Method::GET, &uri) == Class::Vital);
        for operation in operations_of(item) {
            let responses = &mut operation.responses.responses;
            for (status, response) in Anywhere::responses() {
                responses.entry(status).or_insert(response);
            }
            if !free {
                for (status, response) in Limited::responses() {
                    responses.entry(status).or_insert(response);
                }
            }
            examples::show(operation);
        }
    }
    document
}

/// One line an operation: method, path, id, and who may call it.
#[must_use]
pub fn operations() -> String {
    let mut lines = String::new();
    for (path, item) in &document().paths.paths {
        for (method, operation) in methods(item) {
            let id = operation.operation_id.as_deref().unwrap_or("unnamed");
            let who = access(operation);
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{method} {path} {id} {who}");
        }
    }
    lines
}

fn methods(item: &openapi::PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_of(item: &mut openapi::PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests;
