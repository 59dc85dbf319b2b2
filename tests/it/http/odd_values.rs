//! Whatever JSON can write is kept as it was typed and shown again, or refused with a word on where it stands.

use proptest::{
    collection::{hash_map, vec},
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::support::{
    TestApp, TestDb,
    app::Reply,
    people::{Someone, id},
    sample,
};

const NDJSON: &str = "application/x-ndjson";

/// So many bodies are typed.
const CASES: u32 = 60;

/// Texts with what Postgres, JSON or a reader of either may stumble over.
fn text() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        Just("\u{0}"),
        Just("\u{1f}"),
        Just("\u{7f}"),
        Just("\u{85}"),
        Just("\u{2028}"),
        Just("\u{feff}"),
        Just("\u{fffe}"),
        Just("\u{ffff}"),
        Just("\u{d7ff}"),
        Just("\u{e000}"),
        Just("\u{10ffff}"),
        Just("\\u0000"),
        Just("\\"),
        Just("\""),
        Just("/"),
        Just("~"),
        Just("মন"),
        Just("安"),
        Just("e\u{301}"),
        Just("a"),
        Just(""),
        Just("__proto__"),
    ];
    // Most have none that is refused.
    prop_oneof![3 => "[a-z/~\\\\\u{80}-\u{ffff}]{0,6}", 2 => vec(odd, 0..4).prop_map(|parts| parts.concat())]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop_oneof![
            Just(f64::MAX),
            Just(f64::MIN),
            Just(f64::MIN_POSITIVE),
            Just(5e-324),
            Just(9.999e299),
            Just(1e300),
            Just(-0.0),
            Just(1e23),
            Just(0.1),
            Just(274.0),
        ]
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            hash_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// What is typed of a listing: keys that there are and keys that there are not, with anything at all.
fn body() -> impl Strategy<Value = Value> {
    let known = prop_oneof![
        Just("name"),
        Just("slug"),
        Just("contacts"),
        Just("places"),
        Just("cost"),
        Just("hub_details"),
        Just("sources"),
        Just("topics"),
    ];
    let key = prop_oneof![known.prop_map(str::to_owned), text()];
    hash_map(key, value(), 0..5).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// With numbers as Postgres writes them.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap() + 0.0),
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(map) => {
            let kept = map.iter().map(|(key, value)| (key.clone(), plain(value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Without what nobody typed: its kind, its organisation, and the ids of contacts and places.
fn typed(mut body: Value) -> Value {
    let own = body.as_object_mut().unwrap();
    own.retain(|key, _| !["kind", "organisation"].contains(&&**key));
    for list in ["contacts", "places"] {
        let items = body.get_mut(list).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            item.remove("id");
        }
    }
    body
}

/// Whether something in it cannot be kept, and so has to be refused.
fn impossible(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Number(number) => number.as_f64().unwrap().abs() >= 1e300,
        Value::Array(list) => list.iter().any(impossible),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains('\0') || impossible(value)),
        _ => false,
    }
}

fn told(reply: &Reply, at: &str) {
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (400, &json!("body_invalid")),
        "{}",
        reply.text
    );
    let errors = reply.json()["errors"].clone();
    let errors = errors.as_array().unwrap();
    let below = errors
        .iter()
        .all(|error| error["pointer"].as_str().unwrap().starts_with(at));
    assert!(!errors.is_empty() && below, "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_as_it_is_or_refused() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let registered = json!({"organisation": sample::organisation("listeners").typed()});
    let registered = rima.post("/v1/organisations", registered).await.json();
    let organisation = registered["organisation"]["listing"].as_str().unwrap();
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (mut kept, mut refused) = (0, 0);
    for _ in 0..CASES {
        let body = body().new_tree(&mut runner).unwrap().current();
        let wanted = json!({"organisation": organisation, "kind": "hub", "body": body});
        let opened = rima.post("/v1/drafts", wanted).await;
        let mut row = body.clone();
        row["kind"] = json!("hub");
        for (what, status) in [("batches/check", 200), ("batches", 422)] {
            let path = format!("/v1/organisations/{organisation}/{what}");
            let reply = rima.file(&path, NDJSON, row.to_string(), "").await;
            assert_eq!(reply.status, status, "{row}: {}", reply.text);
            let fate = &reply.json()["rows"][0]["fate"];
            assert!(status == 422 || fate == "fault", "{row}: {}", reply.text);
        }
        let patched = rima
            .post(
                "/v1/drafts",
                json!({"organisation": organisation, "kind": "hub"}),
            )
            .await
            .json();
        let path = format!("/v1/drafts/{}", id(&patched));
        let patch = rima
            .on(Method::PATCH, &path, 1, Some(json!({"body": body})))
            .await;
        if impossible(&body) {
            told(&opened, "/body/");
            told(&patch, "/body/");
            refused += 1;
            continue;
        }
        assert_eq!(opened.status, 201, "{body}: {}", opened.text);
        assert_eq!(patch.status, 200, "{body}: {}", patch.text);
        let opened = opened.json();
        let shown = rima.draft(id(&opened)).await;
        assert_eq!(
            plain(&typed(shown["body"].clone())),
            plain(&typed(body.clone())),
            "{body}"
        );
        assert_eq!(rima.draft(id(&patched)).await["version"], 2);
        kept += 1;
    }
    assert!(kept > 20 && refused > 6, "{kept} kept, {refused} refused");
}
