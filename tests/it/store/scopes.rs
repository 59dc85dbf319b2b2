//! What is not public is asked for with a scope, and what the scope does not cover is as if it were not there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use haven::{
    domain::{
        actor::{Actor, Scope},
        clock::Clock,
        draft::{ClaimState, DraftState, Noted},
        listing::{Kind, Reference},
    },
    exchange::drafts::Mentioned,
    store::{
        StoreError,
        drafts::{DraftFilter, QueueFilter, Traits},
    },
};
use uuid::Uuid;

use crate::support::{TestDb, clock, sample};

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
const WITHOUT: [(&str, &str); 11] = [
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
    /// Whether other modules may ask it.
    shown: bool,
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
        let functions = text.match_indices("async fn ");
        for (at, begin) in functions {
            let before = text[..at].trim_end();
            let function = &text[at + begin.len()..];
            let (name, rest) = function.split_once('(').unwrap();
            let (head, _) = rest.split_once(" {\n").unwrap_or((rest, ""));
            let (parameters, returns) = head.rsplit_once(") -> ").unwrap_or((head, ""));
            if parameters.contains("self") {
                found.push(Question {
                    name: name.to_owned(),
                    shown: before.ends_with("pub") || before.ends_with(')'),
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

/// Each of them is asked below with a scope that does not cover what there is.
#[test]
fn every_scoped_question_is_asked_as_a_stranger() {
    let own = include_str!("scopes.rs");
    let asked = |question: &Question| own.contains(&format!(".{}(", question.name));
    let scoped = questions(&store()).into_iter().filter(takes_a_scope);
    let never: BTreeSet<String> = scoped
        .filter(|question| question.shown && !asked(question))
        .map(|question| question.name)
        .collect();
    assert!(never.is_empty(), "{never:?}");
}

/// An organisation with an owner, a viewer and an open invitation; a draft that is typed, one that was handed in, and one
/// in a batch.
struct Typed {
    organisation: Uuid,
    owner: Uuid,
    viewer: Uuid,
    stranger: Uuid,
    drafts: [Uuid; 3],
    batch: Uuid,
}

async fn typed(db: &TestDb) -> Typed {
    let typed = Typed {
        organisation: Uuid::now_v7(),
        owner: Uuid::now_v7(),
        viewer: Uuid::now_v7(),
        stranger: Uuid::now_v7(),
        drafts: [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()],
        batch: Uuid::now_v7(),
    };
    let (organisation, owner, batch) = (typed.organisation, typed.owner, typed.batch);
    let mut rows = String::new();
    for (name, account) in [
        ("owner", owner),
        ("viewer", typed.viewer),
        ("stranger", typed.stranger),
    ] {
        rows += &format!(
            "insert into account (id, email, name, created_at) values ('{account}', '{name}@example.org', '{name}', now());"
        );
    }
    for (role, account) in [("owner", owner), ("viewer", typed.viewer)] {
        rows += &format!(
            "insert into membership values ('{organisation}', '{account}', '{role}', now());"
        );
    }
    rows += &format!(
        r#"insert into batch (id, organisation, state, version, author, created_at, changed_at, submitted_at)
            values ('{batch}', '{organisation}', 'submitted', 1, '{owner}', now(), now(), now());
        insert into letter (id, purpose, email, payload, created_at, next_try_at)
            values ('{}', 'invitation', 'karim@example.org', '{{"organisation": "{organisation}", "role": "viewer"}}', now(), now());"#,
        Uuid::now_v7()
    );
    for (draft, (state, handed_in, of)) in typed.drafts.iter().zip([
        ("draft", "null", "null, null".to_owned()),
        ("submitted", "now()", "null, null".to_owned()),
        ("submitted", "now()", format!("'{batch}', 1")),
    ]) {
        rows += &format!(
            "insert into draft (id, listing, organisation, kind, state, version, body, author, created_at, changed_at, submitted_at, batch, batch_row, numbers)
                values ('{draft}', gen_random_uuid(), '{organisation}', 'hub', '{state}', 1, '{{\"slug\": \"{state}\"}}', '{owner}', now(), now(), {handed_in}, {of}, '{{+8801711000001}}');
            update draft set stood_on = '{{}}';"
        );
    }
    db.sql().await.batch_execute(&rows).await.unwrap();
    typed
}

#[tokio::test]
async fn what_is_typed_is_for_those_who_keep_it_and_what_was_handed_in_for_moderators() {
    let db = TestDb::new().await;
    let there = typed(&db).await;
    let (store, organisation, batch) = (&db.store, there.organisation, there.batch);
    let mut listings = Vec::new();
    for draft in there.drafts {
        let own = Scope::Member(there.owner);
        let found = store.find_draft(own, draft).await.unwrap();
        listings.push(found.unwrap().listing);
    }
    // Who looks, and how much they see of: three drafts, of which two were handed in; what only moderators look up; what
    // one's own pages have; what one typed oneself; who keeps it; who is invited.
    for (scope, drafts, looked_up, paged, own, members, invited) in [
        (Scope::Member(there.owner), 3, 0, 3, 3, 2, 1),
        (Scope::Member(there.viewer), 3, 0, 3, 0, 2, 0),
        (Scope::Member(there.stranger), 0, 0, 0, 0, 0, 0),
        (Scope::Directory(there.stranger), 2, 3, 0, 0, 2, 1),
    ] {
        let batches = drafts.min(1);
        let mut seen = Vec::new();
        for draft in there.drafts {
            seen.extend(store.find_draft(scope, draft).await.unwrap());
        }
        assert_eq!(seen.len(), drafts, "{scope:?}");
        let seen = store.list_drafts_of(scope, &there.drafts).await.unwrap();
        assert_eq!(seen.len(), drafts, "{scope:?}");
        let stood_on = store.list_stood_on(scope, &there.drafts).await.unwrap();
        assert_eq!(stood_on.len(), drafts, "{scope:?}");
        let mut begun = 0;
        for &listing in &listings {
            let typed = store.find_typed(scope, listing).await.unwrap();
            begun += usize::from(typed.is_some());
        }
        assert_eq!(begun, drafts, "{scope:?}");
        // What is typed beside it is there for those alone who may know of it.
        let beside = Mentioned {
            listing: Uuid::now_v7(),
            organisation,
            kind: Kind::Hub,
            slug: None,
            topics: Vec::new(),
            areas: Vec::new(),
            listings: vec![(
                "/hub_details/part_of".to_owned(),
                None,
                Reference::Id(listings[1]),
            )],
            moved_to: None,
            sources: Vec::new(),
        };
        let misfits = store.list_misfits(scope, &[beside]).await.unwrap();
        assert_eq!(misfits[0].is_empty(), drafts > 0, "{scope:?}: {misfits:?}");
        for of in [None, Some(organisation)] {
            let wanted = DraftFilter {
                organisation: of,
                listing: None,
                states: DraftState::ALL.to_vec(),
                before: None,
                limit: 10,
            };
            let (page, _) = store.list_drafts(scope, &wanted).await.unwrap();
            assert_eq!(page.len(), paged, "{scope:?}");
        }
        let (page, _) = store.list_typed(scope, None, 10).await.unwrap();
        assert_eq!(page.len(), own, "{scope:?}");
        let work = store.list_listings_in_work(scope, organisation);
        assert_eq!(work.await.unwrap().len(), drafts, "{scope:?}");
        let traits = Traits {
            numbers: vec!["+8801711000001".to_owned()],
            ..Traits::default()
        };
        let alike = store.list_alike_drafts(scope, Uuid::now_v7(), &traits);
        assert_eq!(alike.await.unwrap().len(), looked_up, "{scope:?}");

        let found = store.find_batch(scope, batch).await.unwrap();
        assert_eq!(usize::from(found.is_some()), batches, "{scope:?}");
        let found = store.list_batches(scope, &[batch]).await.unwrap();
        assert_eq!(found.len(), batches, "{scope:?}");
        let of = store.list_batches_of(scope, organisation, &[DraftState::Submitted], None, 10);
        assert_eq!(of.await.unwrap().len(), batches, "{scope:?}");
        let rows = store.list_rows(scope, batch).await.unwrap();
        assert_eq!(rows.len(), batches, "{scope:?}");

        let kept_by = store.list_members(scope, organisation).await.unwrap();
        assert_eq!(kept_by.len(), members, "{scope:?}");
        let invitations = store.list_invitations(scope, organisation, 10, clock().now());
        assert_eq!(invitations.await.unwrap().len(), invited, "{scope:?}");

        let held = store.write(Actor::Upkeep, async |tx| {
            let mut held = 0;
            for draft in there.drafts {
                held += usize::from(tx.hold_draft(scope, draft).await?.is_some());
            }
            let mut open = 0;
            for &listing in &listings {
                open += usize::from(tx.find_open_draft(scope, listing).await?.is_some());
            }
            assert_eq!(open, drafts, "{scope:?}");
            let rows = tx.hold_rows(scope, batch).await?.len();
            let whole = tx.hold_batch(scope, batch).await?;
            Ok::<_, StoreError>((held, rows, usize::from(whole.is_some())))
        });
        assert_eq!(held.await.unwrap(), (drafts, batches, batches), "{scope:?}");
    }
    // What was taken back is for those alone who typed it.
    let back = "update draft set state = 'withdrawn'";
    db.sql().await.batch_execute(back).await.unwrap();
    for (scope, seen) in [
        (Scope::Member(there.viewer), 3),
        (Scope::Member(there.stranger), 0),
        (Scope::Directory(there.stranger), 0),
    ] {
        let typed = store.list_typed_of(scope, organisation, &listings, &[]);
        assert_eq!(typed.await.unwrap().unwrap().len(), seen, "{scope:?}");
    }
}

#[tokio::test]
async fn what_waits_for_moderators_is_nothing_to_others() {
    let db = TestDb::new().await;
    let (claim, report) = (Uuid::now_v7(), Uuid::now_v7());
    let account = "00000000-0000-7000-8000-000000000021";
    let rows = format!(
        "insert into account (id, email, name, role, created_at)
        values ('{account}', 'rima@example.org', 'Rima', 'moderator', now());
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
        assert_eq!(store.list_appointed(scope).await.unwrap().len(), seen);
        let claims = store.list_claims_of(scope, &[claim]).await.unwrap();
        assert_eq!(claims.len(), seen);
        let reports = store.list_reports(scope, None, 10).await.unwrap();
        assert_eq!(reports.len(), seen);
        let notes = store.list_notes(scope, Noted::Claim(claim)).await.unwrap();
        assert_eq!(notes.len(), seen);
        let queue = store.list_queue(scope, &everything).await.unwrap();
        assert_eq!(queue.len(), 2 * seen);
        let decided = store.write(Actor::Upkeep, async |tx| {
            tx.decide_claim(scope, claim, (ClaimState::Refused, None), clock().now())
                .await
        });
        assert_eq!(usize::from(decided.await.unwrap().is_some()), seen);
    }
    for (own, seen) in [(account, 1), (claim, 0)] {
        for scope in [Scope::Member(own), Scope::Directory(own)] {
            let claims = store.list_own_claims(scope, 10).await.unwrap();
            assert_eq!(claims.len(), seen);
        }
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

#[tokio::test]
async fn a_part_is_of_whoever_asks() {
    let db = TestDb::seeded().await;
    let there = typed(&db).await;
    let hub = db.create(&sample::hub("room")).await;
    let (organisation, viewer, stranger) = (there.organisation, there.viewer, there.stranger);
    let had = format!(
        "insert into former_member values ('{organisation}', '{viewer}', now() + interval '1 hour');
        insert into membership values ('{hub}', '{viewer}', 'viewer', now())"
    );
    db.sql().await.batch_execute(&had).await.unwrap();
    for (scope, seen) in [
        (Scope::Member(viewer), 1),
        (Scope::Directory(viewer), 1),
        (Scope::Directory(stranger), 0),
    ] {
        let parts = db.store.list_parts(scope, &there.drafts[..1]).await;
        assert_eq!(parts.unwrap().len(), seen, "{scope:?}");
        let kept = db.store.list_kept_of(scope, &[hub]).await.unwrap();
        assert_eq!(kept.len(), seen, "{scope:?}");
    }
}
