//! What every operation of the document owes its readers.

use std::collections::HashSet;

use serde_json::Value;

use super::*;

fn whole() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// Every value in the document with its JSON Pointer.
fn walk<'v>(value: &'v Value, at: &str, visit: &mut dyn FnMut(&str, &'v Value)) {
    visit(at, value);
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                walk(
                    value,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    visit,
                );
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(value, &format!("{at}/{index}"), visit);
            }
        }
        _ => {}
    }
}

#[test]
fn every_reference_resolves_and_every_schema_is_used() {
    let document = whole();
    let mut wanted = HashSet::new();
    walk(&document, "", &mut |at, value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(
                document.pointer(target.trim_start_matches('#')).is_some(),
                "{at}: {target}"
            );
            wanted.insert(target.to_owned());
        }
    });
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(
            wanted.contains(&format!("#/components/schemas/{name}")),
            "{name} is used nowhere"
        );
    }
}

#[test]
fn every_operation_is_documented() {
    let document = document();
    assert_eq!(serde_json::to_value(&document).unwrap()["openapi"], "3.1.0");
    let mut ids = HashSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in methods(item) {
            let name = format!("{method} {path}");
            assert!(
                operation
                    .summary
                    .as_ref()
                    .is_some_and(|text| text.len() > 3),
                "{name}: summary"
            );
            assert!(
                operation
                    .description
                    .as_ref()
                    .is_some_and(|text| text.len() > 20),
                "{name}: description"
            );
            assert!(
                ids.insert(operation.operation_id.clone().unwrap()),
                "{name}: operation id"
            );
            assert!(
                operation.tags.as_ref().is_some_and(|tags| tags.len() == 1),
                "{name}: tag"
            );
            assert!(
                operation
                    .responses
                    .responses
                    .keys()
                    .any(|status| status.starts_with('2')),
                "{name}: success"
            );
            let refusals = match path.starts_with("/v1/") {
                true => &["400", "406", "414", "500", "503"][..],
                false => &["400", "414", "500", "503"],
            };
            for status in refusals {
                assert!(
                    operation.responses.responses.contains_key(*status),
                    "{name}: {status}"
                );
            }
        }
    }
}

#[test]
fn every_parameter_is_bounded_described_and_shown() {
    let document = whole();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = format!("{method} {path} {parameter}");
                assert!(
                    parameter["description"]
                        .as_str()
                        .is_some_and(|text| text.len() > 5),
                    "{name}: description"
                );
                let schema = &parameter["schema"];
                assert_bounded(&document, &name, schema);
                let shown = [
                    &parameter["example"],
                    &schema["examples"],
                    &schema["example"],
                    &schema["items"]["examples"],
                ];
                let opaque = parameter["name"] == "cursor";
                assert!(
                    opaque || shown.iter().any(|example| !example.is_null()),
                    "{name}: example"
                );
            }
        }
    }
}

/// A value that somebody sends has a size.
fn assert_bounded(document: &Value, name: &str, schema: &Value) {
    assert!(
        schema.get("$ref").is_none(),
        "{name}: its schema is elsewhere"
    );
    let types = schema["type"].to_string();
    let text = |schema: &Value| schema["maxLength"].is_u64() || schema["enum"].is_array();
    if types.contains("array") {
        assert!(schema["maxItems"].is_u64(), "{name}: maxItems");
        let items = resolved(document, &schema["items"]);
        let object = items["type"] == "object";
        assert!(object || text(items), "{name}: maxLength of items");
    } else if types.contains("integer") {
        assert!(schema["minimum"].is_number(), "{name}: minimum");
        assert!(schema["maximum"].is_number(), "{name}: maximum");
    } else if types.contains("string") {
        assert!(text(schema), "{name}: maxLength");
    } else {
        // An object is as large as its body may be.
        assert!(
            types.contains("boolean") || types.contains("object"),
            "{name}: {schema}"
        );
    }
}

#[test]
fn every_body_is_bounded_and_refuses_what_it_does_not_know() {
    let document = whole();
    let mut bodies = 0;
    walk(&document["paths"], "", &mut |at, value| {
        if !at.ends_with("/requestBody") {
            return;
        }
        for (media_type, content) in value["content"].as_object().unwrap() {
            let schema = resolved(&document, &content["schema"]);
            bodies += 1;
            if schema["type"] == "string" {
                // A file.
                assert_bounded(&document, &format!("{at} {media_type}"), schema);
                continue;
            }
            assert_eq!(schema["additionalProperties"], false, "{at} {media_type}");
            for (name, property) in schema["properties"].as_object().unwrap() {
                assert_bounded(&document, &format!("{at} {name}"), property);
            }
        }
    });
    assert!(bodies > 0);
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// The examples of a parameter, a content or a schema.
fn examples_of(value: &Value) -> Vec<&Value> {
    let many = value["examples"].as_array().into_iter().flatten();
    value.get("example").into_iter().chain(many).collect()
}

#[test]
fn every_json_body_and_answer_has_an_example() {
    let document = whole();
    walk(&document["paths"], "", &mut |at, value| {
        let content = &value["content"]["application/json"];
        let described = at.ends_with("/200") || at.ends_with("/requestBody");
        // The document is no example of itself.
        if !described || content.is_null() || at.contains("/~1openapi.json/") {
            return;
        }
        let of_schema = examples_of(resolved(&document, &content["schema"]));
        assert!(
            !examples_of(content).is_empty() || !of_schema.is_empty(),
            "{at}: no example"
        );
    });
}

#[test]
fn every_example_is_what_its_schema_says() {
    let document = whole();
    let mut checked = 0;
    walk(&document, "", &mut |at, value| {
        let examples = examples_of(value);
        let schema = match value.get("schema") {
            Some(schema) => schema,
            None if at.starts_with("/components/schemas/") => value,
            None => return,
        };
        if examples.is_empty() || at.ends_with("/properties") {
            return;
        }
        let schema = serde_json::json!({"allOf": [schema], "components": document["components"]});
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        for example in examples {
            // A list among parameters is shown by one of its values.
            let listed = serde_json::json!([example]);
            let one_of_many = value.get("in").is_some()
                && !example.is_array()
                && schema["allOf"][0]["type"].to_string().contains("array");
            let shown = if one_of_many { &listed } else { example };
            let faults: Vec<String> = validator
                .iter_errors(shown)
                .map(|fault| format!("{}: {fault}", fault.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{at}: {faults:#?}");
            checked += 1;
        }
    });
    assert!(checked > 80, "only {checked} examples");
}

#[test]
fn problems_come_as_problems() {
    let document = whole();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with('4') || status.starts_with('5') {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(
                        schema, "#/components/schemas/Problem",
                        "{method} {path} {status}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_list_of_operations_is_complete() {
    let lines = operations();
    let expected = [
        "GET /v1/crisis getCrisis public",
        "POST /v1/search searchInPrivate public",
        "GET /v1/hubs listHubs public",
        "GET /v1/hubs/{hub} getHub public",
        "GET /livez getLivez public",
    ];
    for line in expected {
        assert!(
            lines.lines().any(|own| own == line),
            "{line} is not in\n{lines}"
        );
    }
}

#[test]
fn nothing_but_a_geometry_may_be_null() {
    let document = whole();
    walk(&document["components"], "", &mut |at, value| {
        let null = value == "null" || value.get("default").is_some_and(Value::is_null);
        assert!(!null || at.contains("/geometry/"), "{at}");
    });
}
