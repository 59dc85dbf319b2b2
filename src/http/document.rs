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
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use super::{
    classes::class_of,
    docs, health,
    refusal::{Anywhere, Limited},
    v1,
};
use crate::{
    domain::account::KeyScope,
    web::{admission::Class, allowed::KEYED, credential},
};

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

/// How one shows who one is. The scopes of a session and of its cookie name the least that one has to be; those of a key
/// are its own.
struct Session;

const SESSION: &str = "session";
const COOKIE: &str = "cookie";
const PROOF: &str = "proof";
const KEY: &str = "key";

impl utoipa::Modify for Session {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let bearer = |description: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(description)).build())
        };
        let components = document.components.get_or_insert_default();
        let session = bearer("The token of POST /v1/sessions.");
        components.add_security_scheme(SESSION, session);
        let key = bearer(
            "A key of POST /v1/keys: for an app, within its own scopes. With any operation it counts towards the limits of its \
account.",
        );
        components.add_security_scheme(KEY, key);
        let cookie = "The cookie that POST /v1/sessions sets, for pages of this host.";
        let cookie = ApiKeyValue::with_description(credential::COOKIE, cookie);
        components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let proof = "The `csrf_token` of POST /v1/sessions, beside the cookie wherever something is changed.";
        let proof = ApiKeyValue::with_description(credential::PROOF, proof);
        components.add_security_scheme(PROOF, SecurityScheme::ApiKey(ApiKey::Header(proof)));
    }
}

/// The other ways in which one may show who one is, where a session is wanted.
fn show_ways(method: &str, operation: &mut Operation) {
    let reads = method == "GET";
    let Some(ways) = operation.security.as_mut().filter(|ways| !ways.is_empty()) else {
        return;
    };
    let least = ways.first().and_then(least);
    let least = least.as_slice();
    let cookie = SecurityRequirement::new(COOKIE, least);
    ways.push(match reads {
        true => cookie,
        false => cookie.add::<_, [&str; 0], &str>(PROOF, []),
    });
    let tags = operation.tags.iter().flatten();
    if tags.into_iter().any(|tag| tag == KEYED) {
        let scope = if reads {
            KeyScope::DraftsRead
        } else {
            KeyScope::DraftsWrite
        };
        ways.push(SecurityRequirement::new(KEY, [scope.as_str()]));
    }
}

/// The least that somebody with a session has to be.
fn least(required: &SecurityRequirement) -> Option<String> {
    let required = serde_json::to_value(required).ok()?;
    Some(required[SESSION][0].as_str()?.to_owned())
}

/// The least that somebody has to be to call the operation.
fn access(operation: &Operation) -> String {
    let required = operation.security.iter().flatten().next();
    let least = required.and_then(least);
    least.unwrap_or_else(|| "public".to_owned())
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
        for (method, operation) in operations_of(item) {
            show_ways(method, operation);
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

fn operations_of(
    item: &mut openapi::PathItem,
) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

#[cfg(test)]
mod tests;
