//! Every answer that a test gets is held against the OpenAPI document: its status, its media type, and its schema.
//!
//! What the document does not know (the pages, an address that leads nowhere, a method that is not allowed) is let pass.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use haven::http;
use jsonschema::Validator;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::app::Reply;

/// The document, with a validator for each schema that was asked for.
struct Promise {
    document: Value,
    /// The addresses of the document, those without parameters first.
    templates: Vec<String>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static PROMISE: LazyLock<Promise> = LazyLock::new(|| {
    let document = serde_json::to_value(http::document()).unwrap();
    let mut templates: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    templates.sort_by_key(|template| template.contains('{'));
    Promise {
        document,
        templates,
        validators: Mutex::default(),
    }
});

/// The document, made once.
pub fn document() -> &'static Value {
    &PROMISE.document
}

/// The address that is read as the document writes it, whatever form is asked for by its ending.
pub fn template(path: &str) -> Option<&'static str> {
    let forms = [".geojson", ".csv", ".ndjson"];
    let form = forms.iter().find_map(|form| path.strip_suffix(form));
    known(form.unwrap_or(path))
}

fn known(path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(asked), Some(known)) if asked == known => {}
                (Some(asked), Some(known)) if known.starts_with('{') && !asked.is_empty() => {}
                _ => return false,
            }
        }
    };
    let found = PROMISE.templates.iter().find(|template| fits(template));
    found.map(String::as_str)
}

/// Holds an answer to what the document says of it.
pub fn hold(method: &Method, url: &Url, reply: &Reply) {
    let headed = *method == Method::HEAD;
    let method = match headed {
        true => Method::GET,
        false => method.clone(),
    };
    let found = match method {
        Method::GET => template(url.path()),
        _ => known(url.path()),
    };
    let Some(template) = found else {
        return;
    };
    let operation = &PROMISE.document["paths"][template][method.as_str().to_lowercase()];
    if operation.is_null() {
        return;
    }
    let asked = format!("{method} {template}: {}", reply.status);
    let answer = &operation["responses"][reply.status.to_string()];
    assert!(
        answer.is_object(),
        "{asked} is not documented: {}",
        reply.text
    );
    let Some(content) = answer["content"].as_object() else {
        assert_eq!(reply.text, "", "{asked} is documented as empty");
        return;
    };
    let media_type = reply.header("content-type").split(';').next().unwrap();
    let schema = content.get(media_type).map(|content| &content["schema"]);
    let schema = schema.unwrap_or_else(|| panic!("{asked}: {media_type} is not documented"));
    // A head has none, and of what a test asked for in its packed form the test looks at the bytes.
    if headed || !reply.header("content-encoding").is_empty() {
        return;
    }
    let body = match media_type {
        "application/json" | "application/geo+json" | "application/problem+json" => reply.json(),
        _ => json!(reply.text),
    };
    let validator = PROMISE.validator(schema);
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(
        faults.is_empty(),
        "{asked} is not as documented: {faults:#?}"
    );
}

impl Promise {
    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(|held| held.into_inner());
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let components = &self.document["components"];
            let schema = json!({"allOf": [schema], "components": components});
            let options = jsonschema::options().should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap())
        });
        Arc::clone(validator)
    }
}
