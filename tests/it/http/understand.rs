//! Words understood: places, wishes, danger, and what is offered where little is found. In four languages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    app::slugs,
    sample::{self, text},
};

fn said<'a>(found: &'a Value, pointer: &str) -> &'a str {
    found
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The filters that were understood, as `filter=value`.
fn filters(found: &Value) -> Vec<String> {
    let filters = found["understood"]["filters"].as_array();
    let one = |filter: &Value| format!("{}={}", said(filter, "/filter"), said(filter, "/value"));
    filters.into_iter().flatten().map(one).collect()
}

fn steps(found: &Value) -> Vec<&str> {
    let steps = found["instead"].as_array();
    steps
        .into_iter()
        .flatten()
        .map(|step| said(step, "/relaxation"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_among_the_words_is_a_place() {
    let app = TestApp::of_the_seed().await;
    for (words, code, first) in [
        (
            "মানসিক হাসপাতাল ঢাকা",
            "bd-dhaka-division",
            "national-institute-of-mental-health-dhaka",
        ),
        (
            "ঢাকায় মানসিক হাসপাতাল",
            "bd-dhaka-division",
            "national-institute-of-mental-health-dhaka",
        ),
        (
            "mental hospital in Dhaka",
            "bd-dhaka-division",
            "national-institute-of-mental-health-dhaka",
        ),
        ("rumah sakit jiwa bali", "id-51", "rsj-provinsi-bali"),
        ("psychiatric hospital East Java", "id-35", "rsj-menur"),
        (
            "rumah sakit jiwa jakarta barat",
            "id-31.73",
            "rsj-soeharto-heerdjan",
        ),
        ("屯门 精神病院", "hk-tuen-mun", "castle-peak-hospital"),
        (
            "mental hospital Pingshan Shenzhen",
            "cn-440310",
            "shenzhen-kangning-hospital-pingshan",
        ),
    ] {
        let found = app.search(&[("q", words)]).await;
        assert_eq!(
            said(&found, "/understood/place/areas/0/code"),
            code,
            "{words}: {}",
            found["understood"]
        );
        assert_eq!(found["understood"]["place"]["undone"], false, "{words}");
        assert_eq!(slugs(&found["hits"]).first(), Some(&first), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_areas_of_a_name_the_likeliest_is_taken_and_the_others_are_told() {
    let app = TestApp::of_the_seed().await;
    let found = app.search(&[("q", "psikolog depok"), ("lang", "id")]).await;
    assert_eq!(
        said(&found, "/understood/place/areas/0/code"),
        "id-32.76",
        "the city"
    );
    let others = found["understood"]["place"]["alternatives"]
        .as_array()
        .unwrap();
    assert!(
        others.iter().any(|area| area["code"] == "id-34.04.07"),
        "the district of Sleman"
    );
    let within = app
        .search(&[("q", "psikolog depok sleman"), ("lang", "id")])
        .await;
    assert_eq!(
        said(&within, "/understood/place/areas/0/code"),
        "id-34.04.07"
    );
    let near = app
        .search(&[("q", "clinic georgia"), ("near", "33.7,-84.4")])
        .await;
    assert_eq!(said(&near, "/understood/place/areas/0/code"), "us-ga");
    let far = app.search(&[("q", "clinic georgia")]).await;
    assert_eq!(said(&far, "/understood/place/areas/0/code"), "ge");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_understood_can_be_turned_off_and_is_undone_where_nothing_is_left() {
    let app = TestApp::of_the_seed().await;
    let literal = app
        .search(&[("q", "mental hospital in Dhaka"), ("understand", "false")])
        .await;
    assert!(literal.get("understood").is_none());
    // A name that holds the name of a country, on a listing that is elsewhere, is still found.
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Wellbeing Bhutan Circle Club")))
        .await;
    let own = TestApp::on(&db.store).await;
    let found = own.search(&[("q", "wellbeing circle bhutan")]).await;
    assert_eq!(slugs(&found["hits"]), ["room"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_become_filters() {
    let db = TestDb::seeded().await;
    let paid = sample::hub("paid").with("/name", text("Kaoma Counselling One"));
    let free = sample::hub("free")
        .with("/name", text("Kaoma Counselling Two"))
        .with("/cost", json!({"model": "free"}));
    let online = sample::support_group("online")
        .with("/name", text("Kaoma Counselling Three"))
        .with("/delivery", json!(["online"]))
        .with("/spoken", json!(["id"]));
    for listing in [&paid, &free, &online] {
        db.create(listing).await;
    }
    let app = TestApp::on(&db.store).await;
    for (words, expected, hits) in [
        ("free kaoma counselling", "cost=free", "free"),
        ("বিনামূল্যে kaoma", "cost=free", "free"),
        ("kaoma 免费", "cost=free", "free"),
        ("kaoma gratis", "cost=free", "free"),
        ("online kaoma", "delivery=online,hybrid", "online"),
        ("অনলাইন kaoma", "delivery=online,hybrid", "online"),
        ("kaoma 線上", "delivery=online,hybrid", "online"),
        ("kaoma bahasa indonesia", "spoken=id", "online"),
    ] {
        let found = app.search(&[("q", words)]).await;
        assert_eq!(filters(&found), [expected], "{words}");
        assert_eq!(slugs(&found["hits"]), [hits], "{words}");
        assert_eq!(
            found["understood"]["words"],
            json!(if words.contains("counselling") {
                "kaoma counselling"
            } else {
                "kaoma"
            })
        );
    }
    // Nothing free speaks Indonesian: the wishes are left out, and that is said.
    let undone = app.search(&[("q", "free kaoma bahasa indonesia")]).await;
    assert_eq!(undone["total"]["value"], 3);
    let all = undone["understood"]["filters"].as_array().unwrap();
    assert!(all.iter().all(|filter| filter["undone"] == true), "{all:?}");
    let explicit = app
        .search(&[("q", "free kaoma"), ("cost", "sliding")])
        .await;
    assert_eq!(
        slugs(&explicit["hits"]).len(),
        2,
        "a parameter goes before the words"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn near_me_is_close_where_a_point_is_known_and_asks_for_one_where_none_is() {
    let app = TestApp::of_the_seed().await;
    for words in [
        "psychiatric hospital near me",
        "কাছের মানসিক হাসপাতাল",
        "附近的精神科医院",
        "rumah sakit jiwa terdekat",
    ] {
        let found = app.search(&[("q", words)]).await;
        assert_eq!(found["understood"]["hint"], "point_wanted", "{words}");
        assert!(found.get("near").is_none() && filters(&found).is_empty());
    }
    let named = app
        .search(&[("q", "psychiatric hospital near me in Bali")])
        .await;
    assert!(
        named["understood"].get("hint").is_none(),
        "a place is named"
    );
    for (words, near, first) in [
        (
            "psychiatric hospital near me",
            "51.469,-0.09",
            "maudsley-hospital",
        ),
        ("কাছের মানসিক হাসপাতাল", "24.13,89.07", "pabna-mental-hospital"),
        (
            "离我最近的精神科医院",
            "22.552,114.12",
            "shenzhen-kangning-hospital-luohu",
        ),
        (
            "附近 精神科",
            "22.34,114.2",
            "east-kowloon-psychiatric-centre",
        ),
        (
            "rumah sakit jiwa terdekat",
            "-8.507,115.263",
            "rsj-provinsi-bali",
        ),
    ] {
        let found = app.search(&[("q", words), ("near", near)]).await;
        assert_eq!(slugs(&found["hits"]).first(), Some(&first), "{words}");
        assert_eq!(filters(&found), ["radius=50000"], "{words}");
        assert!(found["understood"].get("hint").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn near_and_area_take_names_in_any_language() {
    let app = TestApp::of_the_seed().await;
    let by_code = app
        .search(&[("area", "bd-dhaka-division"), ("limit", "50")])
        .await;
    for name in ["ঢাকা", "Dhaka", "dacca", "ঢাকা বিভাগ"] {
        let by_name = app.search(&[("area", name), ("limit", "50")]).await;
        assert_eq!(by_name["total"], by_code["total"], "{name}");
        assert_eq!(
            said(&by_name, "/understood/named/0/area/code"),
            "bd-dhaka-division"
        );
    }
    let hubs = app.get("/v1/hubs?area=%E8%8A%B1%E8%93%AE").await;
    assert_eq!(hubs.status, 200, "{}", hubs.text);
    for name in ["香港", "Hong Kong", "হংকং"] {
        let found = app.search(&[("near", name), ("kind", "hub")]).await;
        assert!(
            found["near"]["lat"]
                .as_f64()
                .is_some_and(|lat| (22.0..23.0).contains(&lat)),
            "{name}"
        );
    }
    for (parameters, at) in [
        ("near=Nowhereville", "near"),
        ("area=Nowhereville", "area"),
        ("area=xx-unknown", "area"),
    ] {
        let reply = app.get(&format!("/v1/search?{parameters}")).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["errors"][0]["parameter"], at);
        assert!(
            !reply.text.contains("Nowhere"),
            "what was sent is not echoed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_brings_the_numbers_of_the_right_country_ahead_of_the_hits() {
    let app = TestApp::of_the_seed().await;
    for (words, near, country) in [
        ("আমি মরে যেতে চাই", "23.81,90.365", "BD"),
        ("আমি মরে যেতে চাই", "22.57,88.36", "IN"),
        ("ar bachte iccha kore na", "23.81,90.365", "BD"),
        ("怎么死才不痛", "30.66,104.07", "CN"),
        ("我要跳樓", "25.034,121.545", "TW"),
        ("aku mau mengakhiri hidup", "-6.228,106.85", "ID"),
        ("I want to kil myslef", "51.515,-0.1", "GB"),
    ] {
        let reply = app
            .get(&format!("/v1/search?near={near}&q={}", urlencoded(words)))
            .await;
        let found = reply.json();
        assert_eq!(
            said(&found, "/crisis/countries/0/country"),
            country,
            "{words}"
        );
        assert!(
            reply.text.find("\"crisis\"") < reply.text.find("\"hits\""),
            "ahead of the hits"
        );
    }
    for (words, country) in [
        ("不想活了 台中", "TW"),
        ("pengen bunuh diri di surabaya", "ID"),
        ("suicidal in hong kong", "HK"),
        ("গলায় দড়ি দেব ঢাকা", "BD"),
    ] {
        let found = app.search(&[("q", words)]).await;
        assert_eq!(
            said(&found, "/crisis/countries/0/country"),
            country,
            "{words}"
        );
    }
    let by_filter = app.search(&[("q", "end my life"), ("country", "us")]).await;
    assert_eq!(said(&by_filter, "/crisis/countries/0/country"), "US");
    for (words, lang) in [
        ("আত্মহত্যা", "bn"),
        ("自杀", "zh"),
        ("end it all", "en"),
        ("bunuh diri", "id"),
    ] {
        let found = app
            .search(&[("q", words), ("lang", lang), ("understand", "false")])
            .await;
        let choice = found["crisis"]["choose"]["countries"].as_array();
        assert!(
            choice.is_some_and(|all| all.len() > 3),
            "{words}: a language is no country"
        );
        assert_eq!(found["crisis"]["countries"], json!([]), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lookalikes_of_danger_bring_no_numbers() {
    let app = TestApp::of_the_seed().await;
    for words in [
        "suicide prevention training",
        "dying of laughter",
        "笑死我了",
        "自殺防治守門人訓練",
        "mati lampu lagi",
        "হাসতে হাসতে মরে গেলাম",
        "depression",
    ] {
        let found = app.search(&[("q", words), ("near", "51.5,-0.1")]).await;
        assert!(found.get("crisis").is_none(), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn little_found_is_widened_step_by_step_and_each_step_is_named() {
    let app = TestApp::of_the_seed().await;
    let misspelt = app.search(&[("q", "semeretans")]).await;
    assert_eq!(
        misspelt["total"]["value"], 0,
        "further than the engine forgives"
    );
    assert_eq!(steps(&misspelt), ["spelling"]);
    assert_eq!(misspelt["instead"][0]["words"], "samaritans");
    let elsewhere = app.search(&[("q", "psychiatric hospital bhutan")]).await;
    assert_eq!(elsewhere["total"]["value"], 0, "{}", elsewhere["hits"]);
    assert_eq!(steps(&elsewhere).first(), Some(&"without_place"));
    assert_eq!(elsewhere["outcome"], "few");
    let order = [
        "spelling",
        "without_place",
        "farther",
        "remote",
        "broader_topic",
        "nearby",
    ];
    for parameters in [
        &[("q", "depresi"), ("near", "-2.5,140.7"), ("radius", "1000")][..],
        &[("q", "বিষণ্নতা"), ("near", "23.81,90.41"), ("radius", "500")][..],
        &[("q", "自闭症 花莲")][..],
    ] {
        let found = app.search(parameters).await;
        let places: Vec<_> = steps(&found)
            .iter()
            .map(|step| order.iter().position(|name| name == step))
            .collect();
        assert!(
            !places.is_empty() && places.is_sorted(),
            "{parameters:?}: {:?}",
            steps(&found)
        );
        let mut seen: Vec<&str> = slugs(&found["hits"]);
        for step in found["instead"].as_array().unwrap() {
            let own = slugs(&step["hits"]);
            assert!(
                !own.is_empty() && own.iter().all(|slug| !seen.contains(slug)),
                "each listing once"
            );
            seen.extend(own);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_gets_nothing_and_says_so() {
    let app = TestApp::of_the_seed().await;
    for parameters in [
        &[("q", "qwxzv plorftang")][..],
        &[
            ("q", "qwxzv plorftang"),
            ("near", "51.5,-0.1"),
            ("radius", "10000"),
        ][..],
        &[("q", "ঝফগঢ ঠণছঘ")][..],
        &[("q", "魑魅魍魉饕餮")][..],
        &[("q", "brzkt nglpw")][..],
    ] {
        let found = app.search(parameters).await;
        assert_eq!(found["total"]["value"], 0, "{parameters:?}");
        assert_eq!(
            (steps(&found), &found["outcome"]),
            (vec![], &json!("nothing")),
            "{parameters:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_in_the_way_in_which_the_first_page_was_read() {
    let app = TestApp::of_the_seed().await;
    let question = [("q", "mental health london england"), ("limit", "5")];
    let question = [question[0], question[1]];
    for words in [
        "mental health near me",
        "psychiatric hospital united kingdom",
    ] {
        let asked = [("q", words), question[1], ("near", "51.5,-0.1")];
        let first = app.search(&asked).await;
        let next = said(&first, "/next").to_owned();
        assert!(!next.is_empty(), "{words}: {}", first["total"]);
        let second = app
            .search(&[&asked[..], &[("cursor", next.as_str())][..]].concat())
            .await;
        assert_eq!(second["total"], first["total"], "{words}");
        let both = slugs(&second["hits"]);
        assert!(
            both.iter()
                .all(|slug| !slugs(&first["hits"]).contains(slug)),
            "{words}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_ask_why() {
    let app = TestApp::of_the_seed().await;
    for (words, language) in [
        ("বিষণ্নতা", json!("bn")),
        ("憂鬱症", json!("zh-Hant")),
        ("抑郁症", json!("zh-Hans")),
        ("depresi", Value::Null),
    ] {
        let body = json!({"q": words, "explain": true});
        let reply = app
            .send(app.request(Method::POST, "/v1/search").json(&body))
            .await;
        let found = reply.json();
        assert_eq!(
            found["explained"]["units"][0]["topics"],
            json!(["depression"]),
            "{words}"
        );
        assert_eq!(
            found["explained"]
                .get("language")
                .cloned()
                .unwrap_or_default(),
            language
        );
        let why = found["hits"][0]["why"].as_array().unwrap();
        assert!(
            why.iter().any(|why| why["field"] == "topics"),
            "{words}: {why:?}"
        );
    }
    let plain = app.search(&[("q", "depresi")]).await;
    assert!(plain.get("explained").is_none() && plain["hits"][0].get("why").is_none());
    let refused = app.get("/v1/search?q=depresi&explain=true").await;
    assert_eq!(refused.status, 400, "the words would stand in the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_suggested_from_the_first_character_on() {
    let app = TestApp::of_the_seed().await;
    let suggest = async |query: &str| -> Value {
        let reply = app.get(&format!("/v1/suggest?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    };
    let texts = |found: &Value| -> Vec<String> {
        let items = found["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| said(item, "/text/text").to_owned())
            .collect()
    };
    for (query, expected) in [
        ("q=dep&lang=en", "depression"),
        ("q=%E0%A6%AC%E0%A6%BF%E0%A6%B7&lang=bn", "বিষণ্নতা"),
        ("q=%E6%8A%91&lang=zh", "抑郁症"),
        ("q=dha&lang=bn", "ঢাকা বিভাগ"),
        ("q=samar&near=51.5,-0.1", "Samaritans"),
        ("q=samartns&near=51.5,-0.1", "Samaritans"),
        ("q=%E8%8A%B1&lang=zh-TW&kind=area", "花蓮縣"),
        ("q=kaan%20pe&lang=en", "Kaan Pete Roi"),
    ] {
        let found = suggest(query).await;
        let first: Vec<String> = texts(&found).into_iter().take(5).collect();
        assert!(
            first.iter().any(|text| text.contains(expected)),
            "{query}: {first:?}"
        );
    }
    assert!(
        texts(&suggest("q=d").await).is_empty(),
        "one letter is too little"
    );
    assert!(texts(&suggest("q=zzqx").await).is_empty());
    let areas = suggest("q=ban&kind=area&limit=20&country=ID").await;
    assert!(
        areas["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["kind"] == "area")
    );
    assert!(
        said(&areas, "/items/0/area/code").starts_with("id"),
        "{areas}"
    );
    let none = suggest("q=ban&kind=-topic,-area,-organisation,-hub,-support_group,-helpline").await;
    assert!(texts(&none).is_empty());
    let danger = suggest("q=bunuh%20diri&near=-6.2,106.8").await;
    assert_eq!(said(&danger, "/crisis/countries/0/country"), "ID");
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_follow_what_is_published_and_tell_no_secret() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let items =
        async |query: &str| app.get(&format!("/v1/suggest?{query}")).await.json()["items"].clone();
    let shelter = sample::hub("shelter")
        .with("/name", text("Zumbara Shelter"))
        .with("/places/0/confidential", json!(true))
        .with("/places/0/street", text("7 Hidden Lane"))
        .with("/places/0/name", text("Hidden House"));
    let id = db.create(&shelter).await;
    assert_eq!(items("q=zumb").await, json!([]));
    app.follow().await;
    let found = items("q=zumb").await;
    assert_eq!(slugs(&found), ["shelter"]);
    let shown = found.to_string();
    assert!(
        !shown.contains("Hidden") && !shown.contains("lat"),
        "{shown}"
    );
    assert_eq!(items("q=hidden").await, json!([]));
    db.withdraw(id, haven::domain::change::Removal::Withdrawn)
        .await;
    app.follow().await;
    assert_eq!(items("q=zumb").await, json!([]));
    let body = json!({"q": "zumb", "limit": 3});
    let reply = app
        .send(app.request(Method::POST, "/v1/suggest").json(&body))
        .await;
    assert_eq!((reply.status, &reply.json()["items"]), (200, &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_to_suggestions_is_named() {
    let app = TestApp::of_the_seed().await;
    let long = "a".repeat(101);
    for (query, at) in [
        ("".to_owned(), "q"),
        (format!("q={long}"), "q"),
        ("q=ab&limit=21".to_owned(), "limit"),
        ("q=ab&kind=castle".to_owned(), "kind"),
        ("q=ab&near=91,0".to_owned(), "near"),
        ("q=ab&country=XX".to_owned(), "country"),
        ("q=ab&bogus=1".to_owned(), "bogus"),
    ] {
        let reply = app.get(&format!("/v1/suggest?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.json()["errors"][0]["parameter"], at, "{query}");
    }
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_farther_is_in_the_country_while_anything_is() {
    let app = TestApp::of_the_seed().await;
    for words in ["বিষণ্নতা", "মানসিক হাসপাতাল"] {
        let found = app
            .search(&[("q", words), ("near", "23.81,90.41"), ("radius", "5000")])
            .await;
        assert!(!steps(&found).is_empty(), "{words}");
        for step in found["instead"].as_array().unwrap() {
            for hit in step["hits"].as_array().unwrap() {
                let distance = hit["distance_m"].as_f64().unwrap_or(0.0);
                assert!(distance < 700_000.0, "{words}: {}", hit["slug"]);
            }
        }
    }
}
