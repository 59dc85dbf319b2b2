//! Whom to call now.

use serde_json::{Value, json};

use crate::support::{TestApp, TestDb, sample};

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

#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_danger_is_sent_where_nobody_answers() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let night = sample::helpline("night-line");
    let day = sample::helpline("day-line").with("/helpline_details/crisis", json!(false));
    db.create(&night).await;
    db.create(&day).await;
    db.create(&sample::helpline("new-line")).await;
    let lines = async || {
        app.follow().await;
        let answer = app.get("/v1/crisis?country=BD").await.json();
        answer["countries"][0]["lines"].as_array().unwrap().clone()
    };
    let slugs = |lines: &[Value]| -> Vec<String> {
        let slug = |line: &Value| line["slug"].as_str().unwrap().to_owned();
        lines.iter().map(slug).collect()
    };
    let first = lines().await;
    assert_eq!(slugs(&first)[2], "day-line", "{first:?}");
    assert!(first.iter().all(|line| line.get("status").is_none()));

    let until = json!({"state": "temporarily_closed", "until": "2026-03-20",
        "note": sample::text("We move house.")});
    db.publish(&night.clone().with("/status", until)).await;
    let closed = lines().await;
    assert_eq!(slugs(&closed), ["new-line", "day-line", "night-line"]);
    let status = &closed[2]["status"];
    assert_eq!(
        (&status["state"], &status["until"], &status["note"]["text"]),
        (
            &json!("temporarily_closed"),
            &json!("2026-03-20"),
            &json!("We move house.")
        )
    );
    // Words of danger bring the same.
    let found = app
        .search(&[("q", "I want to kill myself"), ("country", "BD")])
        .await;
    let told = found["crisis"]["countries"][0]["lines"].as_array().unwrap();
    assert_eq!(slugs(told), slugs(&closed));

    for state in [
        json!({"state": "ended"}),
        json!({"state": "moved", "moved_to": "new-line"}),
    ] {
        db.publish(&night.clone().with("/status", state)).await;
        assert_eq!(slugs(&lines().await), ["new-line", "day-line"]);
    }
    // What is announced is not so yet; and then it is, without anybody's doing.
    let announced = json!({"state": "ended", "from": "2026-03-20"});
    db.publish(&night.with("/status", announced)).await;
    let lines_then = lines().await;
    assert_eq!(slugs(&lines_then).len(), 3);
    app.clock.set("2026-03-20T00:00:00Z".parse().unwrap());
    assert_eq!(slugs(&lines().await), ["new-line", "day-line"]);
}
