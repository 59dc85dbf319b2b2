//! Two organisations, everybody who asks, and how they ask.

use std::collections::HashMap;

use haven::credentials::token;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::{
    actors::{Who, Whose},
    things::Asked,
};
use crate::support::{
    TestApp, TestDb,
    app::Reply,
    people::{Someone, id},
    sample,
};

/// An organisation with something public, and whoever began it.
pub struct Kept<'a> {
    pub organisation: String,
    pub owner: Someone<'a>,
}

/// Somebody made for one question.
pub struct Person {
    pub account: String,
    pub email: String,
    pub token: String,
}

pub struct Ground<'a> {
    pub app: &'a TestApp,
    pub db: &'a TestDb,
    sql: tokio_postgres::Client,
    /// Who decides on what is to be public here.
    pub head: Someone<'a>,
    kept: HashMap<Whose, Kept<'a>>,
    people: HashMap<Who, Person>,
}

impl<'a> Ground<'a> {
    pub async fn new(app: &'a TestApp, db: &'a TestDb) -> Self {
        let head = Someone::administrator(app, db, "head@example.org").await;
        let mut kept = HashMap::new();
        for whose in Whose::ALL {
            kept.insert(whose, organisation(app, &head, whose).await);
        }
        let mut ground = Self {
            app,
            db,
            sql: db.sql().await,
            head,
            kept,
            people: HashMap::new(),
        };
        for who in Who::ALL {
            let person = ground.person(who).await;
            ground.people.insert(who, person);
        }
        for whose in Whose::ALL {
            ground.keep_secrets(whose).await;
        }
        app.follow().await;
        ground
    }

    pub fn of(&self, whose: Whose) -> &Kept<'a> {
        &self.kept[&whose]
    }

    /// What somebody shows when they ask; nothing where they are not signed in.
    pub fn token(&self, who: Who) -> String {
        match who {
            Who::Anonymous => String::new(),
            who => self.people[&who].token.clone(),
        }
    }

    pub fn account(&self, who: Who) -> &str {
        &self.people[&who].account
    }

    /// Somebody who is what `who` is, with the same password as all.
    pub async fn person(&self, who: Who) -> Person {
        let role = who
            .appointed()
            .map_or("null".to_owned(), |role| format!("'{role}'"));
        let strong = who.decides();
        let shown = token::mint().expose_secret().to_owned();
        let (account, session, hash) = (Uuid::now_v7(), Uuid::now_v7(), token::hash(&shown));
        // Who is in no organisation here is of neither side.
        let email = match who.role_in(Whose::Own) {
            Some(_) => format!("{account}@own.example"),
            None => format!("{account}@example.net"),
        };
        let mut sql = format!(
            "insert into account (id, email, name, password, role, created_at)
                select '{account}', '{email}', 'Somebody', password, {role}, created_at from account where email = 'head@example.org';
            insert into session values ('{session}', '{account}', '{hash}', {strong}, 'walk', '2026-01-01', '2036-01-01', '2026-01-01');"
        );
        if let Some(role) = who.role_in(Whose::Own) {
            let organisation = &self.of(Whose::Own).organisation;
            sql += &format!(
                "insert into membership values ('{organisation}', '{account}', '{role}', now())"
            );
        }
        self.insert(&sql).await;
        Person {
            account: account.to_string(),
            email,
            token: shown,
        }
    }

    pub async fn insert(&self, sql: &str) {
        self.sql.batch_execute(sql).await.unwrap();
    }

    pub async fn ask(&self, token: &str, asked: &Asked<'_>) -> Reply {
        let operation = asked.operation;
        let mut request = self.app.request(operation.method.clone(), &asked.path);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if operation.versioned {
            request = request.header("If-Match", format!("\"{}\"", asked.version));
        }
        if let (Some(media_type), Some(body)) = (&operation.media_type, &asked.body) {
            request = request
                .header("Content-Type", media_type)
                .body(body.clone());
        }
        self.app.send(request).await
    }

    /// What each organisation, and whoever keeps it, has beside that which is asked for: it goes by these words.
    async fn keep_secrets(&self, whose: Whose) {
        let kept = self.of(whose);
        let hub = json!({"slug": format!("typed-{}", whose.word()), "name": "as typed"});
        let typed = json!({"organisation": kept.organisation, "kind": "hub", "body": hub});
        let typed = kept.owner.post("/v1/drafts", typed).await;
        assert_eq!(typed.status, 201, "{}", typed.text);
        let key = json!({"name": format!("key-{}", whose.word()), "scopes": ["read"], "days": 30});
        let key = kept.owner.post("/v1/keys", key).await;
        assert_eq!(key.status, 201, "{}", key.text);
    }

    /// What must be in no answer to them.
    pub fn secrets_from(&self, who: Who) -> Vec<String> {
        let of = |whose: Whose| {
            let word = whose.word();
            let people = format!("@{word}.example");
            let typed = format!("typed-{word}");
            let key = format!("key-{word}");
            let handed_in = format!("handed-in-{word}");
            match (who.role_in(whose), who.decides()) {
                (Some(_), _) => vec![key],
                (None, true) => vec![typed, key],
                (None, false) => vec![people, typed, handed_in, key],
            }
        };
        Whose::ALL.into_iter().flat_map(of).collect()
    }
}

async fn organisation<'a>(app: &'a TestApp, head: &Someone<'a>, whose: Whose) -> Kept<'a> {
    let word = whose.word();
    let owner = Someone::new(app, &format!("owner@{word}.example")).await;
    let body = json!({"organisation": sample::organisation(word).typed()});
    let made = owner.post("/v1/organisations", body).await.json();
    let draft = &made["organisation"];
    assert_eq!(owner.act(id(draft), "submission", None).await.status, 200);
    assert_eq!(head.act(id(draft), "approval", None).await.status, 200);
    Kept {
        organisation: draft["listing"].as_str().unwrap().to_owned(),
        owner,
    }
}
