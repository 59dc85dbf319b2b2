//! What somebody is told of all that is kept of them: nothing in the database that names them is left out.

use std::collections::BTreeMap;

use haven::domain::clock::Clock;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id},
    sample,
};

/// What of each table that names an account its owner is told, beside what the walk puts in: a word of it. A table that
/// is missing here fails the test.
const TOLD: [(&str, &str); 16] = [
    ("account", "rima@example.org"),
    ("session", "my own browser"),
    ("recovery_code", "\"recovery_code\""),
    ("letter", "confirm_address"),
    ("membership", "019a2b3c-4d5e-7f60-8a9b-000000000001"),
    ("draft", "typed-by-me"),
    ("draft_typist", "\"typed\""),
    ("former_member", "\"former_member\""),
    ("batch", "batch/019a2b3c-4d5e-7f60-8a9b-000000000002"),
    ("moderator_note", "my own note"),
    ("claim", "my own grounds"),
    ("report", "report/019a2b3c-4d5e-7f60-8a9b-000000000003"),
    ("api_key", "my own key"),
    ("idempotency", "my-own-request"),
    ("audit", "\"deed\""),
    // Whoever approved a revision is told so by the audit.
    ("revision", "\"approve\""),
];

/// Rows of every kind that name the account: it began and handed in, it looks at, it said.
fn rows(account: &str, at: &str) -> String {
    let other = "00000000-0000-7000-8000-000000000021";
    format!(
        "insert into account (id, email, name, created_at) values ('{other}', 'other@example.org', 'Other', '{at}');
        insert into session values (gen_random_uuid(), '{account}', 'walk', false, 'my own browser', '{at}', '2100-01-01Z', '{at}');
        insert into api_key values (gen_random_uuid(), '{account}', 'my own key', 'haven_', 'walk', '{{}}', '{at}', '2100-01-01Z');
        insert into membership values ('019a2b3c-4d5e-7f60-8a9b-000000000001', '{account}', 'editor', '{at}');
        insert into batch (id, organisation, state, version, author, submitted_by, assigned_to, created_at, changed_at, submitted_at)
        values ('019a2b3c-4d5e-7f60-8a9b-000000000002', gen_random_uuid(), 'rejected', 1, '{account}', '{account}', '{account}', '{at}', '{at}', '{at}');
        insert into draft (id, listing, organisation, kind, state, version, body, author, submitted_by, assigned_to, created_at, changed_at)
        values ('019a2b3c-4d5e-7f60-8a9b-000000000004', gen_random_uuid(), gen_random_uuid(), 'hub', 'withdrawn', 1, '{{\"slug\": \"typed-by-me\"}}',
            '{account}', null, null, '{at}', '{at}'),
        ('019a2b3c-4d5e-7f60-8a9b-000000000005', gen_random_uuid(), '019a2b3c-4d5e-7f60-8a9b-000000000001', 'hub', 'withdrawn', 1,
            '{{\"slug\": \"handed-in-by-me\"}}', '{other}', '{account}', null, '{at}', '{at}'),
        ('019a2b3c-4d5e-7f60-8a9b-000000000006', gen_random_uuid(), gen_random_uuid(), 'hub', 'withdrawn', 1,
            '{{\"slug\": \"typed-by-others-since\"}}', '{account}', null, null, '{at}', '{at}'),
        ('019a2b3c-4d5e-7f60-8a9b-000000000007', gen_random_uuid(), gen_random_uuid(), 'hub', 'withdrawn', 1,
            '{{\"slug\": \"of-others\"}}', '{other}', null, '{account}', '{at}', '{at}');
        insert into draft_typist values ('019a2b3c-4d5e-7f60-8a9b-000000000007', '{account}');
        insert into former_member values (gen_random_uuid(), '{account}', '{at}');
        insert into audit (at, actor, action, subject)
        values ('{at}', 'account/{other}', 'change_draft', 'draft/019a2b3c-4d5e-7f60-8a9b-000000000006');
        insert into moderator_note (id, draft, author, note, created_at)
        values (gen_random_uuid(), '019a2b3c-4d5e-7f60-8a9b-000000000007', '{account}', 'my own note', '{at}'),
            (gen_random_uuid(), '019a2b3c-4d5e-7f60-8a9b-000000000004', '{other}', 'a note of others', '{at}');
        insert into claim (id, organisation, account, state, grounds, created_at, assigned_to)
        values (gen_random_uuid(), gen_random_uuid(), '{account}', 'refused', 'my own grounds', '{at}', null),
            (gen_random_uuid(), gen_random_uuid(), '{other}', 'refused', 'grounds of others', '{at}', '{account}');
        insert into report (id, topic, words, urgent, created_at, assigned_to)
        values ('019a2b3c-4d5e-7f60-8a9b-000000000003', 'missing', 'words of others', false, '{at}', '{account}');
        insert into idempotency values ('account/{account}', 'my-own-request', 'hash', '{{}}', '{at}');
        insert into letter (id, purpose, email, account, payload, created_at, next_try_at, sent_at)
        values (gen_random_uuid(), 'confirm_address', 'RIMA@example.org', '{account}', '{{}}', '{at}', '{at}', '{at}');"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_is_told_of_everything_that_names_them() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::moderator(&app, &head, "rima@example.org").await;
    let ngo = Someone::new(&app, "ngo@example.org").await;
    let body = json!({"organisation": sample::organisation("listeners").typed()});
    let made = ngo.post("/v1/organisations", body).await.json();
    let draft = id(&made["organisation"]).to_owned();
    assert_eq!(ngo.act(&draft, "submission", None).await.status, 200);
    assert_eq!(rima.act(&draft, "approval", None).await.status, 200);
    app.follow().await;
    let me = rima.get("/v1/me").await.json();
    let account = me["account"].as_str().unwrap();
    let sql = db.sql().await;
    let at = app.clock.now().to_string();
    sql.batch_execute(&rows(account, &at)).await.unwrap();

    let reply = rima.get("/v1/me/export?limit=100").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let told: BTreeMap<&str, &str> = TOLD.into();
    // Every column that refers to accounts holds this one, or the walk would prove nothing of it.
    let refers = "select conrelid::regclass::text, attname::text
        from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any(conkey)
        where contype = 'f' and confrelid = 'account'::regclass";
    for row in sql.query(refers, &[]).await.unwrap() {
        let (table, column): (&str, &str) = (row.get(0), row.get(1));
        let holds = format!("select from {table} where {column} = '{account}' limit 1");
        let holds = sql.query(&holds, &[]).await.unwrap();
        assert_eq!(holds.len(), 1, "{table}.{column} names nobody here");
    }
    let tables =
        "select table_name::text from information_schema.tables where table_schema = 'public'";
    let mut names = 0;
    for row in sql.query(tables, &[]).await.unwrap() {
        let table: &str = row.get(0);
        let of_her = format!(
            "select from {table} t where t::text ilike '%{account}%' or t::text ilike '%rima@example.org%' limit 1"
        );
        if sql.query(&of_her, &[]).await.unwrap().is_empty() {
            continue;
        }
        let word = told
            .get(table)
            .unwrap_or_else(|| panic!("{table} names an account, and nothing is told of it"));
        assert!(reply.text.contains(word), "{table}: {word}: {}", reply.text);
        names += 1;
    }
    assert_eq!(names, TOLD.len());

    let all = reply.json();
    let codes = all["kept"].as_array().unwrap().iter();
    let codes = codes.filter(|kept| kept["what"] == "recovery_code");
    assert_eq!(codes.count(), 10);
    let slugs = all["drafts"].as_array().unwrap().iter();
    let mut slugs: Vec<&Value> = slugs.map(|draft| &draft["body"]["slug"]).collect();
    slugs.sort_by_key(|slug| slug.to_string());
    assert_eq!(slugs, ["handed-in-by-me", "typed-by-me"]);
    for theirs in [
        "a note of others",
        "grounds of others",
        "words of others",
        "typed-by-others-since",
        "argon2",
        "hash",
    ] {
        assert!(!reply.text.contains(theirs), "{theirs}: {}", reply.text);
    }
}
