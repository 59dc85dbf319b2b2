//! A confidential place: nothing that anybody is told depends on where in its area it is, nor on what its street is called,
//! however it became public.

use haven::app::export;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id, post},
    sample::{self, Sample, text},
};

/// What a public answer must not hold: of the point, the street, the house.
const SECRETS: [&str; 7] = [
    "Hidden",
    "23.7461",
    "90.3742",
    "23.901",
    "90.401",
    "Yellow House",
    "98765",
];

fn shelter((lat, lon): (f64, f64), street: &str) -> Sample {
    let point = json!({"lat": lat, "lon": lon, "precision": "exact"});
    sample::hub("shelter")
        .with("/places/0/confidential", json!(true))
        .with("/places/0/name", text("The Yellow House"))
        .with("/places/0/postal_code", json!("98765"))
        .with("/places/0/point", point)
        .with("/places/0/street", text(street))
        .with("/places/0/directions", text("Hidden behind the blue gate"))
}

fn before() -> Sample {
    shelter((23.7461, 90.3742), "12 Hidden Lane")
}

/// Elsewhere in the same area.
fn after() -> Sample {
    shelter((23.901, 90.401), "99 Hidden Road")
}

/// All that anybody may ask that could tell of it: near the one point and the other, by its words, by its name.
fn questions() -> Vec<String> {
    let mut questions: Vec<String> = [
        "/v1/hubs/shelter",
        "/v1/hubs/shelter.geojson",
        "/v1/hubs",
        "/v1/hubs.geojson",
        "/v1/search?q=shelter",
        "/v1/search.geojson?q=shelter",
        "/v1/search?q=shelter&country=BD&topic=grief",
        "/v1/search?q=hidden%20lane",
        "/v1/search?q=yellow%20house",
        "/v1/search?q=shelter%20dhaka",
        "/v1/suggest?q=shel",
        "/v1/suggest?q=hidden",
        "/v1/suggest?q=yellow",
        "/v1/crisis?country=BD",
        "/v1/sources",
        "/v1/changes",
        "/v1/changes.ndjson",
    ]
    .map(str::to_owned)
    .into();
    for (lat, lon) in [(23.7461, 90.3742), (23.901, 90.401)] {
        let bbox = format!(
            "{},{},{},{}",
            lon - 0.01,
            lat - 0.01,
            lon + 0.01,
            lat + 0.01
        );
        questions.extend([
            format!("/v1/search?near={lat},{lon}"),
            format!("/v1/search.geojson?near={lat},{lon}"),
            format!("/v1/search?near={lat},{lon}&radius=1000"),
            format!("/v1/search?near={lat},{lon}&sort=distance"),
            format!("/v1/search?q=shelter&near={lat},{lon}&radius=1000"),
            format!("/v1/search?bbox={bbox}"),
            format!("/v1/search.geojson?bbox={bbox}"),
            format!("/v1/suggest?q=shel&near={lat},{lon}"),
        ]);
    }
    questions
}

/// Everything that anybody is told, with the tag of each answer.
async fn told(app: &TestApp, db: &TestDb) -> Vec<(String, u16, String, String)> {
    app.follow().await;
    let mut all = Vec::new();
    for question in questions() {
        let reply = app.get(&question).await;
        all.push((
            question,
            reply.status,
            reply.header("etag").to_owned(),
            reply.text,
        ));
    }
    for body in [
        json!({"q": "shelter", "near": "23.7461,90.3742", "explain": true}),
        json!({"q": "hidden lane", "near": "23.901,90.401", "explain": true}),
    ] {
        let reply = post(app, "/v1/search", body.clone()).await;
        all.push((body.to_string(), reply.status, String::new(), reply.text));
    }
    let mut exported = Vec::new();
    export::listings(&db.store, &mut exported).await.unwrap();
    let exported = String::from_utf8(exported).unwrap();
    all.push(("export".to_owned(), 200, String::new(), exported));
    all
}

fn holds_no_secret(told: &[(String, u16, String, String)]) {
    let mut shown = 0;
    for (question, status, _, text) in told {
        // What is asked for comes back in some answers, and nothing else may.
        let text = text
            .replace("23.7461,90.3742", "")
            .replace("23.901,90.401", "");
        let found = SECRETS.iter().find(|secret| text.contains(*secret));
        let echoed = question.contains("near") && found.is_some_and(|secret| secret.contains('.'));
        assert!(found.is_none() || echoed, "{question}: {found:?} in {text}");
        assert_eq!(*status, 200, "{question}: {text}");
        shown += usize::from(text.contains("\"shelter\""));
    }
    assert!(shown > 10, "{shown}: it is public itself");
}

fn same(before: &[(String, u16, String, String)], after: &[(String, u16, String, String)]) {
    for (one, other) in before.iter().zip(after) {
        assert_eq!(one, other);
    }
    assert_eq!(before.len(), after.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_what_was_imported_changes_no_byte() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    db.create(&before()).await;
    let first = told(&app, &db).await;
    holds_no_secret(&first);
    db.publish(&after()).await;
    let second = told(&app, &db).await;
    holds_no_secret(&second);
    same(&first, &second);
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_what_was_approved_changes_no_byte() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let elsewhere = json!({"lat": 23.8103, "lon": 90.4125, "precision": "exact"});
    let organisation = sample::organisation("listeners").with("/places/0/point", elsewhere);
    let body = json!({"organisation": organisation.typed(), "hubs": [before().typed()]});
    let made = rima.post("/v1/organisations", body).await.json();
    approved(&rima, &head, &made["organisation"]).await;
    let listing = approved(&rima, &head, &made["hubs"][0]).await;
    let first = told(&app, &db).await;
    holds_no_secret(&first);

    let change = json!({"listing": listing, "body": {"places": after().typed()["places"]}});
    let opened = rima.post("/v1/drafts", change).await.json();
    // Those who keep it, and those who decide, see what they decide on.
    let compared: Value = rima
        .get(&format!("/v1/drafts/{}/difference", id(&opened)))
        .await
        .json();
    let pointers: Vec<&str> = compared["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect();
    assert!(pointers.contains(&"/places/0/point/lat"), "{pointers:?}");
    approved(&rima, &head, &opened).await;
    let second = told(&app, &db).await;
    holds_no_secret(&second);
    same(&first, &second);
}
