//! Files as spreadsheets and telephones make them of what was given out.

use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, approved, id},
    sample,
};

const CSV: &str = "text/csv";

struct World<'a> {
    rima: Someone<'a>,
    head: Someone<'a>,
    organisation: String,
}

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, db: &TestDb) -> Self {
        let head = Someone::administrator(app, db, "head@example.org").await;
        let rima = Someone::new(app, "rima@example.org").await;
        let room = sample::hub("room").with("/name", sample::text("The room"));
        let body = json!({"organisation": sample::organisation("listeners").typed(),
            "hubs": [room.typed()]});
        let made = rima.post("/v1/organisations", body).await.json();
        let organisation = approved(&rima, &head, &made["organisation"]).await;
        approved(&rima, &head, &made["hubs"][0]).await;
        app.follow().await;
        Self {
            rima,
            head,
            organisation,
        }
    }

    fn path(&self, what: &str) -> String {
        format!("/v1/organisations/{}/{what}", self.organisation)
    }

    async fn check(&self, file: impl Into<reqwest::Body>) -> Value {
        let path = self.path("batches/check");
        let checked = self.rima.file(&path, CSV, file, "").await;
        assert_eq!(checked.status, 200, "{}", checked.text);
        checked.json()
    }
}

fn faults(row: &Value) -> Vec<(&Value, &Value)> {
    let faults = row["faults"].as_array().unwrap().iter();
    faults
        .map(|fault| (&fault["pointer"], &fault["code"]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_columns_that_were_given_out_for_one_text_either_may_be_changed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let sheet = world.rima.get(&world.path("sheet.csv")).await.text;
    let heading = sheet.lines().next().unwrap();
    let headings: Vec<&str> = heading.trim_start_matches('\u{feff}').split(',').collect();
    assert!(
        headings.contains(&"name") && headings.contains(&"name:en"),
        "{heading}"
    );
    // The name in the one column, and in the other.
    for nth in 0..2 {
        let mut found = 0;
        let parts: Vec<&str> = sheet.split("The room").collect();
        assert_eq!(parts.len(), 3, "in two cells");
        let changed = parts
            .join("\u{0}")
            .chars()
            .fold(String::new(), |mut text, c| {
                match c {
                    '\u{0}' => {
                        text.push_str(if found == nth { "The hall" } else { "The room" });
                        found += 1;
                    }
                    c => text.push(c),
                }
                text
            });
        let checked = world.check(changed).await;
        assert_eq!(
            (&checked["fit"], &checked["would_change"]),
            (&json!(true), &json!(1)),
            "{checked}"
        );
        let rows = checked["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["slug"] == "room").unwrap();
        let change =
            json!([{"pointer": "/name/text/en", "before": "The room", "after": "The hall"}]);
        assert_eq!(row["changes"], change);
    }
    let both = sheet
        .replacen("The room", "The hall", 1)
        .replacen("The room", "The loft", 1);
    assert_eq!(world.check(both).await["at_fault"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telephones_and_spreadsheets_write_is_read_and_a_fault_has_one_address() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let file = "kind,slug,source_language,name,summary,hub_kind,contact_1,contact_1_channel,contact_1_country,time_zone,hours,area\n\
        Hub,a-room,en,A room,Listens.,Drop_in,01711-000004,Voice,bd,Asia/Dhaka,mo-fr 09:00-17:00,bd-dhaka\n\
        hub\u{200b},b-room,en,B room,Listens.,drop_in,01711-000005,voice,BD,Asia/Dhaka,Monday 9:00-17:00,bd-dhaka\n";
    let checked = world.check(file).await;
    assert_eq!(
        (&checked["fit"], &checked["would_create"]),
        (&json!(true), &json!(2)),
        "{checked}"
    );
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(file.replace(',', "\t").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(world.check(utf16.clone()).await["rows"], checked["rows"]);
    let path = world.path("batches");
    let workbook = world
        .rima
        .file(&path, CSV, b"PK\x03\x04rest".to_vec(), "")
        .await;
    assert_eq!(workbook.json()["code"], "encoding_invalid");
    assert!(workbook.text.contains("CSV UTF-8"), "{}", workbook.text);

    // What is no kind is one fault, and not that its organisation is a contradiction.
    let palace = file.replacen("Hub,", "Palace,", 1);
    let checked = world.check(palace.clone()).await;
    let told = faults(&checked["rows"][0]);
    assert_eq!(told, [(&json!("/kind"), &json!("malformed"))], "{checked}");
    let refused = world.rima.file(&path, CSV, palace, "").await.json();
    let errors = refused["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["pointer"], "/2/kind");
    assert!(
        errors[0]["expected"]
            .as_str()
            .unwrap()
            .ends_with("(column kind)")
    );
    let unknown = world
        .rima
        .file(&path, CSV, "kind,nmae\nhub,x\n", "")
        .await
        .json();
    assert_eq!(unknown["errors"][0]["pointer"], "/1");
    assert!(
        unknown["errors"][0]["expected"]
            .as_str()
            .unwrap()
            .contains("nmae")
    );

    let handed_in = world.rima.file(&path, CSV, utf16, "").await;
    assert_eq!(handed_in.status, 201, "{}", handed_in.text);
    let batch = format!("/v1/batches/{}/approval", id(&handed_in.json()));
    let approved = world.head.on(reqwest::Method::POST, &batch, 1, None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    app.follow().await;
    let shown = app.get("/v1/hubs/a-room").await.json();
    let days = &shown["places"][0]["hours"]["openings"][0]["days"];
    assert_eq!(days, &json!(["mo", "tu", "we", "th", "fr"]), "{shown}");
}
