//! What the document says of the size of anything is what is accepted: one more is refused, and named.

use haven::domain::actor::Actor;
use reqwest::Method;
use serde_json::{Value, json};

use haven::app::import;

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

#[tokio::test]
async fn no_body_holds_more_than_the_document_says() {
    let app = TestApp::of_the_seed().await;
    let document = app.get("/openapi.json").await.json();
    let operation = &document["paths"]["/v1/search"]["post"];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = document
        .pointer(&schema["$ref"].as_str().unwrap()[1..])
        .unwrap();
    let mut tried = 0;
    for (name, schema) in schema["properties"].as_object().unwrap() {
        assert!(is_bounded(schema), "{name}: {schema}");
        for value in beyond(schema) {
            let reply = app
                .send(
                    app.request(Method::POST, "/v1/search")
                        .json(&json!({name: value})),
                )
                .await;
            assert_eq!(reply.status, 400, "{name} {value}: {}", reply.text);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
    let large = app
        .request(Method::POST, "/v1/search")
        .header("content-type", "application/json");
    let reply = app.send(large.body(" ".repeat(64 * 1024 + 1))).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
}
