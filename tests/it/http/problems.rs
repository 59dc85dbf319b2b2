//! What is refused, and how.

use reqwest::Method;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named_at_once_and_no_value_comes_back() {
    let app = TestApp::of_the_seed().await;
    let reply = app
        .get("/v1/search?near=200,1&radius=-5&limit=0&kind=castle-in-spain&bogus=1&bbox=1,2,0")
        .await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem = reply.json();
    let mut named: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["parameter"].as_str().unwrap())
        .collect();
    named.sort_unstable();
    assert_eq!(named, ["bbox", "bogus", "kind", "limit", "near", "radius"]);
    assert!(!reply.text.contains("castle-in-spain"));
    assert_eq!(
        problem["request_id"].as_str().unwrap(),
        reply.header("x-request-id")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_questions_are_refused_by_name() {
    let app = TestApp::of_the_seed().await;
    let cases = [
        ("/v1/search?near=nan,1", 400, "near"),
        ("/v1/search?near=91,0", 400, "near"),
        ("/v1/search?bbox=0,10,1,5", 400, "bbox"),
        ("/v1/search?radius=1000", 400, "radius"),
        (
            "/v1/search?near=1,1&radius=99999999999999999999",
            400,
            "radius",
        ),
        ("/v1/search?sort=distance", 400, "sort"),
        ("/v1/search?kind=hub,-helpline", 400, "kind"),
        ("/v1/search?near=1,1&near=2,2", 400, "near"),
        ("/v1/search?q=a&cursor=AVsi", 400, "cursor"),
        ("/v1/hubs?country=Bangladesh", 400, "country"),
        ("/v1/hubs?limit=101", 400, "limit"),
        ("/v1/hubs?topic=no-such-topic", 400, "topic"),
        ("/v1/hubs?q=words", 400, "q"),
        ("/v1/crisis?country=XX", 400, "country"),
        ("/v1/areas/locate?point=1", 400, "point"),
    ];
    for (path, status, parameter) in cases {
        let reply = app.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        let problem = reply.json();
        let named = problem["errors"]
            .as_array()
            .is_some_and(|errors| errors.iter().any(|fault| fault["parameter"] == parameter));
        assert!(named, "{path}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_serves_its_own_question_only() {
    let app = TestApp::of_the_seed().await;
    let page = app.search(&[("q", "mental health"), ("limit", "5")]).await;
    let cursor = page["next"].as_str().unwrap();
    let other = app
        .get(&format!("/v1/search?q=depression&limit=5&cursor={cursor}"))
        .await;
    assert_eq!(other.status, 400, "{}", other.text);
    let list = app.get("/v1/hubs?limit=5").await.json();
    let of_hubs = list["next"].as_str().unwrap();
    assert_eq!(
        app.get(&format!("/v1/helplines?limit=5&cursor={of_hubs}"))
            .await
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_and_sizes_without_measure() {
    let app = TestApp::of_the_seed().await;
    assert_eq!(app.get("/v1/search?q=%ff%fe").await.status, 400);
    assert_eq!(app.get("/v1/search?q=a%00b").await.status, 400);
    assert_eq!(app.get("/v1/hubs/%00").await.status / 100, 4);
    assert_eq!(
        app.get(&format!("/v1/search?q={}", "a".repeat(5_000)))
            .await
            .status
            / 100,
        4
    );
    let post = |body: String, kind: &'static str| {
        let request = app
            .request(Method::POST, "/v1/search")
            .header("Content-Type", kind);
        app.send(request.body(body))
    };
    assert_eq!(
        post("x".repeat(200_000), "application/json").await.status,
        413
    );
    assert_eq!(post("{}".into(), "text/plain").await.status, 415);
    let broken = post("{\"q\": ".into(), "application/json").await;
    assert_eq!(
        (broken.status, broken.header("content-type")),
        (400, "application/problem+json")
    );
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(post(deep, "application/json").await.status, 400);
    let wrong = post(
        "{\"q\": 1, \"limit\": 0, \"nope\": true}".into(),
        "application/json",
    )
    .await
    .json();
    let mut pointers: Vec<&str> = wrong["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/limit", "/nope", "/q"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_paths_and_formats_that_are_not_there() {
    let app = TestApp::of_the_seed().await;
    assert_eq!(app.get("/v2/hubs").await.json()["code"], "not_found");
    let wrong = app.send(app.request(Method::DELETE, "/v1/hubs")).await;
    assert_eq!(wrong.status, 405);
    assert!(wrong.header("allow").contains("GET"));
    let request = app
        .request(Method::GET, "/v1/hubs")
        .header("Accept", "image/png");
    assert_eq!(app.send(request).await.status, 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_answered_calmly() {
    let app = TestApp::of_the_seed().await;
    let long = "মন".repeat(120);
    let words = [
        "",
        " ",
        "'; drop table listing; --",
        "\"",
        "((((",
        "a AND OR NOT",
        "*:*",
        "\u{202e}abc",
        "🙂🙂",
        "\u{200b}\u{200d}",
        "𠜎𠜱𠝹",
        "ﷺ",
        &long,
        "ক্",
        "\\",
        "%",
        "-",
        "field:value",
        "~2",
        "[1 TO 9]",
    ];
    for q in words {
        let reply = app
            .send(app.request(Method::GET, "/v1/search").query(&[("q", q)]))
            .await;
        assert_eq!(reply.status, 200, "{q:?}: {}", reply.text);
    }
}
