//! Who may call what: every operation of the document, as everybody, on what is theirs and on what is not.
//!
//! The document says the least that one has to be; `expected` says what follows from that, by what the address names. There
//! is no list of operations and none of exceptions: one of which the document says something else fails, as does one
//! that cannot be asked for here. Whoever is let in has to be answered as the document says of success, on things made for
//! that one question; whoever is told that there is nothing must not be able to tell it from what never was.

mod actors;
mod aside;
mod crossed;
mod expected;
mod ground;
pub(super) mod operation;
mod things;

use std::collections::HashMap;

use reqwest::Method;

use self::{
    actors::{Who, Whose},
    expected::{Expected, expected},
    ground::Ground,
    operation::Operation,
    things::Asked,
};
use crate::support::{TestApp, TestDb};

/// Asks, and says what of the answer is not as expected.
async fn faults(
    ground: &Ground<'_>,
    asked: &Asked<'_>,
    who: Who,
    whose: Whose,
    expected: Expected,
) -> Vec<String> {
    let token = asked.token.clone().unwrap_or_else(|| ground.token(who));
    let reply = ground.ask(&token, asked).await;
    let operation = asked.operation;
    let right = match expected {
        Expected::LetIn => operation.success,
        Expected::Refused(status) => status,
    };
    let mut faults = Vec::new();
    let told = format!("{} {who:?} {whose:?}", operation.id);
    if reply.status != right {
        faults.push(format!(
            "{told}: {} for {right}: {}",
            reply.status, reply.text
        ));
    }
    if reply.status == 404 {
        let nowhere = ground.ask(&token, &asked.nowhere()).await;
        if reply.without_its_id() != nowhere.without_its_id() {
            faults.push(format!("{told}: it is told from nothing"));
        }
    }
    let secrets = ground.secrets_from(who);
    faults.extend(
        secrets
            .into_iter()
            .filter(|secret| reply.text.contains(secret))
            .map(|secret| format!("{told}: tells of {secret}: {}", reply.text)),
    );
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_whom_it_should_and_nobody_else() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let operations = Operation::all();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for operation in &operations {
        // What a refusal leaves, or a look, is there for the next one to ask for.
        let mut untouched: HashMap<Whose, Asked<'_>> = HashMap::new();
        let by_person = operation.is_of_a_person() || operation.changes_who_asks();
        for who in Who::ALL {
            for whose in Whose::ALL {
                let expected = expected(operation, who, whose);
                let about = match untouched.remove(&whose) {
                    Some(about) if !by_person => about,
                    _ => ground.prepare(operation, who, whose).await,
                };
                wrong.extend(faults(&ground, &about, who, whose, expected).await);
                if expected != Expected::LetIn || operation.method == Method::GET {
                    untouched.insert(whose, about);
                }
                asked += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(asked, operations.len() * Who::ALL.len() * Whose::ALL.len());
    let documented = haven::http::operations().lines().count();
    assert_eq!(operations.len(), documented);
    app.follow().await;
}
