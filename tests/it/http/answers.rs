//! Every answer is what the document says of it: all listings of the seed, every list, page and reference, and refusals.

use std::collections::HashMap;

use haven::http;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{TestApp, app::Reply};

/// The document with a validator for each schema that was asked for.
struct Promise {
    document: Value,
    validators: HashMap<String, Validator>,
}

impl Promise {
    fn new() -> Self {
        Self {
            document: serde_json::to_value(http::document()).unwrap(),
            validators: HashMap::new(),
        }
    }

    /// Holds the answer of an operation against the schema of its status and media type.
    fn hold(&mut self, method: &str, template: &str, asked: &str, reply: &Reply) {
        let operation = &self.document["paths"][template][method];
        assert!(operation.is_object(), "{method} {template}");
        let answer = &operation["responses"][reply.status.to_string()];
        assert!(
            answer.is_object(),
            "{asked}: {} is not documented",
            reply.status
        );
        let media_type = reply.header("content-type").split(';').next().unwrap();
        let schema = &answer["content"][media_type]["schema"];
        assert!(
            schema.is_object(),
            "{asked}: {media_type} is not documented"
        );
        let components = &self.document["components"];
        let validator = self
            .validators
            .entry(schema.to_string())
            .or_insert_with(|| {
                let schema = json!({"allOf": [schema], "components": components});
                let options = jsonschema::options().should_validate_formats(true);
                options.build(&schema).unwrap()
            });
        let body = match media_type.ends_with("json") {
            true => reply.json(),
            false => json!(reply.text),
        };
        let faults: Vec<String> = validator
            .iter_errors(&body)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{asked}: {faults:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_listing_of_the_seed() {
    let app = TestApp::of_the_seed().await;
    let mut promise = Promise::new();
    let kinds = [
        ("organisations", "organisation"),
        ("hubs", "hub"),
        ("support-groups", "support_group"),
        ("helplines", "helpline"),
    ];
    let mut seen = 0;
    for (kind, parameter) in kinds {
        let (list, detail) = (format!("/v1/{kind}"), format!("/v1/{kind}/{{{parameter}}}"));
        let mut next = Some(format!("{list}?limit=100&lang=bn"));
        while let Some(page) = next {
            let reply = app.get(&page).await;
            promise.hold("get", &list, &page, &reply);
            let page = reply.json();
            for item in page["items"].as_array().unwrap() {
                let path = format!("{list}/{}", item["slug"].as_str().unwrap());
                promise.hold("get", &detail, &path, &app.get(&path).await);
                seen += 1;
            }
            let cursor = page["next"].as_str();
            next = cursor.map(|cursor| format!("{list}?limit=100&lang=bn&cursor={cursor}"));
        }
        let shape = format!("{list}.geojson?limit=100");
        promise.hold("get", &list, &shape, &app.get(&shape).await);
    }
    assert!(seen > 300, "{seen}");
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/changes?limit=1000{cursor}");
        let reply = app.get(&path).await;
        promise.hold("get", "/v1/changes", &path, &reply);
        if reply.json()["more"] == false {
            break;
        }
        cursor = format!("&cursor={}", reply.json()["next"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_operation_and_of_its_refusals() {
    let app = TestApp::of_the_seed().await;
    let mut promise = Promise::new();
    let paths: Vec<String> = promise.document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    for template in paths {
        let get = promise.document["paths"][&template]["get"].clone();
        if get.is_null() {
            continue;
        }
        let mut path = template.clone();
        for parameter in get["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" {
                let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
                path = path.replace(&name, parameter["example"].as_str().unwrap());
            }
        }
        if template == "/v1/areas/locate" {
            path += "?point=23.81,90.41";
        }
        if template == "/livez" {
            continue;
        }
        promise.hold("get", &template, &path, &app.get(&path).await);
        let wrong = format!("{}?no-such-parameter=1", path.split('?').next().unwrap());
        if template.starts_with("/v1/") {
            let refused = app.get(&wrong).await;
            // Who has to be signed in learns nothing before.
            let signed = get["security"].is_array();
            let status = if signed { 401 } else { 400 };
            assert_eq!(refused.status, status, "{wrong}");
            promise.hold("get", &template, &wrong, &refused);
        }
    }
    for query in [
        "q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE",
        "near=23.81,90.41&radius=50000",
        "country=GB&limit=100",
        "q=nothing-has-this-name&near=0,0&radius=10",
        "facets=topic,area,country",
        "sort=distance",
    ] {
        for extension in ["", ".geojson"] {
            let path = format!("/v1/search{extension}?{query}");
            promise.hold("get", "/v1/search", &path, &app.get(&path).await);
        }
    }
    for country in ["BD", "GB", "CN", "ID"] {
        for path in ["/v1/crisis", "/v1/areas"] {
            let asked = format!("{path}?country={country}&lang=zh-Hant");
            promise.hold("get", path, &asked, &app.get(&asked).await);
        }
    }
}
