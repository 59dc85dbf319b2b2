//! Whom to call now.

use serde_json::{Value, json};

use crate::support::TestApp;

fn countries(answer: &Value) -> Vec<&str> {
    answer["countries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["country"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_country_the_emergency_first() {
    let app = TestApp::of_the_seed().await;
    let answer = app.get("/v1/crisis?country=BD&lang=bn").await.json();
    assert_eq!(countries(&answer), ["BD"]);
    let bangladesh = &answer["countries"][0];
    assert_eq!(bangladesh["emergency"][0]["uri"], "tel:999");
    let lines: Vec<&str> = bangladesh["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["slug"].as_str().unwrap())
        .collect();
    assert!(lines.contains(&"kaan-pete-roi"), "{lines:?}");
    assert_eq!(bangladesh["name"], json!({"text": "বাংলাদেশ", "lang": "bn"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_country_of_a_point_and_both_at_a_border() {
    let app = TestApp::of_the_seed().await;
    let answer = app.get("/v1/crisis?near=-6.2,106.8").await.json();
    assert_eq!(countries(&answer), ["ID"]);
    let border = app.get("/v1/crisis?near=22.52,114.06").await.json();
    let mut both = countries(&border);
    both.sort_unstable();
    assert_eq!(both, ["CN", "HK"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_names_no_country() {
    let app = TestApp::of_the_seed().await;
    for language in ["en", "bn", "zh", "id"] {
        let answer = app.get(&format!("/v1/crisis?lang={language}")).await.json();
        assert!(countries(&answer).is_empty(), "{language}");
        assert!(answer.to_string().contains("\"BD\""), "a choice is offered");
    }
}
