//! Search over HTTP: the index follows what is published, and people find what helps them.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    app::slugs,
    sample::{self, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_organisation_finds_its_hub_by_the_new_name() {
    let db = TestDb::seeded().await;
    db.create(&sample::organisation("listeners")).await;
    db.create(&sample::hub("room").with("/organisation", json!("listeners")))
        .await;
    let app = TestApp::on(&db.store).await;
    let found = app.search(&[("q", "Zephyrine"), ("kind", "hub")]).await;
    assert_eq!(found["total"]["value"], 0);
    db.publish(&sample::organisation("listeners").with("/name", text("Zephyrine Trust")))
        .await;
    let step = app.follow().await;
    assert!(step.listings >= 2, "the organisation and its hub");
    let found = app.search(&[("q", "Zephyrine"), ("kind", "hub")]).await;
    assert_eq!(slugs(&found["hits"]), ["room"]);
    assert_eq!(
        found["hits"][0]["organisation"]["name"]["text"],
        "Zephyrine Trust"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_was_called_finds_what_it_provides_until_another_is_called_so() {
    let db = TestDb::seeded().await;
    db.create(&sample::organisation("listeners")).await;
    db.create(&sample::hub("room").with("/organisation", json!("listeners")))
        .await;
    let app = TestApp::on(&db.store).await;
    let found = async |called: &str| {
        let listed = app.get(&format!("/v1/hubs?organisation={called}")).await;
        let searched = app.search(&[("organisation", called)]).await;
        assert_eq!(
            slugs(&listed.json()["items"]),
            slugs(&searched["hits"]),
            "{called}"
        );
        searched["total"]["value"].as_u64()
    };
    let renamed = sample::organisation("listeners").with("/slug", json!("hearers"));
    db.publish(&renamed).await;
    app.follow().await;
    for called in ["listeners", "hearers"] {
        assert_eq!(found(called).await, Some(1), "{called}");
    }

    db.create(&sample::organisation("others").with("/slug", json!("listeners")))
        .await;
    app.follow().await;
    assert_eq!(found("listeners").await, Some(0));
    assert_eq!(found("hearers").await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_found_when_published_and_gone_when_withdrawn() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let id = db
        .create(&sample::hub("room").with("/name", text("Quiet Harbour")))
        .await;
    app.follow().await;
    assert_eq!(
        slugs(&app.search(&[("q", "quiet harbour")]).await["hits"]),
        ["room"]
    );
    db.withdraw(id, haven::domain::change::Removal::Withdrawn)
        .await;
    app.follow().await;
    assert_eq!(
        app.search(&[("q", "quiet harbour")]).await["total"]["value"],
        0
    );
    assert_eq!(app.get("/v1/hubs/room").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_languages_find_real_help() {
    let app = TestApp::of_the_seed().await;
    let cases = [
        // As asked in Dhaka, Shenzhen, Jakarta and London; the first within three.
        (
            &[("q", "বিষণ্নতা"), ("near", "23.81,90.41"), ("lang", "bn")][..],
            "kaan-pete-roi",
        ),
        (&[("q", "বিষণ্ণতা"), ("lang", "bn")][..], "kaan-pete-roi"),
        (
            &[("q", "মানসিক হাসপাতাল ঢাকা"), ("lang", "bn")][..],
            "national-institute-of-mental-health-dhaka",
        ),
        (
            &[("q", "心理援助熱線 12356"), ("lang", "zh-Hant")][..],
            "psychological-assistance-line-12356-china",
        ),
        (
            &[("q", "聚光驛站"), ("lang", "zh-Hant")][..],
            "spotlight-station-futian",
        ),
        (
            &[("q", "depresii"), ("near", "-6.2,106.8"), ("lang", "id")][..],
            "puspaga-cempaka-palmerah",
        ),
        (
            &[("q", "rumah sakit jiwa bali"), ("lang", "id")][..],
            "rsj-provinsi-bali",
        ),
        (
            &[("q", "samaritns"), ("near", "51.5,-0.12"), ("lang", "en")][..],
            "samaritans-uk",
        ),
        (&[("q", "০৯৬১২১১৯৯১১"), ("lang", "bn")][..], "kaan-pete-roi"),
        (&[("q", "kaan pe"), ("lang", "en")][..], "kaan-pete-roi"),
    ];
    for (parameters, expected) in cases {
        let found = app.search(parameters).await;
        let first: Vec<&str> = slugs(&found["hits"]).into_iter().take(3).collect();
        assert!(first.contains(&expected), "{parameters:?}: {first:?}");
        assert_eq!(
            (&found["engine"], &found["degraded"]),
            (&json!("embedded"), &json!(false))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_without_a_match_is_no_dead_end() {
    let app = TestApp::of_the_seed().await;
    let asked = [
        ("q", "বিষণ্নতা"),
        ("near", "23.81,90.41"),
        ("radius", "50000"),
        ("lang", "bn"),
    ];
    let found = app.search(&asked).await;
    assert_eq!(found["total"]["value"], 0);
    let instead = found["instead"].as_array().unwrap();
    let remote = instead
        .iter()
        .find(|step| step["relaxation"] == "remote")
        .unwrap();
    assert!(slugs(&remote["hits"]).contains(&"kaan-pete-roi"));
    for hit in remote["hits"].as_array().unwrap() {
        let place = &hit["place"]["area"];
        let path = place["path"].as_array();
        let country = path.and_then(|path| path.last()).unwrap_or(place);
        assert_eq!(
            country["code"], "bd",
            "help that one can use from there: {hit}"
        );
    }
    let in_the_place = |step: &&serde_json::Value| {
        step["relaxation"] == "broader_topic" || step["relaxation"] == "nearby"
    };
    let there: Vec<&str> = instead
        .iter()
        .filter(in_the_place)
        .flat_map(|step| slugs(&step["hits"]))
        .collect();
    assert!(there.contains(&"national-institute-of-mental-health-dhaka"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nearest_first_with_exact_metres() {
    let app = TestApp::of_the_seed().await;
    let found = app
        .search(&[
            ("near", "51.51,-0.13"),
            ("radius", "20000"),
            ("kind", "hub"),
        ])
        .await;
    let distances: Vec<f64> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["distance_m"].as_f64().unwrap())
        .collect();
    assert!(
        distances.len() > 5 && distances.is_sorted(),
        "{distances:?}"
    );
    assert!(distances.iter().all(|metres| *metres <= 20_000.0));
    let boxed = app
        .search(&[
            ("bbox", "-0.3,51.4,0.1,51.6"),
            ("kind", "hub"),
            ("limit", "100"),
        ])
        .await;
    assert!(boxed["total"]["value"].as_u64().unwrap() > 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_show_every_hit_once() {
    let app = TestApp::of_the_seed().await;
    for question in [
        &[("q", "mental health")][..],
        &[("near", "51.5,-0.1")][..],
        &[("topic", "depression")][..],
    ] {
        let (mut seen, mut cursor) = (HashSet::new(), None::<String>);
        let total = loop {
            let mut parameters = question.to_vec();
            parameters.push(("limit", "37"));
            parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = app.search(&parameters).await;
            for hit in page["hits"].as_array().unwrap() {
                assert!(seen.insert(hit["id"].as_str().unwrap().to_owned()));
            }
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break page["total"]["value"].as_u64().unwrap(),
            }
        };
        assert_eq!(seen.len() as u64, total, "{question:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_body_finds_the_same() {
    let app = TestApp::of_the_seed().await;
    let by_address = app
        .search(&[("q", "depresi"), ("lang", "id"), ("limit", "5")])
        .await;
    let body = json!({"q": "depresi", "lang": "id", "limit": 5});
    let request = app.request(reqwest::Method::POST, "/v1/search").json(&body);
    let reply = app.send(request).await;
    assert_eq!(reply.json()["hits"], by_address["hits"]);
    assert!(
        reply.headers.get("link").is_none(),
        "the words stay out of every address"
    );
}
