//! Listings that may be the same, and those that were found to be.

use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id},
    sample,
};

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_what_may_be_the_same_and_nothing_secret() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let other = json!([{"channel": "voice", "value": "01711-000009", "country": "BD"}]);
    let site = |url: &str| json!([{"rel": "website", "url": url}]);
    let named = json!({"source": "bn", "text": {"bn": "শোনার ঘর"}});
    let elsewhere = json!([{"area": "bd-jashore"}]);
    let same_number = sample::hub("same-number").with("/links", site("https://one.example/"));
    let same_number = same_number.with("/places", elsewhere.clone());
    let same_site = sample::hub("same-site").with("/contacts", other.clone());
    let same_site = same_site
        .with("/links", site("http://www.Example.org/page"))
        .with("/places", elsewhere.clone());
    let near = sample::hub("near")
        .with("/contacts", other.clone())
        .with("/name", named.clone());
    let near = near.with("/links", site("https://two.example/"));
    let hidden = sample::hub("hidden")
        .with("/contacts", other)
        .with("/name", named);
    let hidden = hidden
        .with("/links", site("https://three.example/"))
        .with("/places/0/confidential", json!(true));
    for sample in [&same_number, &same_site, &near, &hidden] {
        db.create(sample).await;
    }
    app.follow().await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let mut typed = sample::hub("mine").typed();
    typed["name"] = json!({"source": "en", "text": {"en": "Shonar Ghor", "bn": "শোনার ঘর"}});
    let body = json!({"organisation": {}, "hubs": [typed]});
    let made = rima.post("/v1/organisations", body).await.json();
    let path = format!("/v1/drafts/{}/duplicates", id(&made["hubs"][0]));
    let found = rima.get(&path).await.json();
    let mut told: Vec<(&str, bool, bool, bool)> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alike| {
            let holds = |what: &str| alike[what].as_bool().unwrap();
            (
                alike["slug"].as_str().unwrap(),
                holds("same_number"),
                holds("same_website"),
                holds("nearby_with_similar_name"),
            )
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("near", false, false, true),
            ("same-number", true, false, false),
            ("same-site", false, true, false),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn to_be_on_the_same_large_site_says_nothing_and_the_same_page_of_it_does() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let site = |url: String| json!([{"rel": "website", "url": url}]);
    for number in 0..21 {
        let hub = sample::hub(&format!("page-{number}"))
            .with("/contacts", json!([]))
            .with("/places", json!([{"area": "bd-jashore"}]));
        let url = format!("https://www.large.example/page-{number}/?lang=bn");
        db.create(&hub.with("/links", site(url))).await;
    }
    app.follow().await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let typed = sample::hub("mine").with("/contacts", json!([]));
    let typed = typed
        .with("/places", json!([{"area": "bd-dhaka"}]))
        .with("/links", site("http://Large.example/page-7#top".to_owned()));
    let body = json!({"organisation": {}, "hubs": [typed.typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    let path = format!("/v1/drafts/{}/duplicates", id(&made["hubs"][0]));
    let found = rima.get(&path).await.json();
    let found = found["items"].as_array().unwrap();
    let slugs: Vec<&Value> = found.iter().map(|alike| &alike["slug"]).collect();
    assert_eq!(slugs, ["page-7"]);
    assert_eq!(found[0]["same_website"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_see_what_others_typed_and_staff_do_not() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let other = Someone::new(&app, "other@example.org").await;
    let mut draft_of = Vec::new();
    for (who, slug) in [(&rima, "one"), (&other, "two")] {
        let mut hub = sample::hub(slug).typed();
        hub["links"] = json!([{"rel": "website", "url": format!("https://{slug}.example/")}]);
        hub["places"] = json!([{"area": "bd-dhaka"}]);
        let mut organisation = sample::organisation(slug).typed();
        for part in ["contacts", "links", "places"] {
            organisation.as_object_mut().unwrap().remove(part);
        }
        let body = json!({"organisation": organisation, "hubs": [hub]});
        let made = who.post("/v1/organisations", body).await.json();
        draft_of.push(made["hubs"][0].clone());
    }
    assert_eq!(
        rima.act(id(&draft_of[0]), "submission", None).await.status,
        200
    );
    let path = format!("/v1/drafts/{}/duplicates", id(&draft_of[0]));
    let found = head.get(&path).await.json();
    assert_eq!(found["items"], json!([]));
    let alike = &found["unpublished"];
    assert_eq!(alike.as_array().unwrap().len(), 1, "{found:#}");
    assert_eq!(alike[0]["draft"], draft_of[1]["id"]);
    assert_eq!(
        (&alike[0]["state"], &alike[0]["same_number"]),
        (&json!("draft"), &json!(true))
    );
    assert_eq!(alike[0]["same_website"], false);
    assert!(
        !found.to_string().contains("two.example"),
        "nothing that was typed is told"
    );
    let own = rima.get(&path).await.json();
    assert_eq!(own, json!({"items": [], "unpublished": []}));
    // What is typed anew is compared anew, and what is taken back is no longer.
    let another =
        json!({"contacts": [{"channel": "voice", "value": "01711-000077", "country": "BD"}]});
    let typed = other.patch(id(&draft_of[1]), another).await;
    assert_eq!(head.get(&path).await.json()["unpublished"], json!([]));
    let site = json!({"links": [{"rel": "website", "url": "http://www.one.example/x"}]});
    let typed = other.patch(id(&typed), site).await;
    assert_eq!(
        head.get(&path).await.json()["unpublished"][0]["same_website"],
        true
    );
    let draft = format!("/v1/drafts/{}", id(&typed));
    let version = typed["version"].as_i64().unwrap();
    assert_eq!(
        other
            .on(reqwest::Method::DELETE, &draft, version, None)
            .await
            .status,
        200
    );
    assert_eq!(head.get(&path).await.json()["unpublished"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_is_found_where_it_went() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let gone = db.create(&sample::hub("gone")).await;
    let kept = db.create(&sample::hub("kept")).await;
    let line = db.create(&sample::helpline("line")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let [from, kept, line] = [gone, kept, line].map(|id| id.to_string());
    let status = async |into: &str| head.merge((&from, 1), (into, 1)).await.status;
    assert_eq!(status(&line).await, 400);
    assert_eq!(status(&from).await, 400);
    assert_eq!(status(&uuid::Uuid::now_v7().to_string()).await, 400);
    assert_eq!(status(&kept).await, 204);
    assert_eq!(status(&kept).await, 404);
    app.follow().await;
    for name in ["gone".to_owned(), gone.to_string()] {
        let moved = app.get(&format!("/v1/hubs/{name}")).await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (308, "/v1/hubs/kept"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_code_is_the_same_within_its_country_and_where_few_share_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let dialled = |code: &str, country: &str| json!([{"channel": "voice", "value": code, "country": country}]);
    let line = |slug: &str, code: &str, country: &str| {
        sample::helpline(slug)
            .with("/contacts", dialled(code, country))
            .with("/links", json!([]))
            .with("/name", sample::text(&format!("Line {slug}")))
    };
    db.create(&line("girls-line", "109", "BD")).await;
    db.create(&line("fire-line", "119", "BD")).await;
    for number in 0..20 {
        db.create(&line(&format!("line-{number}"), "999", "BD"))
            .await;
    }
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let typed = |organisation: &str, codes: &[(&str, &str)]| {
        let contact = |(code, country): &(&str, &str)| dialled(code, country)[0].clone();
        let contacts: Vec<Value> = codes.iter().map(contact).collect();
        let line = line(&format!("{organisation}-line"), "109", "BD");
        let line = line.with("/contacts", json!(contacts)).typed();
        json!({"organisation": sample::organisation(organisation).typed(), "helplines": [line]})
    };
    let codes = [("১০৯", "BD"), ("119", "ID"), ("999", "BD")];
    let made = rima.post("/v1/organisations", typed("mine", &codes)).await;
    let made = made.json();
    let path = |made: &Value| format!("/v1/drafts/{}/duplicates", id(&made["helplines"][0]));
    let found = rima.get(&path(&made)).await.json();
    let items = found["items"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = items
        .iter()
        .map(|alike| (&alike["slug"], &alike["same_number"]))
        .collect();
    assert_eq!(told, [(&json!("girls-line"), &json!(true))], "{found}");

    // The same of what others typed.
    let other = Someone::new(&app, "tanvir@example.org").await;
    let others = typed("theirs", &[("109", "BD")]);
    let others = other.post("/v1/organisations", others).await.json();
    let submitted = other
        .act(id(&others["helplines"][0]), "submission", None)
        .await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let found = head.get(&path(&others)).await.json();
    assert_eq!(found["unpublished"][0]["draft"], made["helplines"][0]["id"]);
    assert_eq!(found["unpublished"][0]["same_number"], true);
    let third = typed("others", &[("109", "ID"), ("999", "BD")]);
    let third = other.post("/v1/organisations", third).await.json();
    let submitted = other
        .act(id(&third["helplines"][0]), "submission", None)
        .await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let found = head.get(&path(&third)).await.json();
    assert_eq!(found["unpublished"], json!([]), "{found}");
}
