//! What is not public is asked for with a scope, and what the scope does not cover is as if it were not there.

use std::{collections::BTreeSet, fs, path::Path};

use haven::{
    domain::{actor::Scope, draft::Noted},
    store::drafts::QueueFilter,
};
use uuid::Uuid;

use crate::support::TestDb;

/// Questions that take no scope, and why each may. It is to become shorter.
const WITHOUT: [(&str, &str); 12] = [
    (
        "count_rows",
        "tells a number, of batches that were found with a scope",
    ),
    (
        "find_base",
        "what is public of a listing, with what is published of it in a narrower form: whose it is, is settled by it",
    ),
    ("find_role", "is what a scope is made of"),
    ("list_alike", "public listings only"),
    (
        "list_drafts",
        "takes the account whose memberships it goes by",
    ),
    (
        "list_memberships",
        "takes the account whose memberships they are",
    ),
    ("list_silent", "ids, for the timer alone"),
    (
        "list_suggestions",
        "of a listing that the person may change",
    ),
    ("list_typed", "takes the account that typed it"),
    (
        "positions",
        "tells numbers, of drafts that were found with a scope",
    ),
    ("waiting", "tells numbers"),
    (
        "typed_in",
        "tells who typed, of drafts that were found with a scope",
    ),
];

#[test]
fn every_question_about_what_is_not_public_takes_a_scope() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/drafts");
    let mut without = BTreeSet::new();
    let mut with = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for function in text.split("pub async fn ").skip(1) {
            let (name, rest) = function.split_once('(').unwrap();
            let parameters = rest.split_once(") ->").map_or(rest, |(before, _)| before);
            // What writes is held by what was found before, and by its versions.
            if !parameters.trim_start().starts_with("&self") {
                continue;
            }
            if parameters.contains("scope: Scope") {
                with += 1;
            } else {
                without.insert(name.to_owned());
            }
        }
    }
    assert!(with >= 14, "{with}");
    let known: BTreeSet<&str> = WITHOUT.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<_> = without
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "no scope, and no reason: {unknown:?}");
}

#[tokio::test]
async fn what_waits_for_moderators_is_nothing_to_others() {
    let db = TestDb::new().await;
    let (claim, report) = (Uuid::now_v7(), Uuid::now_v7());
    let account = "00000000-0000-7000-8000-000000000021";
    let rows = format!(
        "insert into account (id, email, name, created_at) values ('{account}', 'rima@example.org', 'Rima', now());
        insert into claim (id, organisation, account, state, grounds, created_at)
        values ('{claim}', gen_random_uuid(), '{account}', 'open', 'grounds', now());
        insert into report (id, topic, words, urgent, created_at) values ('{report}', 'missing', 'words', false, now());
        insert into moderator_note (id, claim, note, created_at) values (gen_random_uuid(), '{claim}', 'note', now())"
    );
    db.sql().await.batch_execute(&rows).await.unwrap();
    let account = Uuid::parse_str(account).unwrap();
    let store = &db.store;
    let everything = QueueFilter {
        limit: 10,
        ..QueueFilter::default()
    };
    for (scope, seen) in [(Scope::Member(account), 0), (Scope::Directory(account), 1)] {
        assert_eq!(store.list_claims(scope, 10).await.unwrap().len(), seen);
        let claims = store.list_claims_of(scope, &[claim]).await.unwrap();
        assert_eq!(claims.len(), seen);
        let reports = store.list_reports(scope, None, 10).await.unwrap();
        assert_eq!(reports.len(), seen);
        let notes = store.list_notes(scope, Noted::Claim(claim)).await.unwrap();
        assert_eq!(notes.len(), seen);
        let queue = store.list_queue(scope, &everything).await.unwrap();
        assert_eq!(queue.len(), 2 * seen);
    }
}
