//! Accounts, sessions and second factors, over HTTP.

use haven::domain::actor::Actor;
use haven::{
    app::accounts,
    credentials::totp,
    domain::{account::EmailAddress, clock::Clock},
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, administrator, post, register, send, sign_in, token},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_by_a_link_that_works_once() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let new = json!({"email": "Rima@example.org", "name": "Rima"});
    assert_eq!(post(&app, "/v1/accounts", new.clone()).await.status, 202);
    let early = json!({"email": "rima@example.org", "password": PASSWORD});
    assert_eq!(
        post(&app, "/v1/sessions", early.clone()).await.status,
        401,
        "nothing is there before the link was followed"
    );

    let link = app.link_to("Rima@example.org").await;
    assert_eq!(app.get(&link).await.json()["purpose"], "confirm_address");
    assert_eq!(
        app.get(&link).await.status,
        200,
        "looking does not use it up"
    );
    let without = post(&app, &link, json!({})).await;
    assert_eq!(
        (without.status, &without.json()["errors"][0]["pointer"]),
        (400, &json!("/password"))
    );
    let chosen = json!({"password": PASSWORD});
    assert_eq!(post(&app, &link, chosen.clone()).await.status, 200);
    assert_eq!(post(&app, &link, chosen).await.json()["code"], "not_found");
    let reply = post(&app, "/v1/sessions", early).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("cache-control"), "no-store");

    // Registered again, the answer is the same; the letter is not.
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let letters = app.post().await;
    assert!(
        letters
            .last()
            .unwrap()
            .contains("You have an account already")
    );
    assert!(!letters.last().unwrap().contains("/v1/links/"));

    let stored: String = db
        .sql()
        .await
        .query_one(
            "select string_agg(a::text || l::text, ' ') from account a, letter l",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    let secret = link.rsplit('/').next().unwrap();
    assert!(!stored.contains(PASSWORD) && !stored.contains(secret) && stored.contains("argon2id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_and_a_new_password_ends_all_sessions() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let token = sign_in(&app, "rima@example.org").await;
    let asked = json!({"email": "RIMA@example.org"});
    assert_eq!(
        post(&app, "/v1/accounts/reset", asked.clone()).await.status,
        202
    );
    assert_eq!(
        post(
            &app,
            "/v1/accounts/reset",
            json!({"email": "nobody@example.org"})
        )
        .await
        .status,
        202
    );
    let late = app.link_to("rima@example.org").await;
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(61));
    assert_eq!(
        post(&app, &late, json!({"password": "another password"}))
            .await
            .status,
        404
    );

    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let link = app.link_to("rima@example.org").await;
    let short = post(&app, &link, json!({"password": "short"})).await;
    assert_eq!(
        (short.status, &short.json()["errors"][0]["pointer"]),
        (400, &json!("/password"))
    );
    assert_eq!(
        send(&app, Method::GET, "/v1/me", &token, None).await.status,
        200
    );
    assert_eq!(
        post(&app, &link, json!({"password": "another password"}))
            .await
            .status,
        200
    );
    assert_eq!(
        send(&app, Method::GET, "/v1/me", &token, None).await.status,
        401
    );
    let letters = app.post().await;
    assert!(
        !letters
            .iter()
            .any(|letter| letter.contains("nobody@example.org"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    register(&app, "stranger@example.org").await;
    let (one, other) = (
        sign_in(&app, "rima@example.org").await,
        sign_in(&app, "rima@example.org").await,
    );
    let stranger = sign_in(&app, "stranger@example.org").await;
    let listed = send(&app, Method::GET, "/v1/sessions", &one, None)
        .await
        .json();
    let sessions = listed["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let second = sessions
        .iter()
        .find(|session| session["current"] == false)
        .unwrap();
    let path = format!("/v1/sessions/{}", second["id"].as_str().unwrap());
    assert_eq!(
        send(&app, Method::DELETE, &path, &stranger, None)
            .await
            .status,
        404
    );
    assert_eq!(
        send(&app, Method::DELETE, &path, &one, None).await.status,
        204
    );
    assert_eq!(
        send(&app, Method::GET, "/v1/me", &other, None).await.status,
        401
    );
    app.clock
        .set(app.clock.now() + SignedDuration::from_hours(14 * 24 + 1));
    let over = send(&app, Method::GET, "/v1/me", &one, None).await;
    assert_eq!(
        (over.status, over.header("www-authenticate")),
        (401, "Bearer")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_changes_nothing_without_the_proof_of_a_page_of_ours() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let given = json!({"email": "rima@example.org", "password": PASSWORD, "cookie": true});
    let reply = post(&app, "/v1/sessions", given).await;
    let set = reply.header("set-cookie").to_owned();
    assert!(set.starts_with("__Host-haven="), "{set}");
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(reply.json().get("token").is_none());
    let cookie = set.split(';').next().unwrap();
    let with = |method: Method, path: &str| app.request(method, path).header("Cookie", cookie);
    assert_eq!(app.send(with(Method::GET, "/v1/me")).await.status, 200);
    let path = format!("/v1/sessions/{}", reply.json()["session"].as_str().unwrap());
    let forged = app.send(with(Method::DELETE, &path)).await;
    assert_eq!(
        (forged.status, &forged.json()["code"]),
        (403, &json!("forgery_suspected"))
    );
    let proof = reply.json()["csrf_token"].as_str().unwrap().to_owned();
    let ended = app
        .send(with(Method::DELETE, &path).header("X-CSRF-Token", proof))
        .await;
    assert_eq!(ended.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_after_the_directory_needs_a_second_factor() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let (secret, strong) = administrator(&app, &db, "head@example.org").await;
    let moderator = json!({"email": "rima@example.org", "role": "moderator"});
    let appoint = async |token: &str| {
        send(
            &app,
            Method::PUT,
            "/v1/roles",
            token,
            Some(moderator.clone()),
        )
        .await
        .status
    };
    let rima = sign_in(&app, "rima@example.org").await;
    assert_eq!(appoint(&rima).await, 403);
    assert_eq!(appoint(&strong).await, 204);
    let listed = send(&app, Method::GET, "/v1/roles", &strong, None).await;
    let listed = listed.json();
    let of = |at: usize| {
        let one = &listed["items"][at];
        (&one["email"], &one["role"], &one["second_factor"])
    };
    assert_eq!(
        [of(0), of(1)],
        [
            (
                &json!("head@example.org"),
                &json!("administrator"),
                &json!(true)
            ),
            (
                &json!("rima@example.org"),
                &json!("moderator"),
                &json!(false)
            )
        ]
    );
    assert_eq!(
        send(&app, Method::GET, "/v1/me", &rima, None).await.status,
        401,
        "a new role ends what was open"
    );
    let own = json!({"email": "head@example.org"});
    assert_eq!(
        send(&app, Method::PUT, "/v1/roles", &strong, Some(own))
            .await
            .status,
        403
    );

    // A password alone is not enough any more, and a code works once.
    let given = json!({"email": "head@example.org", "password": PASSWORD});
    assert_eq!(
        post(&app, "/v1/sessions", given.clone()).await.json()["code"],
        "code_wanted"
    );
    let with = |code: &str| {
        let mut given = given.clone();
        given["code"] = json!(code);
        given
    };
    let used = totp::code_at(&secret.clone().into(), app.clock.now()).unwrap();
    assert_eq!(
        post(&app, "/v1/sessions", with(&used)).await.json()["code"],
        "credentials_wrong"
    );
    app.clock
        .set(app.clock.now() + SignedDuration::from_secs(30));
    let code = totp::code_at(&secret.into(), app.clock.now()).unwrap();
    token(&app, with(&code)).await;
    assert_eq!(post(&app, "/v1/sessions", with(&code)).await.status, 401);

    let signed_in = post(
        &app,
        "/v1/sessions",
        json!({"email": "rima@example.org", "password": PASSWORD}),
    )
    .await;
    assert_eq!(signed_in.json()["wants_second_factor"], true);
    let weak = signed_in.json()["token"].as_str().unwrap().to_owned();
    let refused = send(&app, Method::GET, "/v1/moderation/queue", &weak, None).await;
    assert_eq!(refused.status, 403);
    let detail = refused.json()["detail"].clone();
    assert!(
        detail.as_str().unwrap().contains("second factor"),
        "{detail}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once_in_place_of_a_code() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let rima = sign_in(&app, "rima@example.org").await;
    let known = Some(json!({"password": PASSWORD}));
    let proposed = send(
        &app,
        Method::POST,
        "/v1/me/second-factor",
        &rima,
        known.clone(),
    )
    .await
    .json();
    let secret = proposed["secret"].as_str().unwrap().to_owned().into();
    let path = "/v1/me/second-factor/confirmation";
    let wrong = send(
        &app,
        Method::POST,
        path,
        &rima,
        Some(json!({"code": "000000x"})),
    )
    .await;
    assert_eq!(wrong.status, 400);
    let code = totp::code_at(&secret, app.clock.now()).unwrap();
    let codes = send(&app, Method::POST, path, &rima, Some(json!({"code": code})))
        .await
        .json();
    let given = json!({"email": "rima@example.org", "password": PASSWORD, "code": codes["recovery_codes"][3]});
    token(&app, given.clone()).await;
    assert_eq!(post(&app, "/v1/sessions", given).await.status, 401);
    assert_eq!(
        send(&app, Method::POST, "/v1/me/second-factor", &rima, known)
            .await
            .status,
        409
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_stopped_and_an_unknown_address_is_answered_alike() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let wrong = |email: &str| json!({"email": email, "password": "not the password"});
    let (known, unknown) = (
        post(&app, "/v1/sessions", wrong("rima@example.org")).await,
        post(&app, "/v1/sessions", wrong("nobody@example.org")).await,
    );
    let mut answers = [known.json(), unknown.json()];
    for answer in &mut answers {
        answer["request_id"].take();
    }
    assert_eq!(answers[0], answers[1]);
    for _ in 0..9 {
        assert_eq!(
            post(&app, "/v1/sessions", wrong("rima@example.org"))
                .await
                .status,
            401
        );
    }
    let right = json!({"email": "rima@example.org", "password": PASSWORD});
    let stopped = post(&app, "/v1/sessions", right.clone()).await;
    assert_eq!(
        (stopped.status, stopped.header("retry-after")),
        (429, "900")
    );
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(16));
    assert_eq!(post(&app, "/v1/sessions", right).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_not_read_before_authentication_has_refused() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let nonsense = app
        .request(Method::PUT, "/v1/roles")
        .header("Content-Type", "application/json")
        .body("{");
    assert_eq!(app.send(nonsense).await.status, 401);
    // However the address is written; and where nothing is, nobody's body is read.
    for (method, path, status) in [
        (Method::PUT, "/v1/roles", 401),
        (Method::PUT, "/v1/role%73", 401),
        (Method::PUT, "/%76%31/roles", 401),
        (Method::POST, "/v1/organis%61tions", 401),
        (Method::POST, "/v1/organisations.csv", 401),
        (Method::POST, "/v1/organisations%2ecsv", 401),
        (Method::POST, "/v1/nowhere", 404),
        (Method::POST, "/v1/topics", 405),
        (Method::POST, "/v1/report%73", 413),
    ] {
        let large = app
            .request(method, path)
            .header("Content-Type", "application/json")
            .body("x".repeat(200_000));
        assert_eq!(app.send(large).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_can_be_added_to_and_read_and_nothing_else() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    let entries = db.store.list_audit(None, 10).await.unwrap();
    assert_eq!((entries.len(), entries[0].action.as_str()), (1, "register"));
    let sql = db.sql().await;
    for change in [
        "update audit set action = ''",
        "delete from audit",
        "truncate audit",
    ] {
        assert!(
            sql.batch_execute(change).await.is_err(),
            "{change}: even as the database's user"
        );
    }
    let role: String = sql
        .query_one("select (session_user || '_app')::text", &[])
        .await
        .unwrap()
        .get(0);
    sql.batch_execute(&format!("set role \"{role}\""))
        .await
        .unwrap();
    for change in [
        "update audit set action = ''",
        "delete from audit",
        "truncate audit",
        "alter table audit disable trigger all",
        "drop table audit",
    ] {
        let refused = sql.batch_execute(change).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{change}");
    }
    sql.query("select from audit", &[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_no_server_takes_is_sent_later() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let new = json!({"email": "rima@example.org", "name": "Rima"});
    assert_eq!(post(&app, "/v1/accounts", new).await.status, 202);
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody =
        haven::mail::Mailer::server(&format!("smtp://{closed}").into(), "haven@example.org")
            .unwrap();
    let sent = haven::app::post::deliver(&db.store, Actor::Upkeep, &*app.clock, &nobody, "")
        .await
        .unwrap();
    assert_eq!((sent, app.post().await.len()), (0, 0));
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(2));
    assert!(
        app.link_to("rima@example.org")
            .await
            .starts_with("/v1/links/")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_while_the_account_is_deleted_is_refused() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let (mut deleting, watching) = (db.sql().await, db.sql().await);
    let deletion = deleting.transaction().await.unwrap();
    let gone = deletion.execute("delete from account", &[]).await.unwrap();
    assert_eq!(gone, 1);
    let asked = rima.post(
        "/v1/organisations",
        json!({"organisation": {"slug": "listeners"}}),
    );
    let decided = async {
        let waits = "select exists (select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock')";
        loop {
            let row = watching.query_one(waits, &[]).await.unwrap();
            if row.get(0) {
                break;
            }
        }
        deletion.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(asked, decided);
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (401, &json!("unauthenticated"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_a_new_password_writes_as_much_for_an_unknown_address() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    register(&app, "rima@example.org").await;
    // What writes is told, for every statement, with its transaction: a commit of one that wrote takes longer.
    let told = "create table told (place serial, what text, tx text);
        create function tell() returns trigger language plpgsql security definer as $$
        begin insert into public.told (what, tx) values (tg_table_name || ' ' || tg_op, pg_current_xact_id()::text); return null; end $$;
        create trigger told after insert or update or delete on letter for each statement execute function tell();
        create trigger told after insert or update or delete on account for each statement execute function tell();";
    let sql = db.sql().await;
    sql.batch_execute(told).await.unwrap();
    let written = async |email: &str| -> Vec<(String, bool)> {
        sql.batch_execute("truncate told").await.unwrap();
        let reply = post(&app, "/v1/accounts/reset", json!({"email": email})).await;
        assert_eq!((reply.status, &*reply.text), (202, ""));
        let rows =
            "select what, tx = first_value(tx) over (order by place) from told order by place";
        let rows = sql.query(rows, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let both = [("letter INSERT", true), ("letter DELETE", true)];
    let both = both.map(|(what, same)| (what.to_owned(), same));
    assert_eq!(written("nobody@example.org").await, both);
    // The sixth within the hour is one too many, and nothing tells that either.
    for _ in 0..6 {
        assert_eq!(written("rIma@example.org").await, both);
    }
    let kept = "select count(*), count(account) from letter";
    let row = sql.query_one(kept, &[]).await.unwrap();
    let kept: (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(kept, (6, 5), "one of them to confirm the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_takes_other_links_out_of_force_and_tells_of_keys() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let asked = json!({"email": "rima@example.org"});
    let mut links = Vec::new();
    for _ in 0..2 {
        let reply = post(&app, "/v1/accounts/reset", asked.clone()).await;
        assert_eq!(reply.status, 202);
        links.push(app.link_to("rima@example.org").await);
    }
    let key = rima.post("/v1/keys", json!({"name": "Our website"})).await;
    assert_eq!(key.status, 201, "{}", key.text);
    // One that is asked for and not yet sent works no more either.
    assert_eq!(post(&app, "/v1/accounts/reset", asked).await.status, 202);
    let chosen = json!({"password": "another password"});
    assert_eq!(post(&app, &links[1], chosen.clone()).await.status, 200);
    for link in &links {
        assert_eq!(post(&app, link, chosen.clone()).await.status, 404);
    }
    let letters = app.post().await;
    assert_eq!(letters.len(), 4, "to confirm, two links, and the news");
    let last = letters.last().unwrap();
    assert!(last.contains("Look through your keys"), "{last}");
    assert!(!last.contains("/v1/links/"), "{last}");
    let used = app.request(Method::GET, "/v1/hubs");
    let used = used.bearer_auth(key.json()["key"].as_str().unwrap());
    assert_eq!(app.send(used).await.status, 200, "the app goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_from_the_command_line_ends_what_was_open() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    assert_eq!(rima.get("/v1/me").await.status, 200);
    let _head = administrator(&app, &db, "rima@example.org").await;
    let before = "select count(*) from session";
    let before: i64 = db.sql().await.query_one(before, &[]).await.unwrap().get(0);
    assert_eq!(before, 1, "the one with the new password");
    let other = Someone::new(&app, "other@example.org").await;
    let address = EmailAddress::parse("OTHER@example.org").unwrap();
    accounts::install_administrator(&db.store, Actor::Operator, &*app.clock, address)
        .await
        .unwrap();
    assert_eq!(other.get("/v1/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_stopped_where_an_account_is_deleted_too() {
    let db = TestDb::new().await;
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    let wrong = json!({"password": "not the password"});
    for _ in 0..10 {
        let refused = rima.post("/v1/me/deletion", wrong.clone()).await;
        assert_eq!(refused.status, 401);
    }
    let right = json!({"password": PASSWORD});
    let stopped = rima.post("/v1/me/deletion", right.clone()).await;
    assert_eq!(stopped.status, 429, "{}", stopped.text);
    app.clock
        .set(app.clock.now() + SignedDuration::from_mins(16));
    assert_eq!(rima.post("/v1/me/deletion", right).await.status, 204);
}
