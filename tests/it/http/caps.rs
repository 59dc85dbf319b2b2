//! What the document says of the size of anything is what is accepted: one more is refused, and named.

use haven::domain::actor::Actor;
use reqwest::Method;
use serde_json::{Value, json};

use haven::app::import;

use super::walk::operation::Operation;
use crate::support::{TestApp, TestDb, app::seed, clock, people::Someone};

/// For each bound of a schema a value just beyond it.
fn beyond(schema: &Value) -> Vec<Value> {
    let mut values = Vec::new();
    if let Some(longest) = schema["maxLength"].as_u64() {
        values.push(json!("a".repeat(longest as usize + 1)));
    }
    if let Some(most) = schema["maximum"].as_i64() {
        values.push(json!(most + 1));
    }
    if let Some(least) = schema["minimum"].as_i64() {
        values.push(json!(least - 1));
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        let item = schema["items"]["examples"][0].clone();
        assert!(!item.is_null(), "{schema}");
        values.push(Value::Array(vec![item; most as usize + 1]));
    }
    values
}

fn is_bounded(schema: &Value) -> bool {
    let bounds = match schema["type"].as_str() {
        Some("string") => ["maxLength", "enum"].as_slice(),
        Some("integer") => &["maximum"],
        Some("array") => &["maxItems"],
        _ => return true,
    };
    bounds.iter().any(|bound| !schema[*bound].is_null())
}

#[tokio::test]
async fn no_parameter_takes_more_than_the_document_says() {
    let db = TestDb::new().await;
    import::seed(&db.store, Actor::Operator, &*clock(), &seed())
        .await
        .unwrap();
    let app = TestApp::on(&db.store).await;
    // Who may ask everything: of others many questions are not even read.
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let document = app.get("/openapi.json").await.json();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        for parameter in parameters
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query")
        {
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            assert!(is_bounded(schema), "{path} {name}: {schema}");
            for value in beyond(schema) {
                let written = |value: &Value| {
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned)
                };
                let pairs: Vec<_> = match &value {
                    Value::Array(items) => items.iter().map(|item| (name, written(item))).collect(),
                    value => vec![(name, written(value))],
                };
                // What else the operation cannot do without.
                let others = parameters.into_iter().flatten().filter(|other| {
                    other["in"] == "query" && other["required"] == true && other["name"] != name
                });
                let mut pairs = pairs;
                pairs.extend(others.map(|other| {
                    let example = &other["example"];
                    let example = if example.is_null() {
                        &other["schema"]["example"]
                    } else {
                        example
                    };
                    (other["name"].as_str().unwrap(), written(example))
                }));
                let filled = path
                    .replace("{area}", "bd")
                    .replace("{topic}", "grief")
                    .replace("{organisation}", "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d");
                let reply = app
                    .send(
                        app.request(Method::GET, &filled)
                            .bearer_auth(&head.token)
                            .query(&pairs),
                    )
                    .await;
                assert_eq!(reply.status, 400, "{path} {pairs:?}: {}", reply.text);
                let problem = reply.json();
                let mut named = problem["errors"].as_array().into_iter().flatten();
                let named = named.any(|entry| entry["parameter"] == name);
                let cursor = problem["code"] == "cursor_invalid";
                assert!(named || cursor, "{path} {name}: {}", reply.text);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// The schema that a reference leads to, or this one.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(target) => document.pointer(&target[1..]).unwrap(),
        None => schema,
    }
}

/// What a property of a body may not be: too much, too little, blank where something has to be said, null, or of another
/// type.
fn wrong(document: &Value, schema: &Value) -> Vec<Value> {
    let schema = resolved(document, schema);
    let mut values = match schema["maxItems"].as_u64() {
        Some(most) => {
            let item = resolved(document, &schema["items"]);
            let item = [&item["examples"][0], &item["example"], &item["enum"][0]];
            let item = item.into_iter().find(|item| !item.is_null()).cloned();
            let item = item.unwrap_or(json!({}));
            vec![Value::Array(vec![item; most as usize + 1])]
        }
        None => beyond(schema),
    };
    match schema["minLength"].as_u64() {
        Some(least) if least > 0 => values.push(json!("x".repeat(least as usize - 1))),
        _ => {}
    }
    if schema["pattern"] == "\\S" {
        values.push(json!(" \t\u{3000}"));
    }
    if schema["minItems"] == 1 {
        values.push(json!([]));
    }
    let other = match schema["type"].as_str() {
        Some("string") => json!(7),
        _ => json!("x"),
    };
    values.extend([Value::Null, other]);
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_holds_what_the_document_rules_out() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let document = app.get("/openapi.json").await.json();
    let (mut tried, mut taken) = (0, Vec::new());
    for operation in Operation::all() {
        let Some(media_type) = operation.media_type.filter(|of| of.ends_with("json")) else {
            continue;
        };
        let described =
            &document["paths"][operation.path][operation.method.as_str().to_lowercase()];
        let schema = &described["requestBody"]["content"][&media_type]["schema"];
        let schema = resolved(&document, schema);
        let mut path = operation.path.to_owned();
        for name in &operation.parameters {
            let id = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d";
            path = path.replace(&format!("{{{name}}}"), id);
        }
        let ask = async |body: &Value| {
            let request = app.request(operation.method.clone(), &path);
            let request = request.bearer_auth(&head.token).header("If-Match", "\"1\"");
            let request = request.header("Content-Type", &media_type);
            app.send(request.body(body.to_string())).await
        };
        let mut refused = async |body: Value, name: &str| {
            let reply = ask(&body).await;
            let problem: Value = serde_json::from_str(&reply.text).unwrap_or_default();
            let mut named = problem["errors"].as_array().into_iter().flatten();
            let below = format!("/{name}");
            let named = named.any(|entry| entry["pointer"].as_str().unwrap().starts_with(&below));
            let cursor = problem["code"] == "cursor_invalid";
            if reply.status != 400 || !(named || cursor) {
                taken.push(format!("{} {body:.200}: {}", operation.id, reply.text));
            }
            tried += 1;
        };
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let bounded = resolved(&document, schema);
            assert!(is_bounded(bounded), "{} {name}: {bounded}", operation.id);
            for value in wrong(&document, schema) {
                let mut body = operation.example.clone();
                body[name] = value;
                refused(body, name).await;
            }
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            let mut body = operation.example.clone();
            body.as_object_mut().unwrap().remove(name);
            refused(body, name).await;
        }
    }
    assert!(taken.is_empty(), "{taken:#?}");
    assert!(tried > 200, "{tried}");
}

#[tokio::test]
async fn no_body_is_larger_than_it_may_be() {
    let app = TestApp::of_the_seed().await;
    let large = app
        .request(Method::POST, "/v1/search")
        .header("content-type", "application/json");
    let reply = app.send(large.body(" ".repeat(64 * 1024 + 1))).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
}
