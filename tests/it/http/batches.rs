//! Many listings from one file: what is said of each row, and that a batch is all or nothing.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    app::Reply,
    beside::beside,
    people::{Someone, id},
    sample,
};

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// An organisation with a hub and a group that are public.
struct World<'a> {
    app: &'a TestApp,
    head: Someone<'a>,
    rima: Someone<'a>,
    organisation: String,
}

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, db: &TestDb) -> Self {
        let head = Someone::administrator(app, db, "head@example.org").await;
        let rima = Someone::new(app, "rima@example.org").await;
        let organisation = public(&rima, &head, "listeners").await;
        app.follow().await;
        Self {
            app,
            head,
            rima,
            organisation,
        }
    }

    fn path(&self, what: &str) -> String {
        format!("/v1/organisations/{}/{what}", self.organisation)
    }

    async fn sheet(&self, query: &str) -> String {
        let reply = self.rima.get(&self.path(&format!("sheet{query}"))).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.text
    }

    async fn check(&self, media_type: &str, file: &str) -> Value {
        let path = self.path("batches/check");
        let reply = self.rima.file(&path, media_type, file.to_owned(), "").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    async fn hand_in(&self, media_type: &str, file: &str, key: &str) -> Reply {
        let path = self.path("batches");
        self.rima
            .file(&path, media_type, file.to_owned(), key)
            .await
    }

    async fn batch(&self, id: &str) -> Value {
        self.rima.get(&format!("/v1/batches/{id}")).await.json()
    }

    /// Does something to the batch as it is now.
    async fn act(&self, who: &Someone<'_>, id: &str, what: &str, body: Option<Value>) -> Reply {
        let version = self.batch(id).await["version"].as_i64().unwrap();
        let path = format!("/v1/batches/{id}/{what}");
        who.on(Method::POST, &path, version, body).await
    }

    async fn status_of(&self, path: &str) -> u16 {
        self.app.follow().await;
        self.app.get(path).await.status
    }
}

async fn public(owner: &Someone<'_>, head: &Someone<'_>, slug: &str) -> String {
    let body = json!({"organisation": sample::organisation(slug).typed(),
        "hubs": [sample::hub(&format!("{slug}-room")).typed()],
        "support_groups": [sample::support_group(&format!("{slug}-circle")).typed()]});
    let made = owner.post("/v1/organisations", body).await.json();
    for draft in [
        &made["organisation"],
        &made["hubs"][0],
        &made["support_groups"][0],
    ] {
        assert_eq!(owner.act(id(draft), "submission", None).await.status, 200);
        assert_eq!(head.act(id(draft), "approval", None).await.status, 200);
    }
    made["organisation"]["listing"].as_str().unwrap().to_owned()
}

fn fates(check: &Value) -> Vec<(i64, &str)> {
    let rows = check["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["row"].as_i64().unwrap(), row["fate"].as_str().unwrap()))
        .collect()
}

/// A file with a new hub, as somebody types it.
const NEW: &str = "kind;slug;source_language;name;summary;hub_kind;area;contact_1;contact_1_channel;contact_1_country;part_of;age_min\r\n\
    hub;second-room;en;Second room;\"Somebody listens;\nevery day.\";drop_in;bd-dhaka;1711000002;voice;BD;;13.0\r\n\
    ;;;;;;;;;;;\r\n\
    hub;inner-room;en;Inner room;A room in it.;drop_in;bd-dhaka;'01711-000003;voice;BD;second-room;\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_out_changes_nothing_when_it_comes_back() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    for (query, media_type) in [
        ("", CSV),
        ("?separator=semicolon", CSV),
        (".ndjson", NDJSON),
    ] {
        let sheet = world.sheet(query).await;
        let check = world.check(media_type, &sheet).await;
        let unchanged: Vec<&str> = fates(&check).iter().map(|(_, fate)| *fate).collect();
        assert_eq!(unchanged, ["unchanged"; 3], "{query}: {check:#}");
        assert_eq!(
            (&check["fit"], &check["unchanged"]),
            (&json!(false), &json!(3))
        );
        let reply = world.hand_in(media_type, &sheet, "").await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (409, &json!("conflict"))
        );
    }
    // As a spreadsheet saves it: without quotes that it did not need, other line breaks, columns and rows moved.
    let sheet = world.sheet("").await;
    let again = sheet.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let check = world.check("text/csv; charset=utf-8", &again).await;
    assert_eq!(check["unchanged"], 3, "{check:#}");
    for cell in ["\r\n=", ",=", ",+", ",-", ",@"] {
        assert!(!sheet.contains(cell), "{cell:?} in {sheet}");
    }
    let template = app.get("/v1/sheets/template").await;
    assert_eq!(
        template.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let columns = app.get("/v1/sheets/columns").await.json();
    for column in columns["items"].as_array().unwrap() {
        let heading = column["heading"].as_str().unwrap();
        assert!(template.text.contains(heading), "{heading}");
    }
    let check = world.check(CSV, &template.text).await;
    assert_eq!(check["faults"][0]["code"], "required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_one_submission_and_public_at_once() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let check = world.check(CSV, NEW).await;
    assert_eq!(fates(&check), [(2, "create"), (4, "create")], "{check:#}");
    assert_eq!(check["rows"][0]["slug"], "second-room");

    // Impatient fingers.
    let asked = (0..20).map(|_| world.hand_in(CSV, NEW, "one-batch"));
    let replies = futures_util::future::join_all(asked).await;
    let done: Vec<Value> = replies
        .iter()
        .filter(|reply| reply.status == 201)
        .map(Reply::json)
        .collect();
    assert!(!done.is_empty() && done.iter().all(|one| *one == done[0]));
    assert!(
        replies
            .iter()
            .all(|reply| [201, 409].contains(&reply.status))
    );
    let once: i64 = db
        .sql()
        .await
        .query_one("select count(*) from batch", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(once, 1);
    let replay = world.hand_in(CSV, NEW, "one-batch").await;
    assert_eq!((replay.status, replay.json()), (201, done[0].clone()));
    assert_eq!(
        world.hand_in(NDJSON, NEW, "one-batch").await.json()["code"],
        "key_reused"
    );
    let again = world.hand_in(CSV, NEW, "").await;
    assert_eq!(
        again.json()["code"],
        "batch_unfit",
        "its listings wait already"
    );

    let batch = id(&done[0]).to_owned();
    let shown = world.batch(&batch).await;
    assert_eq!(shown["rows"].as_array().unwrap().len(), 2);
    assert_eq!(shown["rows"][1]["row"], 4);
    let row = shown["rows"][0]["draft"].as_str().unwrap();
    assert_eq!(
        world.head.act(row, "approval", None).await.status,
        409,
        "it is one of two"
    );
    let draft = format!("/v1/drafts/{row}");
    assert_eq!(
        world.rima.on(Method::DELETE, &draft, 1, None).await.status,
        409
    );
    assert_eq!(
        world
            .act(&world.rima, &batch, "approval", None)
            .await
            .status,
        403
    );
    assert_eq!(world.status_of("/v1/hubs/second-room").await, 404);
    let approved = world.act(&world.head, &batch, "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    assert_eq!(approved.json()["state"], "approved");
    for slug in ["second-room", "inner-room"] {
        assert_eq!(
            world.status_of(&format!("/v1/hubs/{slug}")).await,
            200,
            "{slug}"
        );
    }
    let public = app.get("/v1/hubs/second-room").await.json();
    assert_eq!(public["contacts"][0]["value"], "+8801711000002");
    assert_eq!(public["summary"]["text"], "Somebody listens;\nevery day.");
    let told = app.post().await;
    assert!(
        told.iter()
            .any(|letter| letter.contains(&format!("/v1/batches/{batch}")))
    );
    // A file of before is not taken once something changed.
    let sheet = world.sheet("").await;
    let change = sheet.replace("Second room", "Third room");
    let second = world.hand_in(CSV, &change, "").await;
    assert_eq!(
        (second.status, &second.json()["rows"]),
        (201, &json!(1)),
        "{}",
        second.text
    );
    let second = id(&second.json()).to_owned();
    assert_eq!(
        world
            .act(&world.head, &second, "approval", None)
            .await
            .status,
        200
    );
    let late = world
        .check(CSV, &sheet.replace("Second room", "Fourth room"))
        .await;
    let at_fault: Vec<&Value> = late["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["fate"] == "fault")
        .collect();
    assert_eq!(at_fault.len(), 1);
    assert_eq!(at_fault[0]["faults"][0]["column"], "version");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_row_at_fault_stops_all_and_says_where() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let file = "kind,slug,source_language,name,summary,hub_kind,contact_1,contact_1_channel,contact_1_country,intake,intake_as_of,topics,area\n\
        hub,a-room,en,A room,Listens.,drop_in,8.80171E+12,voice,BD,,,,bd\n\
        hub,b-room,en,B room,Listens.,drop_in,01711-000004,voice,BD,open,05/03/2026,,bd\n\
        hub,c-room,en,C room,Listens.,drop_in,01711-000005,voice,BD,,,no-such-topic,bd\n\
        hub,d-room,en,D room,Listens.,drop_in,01711-000006,voice,BD,,,,bd\n\
        hub,d-room,en,D room again,Listens.,palace,01711-000006,voice,BD,,,,bd\n\
        organisation,e,en,E,Listens.,,,,,,,,\n";
    let check = world.check(CSV, file).await;
    let faults: Vec<(i64, Option<&str>, &str, &str)> = check["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| {
            let faults = row["faults"].as_array().unwrap().iter();
            faults.map(|fault| {
                let text = |name: &str| fault[name].as_str();
                let (column, code) = (text("column"), text("code").unwrap());
                (
                    row["row"].as_i64().unwrap(),
                    column,
                    text("pointer").unwrap(),
                    code,
                )
            })
        })
        .collect();
    let expected = [
        (2, Some("contact_1"), "/contacts/0/value", "malformed"),
        (3, Some("intake_as_of"), "/intake/as_of", "malformed"),
        (4, Some("topics"), "/topics/0", "not_found"),
        (6, Some("hub_kind"), "/hub_details/kind", "malformed"),
        (7, Some("kind"), "/kind", "contradiction"),
    ];
    for fault in expected {
        assert!(faults.contains(&fault), "{fault:?} is not in {faults:#?}");
    }
    assert_eq!(fates(&check)[3], (5, "create"));
    let refused = world.hand_in(CSV, file, "").await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (422, &json!("batch_unfit"))
    );
    let refused = refused.json();
    let pointers = refused["errors"].as_array().unwrap().iter();
    let pointers: Vec<&str> = pointers
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert!(pointers.contains(&"/2/contacts/0/value"), "{pointers:?}");
    let left: i64 = db
        .sql()
        .await
        .query_one("select (select count(*) from batch) + (select count(*) from draft where batch is not null)", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(left, 0);

    let path = world.path("batches");
    for (media_type, body, code) in [
        (CSV, b"\xff\xfek\0i".to_vec(), "encoding_invalid"),
        (CSV, vec![b'x'; 1_100_000], "body_too_large"),
        ("application/json", b"{}".to_vec(), "media_type_unsupported"),
        (CSV, b"kind,nmae\nhub,x\n".to_vec(), "batch_unfit"),
        (NDJSON, b"{\n".to_vec(), "batch_unfit"),
    ] {
        let reply = world.rima.file(&path, media_type, body, "").await;
        assert_eq!(reply.json()["code"], code, "{}", reply.text);
    }
    // Whoever leaves the first contact empty is told of the one that is wrong, in its own column.
    let gap = "kind;slug;source_language;name;summary;hub_kind;area;contact_1;contact_1_channel;contact_1_country;contact_2;contact_2_channel;contact_2_country;contact_3;contact_3_channel;contact_3_country\r\n\
        hub;gap-room;bn;শোনার ঘর;শোনে।;drop_in;bd-dhaka;;;;01711-000001;voice;BD;call us;voice;BD\r\n\
        hub;lost-room;zh-Hans;???? ??;#NAME?;drop_in;bd-dhaka;01711-000001, 01711-000002;voice;BD;;;;;;\r\n";
    let check = world.check(CSV, gap).await;
    let told = |row: usize| -> Vec<(Value, Value)> {
        let faults = check["rows"][row]["faults"].as_array().unwrap().iter();
        let told = faults.map(|fault| (fault["column"].clone(), fault["pointer"].clone()));
        told.collect()
    };
    assert_eq!(told(0), [(json!("contact_3"), json!("/contacts/2/value"))]);
    let lost = told(1);
    for column in ["name", "summary", "contact_1"] {
        assert!(
            lost.iter().any(|(own, _)| own == column),
            "{column}: {lost:?}"
        );
    }
    let many = format!("kind\n{}", "hub\n".repeat(301));
    assert_eq!(
        world.check(CSV, &many).await["faults"][0]["code"],
        "too_long"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_asked_for_by_row_and_field() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let handed_in = world.hand_in(CSV, NEW, "").await.json();
    let batch = id(&handed_in).to_owned();
    let remarks = |row: i64| json!({"remarks": [{"row": row, "pointer": "/contacts/0/value", "remark": "Nobody answers."}]});
    let wrong = world
        .act(&world.head, &batch, "changes-request", Some(remarks(3)))
        .await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/remarks/0/row");
    let asked = world
        .act(&world.head, &batch, "changes-request", Some(remarks(4)))
        .await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let given_back = world.batch(&batch).await;
    assert_eq!(given_back["state"], "changes_requested");
    assert_eq!(given_back["rows"][0]["remarks"], json!([]));
    assert_eq!(
        given_back["rows"][1]["remarks"][0]["remark"],
        "Nobody answers."
    );
    let draft = given_back["rows"][1]["draft"].as_str().unwrap();
    let typed = world
        .rima
        .patch(draft, json!({"contacts": [{"channel": "voice"}]}))
        .await;
    assert_eq!(typed["batch"], batch.as_str());
    let early = world
        .act(&world.rima, &batch, "submission", None)
        .await
        .json();
    assert_eq!(
        (&early["code"], &early["errors"][0]["pointer"]),
        (&json!("batch_unfit"), &json!("/4/contacts/0/value"))
    );
    let contact =
        json!({"contacts": [{"channel": "voice", "value": "01711-000009", "country": "BD"}]});
    world.rima.patch(draft, contact).await;
    assert_eq!(
        world.rima.act(draft, "submission", None).await.status,
        409,
        "with its batch"
    );
    let again = world.act(&world.rima, &batch, "submission", None).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let stale = format!("/v1/batches/{batch}/approval");
    assert_eq!(
        world.head.on(Method::POST, &stale, 1, None).await.status,
        412
    );
    assert_eq!(
        world
            .act(&world.head, &batch, "approval", None)
            .await
            .status,
        200
    );
    assert_eq!(world.status_of("/v1/hubs/inner-room").await, 200);
    let stranger = Someone::new(&app, "stranger@example.org").await;
    assert_eq!(
        stranger.get(&format!("/v1/batches/{batch}")).await.status,
        404
    );
    assert_eq!(stranger.get(&world.path("sheet")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_in_a_row_while_its_batch_is_handed_in_counts() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let handed_in = world.hand_in(CSV, NEW, "").await.json();
    let batch = id(&handed_in).to_owned();
    let asked = json!({"reason": "The second room has no number."});
    let asked = world.act(&world.head, &batch, "changes-request", Some(asked));
    assert_eq!(asked.await.status, 200);
    // What a colleague takes out, not saved yet when the first one hands it in.
    let typing = format!(
        "update draft set body = body - 'summary', version = version + 1 where batch = '{batch}' and batch_row = 4"
    );
    let again = world.act(&world.rima, &batch, "submission", None);
    let again = beside(&db, &typing, 1, again).await;
    assert_eq!(
        (again.status, &again.json()["errors"][0]["pointer"]),
        (422, &json!("/4/summary")),
        "{}",
        again.text
    );
    assert_eq!(world.batch(&batch).await["state"], "changes_requested");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_approved_whole_or_not_at_all() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let sheet = world.sheet(".ndjson").await;
    let change = sheet.replace("Somebody listens, and tells nobody.", "Somebody listens.");
    let batch = world.hand_in(NDJSON, &change, "").await;
    assert_eq!(
        (batch.status, &batch.json()["rows"]),
        (201, &json!(3)),
        "{}",
        batch.text
    );
    let batch = id(&batch.json()).to_owned();
    let listing = third_row_moves(&world, &db, &batch).await;
    let refused = world.act(&world.head, &batch, "approval", None).await;
    assert_eq!(refused.status, 412, "{}", refused.text);
    let now = json!([{"listing": listing, "version": 2}]);
    assert_eq!(refused.json()["stale"], now, "{}", refused.text);
    app.follow().await;
    for path in ["/v1/organisations/listeners", "/v1/hubs/listeners-room"] {
        let shown = app.get(path).await.json();
        assert_eq!(
            shown["summary"]["text"],
            "Somebody listens, and tells nobody."
        );
    }
    assert_eq!(world.batch(&batch).await["state"], "submitted");
    let reason = json!({"reason": "Please download it anew."});
    let rejected = world
        .act(&world.head, &batch, "rejection", Some(reason))
        .await;
    assert_eq!(rejected.status, 200, "{}", rejected.text);
    assert_eq!(
        world.batch(&batch).await["reason"],
        "Please download it anew."
    );
    // What was rejected is in nobody's way.
    let sheet = world.sheet(".ndjson").await;
    let change = sheet.replace("Somebody listens, and tells nobody.", "Somebody listens.");
    let batch = id(&world.hand_in(NDJSON, &change, "").await.json()).to_owned();
    let path = format!("/v1/batches/{batch}");
    assert_eq!(
        world.rima.on(Method::DELETE, &path, 1, None).await.status,
        200
    );
    assert_eq!(world.check(NDJSON, &change).await["would_change"], 3);
}

/// The listing of the third row, of which another revision is public from now on.
async fn third_row_moves(world: &World<'_>, db: &TestDb, batch: &str) -> Value {
    let listing = world.batch(batch).await["rows"][2]["listing"].clone();
    let which = listing.as_str().unwrap();
    let bump = format!(
        "update listing set version = version + 1 where id = '{which}';
        insert into revision (id, listing, version, format, body, state, author, approved_at)
        select gen_random_uuid(), listing, version + 1, format, body, state, author, approved_at from revision
        where listing = '{which}' order by version desc limit 1"
    );
    db.sql().await.batch_execute(&bump).await.unwrap();
    listing
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_waits_is_handed_in_for_what_is_public_now() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let sheet = world.sheet(".ndjson").await;
    let change = sheet.replace("Somebody listens, and tells nobody.", "Somebody listens.");
    let batch = id(&world.hand_in(NDJSON, &change, "").await.json()).to_owned();
    let early = world.act(&world.rima, &batch, "submission", None).await;
    assert_eq!(early.status, 409, "nothing moved: {}", early.text);
    third_row_moves(&world, &db, &batch).await;
    let before = world.batch(&batch).await;
    let moved = |batch: &Value| -> Vec<Value> {
        let rows = batch["rows"].as_array().unwrap().iter();
        rows.map(|row| row["base_moved"].clone()).collect()
    };
    assert_eq!(moved(&before), [false, false, true]);

    // It waits where it waited, and what was handed in for nothing is not handed in twice.
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(5));
    let again = world.act(&world.rima, &batch, "submission", None).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let twice = world.act(&world.rima, &batch, "submission", None).await;
    assert_eq!(twice.status, 409, "{}", twice.text);
    let after = world.batch(&batch).await;
    assert_eq!(moved(&after), [false, false, false]);
    assert_eq!(
        (&after["state"], &after["submitted_at"]),
        (&json!("submitted"), &before["submitted_at"])
    );
    let approved = world.act(&world.head, &batch, "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    app.follow().await;
    for path in [
        "/v1/organisations/listeners",
        "/v1/hubs/listeners-room",
        "/v1/support-groups/listeners-circle",
    ] {
        let shown = app.get(path).await.json();
        assert_eq!(shown["summary"]["text"], "Somebody listens.", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_as_many_rows_as_may_be_is_taken() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let line = |number: usize| {
        let mut hub = sample::hub(&format!("room-{number}")).typed();
        hub["contacts"] =
            json!([{"channel": "voice", "value": format!("01711-{number:06}"), "country": "BD"}]);
        hub.to_string()
    };
    let lines: Vec<String> = (1..=300).map(line).collect();
    let file = lines.join("\n");
    let began = std::time::Instant::now();
    let check = world.check(NDJSON, &file).await;
    assert_eq!(check["would_create"], 300);
    let checked = began.elapsed();
    let batch = world.hand_in(NDJSON, &file, "").await;
    assert_eq!((batch.status, &batch.json()["rows"]), (201, &json!(300)));
    let handed_in = began.elapsed();
    let batch = id(&batch.json()).to_owned();
    let queue = world.head.get("/v1/moderation/queue").await.json();
    assert_eq!(
        (&queue["length"], &queue["items"][0]["batch"]["rows"]),
        (&json!(1), &json!(300))
    );
    let mine = world.rima.get("/v1/me/submissions?limit=9").await.json();
    let rows = mine["items"].as_array().unwrap().iter();
    let mut positions = rows.filter(|item| item["draft"]["state"] == "submitted");
    assert!(
        positions.all(|item| item["position"] == 1),
        "all of it is one: {mine}"
    );
    let asked = std::time::Instant::now();
    let approved = world.act(&world.head, &batch, "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    println!(
        "{} KiB: checked in {checked:?}, handed in after {handed_in:?}, approved in {:?}",
        file.len() / 1024,
        asked.elapsed()
    );
    assert_eq!(world.status_of("/v1/hubs/room-300").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_handed_in_is_listed() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let path = world.path("batches");
    let listed = async |query: &str| {
        let reply = world.rima.get(&format!("{path}{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    };
    let ids = |of: &Value| -> Vec<String> {
        let items = of["items"].as_array().unwrap().iter();
        items.map(|item| id(item).to_owned()).collect()
    };
    assert_eq!(ids(&listed("").await), [""; 0]);
    let mut batches = Vec::new();
    for number in 0..4 {
        // Ids of one moment are in no order.
        app.clock.advance(jiff::SignedDuration::from_secs(60));
        let line = sample::hub(&format!("room-{number}")).typed();
        let mut line = line.as_object().unwrap().clone();
        line.remove("contacts");
        let file = Value::Object(line).to_string();
        let batch = world.hand_in(NDJSON, &file, "").await;
        assert_eq!(batch.status, 201, "{}", batch.text);
        batches.insert(0, id(&batch.json()).to_owned());
    }
    let [latest, third, second, first] = &batches[..] else {
        panic!("four were handed in")
    };
    let withdrawn = format!("/v1/batches/{second}");
    let withdrawn = world.rima.on(Method::DELETE, &withdrawn, 1, None).await;
    assert_eq!(withdrawn.status, 200);
    let reason = Some(json!({"reason": "Not these."}));
    let rejected = world.act(&world.head, third, "rejection", reason).await;
    assert_eq!(rejected.status, 200, "{}", rejected.text);

    let all = listed("").await;
    assert_eq!(ids(&all), batches);
    let seen = |at: usize, name: &str| all["items"][at][name].clone();
    assert_eq!(
        (seen(0, "state"), seen(0, "rows")),
        (json!("submitted"), json!(1))
    );
    assert_eq!(
        (seen(0, "position"), seen(3, "position")),
        (json!(2), json!(1))
    );
    assert_eq!(
        (seen(1, "state"), seen(1, "reason")),
        (json!("rejected"), json!("Not these."))
    );
    assert_eq!(
        (seen(2, "state"), seen(2, "position")),
        (json!("withdrawn"), Value::Null)
    );
    assert_eq!(
        (seen(1, "version"), seen(2, "version")),
        (json!(2), json!(2))
    );

    assert_eq!(
        ids(&listed("?state=submitted").await),
        [latest.clone(), first.clone()]
    );
    assert_eq!(
        ids(&listed("?state=rejected,withdrawn").await),
        [third.clone(), second.clone()]
    );
    assert_eq!(
        ids(&listed("?state=-submitted").await),
        [third.clone(), second.clone()]
    );
    let page = listed("?limit=3").await;
    assert_eq!(ids(&page), batches[..3]);
    let next = page["next"].as_str().unwrap();
    let rest = listed(&format!("?limit=3&cursor={next}")).await;
    assert_eq!(
        (ids(&rest), &rest["next"]),
        (vec![first.clone()], &Value::Null)
    );
    let other = format!("{path}?state=submitted&cursor={next}");
    assert_eq!(
        world.rima.get(&other).await.json()["code"],
        "cursor_invalid"
    );
    let wrong = world.rima.get(&format!("{path}?state=lost")).await;
    assert_eq!(
        wrong.json()["errors"][0]["parameter"],
        "state",
        "{}",
        wrong.text
    );

    // Moderators see what was handed in and not taken back; strangers see no organisation at all.
    let theirs = world.head.get(&path).await;
    assert_eq!(
        ids(&theirs.json()),
        [latest, third, first].map(Clone::clone)
    );
    let stranger = Someone::new(&app, "stranger@example.org").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    let nowhere = format!("/v1/organisations/{}/batches", uuid::Uuid::nil());
    assert_eq!(world.head.get(&nowhere).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_in_the_rows_of_a_batch_has_an_end() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let sheet = world.sheet(".ndjson").await;
    let change = sheet.replace("Somebody listens, and tells nobody.", "Somebody listens.");
    let batch = id(&world.hand_in(NDJSON, &change, "").await.json()).to_owned();
    let reason = Some(json!({"reason": "Say more."}));
    let back = world
        .act(&world.head, &batch, "changes-request", reason)
        .await;
    assert_eq!(back.status, 200, "{}", back.text);
    let rows = world.batch(&batch).await["rows"].clone();
    let [first, second] = [0, 1].map(|at| rows[at]["draft"].as_str().unwrap().to_owned());
    let full = format!(
        "update draft set body = body || jsonb_build_object('notes', repeat('a', 16 * 1024 * 1024)) where id = '{first}'"
    );
    db.sql().await.batch_execute(&full).await.unwrap();
    let path = format!("/v1/drafts/{second}");
    let seen = world.batch(&batch).await["version"].as_i64().unwrap();
    let version = world.rima.draft(&second).await["version"].as_i64().unwrap();
    let more = sample::text("Somebody listens, and there is much more to be said of it.");
    let more = Some(json!({"body": {"summary": more}}));
    let refused = world
        .rima
        .on(Method::PATCH, &path, version, more.clone())
        .await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    let less = format!("update draft set body = body - 'notes' where id = '{first}'");
    db.sql().await.batch_execute(&less).await.unwrap();
    let taken = world.rima.on(Method::PATCH, &path, version, more).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    // Who hands it in has seen what was typed in it.
    let path = format!("/v1/batches/{batch}/submission");
    let unseen = world.rima.on(Method::POST, &path, seen, None).await;
    assert_eq!(unseen.status, 412, "{}", unseen.text);
    let seen = world.act(&world.rima, &batch, "submission", None).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
}
