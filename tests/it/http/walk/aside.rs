//! What is not public, or not any more: drafts that are being typed, and listings that wait, lapsed or were taken off.

use serde_json::{Value, json};

use super::{
    actors::{Who, Whose},
    expected::{Expected, expected},
    faults,
    ground::Ground,
    operation::Operation,
};
use crate::support::{TestApp, TestDb, people::id, sample};

/// How a listing of the own organisation is, that is not public.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// It was handed in, and never approved.
    Waits,
    /// Nobody said that it is still true.
    Lapsed,
    /// A moderator took it off.
    TakenOff,
}

/// What those are told who are let in where it is public.
fn told(operation: &Operation, state: State) -> u16 {
    match (state, operation.id) {
        // As far as it is a listing, it is not there at all.
        (State::Waits, _) => 404,
        (_, "listSuggestions" | "settleSuggestion") => operation.success,
        (State::Lapsed, "confirmListing") => operation.success,
        // It has to be public again first.
        (_, "confirmFields" | "confirmListing") => 409,
        (State::TakenOff, "restoreListing") => operation.success,
        (_, "restoreListing") => 409,
        // It is public no more.
        (_, "setStatus" | "withdrawListing" | "unpublishListing") => 404,
        (_, other) => panic!("nothing is known of {other} where a listing is not public"),
    }
}

async fn draft(ground: &Ground<'_>, whose: Whose, slug: &str) -> Value {
    let kept = ground.of(whose);
    let body = json!({"organisation": kept.organisation, "kind": "hub", "body": sample::hub(slug).typed()});
    let made = kept.owner.post("/v1/drafts", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

/// A listing of the own organisation in that state.
async fn listing(ground: &Ground<'_>, state: State) -> String {
    let slug = format!("aside-{}", uuid::Uuid::now_v7().simple());
    let draft = draft(ground, Whose::Own, &slug).await;
    let owner = &ground.of(Whose::Own).owner;
    assert_eq!(owner.act(id(&draft), "submission", None).await.status, 200);
    let listing = draft["listing"].as_str().unwrap().to_owned();
    if state == State::Waits {
        return listing;
    }
    let approved = ground.head.act(id(&draft), "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    ground.take_off(&listing).await;
    if state == State::Lapsed {
        ground
            .insert(&format!(
                "update lapsed set taken_off = null, taken_off_by = null where listing = '{listing}'"
            ))
            .await;
    }
    listing
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_not_public_is_there_for_those_who_keep_it() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let operations = Operation::all();
    let mut wrong = Vec::new();
    for operation in operations.iter().filter(|one| one.names("listing")) {
        for state in [State::Waits, State::Lapsed, State::TakenOff] {
            let mut untouched = None;
            for who in Who::ALL {
                let about = match untouched.take() {
                    Some(about) => about,
                    None => {
                        let listing = listing(&ground, state).await;
                        let suggestion = ground.suggestion_of(&listing).await;
                        let mut about = ground.prepare(operation, who, Whose::Own).await;
                        about.rename(&[&listing, &suggestion]);
                        about
                    }
                };
                let may = match expected(operation, who, Whose::Own) {
                    Expected::LetIn => Expected::Refused(told(operation, state)),
                    // Whoever may only look is told so of what there is.
                    Expected::Refused(403)
                        if state == State::Waits && operation.least != "moderator" =>
                    {
                        Expected::Refused(404)
                    }
                    refused => refused,
                };
                wrong.extend(faults(&ground, &about, who, Whose::Own, may).await);
                if may != Expected::Refused(operation.success) {
                    untouched = Some(about);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_typed_is_nobody_else_s_not_even_a_moderator_s() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let operations = Operation::all();
    let mut wrong = Vec::new();
    for whose in Whose::ALL {
        let slug = format!("typed-{}-too", whose.word());
        let draft = draft(&ground, whose, &slug).await;
        for operation in operations.iter().filter(|one| one.names("draft")) {
            let mut about = ground.prepare(operation, Who::Stranger, whose).await;
            about.rename(&[id(&draft)]);
            about.version = 1;
            for who in Who::ALL
                .into_iter()
                .filter(|who| who.role_in(whose).is_none())
            {
                let told = if who == Who::Anonymous { 401 } else { 404 };
                wrong.extend(faults(&ground, &about, who, whose, Expected::Refused(told)).await);
            }
        }
        let now = ground.of(whose).owner.draft(id(&draft)).await;
        assert_eq!(now, draft, "nobody changed it");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    app.follow().await;
}
