//! What the document shows to be sent is taken as it stands.

use reqwest::Method;
use serde_json::{Value, json};

use super::in_git;
use crate::support::{
    TestApp, TestDb,
    people::{Someone, id},
    sample,
};

/// What is shown to be sent, with where and as what.
struct Shown {
    method: Method,
    path: String,
    media_type: String,
    schema: Value,
    example: Value,
}

fn shown(document: &Value) -> Vec<Shown> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            for (media_type, content) in content.into_iter().flatten() {
                let name = content["schema"]["$ref"].as_str().unwrap();
                let schema = document.pointer(name.trim_start_matches('#')).unwrap();
                let method = method.to_uppercase();
                let of_all = [&schema["example"], &schema["examples"][0]];
                let example = of_all.into_iter().find(|one| !one.is_null());
                let example = example.unwrap_or(&Value::Null);
                assert!(!example.is_null(), "{method} {path}: {name} has none");
                all.push(Shown {
                    method: method.parse().unwrap(),
                    path: path.clone(),
                    media_type: media_type.clone(),
                    schema: content["schema"].clone(),
                    example: example.clone(),
                });
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_as_its_schema_says_and_is_taken() {
    let document: Value = serde_json::from_str(&in_git("haven.json")).unwrap();
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = rima.post("/v1/organisations", body).await.json();
    let draft = id(&made["organisation"]).to_owned();
    assert_eq!(rima.act(&draft, "submission", None).await.status, 200);
    assert_eq!(head.act(&draft, "approval", None).await.status, 200);
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let all = shown(&document);
    assert!(all.len() > 30, "{}", all.len());
    for shown in all {
        let asked = format!("{} {} {}", shown.method, shown.path, shown.media_type);
        let schema = json!({"allOf": [shown.schema], "components": document["components"]});
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&schema).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&shown.example)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{asked}: {faults:#?}");
        // Of the rest, what is named is not there; that all of it can be read is shown beside the shapes.
        if shown.path.ends_with("/batches/check") {
            let path = shown.path.replace("{organisation}", organisation);
            let file = shown.example.as_str().unwrap().to_owned();
            let reply = rima.file(&path, &shown.media_type, file, "").await;
            assert_eq!(reply.status, 200, "{asked}: {}", reply.text);
            assert_eq!(reply.json()["fit"], true, "{asked}: {}", reply.text);
        } else if ["/v1/search", "/v1/suggest", "/v1/accounts"].contains(&&*shown.path) {
            let request = app.request(shown.method, &shown.path);
            let reply = app.send(request.json(&shown.example)).await;
            assert!(
                [200, 202].contains(&reply.status),
                "{asked}: {}",
                reply.text
            );
        }
    }
    app.follow().await;
}
