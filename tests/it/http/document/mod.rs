//! The OpenAPI document in git is the one that the code makes, and keeps what was promised.

mod compare;
mod examples;
mod released;

use std::path::Path;

use haven::http;
use serde_json::Value;

use crate::support::TestApp;

fn in_git(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("openapi")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_default()
}

#[test]
fn the_document_in_git_is_current() {
    let document = http::document().to_pretty_json().unwrap() + "\n";
    assert!(
        document == in_git("haven.json"),
        "openapi/haven.json differs from the code: run `make openapi`"
    );
    assert!(
        http::operations() == in_git("operations.txt"),
        "openapi/operations.txt differs: run `make openapi`"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_with_pages_that_ask_nobody_else() {
    let app = TestApp::of_the_seed().await;
    let served = app.get("/openapi.json").await.json();
    let in_git: Value = serde_json::from_str(&in_git("haven.json")).unwrap();
    assert_eq!(served["paths"], in_git["paths"]);
    let docs = app.get("/docs/").await;
    assert_eq!(docs.status, 200);
    for page in [&docs.text, &app.get("/").await.text] {
        assert!(
            !page.contains("src=\"http") && !page.contains("href=\"http"),
            "an asset of a third party"
        );
    }
}
