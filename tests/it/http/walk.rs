//! Who may call what: every operation of the document, as everybody, on what is theirs and on what is not.
//!
//! The document says the least that one has to be; what follows from that for each actor is said here once, for all
//! operations. There is no list of exceptions, and an operation of which the document says something else fails.

use haven::http;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDb,
    people::{PASSWORD, Someone, id, post, token},
    sample,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Anonymous,
    Stranger,
    Viewer,
    Editor,
    Owner,
    Moderator,
    Administrator,
}

const EVERYBODY: [Who; 7] = [
    Who::Anonymous,
    Who::Stranger,
    Who::Viewer,
    Who::Editor,
    Who::Owner,
    Who::Moderator,
    Who::Administrator,
];

/// What somebody is to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    /// Whatever follows, it is not that they may not.
    LetIn,
    Exactly(u16),
    /// What anybody is told.
    AsAnybody,
}

/// Operations that name nothing of anybody's: whoever may not is told so.
const OF_THE_DIRECTORY: [&str; 15] = [
    "listQueue",
    "listClaims",
    "decideClaim",
    "listReports",
    "settleReport",
    "mergeListings",
    "assignClaim",
    "listClaimNotes",
    "addClaimNote",
    "assignReport",
    "listReportNotes",
    "addReportNote",
    "setStatus",
    "withdrawListing",
    "restoreListing",
];
/// What is done, and not only asked for.
const MERGES: &str = "mergeListings";
/// Operations on what nobody but its owner knows of.
const OF_ONE_PERSON: [&str; 2] = ["endSession", "revokeKey"];
/// Operations on what moderators do not see: to them it is not there either.
const OF_MEMBERS: [&str; 11] = [
    "checkBatch",
    "handInBatch",
    "getSheet",
    "openDraft",
    "invite",
    "listInvitations",
    "revokeInvitation",
    "setMemberRole",
    "removeMember",
    "confirmListing",
    "confirmFields",
];

fn expected(operation: &str, least: &str, who: Who, own: bool) -> Expected {
    use Expected::{AsAnybody, Exactly, LetIn};
    let let_in = |holds: bool| if holds { LetIn } else { Exactly(403) };
    let decides = matches!(who, Who::Moderator | Who::Administrator);
    let rank = |who: Who| match who {
        Who::Viewer => 1,
        Who::Editor => 2,
        Who::Owner => 3,
        _ => 0,
    };
    let needed = match least {
        "viewer" => 1,
        "editor" => 2,
        "owner" => 3,
        _ => 0,
    };
    match (least, who) {
        ("public", _) => AsAnybody,
        (_, Who::Anonymous) => Exactly(401),
        ("account", _) if OF_ONE_PERSON.contains(&operation) && !own => Exactly(404),
        ("account", _) => LetIn,
        ("administrator", who) => let_in(who == Who::Administrator),
        ("moderator", _) if decides => LetIn,
        ("moderator", _) if OF_THE_DIRECTORY.contains(&operation) => Exactly(403),
        ("moderator", who) if own && rank(who) > 0 => Exactly(403),
        ("moderator", _) => Exactly(404),
        ("viewer" | "editor" | "owner", who) if own && rank(who) > 0 => let_in(rank(who) >= needed),
        ("viewer" | "editor" | "owner", _) if decides && !OF_MEMBERS.contains(&operation) => {
            let_in(least == "viewer")
        }
        ("viewer" | "editor" | "owner", _) => Exactly(404),
        (other, _) => panic!("{operation}: nothing is known of {other}"),
    }
}

/// What there is to ask for: an organisation with drafts that were handed in.
struct Target {
    organisation: String,
    draft: String,
    batch: String,
    /// A public listing of the organisation.
    listing: String,
    owner: String,
}

struct World<'a> {
    app: &'a TestApp,
    db: &'a TestDb,
    tokens: Vec<(Who, String)>,
    own: Target,
    foreign: Target,
    claimant: String,
}

async fn target(owner: &Someone<'_>, head: &Someone<'_>, slug: &str) -> Target {
    let hub = sample::hub(&format!("{slug}-hub")).typed();
    let body = json!({"organisation": sample::organisation(slug).typed(), "hubs": [hub]});
    let made = owner.post("/v1/organisations", body).await.json();
    let (organisation, hub) = (&made["organisation"], &made["hubs"][0]);
    assert_eq!(
        owner.act(id(organisation), "submission", None).await.status,
        200
    );
    assert_eq!(
        head.act(id(organisation), "approval", None).await.status,
        200
    );
    assert_eq!(owner.act(id(hub), "submission", None).await.status, 200);
    let me = owner.get("/v1/me").await.json();
    let mut more = sample::hub(&format!("{slug}-more")).typed();
    more["contacts"] = json!([]);
    let listing = organisation["listing"].as_str().unwrap();
    let path = format!("/v1/organisations/{listing}/batches");
    let batch = owner
        .file(&path, "application/x-ndjson", more.to_string(), "")
        .await;
    assert_eq!(batch.status, 201, "{}", batch.text);
    Target {
        batch: id(&batch.json()).to_owned(),
        organisation: organisation["listing"].as_str().unwrap().to_owned(),
        draft: id(hub).to_owned(),
        listing: organisation["listing"].as_str().unwrap().to_owned(),
        owner: me["account"].as_str().unwrap().to_owned(),
    }
}

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, db: &'a TestDb) -> Self {
        let head = Someone::administrator(app, db, "head@example.org").await;
        let moderator = Someone::moderator(app, &head, "moderator@example.org").await;
        let owner = Someone::new(app, "owner@example.org").await;
        let own = target(&owner, &head, "own").await;
        let other = Someone::new(app, "other@example.org").await;
        let foreign = target(&other, &head, "foreign").await;
        let stranger = Someone::new(app, "stranger@example.org").await;
        let spare = Someone::new(app, "spare@example.org").await;
        let mut tokens = vec![(Who::Anonymous, String::new())];
        for (who, role) in [(Who::Viewer, "viewer"), (Who::Editor, "editor")] {
            let email = format!("{role}@example.org");
            let someone = Someone::new(app, &email).await;
            let path = format!("/v1/organisations/{}/invitations", own.organisation);
            let invitation = json!({"email": email, "role": role});
            assert_eq!(owner.post(&path, invitation).await.status, 202);
            let link = app.link_to(&email).await;
            assert_eq!(post(app, &link, json!({})).await.status, 200);
            tokens.push((who, someone.token));
        }
        let claimant = spare.get("/v1/me").await.json()["account"].clone();
        tokens.extend([
            (Who::Stranger, stranger.token),
            (Who::Owner, owner.token),
            (Who::Moderator, moderator.token),
            (Who::Administrator, head.token),
        ]);
        Self {
            app,
            db,
            tokens,
            own,
            foreign,
            claimant: claimant.as_str().unwrap().to_owned(),
        }
    }

    fn token(&self, who: Who) -> &str {
        let found = self.tokens.iter().find(|(own, _)| *own == who);
        &found.unwrap().1
    }

    /// The account of the actor, or somebody else's.
    async fn account(&self, who: Who, own: bool) -> String {
        match own {
            true => {
                let asks = Someone {
                    app: self.app,
                    token: self.token(who).to_owned(),
                };
                let me = asks.get("/v1/me").await.json();
                me["account"].as_str().unwrap().to_owned()
            }
            false => self.foreign.owner.clone(),
        }
    }

    /// A key of the actor, or of somebody else.
    async fn key(&self, who: Who, own: bool) -> String {
        let account = self.account(who, own).await;
        let id = uuid::Uuid::now_v7();
        let insert = format!(
            "insert into api_key values ('{id}', '{account}', 'walk', 'haven_', '{id}', '{{}}', now(), now() + interval '1 day')"
        );
        self.db.sql().await.batch_execute(&insert).await.unwrap();
        id.to_string()
    }

    /// A session of the actor, beside the one by which they ask; or somebody else's.
    async fn session(&self, who: Who, own: bool) -> String {
        let account = self.account(who, own).await;
        let id = uuid::Uuid::now_v7();
        let insert = format!(
            "insert into session values ('{id}', '{account}', '{id}', false, 'walk', now(), now() + interval '1 day', now())"
        );
        self.db.sql().await.batch_execute(&insert).await.unwrap();
        id.to_string()
    }

    /// A claim that waits.
    async fn claim(&self) -> String {
        let sql = self.db.sql().await;
        let insert = format!(
            "delete from claim; insert into claim values (gen_random_uuid(), '{}', '{}', 'open', 'grounds', now()) returning id::text",
            self.foreign.organisation, self.claimant
        );
        let rows = sql.simple_query(&insert).await.unwrap();
        let ids = rows.iter().filter_map(|row| match row {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        ids.last().unwrap()
    }

    /// A report that waits.
    async fn report(&self) -> String {
        let id = uuid::Uuid::now_v7();
        let insert = format!(
            "insert into report values ('{id}', null, 'missing', 'words', false, now(), null)"
        );
        self.db.sql().await.batch_execute(&insert).await.unwrap();
        id.to_string()
    }

    /// An invitation of the organisation that nobody has followed.
    async fn invitation(&self, organisation: &str) -> String {
        let id = uuid::Uuid::now_v7();
        let insert = format!(
            "insert into letter (id, purpose, email, payload, created_at, next_try_at, sent_at) values ('{id}', 'invitation', '{id}@example.org',
                '{{\"organisation\": \"{organisation}\", \"role\": \"viewer\"}}', '2026-02-01', now(), now())"
        );
        self.db.sql().await.batch_execute(&insert).await.unwrap();
        id.to_string()
    }

    /// Two public listings that nobody keeps, which may be merged.
    async fn pair(&self) -> [String; 2] {
        let mut pair = [String::new(), String::new()];
        for id in &mut pair {
            let slug = format!("walk-{}", uuid::Uuid::now_v7());
            *id = self.db.create(&sample::hub(&slug)).await.to_string();
        }
        pair
    }

    /// What a feed says of a listing.
    async fn suggestion(&self, listing: &str) -> String {
        let id = uuid::Uuid::now_v7();
        let insert = format!(
            "insert into suggestion values ('{id}', '{listing}', 'feed', '{id}', '{{}}', now(), null)"
        );
        self.db.sql().await.batch_execute(&insert).await.unwrap();
        id.to_string()
    }

    /// The status that the actor is answered with.
    async fn ask(&self, document: &Value, line: &Operation<'_>, who: Who, own: bool) -> u16 {
        let target = if own { &self.own } else { &self.foreign };
        let operation = &document["paths"][line.path][line.method.to_lowercase()];
        let mut path = line.path.to_owned();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "path" {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let value = match name {
                "draft" => target.draft.clone(),
                "batch" => target.batch.clone(),
                "organisation" if !line.is_public() => target.organisation.clone(),
                "account" => target.owner.clone(),
                "listing" => target.listing.clone(),
                "claim" => self.claim().await,
                "report" => self.report().await,
                "invitation" => self.invitation(&target.organisation).await,
                "suggestion" => self.suggestion(&target.listing).await,
                "key" if who != Who::Anonymous => self.key(who, own).await,
                "session" if who != Who::Anonymous => self.session(who, own).await,
                _ => parameter["example"].as_str().unwrap().to_owned(),
            };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        let mut request = self
            .app
            .request(line.method.parse::<Method>().unwrap(), &path);
        if who != Who::Anonymous {
            request = request.bearer_auth(self.token(who));
        }
        // Whoever is let in is told that it changed, and so nothing changes here; apart from a pair made for it.
        let version = if line.id == MERGES {
            "\"1\""
        } else {
            "\"999\""
        };
        request = request.header("If-Match", version);
        if let Some(content) = operation["requestBody"]["content"].as_object() {
            let (media_type, content) = content.iter().next().unwrap();
            let body = match line.id {
                MERGES => {
                    let [from, into] = self.pair().await;
                    json!({"from": from, "into": into, "into_version": 1})
                }
                _ => self.body(document, line.id, content, target),
            };
            // A file is shown as text.
            let body = body.as_str().map_or(body.to_string(), str::to_owned);
            request = request.header("Content-Type", media_type).body(body);
        }
        self.app.send(request).await.status
    }

    fn body(&self, document: &Value, operation: &str, content: &Value, target: &Target) -> Value {
        match operation {
            "openDraft" => json!({"listing": target.listing}),
            "invite" => {
                let email = format!("{}@example.org", uuid::Uuid::now_v7());
                json!({"email": email, "role": "viewer"})
            }
            "appoint" => json!({"email": "spare@example.org"}),
            "assignDraft" | "assignBatch" | "assignClaim" | "assignReport" => json!({}),
            // With the right password the actor would be gone.
            "deleteMe" | "proposeSecondFactor" | "renewRecoveryCodes" | "removeSecondFactor" => {
                json!({"pasword": "misspelt"})
            }
            "signIn" => {
                // Each a new address: guessing at one is stopped.
                let email = format!("{}@example.org", uuid::Uuid::now_v7());
                json!({"email": email, "password": PASSWORD})
            }
            "register" => json!({"email": "spare@example.org", "name": "Spare"}),
            "requestPasswordReset" => json!({"email": "nobody@example.org"}),
            _ => {
                let schema = &content["schema"];
                let schema = match schema["$ref"].as_str() {
                    Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
                    None => schema,
                };
                let example = [
                    &schema["example"],
                    &schema["examples"][0],
                    &content["example"],
                ];
                example
                    .into_iter()
                    .find(|example| !example.is_null())
                    .unwrap()
                    .clone()
            }
        }
    }
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    id: &'a str,
    least: &'a str,
}

impl<'a> Operation<'a> {
    fn parse(line: &'a str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let [method, path, id, least] = words[..] else {
            panic!("{line}");
        };
        Self {
            method,
            path,
            id,
            least,
        }
    }

    fn is_public(&self) -> bool {
        self.least == "public"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_whom_it_should_and_nobody_else() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let world = World::new(&app, &db).await;
    let document = serde_json::to_value(http::document()).unwrap();
    let operations = http::operations();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for line in operations.lines() {
        let line = Operation::parse(line);
        let anybody = world.ask(&document, &line, Who::Anonymous, true).await;
        for who in EVERYBODY {
            for own in [true, false] {
                let status = world.ask(&document, &line, who, own).await;
                asked += 1;
                let as_expected = match expected(line.id, line.least, who, own) {
                    Expected::LetIn if line.id == MERGES => status == 204,
                    Expected::LetIn => ![401, 403, 404, 405].contains(&status) && status < 500,
                    Expected::Exactly(expected) => status == expected,
                    Expected::AsAnybody => status == anybody && status < 500,
                };
                if !as_expected {
                    wrong.push(format!("{} {who:?} own={own}: {status}", line.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked > 14 * 50, "{asked}");
    app.follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_makes_nobody_a_moderator() {
    let db = TestDb::seeded().await;
    let app = TestApp::on(&db.store).await;
    let head = Someone::administrator(&app, &db, "head@example.org").await;
    let weak = Someone::new(&app, "weak@example.org").await;
    drop(weak);
    let role = json!({"email": "weak@example.org", "role": "moderator"});
    assert_eq!(head.put("/v1/roles", role).await.status, 204);
    let given = json!({"email": "weak@example.org", "password": PASSWORD});
    let weak = Someone {
        app: &app,
        token: token(&app, given).await,
    };
    assert_eq!(weak.get("/v1/moderation/queue").await.status, 403);
}
