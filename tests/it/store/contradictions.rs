//! What the domain refuses, the database refuses too, whoever writes to it.

use haven::domain::fault::FaultCode;
use haven::store::Outcome;
use serde_json::{Value, json};
use tokio_postgres::error::SqlState;

use crate::support::{Sample, TestDb, sample};

/// A contradiction: the pointer where the domain finds it and the value that makes it; the same in SQL.
struct Case {
    sample: fn(&str) -> Sample,
    kind: Option<&'static str>,
    pointer: &'static str,
    value: Value,
    sql: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |sample, kind, pointer, value, sql| Case {
        sample,
        kind,
        pointer,
        value,
        sql,
    };
    let (group, hub) = (
        sample::support_group as fn(&str) -> Sample,
        sample::hub as fn(&str) -> Sample,
    );
    vec![
        case(
            group,
            Some("therapist_led"),
            "/group_details/led_by",
            json!("peer"),
            "update support_group set group_kind = 'therapist_led', led_by = 'peer'",
        ),
        case(
            group,
            Some("therapist_led"),
            "/group_details/led_by",
            json!("nobody"),
            "update support_group set group_kind = 'therapist_led', led_by = 'nobody'",
        ),
        case(
            group,
            Some("peer_led"),
            "/group_details/led_by",
            json!("professional"),
            "update support_group set group_kind = 'peer_led', led_by = 'professional'",
        ),
        case(
            group,
            Some("peer_chat"),
            "/group_details/timing",
            json!("anytime"),
            "update support_group set group_kind = 'peer_chat', timing = 'anytime'",
        ),
        case(
            group,
            Some("virtual_meeting"),
            "/group_details/timing",
            json!("anytime"),
            "update support_group set group_kind = 'virtual_meeting', timing = 'anytime'",
        ),
        case(
            hub,
            None,
            "/age/max",
            json!(12),
            "update listing set age_max = 12",
        ),
        case(
            hub,
            None,
            "/cost/to",
            json!(99),
            "update listing set cost_to = 99",
        ),
        case(
            hub,
            None,
            "/cost/currency",
            Value::Null,
            "update listing set cost_currency = null",
        ),
        case(
            hub,
            None,
            "/status/until",
            json!("2025-12-31"),
            "update listing set status_until = '2025-12-31'",
        ),
        case(
            hub,
            None,
            "/places/0/street",
            sample::text("A street"),
            "update place set is_virtual = true, lat = null, lon = null, precision = null",
        ),
        case(
            hub,
            None,
            "/places/0/point",
            json!({"lat": 91.0, "lon": 0.0}),
            "update place set lat = 91",
        ),
        case(
            hub,
            None,
            "/contacts/0/value",
            json!("call us"),
            "update contact set value = 'call us' where channel = 'voice'",
        ),
        case(
            hub,
            None,
            "/links/0/url",
            json!("javascript:alert(1)"),
            "update link set url = 'javascript:alert(1)'",
        ),
        case(
            hub,
            None,
            "/sources/0/url",
            json!("ftp://example.org"),
            "update source set url = 'ftp://example.org'",
        ),
        case(
            hub,
            None,
            "/name",
            json!({"source": "id", "text": {"en": "A name"}}),
            "update listing set name = '{\"source\": \"id\", \"text\": {\"en\": \"A name\"}}'",
        ),
        case(
            hub,
            None,
            "/slug",
            json!("No Slug"),
            "update listing set slug = 'No Slug'",
        ),
    ]
}

#[tokio::test]
async fn the_database_refuses_what_the_domain_refuses() {
    let db = TestDb::seeded().await;
    db.create(&sample::support_group("circle")).await;
    db.create(&sample::hub("room")).await;
    let sql = db.sql().await;
    for case in cases() {
        let mut sample = (case.sample)("circle");
        if let Some(kind) = case.kind {
            sample = sample.with("/group_details/kind", json!(kind));
        }
        if case.pointer == "/places/0/street" {
            sample = sample
                .without("/places/0/point")
                .with("/places/0/virtual", json!(true));
        }
        sample = match case.value {
            Value::Null => sample.without(case.pointer),
            value => sample.with(case.pointer, value),
        };
        let faults = sample.parse().unwrap_err();
        assert!(
            faults.iter().all(|fault| fault.pointer == case.pointer),
            "{}: {faults:?}",
            case.pointer
        );
        let refused = sql.batch_execute(case.sql).await;
        let refused = refused
            .err()
            .unwrap_or_else(|| panic!("the database takes: {}", case.sql));
        assert_eq!(
            refused.code(),
            Some(&SqlState::CHECK_VIOLATION),
            "{}",
            case.sql
        );
    }
}

#[tokio::test]
async fn a_listing_has_the_details_of_its_kind_only() {
    let db = TestDb::seeded().await;
    let hub = db.create(&sample::hub("room")).await;
    let sql = db.sql().await;
    let second =
        format!("insert into helpline (id, crisis, national) values ('{hub}', true, true)");
    let refused = sql.batch_execute(&second).await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION));
    let faults = sample::hub("room")
        .with("/helpline_details", json!({"crisis": true}))
        .parse()
        .unwrap_err();
    assert_eq!(faults[0].code, FaultCode::Contradiction);
}

#[tokio::test]
async fn a_group_that_meets_online_only_is_not_stored_as_one_in_person() {
    let db = TestDb::seeded().await;
    let chat = sample::support_group("chat")
        .with("/group_details/kind", json!("peer_chat"))
        .with("/delivery", json!(["in_person"]));
    let faults = chat.parse().unwrap_err();
    assert_eq!(faults[0].pointer, "/group_details/kind");

    let online = chat.with("/delivery", json!(["online"]));
    let id = db.create(&online).await;
    let sql = db.sql().await;
    for update in [
        "update listing set delivery = '{in_person}'",
        "update support_group set group_kind = 'general'; update listing set delivery = '{phone}';
            update support_group set group_kind = 'virtual_meeting'",
    ] {
        let refused = sql.batch_execute(update).await.unwrap_err();
        assert_eq!(refused.code(), Some(&SqlState::CHECK_VIOLATION), "{update}");
    }
    // Both sides at once is no contradiction.
    let in_person = online
        .with("/group_details/kind", json!("general"))
        .with("/delivery", json!(["in_person"]));
    assert_eq!(db.publish(&in_person).await, Outcome::Changed(id));
}

#[tokio::test]
async fn what_is_public_is_of_an_approved_revision() {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room")).await;
    let sql = db.sql().await;
    let unapproved = "update published set version = version + 1";
    let refused = sql.batch_execute(unapproved).await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION));
    sql.batch_execute("delete from listing").await.unwrap();
    let left = "select count(*) from published";
    let left: i64 = sql.query_one(left, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
}
