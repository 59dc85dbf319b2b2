//! Lists and details.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    app::slugs,
    sample::{self, Sample},
};

async fn with(samples: impl IntoIterator<Item = Sample>) -> (TestDb, TestApp) {
    let db = TestDb::seeded().await;
    for sample in samples {
        db.create(&sample).await;
    }
    let app = TestApp::on(&db.store).await;
    (db, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_has_a_list_and_a_detail_by_slug_and_id() {
    let (_db, app) = with(sample::one_of_each()).await;
    let kinds = [
        ("organisations", "listeners"),
        ("hubs", "listening-room"),
        ("support-groups", "evening-circle"),
        ("helplines", "night-line"),
    ];
    for (kind, slug) in kinds {
        let list = app.get(&format!("/v1/{kind}")).await.json();
        assert_eq!(slugs(&list["items"]), [slug]);
        let by_slug = app.get(&format!("/v1/{kind}/{slug}?lang=bn")).await;
        assert_eq!(by_slug.status, 200, "{}", by_slug.text);
        let detail = by_slug.json();
        assert_eq!(detail["name"], json!({"text": "শোনার ঘর", "lang": "bn"}));
        assert_eq!(detail["sources"][0]["licence"], "CC0-1.0");
        let id = detail["id"].as_str().unwrap();
        let by_id = app.get(&format!("/v1/{kind}/{id}?lang=bn")).await;
        assert_eq!(by_id.json(), detail);
        assert!(
            !by_slug.text.contains("team@example.org"),
            "what is kept for staff stays with them"
        );
    }
    assert_eq!(app.get("/v1/hubs/night-line").await.status, 404);
    assert_eq!(
        app.get("/v1/hubs/no-such-hub").await.json()["code"],
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_fall_back_and_say_in_which_language_they_are() {
    let (_db, app) = with([sample::hub("room")]).await;
    let reply = app.get("/v1/hubs/room?lang=zh-HK").await;
    let detail = reply.json();
    assert_eq!(
        detail["name"]["lang"], "bn",
        "the source language where none is nearer"
    );
    assert_eq!(detail["summary"]["lang"], "en");
    let request = app.request(reqwest::Method::GET, "/v1/hubs/room");
    let reply = app
        .send(request.header("Accept-Language", "fr, en-GB;q=0.8, bn;q=0.5"))
        .await;
    assert_eq!(reply.json()["name"]["lang"], "en");
    assert!(
        reply
            .header("vary")
            .to_ascii_lowercase()
            .contains("accept-language")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_holds_until_the_doors_close() {
    let (_db, app) = with([sample::hub("room")]).await;
    let ask = |tag: String| {
        let request = app.request(reqwest::Method::GET, "/v1/hubs/room");
        app.send(request.header("If-None-Match", tag))
    };
    // Monday 15:00 in Dhaka, and open.
    app.clock.set("2026-03-02T09:00:00Z".parse().unwrap());
    let open = app.get("/v1/hubs/room").await;
    assert_eq!(open.json()["places"][0]["open_now"], true);
    let tag = open.header("etag").to_owned();
    assert_eq!(ask(tag.clone()).await.status, 304);
    // Half a minute before it closes at 03:00, nothing may be kept for longer than that.
    app.clock.set("2026-03-02T20:59:30Z".parse().unwrap());
    let late = app.get("/v1/hubs/room").await;
    assert!(
        late.header("cache-control").contains("max-age=30"),
        "{}",
        late.header("cache-control")
    );
    app.clock.set("2026-03-02T21:00:01Z".parse().unwrap());
    let closed = ask(tag).await;
    assert_eq!(closed.status, 200);
    assert_eq!(closed.json()["places"][0]["open_now"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_slug_leads_to_the_present_one() {
    let (db, app) = with([sample::hub("old-name")]).await;
    db.publish(&sample::hub("old-name").with("/slug", json!("new-name")))
        .await;
    app.follow().await;
    let reply = app.get("/v1/hubs/old-name?lang=bn").await;
    assert_eq!(reply.status, 308);
    assert!(
        reply.header("location").starts_with("/v1/hubs/new-name"),
        "{}",
        reply.header("location")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_every_listing_once() {
    let app = TestApp::of_the_seed().await;
    for (path, total) in [
        ("/v1/hubs?limit=7", 202),
        ("/v1/support-groups?limit=20&country=US", 60),
    ] {
        let (mut seen, mut count, mut next) = (HashSet::new(), 0, Some(path.to_owned()));
        while let Some(path) = next {
            let reply = app.get(&path).await;
            let page = reply.json();
            assert_eq!(page["total"]["value"], total);
            for slug in slugs(&page["items"]) {
                assert!(seen.insert(slug.to_owned()), "{slug} came twice");
                count += 1;
            }
            let link = reply.header("link");
            next = link
                .split_once('>')
                .map(|(address, _)| address.trim_start_matches('<').to_owned());
        }
        assert_eq!(count, total);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_take_any_none_and_all() {
    let app = TestApp::of_the_seed().await;
    let count = async |query: &str| -> u64 {
        let reply = app.get(&format!("/v1/hubs?limit=1&{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["total"]["value"].as_u64().unwrap()
    };
    let all = count("").await;
    let (clinics, hospitals) = (
        count("hub_kind=clinic").await,
        count("hub_kind=hospital").await,
    );
    assert!(clinics > 0 && hospitals > 0);
    assert_eq!(count("hub_kind=clinic,hospital").await, clinics + hospitals);
    assert_eq!(
        count("hub_kind=-clinic,-hospital").await,
        all - clinics - hospitals
    );
    assert_eq!(
        count("area=id").await,
        count("country=ID").await,
        "an area with everything below it"
    );
    assert_eq!(
        count("country=BD,ID").await,
        count("country=BD").await + count("country=ID").await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn geojson_by_name_and_by_accept() {
    let app = TestApp::of_the_seed().await;
    let named = app.get("/v1/hubs.geojson?country=HK&lang=zh-Hant").await;
    assert!(
        named
            .header("content-type")
            .starts_with("application/geo+json")
    );
    let collection = named.json();
    assert_eq!(collection["type"], "FeatureCollection");
    let position = &collection["features"][0]["geometry"]["coordinates"];
    let (lon, lat) = (position[0].as_f64().unwrap(), position[1].as_f64().unwrap());
    assert!(
        (113.8..114.5).contains(&lon) && (22.1..22.6).contains(&lat),
        "{lon} {lat}"
    );
    let request = app.request(reqwest::Method::GET, "/v1/hubs?country=HK&lang=zh-Hant");
    let accepted = app
        .send(request.header("Accept", "application/geo+json"))
        .await;
    assert_eq!(accepted.json(), collection);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_options_and_compression() {
    let app = TestApp::of_the_seed().await;
    let head = app
        .send(app.request(reqwest::Method::HEAD, "/v1/hubs?limit=2"))
        .await;
    let get = app.get("/v1/hubs?limit=2").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("etag"), get.header("etag"));
    let preflight = app.request(reqwest::Method::OPTIONS, "/v1/hubs");
    let preflight = preflight
        .header("Origin", "https://example.org")
        .header("Access-Control-Request-Method", "GET");
    let reply = app.send(preflight).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let request = app
        .request(reqwest::Method::GET, "/v1/hubs?limit=100")
        .header("Accept-Encoding", "br");
    assert_eq!(app.send(request).await.header("content-encoding"), "br");
}
