//! What lies below one organisation or listing and is asked for below another is not there.

use reqwest::Method;
use serde_json::json;

use super::{
    actors::{Who, Whose},
    ground::Ground,
    operation::Operation,
    things::Asked,
};
use crate::support::{TestApp, TestDb};

const BOTH: [(Whose, Whose); 2] = [(Whose::Own, Whose::Foreign), (Whose::Foreign, Whose::Own)];

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_of_one_is_not_to_be_had_by_way_of_another() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let operations = Operation::all();
    let nested = operations
        .iter()
        .filter(|operation| operation.parameters.len() > 1);
    let mut asked = 0;
    for operation in nested {
        for (of, child_of) in BOTH {
            for who in [Who::Editor, Who::Owner, Who::Moderator, Who::Administrator] {
                let (parent, child) = (&operation.parameters[0], &operation.parameters[1]);
                let (parent, _) = ground.thing(operation, parent, who, of).await;
                let (child, _) = ground.thing(operation, child, who, child_of).await;
                let crossed = Asked::of(operation, &[&parent, &child]);
                let reply = ground.ask(&ground.token(who), &crossed).await;
                let refused = matches!(reply.status, 403 | 404);
                assert!(refused, "{} {who:?}: {}", operation.id, reply.text);
                asked += 1;
                // It is where it was: whoever may do it to it there still can.
                let whole = Asked::of(operation, &[&ground.of(child_of).organisation, &child]);
                let may = match operation.least {
                    "moderator" => &ground.head,
                    _ => &ground.of(child_of).owner,
                };
                let kept = ground.ask(&may.token, &whole).await;
                assert_eq!(
                    kept.status, operation.success,
                    "{} {who:?}: {}",
                    operation.id, kept.text
                );
            }
        }
    }
    assert!(asked > 0);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_organisation_is_not_typed_for_by_its_id() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let (own, foreign) = (ground.of(Whose::Own), ground.of(Whose::Foreign));
    let of_theirs =
        json!({"organisation": foreign.organisation, "kind": "hub", "body": {"slug": "mine"}});
    let opened = own.owner.post("/v1/drafts", of_theirs.clone()).await;
    assert_eq!(opened.status, 404, "{}", opened.text);
    let mut nowhere = of_theirs;
    nowhere["organisation"] = json!("019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b");
    let never = own.owner.post("/v1/drafts", nowhere).await;
    assert_eq!(opened.without_its_id(), never.without_its_id());

    // What a body says of where it belongs is not what counts.
    let body = json!({"slug": "mine", "organisation": foreign.organisation});
    let typed = json!({"organisation": own.organisation, "kind": "hub", "body": body});
    let typed = own.owner.post("/v1/drafts", typed).await;
    assert_eq!(typed.status, 201, "{}", typed.text);
    assert_eq!(typed.json()["organisation"], json!(own.organisation));
    let members = format!("/v1/organisations/{}/members", own.organisation);
    for whose in Whose::ALL {
        let account = ground.member(whose).await;
        let left = own.owner.delete(&format!("{members}/{account}")).await;
        let expected = if whose == Whose::Own { 204 } else { 404 };
        assert_eq!(left.status, expected, "{}", left.text);
    }
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_leave_and_nobody_below_an_owner_sends_another_away() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let ground = Ground::new(&app, &db).await;
    let members = format!(
        "/v1/organisations/{}/members",
        ground.of(Whose::Own).organisation
    );
    for who in [Who::Viewer, Who::Editor, Who::Owner] {
        let (one, other) = (ground.person(who).await, ground.person(who).await);
        let away = |whom: &str| app.request(Method::DELETE, &format!("{members}/{whom}"));
        let sent = app.send(away(&other.account).bearer_auth(&one.token)).await;
        let expected = if who == Who::Owner { 204 } else { 403 };
        assert_eq!(sent.status, expected, "{who:?}: {}", sent.text);
        let left = app.send(away(&one.account).bearer_auth(&one.token)).await;
        assert_eq!(left.status, 204, "{who:?}: {}", left.text);
        let again = app.send(away(&one.account).bearer_auth(&one.token)).await;
        assert_eq!(again.status, 404, "{who:?}: {}", again.text);
    }
    app.follow().await;
}
