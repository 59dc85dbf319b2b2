//! What is not public is asked for with a scope, and what the scope does not cover is as if it were not there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use haven::{
    domain::{
        actor::{Actor, Scope},
        draft::Noted,
    },
    store::{StoreError, drafts::QueueFilter},
};
use uuid::Uuid;

use crate::support::{TestDb, sample};

/// What carries something that is not public. Whatever the store answers with one of these takes a scope, without exception.
const CARRIERS: [&str; 13] = [
    "AlikeDraft",
    "Base",
    "Batch",
    "Claim",
    "Draft",
    "InWork",
    "Invitation",
    "Lapsed",
    "Member",
    "Note",
    "Report",
    "Suggestion",
    "Waits",
];

/// Other questions about what is typed or set aside that take none, and why each may. It is to become shorter.
const WITHOUT: [(&str, &str); 12] = [
    (
        "count_national_alarms",
        "tells a number, to those who watch over the directory",
    ),
    (
        "count_rows",
        "tells numbers, of batches that were found with a scope",
    ),
    ("find_role", "is what a scope is made of"),
    ("list_alike", "public listings only"),
    (
        "list_parts",
        "tells in which of them somebody has a part themselves, of drafts that were found with a scope",
    ),
    ("list_memberships", "is what a scope is made of"),
    ("list_national_lines", "public listings only"),
    ("list_silent", "ids, for the timer alone"),
    (
        "positions",
        "tells numbers, of drafts that were found with a scope",
    ),
    ("rehearse", "nothing stays of what it writes"),
    ("sourced", "ids of public listings, for imports"),
    ("waiting", "tells numbers"),
];

/// A question to the store, as its source has it.
struct Question {
    name: String,
    parameters: String,
    returns: String,
}

/// All methods of the files under `folder`.
fn questions(folder: &Path) -> Vec<Question> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(questions(&path));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for function in text.split("async fn ").skip(1) {
            let (name, rest) = function.split_once('(').unwrap();
            let (head, _) = rest.split_once(" {\n").unwrap_or((rest, ""));
            let (parameters, returns) = head.rsplit_once(") -> ").unwrap_or((head, ""));
            if parameters.contains("self") {
                found.push(Question {
                    name: name.to_owned(),
                    parameters: parameters.to_owned(),
                    returns: returns.to_owned(),
                });
            }
        }
    }
    found
}

fn takes_a_scope(question: &Question) -> bool {
    let mut parameters = question.parameters.split(',').map(str::trim);
    parameters.any(|parameter| parameter == "scope: Scope")
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

#[test]
fn whatever_is_answered_with_what_is_not_public_takes_a_scope() {
    let carries = |question: &Question| {
        let mut words = question.returns.split(|c: char| !c.is_alphanumeric());
        words.any(|word| CARRIERS.contains(&word))
    };
    let (with, without): (Vec<_>, Vec<_>) = questions(&store())
        .into_iter()
        .filter(carries)
        .partition(takes_a_scope);
    let named = |found: &[Question]| -> BTreeSet<String> {
        found.iter().map(|question| question.name.clone()).collect()
    };
    assert!(without.is_empty(), "no scope: {:?}", named(&without));
    // Each of them is answered somewhere, or its name here says nothing.
    for carrier in CARRIERS {
        let answered = with
            .iter()
            .any(|question| question.returns.contains(carrier));
        assert!(answered, "nothing answers with {carrier}");
    }
}

#[test]
fn every_question_about_what_is_not_public_takes_a_scope() {
    let folders = ["drafts", "listing"].map(|folder| store().join(folder));
    let asked = folders.iter().flat_map(|folder| questions(folder));
    // What writes is held by what was found before, and by its versions.
    let without: BTreeSet<String> = asked
        .filter(|question| question.parameters.trim_start().starts_with("&self"))
        .filter(|question| !takes_a_scope(question))
        .map(|question| question.name)
        .collect();
    let known: BTreeSet<String> = WITHOUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(without, known, "no scope, or no need of a reason any more");
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

#[tokio::test]
async fn the_whole_of_a_listing_is_for_those_who_keep_it_and_for_moderators() {
    let db = TestDb::seeded().await;
    let [member, stranger, aside] = [0x21, 0x22, 0x71].map(Uuid::from_u128);
    let public = db.create(&sample::hub("kept")).await;
    let rows = format!(
        r#"insert into account (id, email, name, created_at) values
            ('{member}', 'rima@example.org', 'Rima', now()), ('{stranger}', 'budi@example.org', 'Budi', now());
        insert into membership (organisation, account, role, since)
            select coalesce(organisation, id), '{member}', 'viewer', now() from listing where id = '{public}';
        insert into lapsed (listing, kind, slug, organisation, version, body, lapsed_at)
            select '{aside}', 'hub', 'set-aside', coalesce(organisation, id), 3, '{{"kind": "hub"}}', now()
            from listing where id = '{public}';
        insert into suggestion (id, listing, source, external_id, body, said_at) values
            (gen_random_uuid(), '{public}', 'feed', 'one', '{{}}', now()),
            (gen_random_uuid(), '{aside}', 'feed', 'two', '{{}}', now())"#
    );
    db.sql().await.batch_execute(&rows).await.unwrap();
    let store = &db.store;
    for (scope, seen) in [
        (Scope::Member(stranger), false),
        (Scope::Member(member), true),
        (Scope::Directory(stranger), true),
    ] {
        let base = store.find_base(scope, public).await.unwrap();
        assert_eq!(base.is_some(), seen, "{scope:?}");
        let bases = store.list_bases(scope, &[public]).await.unwrap();
        assert_eq!(bases.len(), usize::from(seen));
        let present = store.list_present(scope, public).await.unwrap();
        assert_eq!(present.len(), usize::from(seen));
        let lapsed = store.find_lapsed(scope, aside).await.unwrap();
        assert_eq!(lapsed.is_some(), seen);
        let lapsed = store.list_lapsed(scope, None, 10).await.unwrap();
        assert_eq!(lapsed.len(), usize::from(seen));
        for of in [public, aside] {
            let said = store.list_suggestions(scope, of).await.unwrap();
            assert_eq!(said.len(), usize::from(seen));
        }
        let held = store.write(Actor::Upkeep, async |tx| {
            let lapsed = tx.hold_lapsed(scope, aside).await?;
            Ok::<_, StoreError>((tx.find_base(scope, public).await?, lapsed))
        });
        let (base, lapsed) = held.await.unwrap();
        assert_eq!((base.is_some(), lapsed.is_some()), (seen, seen));
    }
}
