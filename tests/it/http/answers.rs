//! Every answer is what the document says of it: all listings of the seed, every list, page and reference, and refusals.

use crate::support::{TestApp, app::Reply, promise};

/// The answer to a question under an operation's address; what is said of it was held when it came (`support::promise`).
async fn held(app: &TestApp, template: &str, asked: &str) -> Reply {
    let path = asked.split('?').next().unwrap();
    assert_eq!(promise::template(path), Some(template), "{asked}");
    app.get(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_listing_of_the_seed() {
    let app = TestApp::of_the_seed().await;
    let kinds = [
        ("organisations", "organisation"),
        ("hubs", "hub"),
        ("support-groups", "support_group"),
        ("helplines", "helpline"),
    ];
    let mut seen = 0;
    for (kind, parameter) in kinds {
        let (list, detail) = (format!("/v1/{kind}"), format!("/v1/{kind}/{{{parameter}}}"));
        let mut next = Some(format!("{list}?limit=100&lang=bn"));
        while let Some(page) = next {
            let page = held(app, &list, &page).await.json();
            for item in page["items"].as_array().unwrap() {
                let path = format!("{list}/{}", item["slug"].as_str().unwrap());
                held(app, &detail, &path).await;
                seen += 1;
            }
            let cursor = page["next"].as_str();
            next = cursor.map(|cursor| format!("{list}?limit=100&lang=bn&cursor={cursor}"));
        }
        let shape = format!("{list}.geojson?limit=100");
        held(app, &list, &shape).await;
    }
    assert!(seen > 300, "{seen}");
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/changes?limit=1000{cursor}");
        let reply = held(app, "/v1/changes", &path).await;
        if reply.json()["more"] == false {
            break;
        }
        cursor = format!("&cursor={}", reply.json()["next"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_operation_and_of_its_refusals() {
    let app = TestApp::of_the_seed().await;
    for (template, operations) in promise::document()["paths"].as_object().unwrap() {
        let get = &operations["get"];
        if get.is_null() {
            continue;
        }
        let mut path = template.clone();
        for parameter in get["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" {
                let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
                path = path.replace(&name, parameter["example"].as_str().unwrap());
            }
        }
        if template == "/v1/areas/locate" {
            path += "?point=23.81,90.41";
        }
        held(app, template, &path).await;
        let wrong = format!("{}?no-such-parameter=1", path.split('?').next().unwrap());
        if template.starts_with("/v1/") {
            let refused = held(app, template, &wrong).await;
            // Who has to be signed in learns nothing before.
            let signed = get["security"].is_array();
            let status = if signed { 401 } else { 400 };
            assert_eq!(refused.status, status, "{wrong}");
        }
    }
    for query in [
        "q=%E0%A6%AC%E0%A6%BF%E0%A6%B7%E0%A6%A3%E0%A7%8D%E0%A6%A8%E0%A6%A4%E0%A6%BE",
        "near=23.81,90.41&radius=50000",
        "country=GB&limit=100",
        "q=nothing-has-this-name&near=0,0&radius=10",
        "facets=topic,area,country",
        "sort=distance",
    ] {
        for extension in ["", ".geojson"] {
            let path = format!("/v1/search{extension}?{query}");
            held(app, "/v1/search", &path).await;
        }
    }
    for country in ["BD", "GB", "CN", "ID"] {
        for path in ["/v1/crisis", "/v1/areas"] {
            let asked = format!("{path}?country={country}&lang=zh-Hant");
            held(app, path, &asked).await;
        }
    }
}
