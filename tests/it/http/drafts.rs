//! Drafts, their people and those who decide on them, over HTTP.

use haven::domain::clock::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{Someone, id, post, sign_in},
    sample,
};

fn evening() -> Value {
    json!({
        "organisation": sample::organisation("listeners").typed(),
        "hubs": [sample::hub("listening-room").typed()],
    })
}

/// A registered organisation with a hub; the two drafts.
async fn registered(who: &Someone<'_>) -> (Value, Value) {
    let reply = who.post("/v1/organisations", evening()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let all = reply.json();
    (all["organisation"].clone(), all["hubs"][0].clone())
}

/// The same, handed in and public.
async fn published(who: &Someone<'_>, head: &Someone<'_>) -> (Value, Value) {
    let drafts = registered(who).await;
    for draft in [&drafts.0, &drafts.1] {
        assert_eq!(who.act(id(draft), "submission", None).await.status, 200);
        let approved = head.act(id(draft), "approval", None).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
    }
    drafts
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_they_have_not_seen() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (_, hub) = registered(&rima).await;
    let path = format!("/v1/drafts/{}", id(&hub));
    let blind = app
        .request(Method::PATCH, &path)
        .bearer_auth(&rima.token)
        .json(&json!({"body": {}}));
    assert_eq!(
        app.send(blind).await.json()["code"],
        "precondition_required"
    );
    let patch = |body: Value| Some(json!({"body": body}));
    let first = rima
        .on(
            Method::PATCH,
            &path,
            1,
            patch(json!({"summary": null, "also_known_as": ["Other"]})),
        )
        .await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    let body = &first.json()["body"];
    assert!(body.get("summary").is_none(), "null takes away");
    assert_eq!(
        body["also_known_as"],
        json!(["Other"]),
        "a value takes the place"
    );
    assert_eq!(body["slug"], "listening-room", "absent stays");
    assert_eq!(first.json()["lacks"][0]["pointer"], "/summary");
    let late = rima
        .on(Method::PATCH, &path, 1, patch(json!({"slug": "late"})))
        .await;
    assert_eq!((late.status, late.header("etag")), (412, "\"2\""));
    assert_eq!(rima.draft(id(&hub)).await["body"]["slug"], "listening-room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_is_answered_and_does_nothing() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let other = Someone::new(&app, "other@example.org").await;
    let first = rima
        .post_once("/v1/organisations", "evening-1", &evening())
        .await;
    let again = rima
        .post_once("/v1/organisations", "evening-1", &evening())
        .await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    let another = json!({"organisation": {}});
    let reused = rima
        .post_once("/v1/organisations", "evening-1", &another)
        .await;
    assert_eq!(
        (reused.status, &reused.json()["code"]),
        (422, &json!("key_reused"))
    );
    let theirs = other
        .post_once("/v1/organisations", "evening-1", &evening())
        .await;
    assert_eq!(theirs.status, 201);
    assert_ne!(
        theirs.json()["organisation"]["id"],
        first.json()["organisation"]["id"]
    );
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(25));
    let next_day = rima
        .post_once("/v1/organisations", "evening-1", &another)
        .await;
    assert_eq!(next_day.status, 201, "a key is kept for a day");
    let mine = rima.get("/v1/me/organisations").await.json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_decides_on_what_they_saw_and_never_on_their_own() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;

    let (own, _) = registered(&head).await;
    assert_eq!(head.act(id(&own), "submission", None).await.status, 200);
    assert_eq!(head.act(id(&own), "approval", None).await.status, 403);
    assert_eq!(
        head.get("/v1/moderation/queue").await.json()["items"][0]["own"],
        true
    );
    let withdrawn = head
        .on(Method::DELETE, &format!("/v1/drafts/{}", id(&own)), 2, None)
        .await;
    assert_eq!(withdrawn.json()["state"], "withdrawn");

    let (organisation, hub) = registered(&rima).await;
    let path = format!("/v1/drafts/{}/approval", id(&hub));
    assert_eq!(
        head.get(&format!("/v1/drafts/{}", id(&hub))).await.status,
        404,
        "what is being typed is nobody else's"
    );
    assert_eq!(rima.act(id(&hub), "submission", None).await.status, 200);
    assert_eq!(rima.act(id(&hub), "approval", None).await.status, 403);
    assert_eq!(head.on(Method::POST, &path, 1, None).await.status, 412);
    let alone = head.on(Method::POST, &path, 2, None).await;
    assert_eq!(
        (alone.status, &alone.json()["errors"][0]["pointer"]),
        (422, &json!("/organisation")),
        "its organisation comes first"
    );
    let typed = rima
        .on(
            Method::PATCH,
            &format!("/v1/drafts/{}", id(&hub)),
            2,
            Some(json!({"body": {}})),
        )
        .await;
    assert_eq!(
        typed.status, 409,
        "nothing changes below a moderator's eyes"
    );
    assert_eq!(
        rima.act(id(&organisation), "submission", None).await.status,
        200
    );
    for draft in [&organisation, &hub] {
        assert_eq!(head.act(id(draft), "approval", None).await.status, 200);
    }
    assert_eq!(head.act(id(&hub), "approval", None).await.status, 409);

    // What is public changes by other hands in the meantime.
    let listing = hub["listing"].clone();
    let opened = rima
        .post("/v1/drafts", json!({"listing": listing}))
        .await
        .json();
    let second = rima.post("/v1/drafts", json!({"listing": listing})).await;
    assert_eq!(second.status, 409, "one open draft a listing");
    rima.patch(id(&opened), json!({"topics": ["grief"]})).await;
    assert_eq!(rima.act(id(&opened), "submission", None).await.status, 200);
    db.sql()
        .await
        .batch_execute("update listing set version = version + 1 where slug = 'listening-room'")
        .await
        .unwrap();
    let moved = head.act(id(&opened), "approval", None).await;
    assert_eq!(
        (moved.status, &moved.json()["code"]),
        (412, &json!("precondition_failed"))
    );
    let now = json!([{"listing": listing, "version": 2}]);
    assert_eq!(moved.json()["stale"], now, "{}", moved.text);
    let draft = head.draft(id(&opened)).await;
    assert_eq!(draft["base_moved"], true);
    assert_eq!(moved.header("etag"), format!("\"{}\"", draft["version"]));
    // It is handed in for what is public now, and waits where it waited; once, and then it is handed in already.
    let waits = draft["submitted_at"].clone();
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(5));
    let again = rima.act(id(&opened), "submission", None).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(rima.act(id(&opened), "submission", None).await.status, 409);
    let draft = head.draft(id(&opened)).await;
    assert_eq!(
        (&draft["base_moved"], &draft["base"], &draft["submitted_at"]),
        (&json!(false), &json!(2), &waits)
    );
    let reason = Some(json!({"reason": "It changed in the meantime."}));
    assert_eq!(head.act(id(&opened), "rejection", reason).await.status, 200);
    assert_eq!(
        rima.draft(id(&opened)).await["reason"],
        "It changed in the meantime."
    );
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_assignments_are_among_moderators() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let second = Someone::moderator(&app, &head, "second@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    for draft in [&organisation, &hub] {
        assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    }
    let path = |what: &str| format!("/v1/drafts/{}/{what}", id(&hub));
    let note = json!({"note": "Called them."});
    assert_eq!(head.post(&path("notes"), note.clone()).await.status, 201);
    assert_eq!(
        second.get(&path("notes")).await.json()["items"][0]["note"],
        "Called them."
    );
    assert_eq!(rima.get(&path("notes")).await.status, 403);
    assert_eq!(rima.post(&path("notes"), note).await.status, 403);
    assert!(!rima.get(&path("difference")).await.text.contains("Called"));
    let me = second.get("/v1/me").await.json()["account"].clone();
    assert_eq!(
        head.put(&path("assignment"), json!({"account": me}))
            .await
            .status,
        204
    );
    let rimas = rima.get("/v1/me").await.json()["account"].clone();
    assert_eq!(
        head.put(&path("assignment"), json!({"account": rimas}))
            .await
            .status,
        404
    );
    let queue = |query: &str| format!("/v1/moderation/queue?{query}");
    let ids = |queue: &Value| {
        let items = queue["items"].as_array().unwrap().iter();
        items
            .map(|item| id(&item["draft"]).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&second.get(&queue("assigned=me")).await.json()),
        [id(&hub)]
    );
    assert_eq!(
        ids(&head.get(&queue("assigned=nobody")).await.json()),
        [id(&organisation)]
    );
    assert_eq!(ids(&head.get(&queue("kind=hub")).await.json()), [id(&hub)]);
    assert_eq!(ids(&head.get(&queue("hours=1")).await.json()), [""; 0]);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(2));
    let page = head.get(&queue("hours=1&limit=1")).await.json();
    let next = page["next"].as_str().unwrap();
    let rest = head
        .get(&queue(&format!("hours=1&limit=1&cursor={next}")))
        .await
        .json();
    let mut both = [ids(&page), ids(&rest)].concat();
    both.sort();
    let mut expected = [id(&hub).to_owned(), id(&organisation).to_owned()];
    expected.sort();
    assert_eq!(both, expected);
    assert_eq!(rima.get("/v1/moderation/queue").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_invited_and_do_what_their_role_allows() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (_, hub) = registered(&rima).await;
    let organisation = hub["organisation"].as_str().unwrap();
    let path = |what: &str| format!("/v1/organisations/{organisation}/{what}");
    let karim = Someone::new(&app, "karim@example.org").await;
    let draft = format!("/v1/drafts/{}", id(&hub));
    assert_eq!(karim.get(&draft).await.status, 404);
    let as_viewer = json!({"email": "karim@example.org", "role": "viewer"});
    assert_eq!(
        karim
            .post(&path("invitations"), as_viewer.clone())
            .await
            .status,
        404
    );
    assert_eq!(
        rima.post(&path("invitations"), as_viewer.clone())
            .await
            .status,
        202
    );
    let link = app.link_to("karim@example.org").await;
    assert_eq!(app.get(&link).await.json()["purpose"], "invitation");
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(post(&app, &link, json!({})).await.status, 404, "once");

    let patch = || Some(json!({"body": {"slug": "by-karim"}}));
    assert_eq!(karim.get(&draft).await.status, 200);
    assert_eq!(
        karim.on(Method::PATCH, &draft, 1, patch()).await.status,
        403
    );
    assert_eq!(
        karim.post(&path("invitations"), as_viewer).await.status,
        403
    );
    let account = karim.get("/v1/me").await.json()["account"].clone();
    let own = path(&format!("members/{}", account.as_str().unwrap()));
    assert_eq!(karim.put(&own, json!({"role": "owner"})).await.status, 403);
    assert_eq!(rima.put(&own, json!({"role": "editor"})).await.status, 204);
    assert_eq!(
        karim.on(Method::PATCH, &draft, 1, patch()).await.status,
        200
    );
    assert_eq!(
        rima.get(&path("members")).await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let me = rima.get("/v1/me").await.json()["account"].clone();
    let rimas = path(&format!("members/{}", me.as_str().unwrap()));
    assert_eq!(rima.delete(&rimas).await.status, 409, "an owner stays");
    assert_eq!(
        rima.put(&rimas, json!({"role": "viewer"})).await.status,
        409
    );
    assert_eq!(karim.delete(&own).await.status, 204, "anybody may go");
    assert_eq!(karim.get(&draft).await.status, 404);

    // Whoever has no account yet registers first; the link waits.
    let new = json!({"email": "new@example.org", "role": "editor"});
    assert_eq!(rima.post(&path("invitations"), new).await.status, 202);
    let link = app.link_to("new@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 409);
    let late = Someone::new(&app, "new@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(late.get(&draft).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_listing_is_claimed_by_its_mailbox_or_before_a_moderator() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let mailbox = json!([{"channel": "email", "value": "office@example.org"}]);
    let reachable = db
        .create(&sample::organisation("reachable").with("/contacts", mailbox))
        .await;
    let silent = db.create(&sample::organisation("silent")).await;
    app.follow().await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let path = |of: uuid::Uuid| format!("/v1/organisations/{of}/claims");
    let by_mail = json!({"by_mail": true});
    assert_eq!(rima.post(&path(silent), by_mail.clone()).await.status, 409);
    assert_eq!(rima.post(&path(reachable), by_mail).await.status, 202);
    let open = json!({"listing": reachable});
    assert_eq!(rima.post("/v1/drafts", open.clone()).await.status, 404);
    let link = app.link_to("office@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(rima.post("/v1/drafts", open).await.status, 201);

    let grounds = json!({"grounds": "I coordinate its groups."});
    assert_eq!(rima.post(&path(silent), grounds.clone()).await.status, 202);
    assert_eq!(rima.post(&path(silent), grounds.clone()).await.status, 409);
    assert_eq!(head.post(&path(silent), grounds).await.status, 202);
    assert_eq!(rima.get("/v1/moderation/claims").await.status, 403);
    let own = rima.get("/v1/me/claims").await.json();
    let items = own["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "the other one asked a mailbox: {own}");
    assert_eq!(
        (&items[0]["slug"], &items[0]["state"]),
        (&json!("silent"), &json!("open"))
    );
    let waiting = head.get("/v1/moderation/claims").await.json();
    let mine = head.get("/v1/me").await.json()["account"].clone();
    for claim in waiting["items"].as_array().unwrap() {
        let path = format!("/v1/moderation/claims/{}/decision", id(claim));
        let status = if claim["account"] == mine { 403 } else { 204 };
        let decision = json!({"granted": true, "reason": "The office knows them."});
        assert_eq!(head.post(&path, decision).await.status, status);
    }
    let own = rima.get("/v1/me/claims").await.json();
    assert_eq!(
        (&own["items"][0]["state"], &own["items"][0]["reason"]),
        (&json!("granted"), &json!("The office knows them."))
    );
    assert!(own["items"][0]["decided_at"].is_string(), "{own}");
    assert_eq!(
        rima.post("/v1/drafts", json!({"listing": silent}))
            .await
            .status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_placed_under_another_organisation() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = published(&rima, &head).await;
    let stranger = Someone::new(&app, "stranger@example.org").await;
    let add = json!({"organisation": organisation["listing"], "kind": "hub", "body": {}});
    assert_eq!(stranger.post("/v1/drafts", add).await.status, 404);
    let change = json!({"listing": hub["listing"]});
    assert_eq!(stranger.post("/v1/drafts", change).await.status, 404);

    let own = stranger
        .post(
            "/v1/organisations",
            json!({"organisation": {}, "hubs": [sample::hub("mine").typed()]}),
        )
        .await
        .json();
    let elsewhere = json!({"organisation": "listeners", "kind": "helpline"});
    let draft = stranger.patch(id(&own["hubs"][0]), elsewhere).await;
    let at: Vec<&str> = draft["lacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lack| lack["pointer"].as_str().unwrap())
        .collect();
    assert!(
        at.contains(&"/organisation") && at.contains(&"/kind"),
        "{at:?}"
    );

    // A slug of somebody else's is found when it is handed in, or at the latest when it would become public.
    let taken = json!({"organisation": sample::organisation("listeners").typed()});
    let twin = stranger.post("/v1/organisations", taken).await.json();
    let twin = id(&twin["organisation"]);
    let refused = stranger.act(twin, "submission", None).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/slug"))
    );
    stranger.patch(twin, json!({"slug": "free-yet"})).await;
    assert_eq!(stranger.act(twin, "submission", None).await.status, 200);
    db.create(&sample::organisation("free-yet")).await;
    let refused = head.act(twin, "approval", None).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/slug"))
    );
    assert_eq!(head.draft(twin).await["lacks"][0]["pointer"], "/slug");
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_owns_it_no_more_invites_nobody() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let body = json!({"organisation": {"slug": "listeners"}});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let path = |what: &str| format!("/v1/organisations/{organisation}/{what}");
    let invite = async |who: &Someone<'_>, email: &str| {
        let wanted = json!({"email": email, "role": "owner"});
        who.post(&path("invitations"), wanted).await.status
    };
    assert_eq!(invite(&rima, "karim@example.org").await, 202);
    let link = app.link_to("karim@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    // Karim keeps two letters for later: one to himself under another address, one to a friend who is there already.
    let another = Someone::new(&app, "another@example.org").await;
    assert_eq!(invite(&karim, "another@example.org").await, 202);
    let kept = app.link_to("another@example.org").await;
    let me = karim.get("/v1/me").await.json();
    let karims = path(&format!("members/{}", me["account"].as_str().unwrap()));
    // As an editor he invites nobody, and neither do his letters.
    let editor = json!({"role": "editor"});
    assert_eq!(rima.put(&karims, editor).await.status, 204);
    assert_eq!(post(&app, &kept, json!({})).await.status, 404);
    assert_eq!(rima.delete(&karims).await.status, 204);
    assert_eq!(post(&app, &kept, json!({})).await.status, 404);
    assert_eq!(another.get(&path("members")).await.status, 404);
    // Those of who owns it still work, whoever else left.
    assert_eq!(invite(&rima, "another@example.org").await, 202);
    let link = app.link_to("another@example.org").await;
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(another.get(&path("members")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_takes_back_what_nobody_followed_yet() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let karim = Someone::new(&app, "karim@example.org").await;
    let body = json!({"organisation": {"slug": "listeners"}});
    let made = rima.post("/v1/organisations", body).await.json();
    let organisation = made["organisation"]["listing"].as_str().unwrap();
    let path = format!("/v1/organisations/{organisation}/invitations");
    for email in ["karim@example.org", "typo@example.org"] {
        let wanted = json!({"email": email, "role": "editor"});
        assert_eq!(rima.post(&path, wanted).await.status, 202);
    }
    let open = async || rima.get(&path).await.json()["items"].clone();
    let waiting = open().await;
    let to = |email: &str| {
        let mut all = waiting.as_array().unwrap().iter();
        all.find(|one| one["email"] == email).unwrap()
    };
    let [karims, mistyped] = [to("karim@example.org"), to("typo@example.org")];
    assert_eq!(mistyped["expires_at"], Value::Null, "not sent yet");
    let typo = app.link_to("typo@example.org").await;
    let link = app.link_to("karim@example.org").await;
    assert_eq!(open().await[0]["expires_at"], "2026-03-09T06:00:00Z");
    let revoked = format!("{path}/{}", id(mistyped));
    assert_eq!(karim.delete(&revoked).await.status, 404);
    assert_eq!(rima.delete(&revoked).await.status, 204);
    assert_eq!(rima.delete(&revoked).await.status, 404);
    assert_eq!(post(&app, &typo, json!({})).await.status, 404);
    // One that was followed is no invitation any more.
    assert_eq!(post(&app, &link, json!({})).await.status, 200);
    assert_eq!(open().await, json!([]));
    let followed = format!("{path}/{}", id(karims));
    assert_eq!(rima.delete(&followed).await.status, 404);
    assert_eq!(karim.get(&path).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_writes_so_many_invitations_a_day() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let body = json!({"organisation": {"slug": "listeners"}});
    let mut organisations = Vec::new();
    for _ in 0..2 {
        let made = rima.post("/v1/organisations", body.clone()).await.json();
        let listing = made["organisation"]["listing"].as_str().unwrap();
        organisations.push(listing.to_owned());
    }
    let invite = async |organisation: &str| {
        let path = format!("/v1/organisations/{organisation}/invitations");
        let email = format!("{}@example.org", uuid::Uuid::now_v7());
        rima.post(&path, json!({"email": email, "role": "viewer"}))
            .await
    };
    let first = &organisations[0];
    assert_eq!(invite(first).await.status, 202);
    let more = "insert into letter (id, purpose, email, payload, created_at, next_try_at)
        select gen_random_uuid(), purpose, n || '@example.org', payload, created_at, next_try_at
        from letter, generate_series(1, 99) as n where purpose = 'invitation'";
    db.sql().await.batch_execute(more).await.unwrap();
    let refused = invite(first).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, "3600"),
        "{}",
        refused.text
    );
    assert_eq!(invite(&organisations[1]).await.status, 202);
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(25));
    let rima = sign_in(&app, "rima@example.org").await;
    let rima = Someone {
        app: &app,
        token: rima,
    };
    let path = format!("/v1/organisations/{first}/invitations");
    let late = json!({"email": "late@example.org", "role": "viewer"});
    assert_eq!(rima.post(&path, late).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_typed_in_it_decides_on_nothing_of_it_even_when_they_left() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let karim = Someone::moderator(&app, &head, "karim@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (draft, _) = registered(&rima).await;
    let organisation = draft["listing"].as_str().unwrap();
    let join = format!(
        "insert into membership select '{organisation}', id, 'editor', now() from account where email = 'karim@example.org'"
    );
    db.sql().await.batch_execute(&join).await.unwrap();
    let typed = json!({"summary": sample::text("What the moderator would like.")});
    karim.patch(id(&draft), typed).await;
    let me = karim.get("/v1/me").await.json();
    let member = me["account"].as_str().unwrap();
    let leave = format!("/v1/organisations/{organisation}/members/{member}");
    assert_eq!(karim.delete(&leave).await.status, 204);
    assert_eq!(rima.act(id(&draft), "submission", None).await.status, 200);
    let queue = karim.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["own"], true);
    let reason = Some(json!({"reason": "No."}));
    for (what, body) in [("approval", None), ("rejection", reason)] {
        let refused = karim.act(id(&draft), what, body).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
    let queue = head.get("/v1/moderation/queue").await.json();
    assert_eq!(queue["items"][0]["own"], false);
    assert_eq!(head.act(id(&draft), "approval", None).await.status, 200);
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_things_usually_wait_is_the_median_of_what_was_decided() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (organisation, hub) = registered(&rima).await;
    let usual = async || {
        let mine = rima.get("/v1/me/submissions").await.json();
        let queue = head.get("/v1/moderation/queue").await.json();
        assert_eq!(mine["usual_wait_minutes"], queue["usual_wait_minutes"]);
        mine["usual_wait_minutes"].clone()
    };
    for draft in [&organisation, &hub] {
        assert_eq!(rima.act(id(draft), "submission", None).await.status, 200);
    }
    assert_eq!(usual().await, Value::Null, "nothing was decided yet");
    let hours_pass = |hours: i64| {
        let hours = SignedDuration::from_hours(hours);
        app.clock.set(app.clock.now() + hours);
    };
    hours_pass(2);
    let approved = head.act(id(&organisation), "approval", None).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    assert_eq!(usual().await, 120);
    hours_pass(2);
    let reason = Some(json!({"reason": "Nobody was there."}));
    let rejected = head.act(id(&hub), "rejection", reason).await;
    assert_eq!(rejected.status, 200, "{}", rejected.text);
    assert_eq!(usual().await, 180, "between two hours and four");
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_the_queue_counts_all_that_waits() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let public = db.create(&sample::hub("room")).await;
    app.follow().await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let other = Someone::new(&app, "other@example.org").await;
    let claim = json!({"grounds": "I coordinate it."});
    let claims = format!("/v1/organisations/{public}/claims");
    assert_eq!(other.post(&claims, claim).await.status, 202);
    let later = || {
        app.clock
            .set(app.clock.now() + SignedDuration::from_mins(1));
    };
    later();
    let (organisation, hub) = registered(&rima).await;
    for draft in [&organisation, &hub] {
        let handed_in = rima.act(id(draft), "submission", None).await;
        assert_eq!(handed_in.status, 200);
        later();
    }
    let urgent = json!({"listing": public, "topic": "unsafe", "words": "Nobody is there."});
    assert_eq!(post(&app, "/v1/reports", urgent).await.status, 202);
    let batches = format!(
        "/v1/organisations/{}/batches",
        organisation["listing"].as_str().unwrap()
    );
    let row = sample::hub("another-room").typed().to_string();
    let batch = rima.file(&batches, "application/x-ndjson", row, "").await;
    assert_eq!(batch.status, 201, "{}", batch.text);

    let queue = head.get("/v1/moderation/queue").await.json();
    let ids = queue["items"].as_array().unwrap().iter();
    let ids: Vec<&str> = ids
        .map(|item| id(&item[item["about"].as_str().unwrap()]))
        .collect();
    assert_eq!((ids.len(), &queue["length"]), (5, &json!(5)));
    let place = |of: &str| ids.iter().position(|id| *id == of).map(|at| json!(at + 1));
    let mine = rima.get("/v1/me/submissions").await.json();
    let items = mine["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    for item in items {
        let draft = &item["draft"];
        let waits = draft["batch"].as_str().unwrap_or(id(draft));
        assert_eq!(Some(&item["position"]), place(waits).as_ref(), "{item}");
    }
    let listed = rima.get(&batches).await.json();
    let batch = &listed["items"][0];
    assert_eq!(Some(&batch["position"]), place(id(batch)).as_ref());
    // What was decided or taken back has none.
    assert_eq!(
        head.act(id(&organisation), "approval", None).await.status,
        200
    );
    app.follow().await;
    let mine = rima.get("/v1/me/submissions").await.json();
    let decided = mine["items"].as_array().unwrap().iter();
    let decided: Vec<&Value> = decided
        .filter(|item| item["draft"]["state"] == "approved")
        .collect();
    assert_eq!((decided.len(), decided[0].get("position")), (1, None));
}
