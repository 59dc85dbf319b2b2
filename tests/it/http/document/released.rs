//! The document breaks nothing that the last released one promised, unless the version says so.

use serde_json::{Value, json};

use super::{
    compare::{announces, breaches},
    in_git,
};
use crate::support::promise;

fn present() -> Value {
    promise::document().clone()
}

fn version(document: &Value) -> &str {
    document["info"]["version"].as_str().unwrap()
}

#[test]
fn it_breaks_nothing_that_was_released() {
    let released: Value = serde_json::from_str(&in_git("released/haven.json")).unwrap();
    let present = present();
    let (before, after) = (version(&released), version(&present));
    let broken = breaches(&released, &present);
    assert!(
        broken.is_empty() || announces(before, after),
        "version {after} breaks what {before} promised. Keep to it, or see openapi/released/README.md:\n{}",
        broken.join("\n")
    );
}

#[test]
fn a_version_announces_breaches_by_its_first_number_that_counts() {
    for (before, after, announced) in [
        ("0.1.0", "0.1.0", false),
        ("0.1.0", "0.1.7", false),
        ("0.1.7", "0.2.0", true),
        ("0.9.0", "1.0.0", true),
        ("1.2.0", "1.3.0", false),
        ("1.9.0", "2.0.0", true),
        ("0.2.0", "0.1.0", false),
        ("1.0.0", "0.9.0", false),
    ] {
        assert_eq!(announces(before, after), announced, "{before} {after}");
    }
}

/// An edit of the document at a JSON Pointer; nothing as value takes what is there away.
type Edit = (&'static str, Option<Value>);

fn edited((at, value): &Edit) -> Value {
    let mut document = present();
    let (parent, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match (document.pointer_mut(parent), value) {
        (Some(Value::Object(map)), Some(value)) => {
            map.insert(key, value.clone());
        }
        (Some(Value::Object(map)), None) => {
            assert!(map.remove(&key).is_some(), "nothing at {at}");
        }
        (Some(Value::Array(list)), Some(value)) => list.push(value.clone()),
        (Some(Value::Array(list)), None) => {
            list.remove(key.parse().unwrap());
        }
        (other, _) => panic!("{at}: {other:?}"),
    }
    document
}

/// Where the parameter of that name is among those of an operation.
fn parameter(operation: &str, name: &str, then: &str) -> &'static str {
    let document = present();
    let all = document
        .pointer(&format!("{operation}/parameters"))
        .unwrap();
    let all = all.as_array().unwrap();
    let at = all.iter().position(|one| one["name"] == name).unwrap();
    format!("{operation}/parameters/{at}{then}").leak()
}

const SEARCH: &str = "/paths/~1v1~1search/get";
const SUMMARY: &str = "/components/schemas/ListingSummary";

fn breaking() -> Vec<Edit> {
    let added = |required: bool| json!({"name": "new", "in": "query", "required": required, "schema": {"type": "string"}});
    vec![
        ("/paths/~1v1~1hubs", None),
        ("/paths/~1v1~1search/post", None),
        ("/paths/~1v1~1search/get/operationId", Some(json!("find"))),
        (
            "/paths/~1v1~1search/get/security",
            Some(json!([{"key": []}])),
        ),
        (parameter(SEARCH, "near", ""), None),
        ("/paths/~1v1~1search/get/parameters/-", Some(added(true))),
        (parameter(SEARCH, "near", "/required"), Some(json!(true))),
        (parameter(SEARCH, "topic", "/explode"), Some(json!(false))),
        (
            parameter(SEARCH, "q", "/schema/maxLength"),
            Some(json!(499)),
        ),
        (parameter(SEARCH, "q", "/schema/minLength"), Some(json!(1))),
        (
            parameter(SEARCH, "q", "/schema/enum"),
            Some(json!(["a", "b"])),
        ),
        (parameter(SEARCH, "q", "/schema/pattern"), Some(json!("^a"))),
        (parameter(SEARCH, "q", "/schema/format"), Some(json!("uri"))),
        (
            parameter(SEARCH, "near", "/schema/pattern"),
            Some(json!("^[0-9,]+$")),
        ),
        (
            parameter(SEARCH, "limit", "/schema/maximum"),
            Some(json!(50)),
        ),
        (
            parameter(SEARCH, "limit", "/schema/minimum"),
            Some(json!(2)),
        ),
        (
            parameter(SEARCH, "limit", "/schema/type"),
            Some(json!("string")),
        ),
        (
            parameter(SEARCH, "topic", "/schema/maxItems"),
            Some(json!(1)),
        ),
        (
            parameter(SEARCH, "topic", "/schema/items/maxLength"),
            Some(json!(9)),
        ),
        (
            "/paths/~1v1~1search/post/requestBody/content/application~1json",
            None,
        ),
        ("/components/schemas/SearchBody/properties/q", None),
        (
            "/components/schemas/SearchBody/required",
            Some(json!(["q"])),
        ),
        (
            "/components/schemas/SearchBody/properties/limit/maximum",
            Some(json!(10)),
        ),
        ("/paths/~1v1~1search/get/responses/200", None),
        ("/paths/~1v1~1search/get/responses/410", None),
        (
            "/paths/~1v1~1search/get/responses/200/content/application~1geo+json",
            None,
        ),
        ("/paths/~1v1~1search/get/responses/200/headers/ETag", None),
        ("/components/schemas/ListingSummary/properties/slug", None),
        (
            "/components/schemas/ListingSummary/properties/version/type",
            Some(json!("string")),
        ),
        (
            "/components/schemas/ListingSummary/properties/version/type",
            Some(json!(["integer", "null"])),
        ),
        (
            "/components/schemas/ListingSummary/properties/version/type",
            None,
        ),
        (
            "/components/schemas/ListingSummary/properties/id/format",
            None,
        ),
        (
            "/components/schemas/ListingSummary/required",
            Some(json!([])),
        ),
        ("/components/schemas/Kind/enum/0", None),
        ("/components/schemas/Kind/enum", None),
        ("/components/schemas/Change/oneOf/1", None),
        (
            "/components/schemas/Change/oneOf/-",
            Some(json!({"type": "object"})),
        ),
        (
            "/components/schemas/ListAnswer/properties/items/items",
            Some(json!({"type": "string"})),
        ),
    ]
}

fn harmless() -> Vec<Edit> {
    let added =
        json!({"name": "new", "in": "query", "required": false, "schema": {"type": "string"}});
    vec![
        (
            "/paths/~1v1~1new",
            Some(json!({"get": {"operationId": "new", "responses": {}}})),
        ),
        ("/paths/~1v1~1search/get/parameters/-", Some(added)),
        (
            "/paths/~1v1~1search/get/description",
            Some(json!("Other words.")),
        ),
        (
            "/paths/~1v1~1search/get/responses/451",
            Some(json!({"description": "Too many."})),
        ),
        (
            "/paths/~1v1~1search/get/responses/200/content/text~1csv",
            Some(json!({})),
        ),
        (
            "/paths/~1v1~1search/get/responses/200/headers/X-New",
            Some(json!({})),
        ),
        (
            parameter(SEARCH, "q", "/schema/maxLength"),
            Some(json!(501)),
        ),
        (parameter(SEARCH, "q", "/schema/maxLength"), None),
        (parameter(SEARCH, "near", "/schema/pattern"), None),
        (
            parameter(SEARCH, "limit", "/schema/maximum"),
            Some(json!(1_000)),
        ),
        (
            parameter(SEARCH, "limit", "/schema/type"),
            Some(json!(["integer", "string"])),
        ),
        (parameter(SEARCH, "limit", "/example"), Some(json!(7))),
        (
            "/components/schemas/SearchBody/properties/new",
            Some(json!({"type": "string"})),
        ),
        (
            "/components/schemas/ListingSummary/properties/new",
            Some(json!({"type": "string"})),
        ),
        (
            "/components/schemas/ListingSummary/properties/version/maximum",
            Some(json!(7)),
        ),
        ("/components/schemas/Kind/enum/-", Some(json!("programme"))),
    ]
}

#[test]
fn what_breaks_is_found_and_what_does_not_is_let_pass() {
    let present = present();
    assert_eq!(breaches(&present, &present), [""; 0]);
    assert!(present.pointer(SUMMARY).is_some());
    let missed: Vec<Edit> = breaking()
        .into_iter()
        .filter(|edit| breaches(&present, &edited(edit)).is_empty())
        .collect();
    assert!(missed.is_empty(), "not found: {missed:#?}");
    for edit in harmless() {
        assert_eq!(breaches(&present, &edited(&edit)), [""; 0], "{edit:?}");
    }
}

/// A property that one only sees through several others is seen.
#[test]
fn a_breach_says_where_it_is() {
    let edit = ("/components/schemas/ListingSummary/properties/slug", None);
    let found = breaches(&present(), &edited(&edit));
    assert!(
        found.iter().any(
            |line| line.starts_with("GET /v1/") && line.contains("/slug: the property is gone")
        ),
        "{found:#?}"
    );
}
