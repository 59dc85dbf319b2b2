//! What is asked for: made for the question, so that it can be answered as the document says of success.

use haven::{
    credentials::{token, totp},
    domain::clock::Clock,
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    actors::{Who, Whose},
    ground::Ground,
    operation::Operation,
};
use crate::support::{
    people::{PASSWORD, id},
    sample,
};

/// Ids that nothing has.
const NOWHERE: &str = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b";

/// One question.
#[derive(Clone, Debug)]
pub struct Asked<'o> {
    pub operation: &'o Operation,
    pub path: String,
    pub version: i64,
    pub body: Option<String>,
    /// Who asks, where it is somebody made for it.
    pub token: Option<String>,
    /// The ids in it.
    names: Vec<String>,
}

impl<'o> Asked<'o> {
    /// Asks for things of those names, in the order of the address, with no body.
    pub fn of(operation: &'o Operation, names: &[&str]) -> Self {
        let mut asked = Self {
            operation,
            path: operation.path.to_owned(),
            version: 1,
            body: Some(operation.example.to_string()).filter(|_| operation.media_type.is_some()),
            token: None,
            names: operation
                .parameters
                .iter()
                .map(|name| format!("{{{name}}}"))
                .collect(),
        };
        asked.rename(names);
        asked
    }

    /// The same question of other things, in the order of the address.
    pub fn rename(&mut self, names: &[&str]) {
        for (former, name) in self.names.iter_mut().zip(names) {
            self.path = self.path.replace(&*former, name);
            (*name).clone_into(former);
        }
    }

    /// The same question of what never was.
    pub fn nowhere(&self) -> Self {
        let mut other = self.clone();
        for name in &self.names {
            other.path = other.path.replace(name, NOWHERE);
            other.body = other.body.map(|body| body.replace(name, NOWHERE));
        }
        other
    }
}

/// A name that nothing has yet, of a listing that has to go by it.
fn fresh(beginning: &str) -> String {
    format!("{beginning}-{}", Uuid::now_v7().simple())
}

impl<'a> Ground<'a> {
    /// The question, with all that it is about.
    pub async fn prepare<'o>(&self, operation: &'o Operation, who: Who, whose: Whose) -> Asked<'o> {
        let mut asked = Asked {
            operation,
            path: operation.path.to_owned(),
            version: 1,
            body: None,
            token: None,
            names: Vec::new(),
        };
        for parameter in &operation.parameters {
            let (value, version) = self.thing(operation, parameter, who, whose).await;
            asked.path = asked.path.replace(&format!("{{{parameter}}}"), &value);
            asked.version = version;
            asked.names.push(value);
        }
        asked.path += match operation.id {
            "locateArea" => "?point=23.81,90.41",
            "suggest" => "?q=a",
            _ => "",
        };
        if operation.changes_who_asks() && who != Who::Anonymous {
            asked.token = Some(self.person(who).await.token);
        }
        if operation.media_type.is_some() {
            let body = self.body(&mut asked, whose).await;
            // A file is text as it is.
            asked.body = Some(body.as_str().map_or(body.to_string(), str::to_owned));
        }
        asked
    }

    /// The thing of that name, and its version.
    pub async fn thing(
        &self,
        operation: &Operation,
        name: &str,
        who: Who,
        whose: Whose,
    ) -> (String, i64) {
        let kept = self.of(whose);
        let thing = match name {
            "draft" => return self.draft(operation, whose).await,
            "batch" => return self.batch(operation, whose).await,
            "listing" => self.listing(operation, whose).await,
            "organisation" if operation.id == "claim" => self.unkept().await,
            "organisation" => kept.organisation.clone(),
            "account" => self.member(whose).await,
            "claim" => self.claim().await,
            "report" => self.report().await,
            "invitation" => self.invitation(whose).await,
            "suggestion" => self.suggestion(whose).await,
            "key" | "session" => self.own(name, who, whose).await,
            "link" => self.link().await,
            "code" => "not_found".to_owned(),
            "area" => "bd-dhaka".to_owned(),
            "topic" => "depression".to_owned(),
            "hub" | "helpline" | "support_group" => self.public(name).await,
            other => panic!("{}: nothing is known of {other}", operation.id),
        };
        (thing, 1)
    }

    /// A new hub of the organisation, handed in; given back, where the operation is for what can be typed in.
    async fn draft(&self, operation: &Operation, whose: Whose) -> (String, i64) {
        let kept = self.of(whose);
        let slug = fresh(&beginning(operation, whose));
        let body = json!({"organisation": kept.organisation, "kind": "hub", "body": sample::hub(&slug).typed()});
        let made = kept.owner.post("/v1/drafts", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let draft = id(&made.json()).to_owned();
        assert_eq!(kept.owner.act(&draft, "submission", None).await.status, 200);
        if operation.least != "editor" || operation.method == Method::DELETE {
            return (draft, 2);
        }
        let back = self
            .head
            .act(
                &draft,
                "changes-request",
                Some(json!({"reason": "Not yet."})),
            )
            .await;
        assert_eq!(back.status, 200, "{}", back.text);
        (draft, 3)
    }

    async fn batch(&self, operation: &Operation, whose: Whose) -> (String, i64) {
        let kept = self.of(whose);
        let path = format!("/v1/organisations/{}/batches", kept.organisation);
        let made = kept
            .owner
            .file(
                &path,
                "application/x-ndjson",
                file(&beginning(operation, whose)),
                "",
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let batch = id(&made.json()).to_owned();
        if operation.least != "editor" || operation.method == Method::DELETE {
            return (batch, 1);
        }
        let path = format!("/v1/batches/{batch}/changes-request");
        let back = Some(json!({"reason": "Not yet."}));
        let back = self.head.on(Method::POST, &path, 1, back).await;
        assert_eq!(back.status, 200, "{}", back.text);
        (batch, 2)
    }

    /// The public listing that the operation is for.
    async fn listing(&self, operation: &Operation, whose: Whose) -> String {
        match operation.id {
            "restoreListing" => {
                let listing = self.unkept().await;
                self.take_off(&listing).await;
                listing
            }
            _ if operation.least == "moderator" => self.unkept().await,
            // What it provides would be in the way of its own.
            "unpublishListing" => {
                let organisation = json!(self.of(whose).organisation);
                let hub = sample::hub(&fresh("public")).with("/organisation", organisation);
                self.db.create(&hub).await.to_string()
            }
            _ => self.of(whose).organisation.clone(),
        }
    }

    /// A public hub that nobody keeps.
    pub async fn unkept(&self) -> String {
        self.db
            .create(&sample::hub(&fresh("public")))
            .await
            .to_string()
    }

    pub async fn take_off(&self, listing: &str) {
        let path = format!("/v1/listings/{listing}/withdrawal");
        let why = Some(json!({"reason": "It is not there."}));
        let taken = self.head.on(Method::POST, &path, 1, why).await;
        assert_eq!(taken.status, 204, "{}", taken.text);
    }

    async fn public(&self, kind: &str) -> String {
        let slug = fresh("public");
        let listing = match kind {
            "hub" => sample::hub(&slug),
            "helpline" => sample::helpline(&slug),
            _ => sample::support_group(&slug),
        };
        self.db.create(&listing).await;
        slug
    }

    /// Somebody who looks on in the organisation.
    pub async fn member(&self, whose: Whose) -> String {
        let account = self.person(Who::Stranger).await.account;
        let organisation = &self.of(whose).organisation;
        self.insert(&format!(
            "insert into membership values ('{organisation}', '{account}', 'viewer', now())"
        ))
        .await;
        account
    }

    async fn claim(&self) -> String {
        let (claim, claimant) = (Uuid::now_v7(), self.person(Who::Stranger).await.account);
        let organisation = &self.of(Whose::Foreign).organisation;
        self.insert(&format!(
            "insert into claim values ('{claim}', '{organisation}', '{claimant}', 'open', 'grounds', now())"
        ))
        .await;
        claim.to_string()
    }

    async fn report(&self) -> String {
        let report = Uuid::now_v7();
        self.insert(&format!(
            "insert into report values ('{report}', null, 'missing', 'words', false, now(), null)"
        ))
        .await;
        report.to_string()
    }

    /// An invitation that nobody has followed.
    pub async fn invitation(&self, whose: Whose) -> String {
        let (letter, organisation) = (Uuid::now_v7(), &self.of(whose).organisation);
        let email = format!("{letter}@{}.example", whose.word());
        let payload = json!({"organisation": organisation, "role": "viewer"});
        self.insert(&format!(
            "insert into letter (id, purpose, email, payload, created_at, next_try_at, sent_at)
                values ('{letter}', 'invitation', '{email}', '{payload}', '2026-02-01', now(), now())"
        ))
        .await;
        letter.to_string()
    }

    /// What a feed says of the organisation's listing.
    pub async fn suggestion(&self, whose: Whose) -> String {
        self.suggestion_of(&self.of(whose).organisation).await
    }

    pub async fn suggestion_of(&self, listing: &str) -> String {
        let suggestion = Uuid::now_v7();
        self.insert(&format!(
            "insert into suggestion values ('{suggestion}', '{listing}', 'feed', '{suggestion}', '{{}}', now(), null)"
        ))
        .await;
        suggestion.to_string()
    }

    /// A key or a session of whoever asks, beside the one by which they ask; or somebody else's.
    async fn own(&self, what: &str, who: Who, whose: Whose) -> String {
        let account = match (whose, who) {
            (Whose::Own, who) if who != Who::Anonymous => self.account(who).to_owned(),
            _ => self.person(Who::Stranger).await.account,
        };
        let one = Uuid::now_v7();
        let (table, rest) = match what {
            "key" => (
                "api_key",
                format!("'walk', 'haven_', '{one}', '{{}}', '2026-01-01', '2036-01-01'"),
            ),
            _ => (
                "session",
                format!("'{one}', false, 'walk', '2026-01-01', '2036-01-01', '2026-01-01'"),
            ),
        };
        self.insert(&format!(
            "insert into {table} values ('{one}', '{account}', {rest})"
        ))
        .await;
        one.to_string()
    }

    /// A link by which somebody chooses a new password.
    async fn link(&self) -> String {
        let person = self.person(Who::Stranger).await;
        self.letter("reset_password", &person.email, &person.account)
            .await
    }

    /// The link of a letter that was sent.
    async fn letter(&self, purpose: &str, email: &str, account: &str) -> String {
        let (letter, link) = (Uuid::now_v7(), token::mint());
        let link = link.expose_secret();
        let hash = token::hash(link);
        self.insert(&format!(
            "insert into letter (id, purpose, email, account, payload, link_minutes, link_expires_at, created_at, next_try_at, sent_at)
                values ('{letter}', '{purpose}', '{email}', '{account}', '{{}}', 60, '2036-01-01', '2026-02-01', now(), now());
            insert into letter_link values ('{hash}', '{letter}')"
        ))
        .await;
        link.to_owned()
    }

    async fn body(&self, asked: &mut Asked<'_>, whose: Whose) -> Value {
        let somebody = async || self.person(Who::Stranger).await.email;
        match asked.operation.id {
            "openDraft" => {
                let listing = &self.of(whose).organisation;
                self.insert(&format!(
                    "update draft set state = 'withdrawn' where listing = '{listing}'"
                ))
                .await;
                asked.names.push(listing.clone());
                json!({"listing": listing})
            }
            "handInBatch" | "checkBatch" => json!(file(&beginning(asked.operation, whose))),
            "invite" => {
                json!({"email": format!("{}@{}.example", Uuid::now_v7(), whose.word()), "role": "viewer"})
            }
            "appoint" => json!({"email": somebody().await}),
            "signIn" => json!({"email": somebody().await, "password": PASSWORD}),
            "requestPasswordReset" => json!({"email": somebody().await}),
            "register" => {
                json!({"email": fresh("new") + "@example.net", "name": "Somebody"})
            }
            "deleteMe" | "proposeSecondFactor" => json!({"password": PASSWORD}),
            "renewRecoveryCodes" | "removeSecondFactor" => {
                json!({"password": PASSWORD, "code": self.recovery_code(asked).await})
            }
            "confirmSecondFactor" => json!({"code": self.code(asked).await}),
            "proposeEmail" => {
                json!({"email": fresh("moved") + "@example.net", "password": PASSWORD})
            }
            "confirmEmail" => json!({"link": self.new_address(asked).await}),
            "assignDraft" | "assignBatch" | "assignClaim" | "assignReport" => {
                json!({"account": self.account(Who::Moderator)})
            }
            "decideClaim" => json!({"granted": false, "reason": "It is not theirs."}),
            "confirmFields" => json!({"fields": ["cost"]}),
            "requestBatchChanges" => json!({"reason": "Not yet."}),
            "report" => json!({"listing": self.of(whose).organisation, "topic": "closed"}),
            "mergeListings" => {
                let (from, into) = (self.unkept().await, self.unkept().await);
                json!({"from": from, "into": into, "into_version": 1})
            }
            _ => asked.operation.example.clone(),
        }
    }

    /// The code of a second factor that whoever asks has proposed.
    async fn code(&self, asked: &Asked<'_>) -> String {
        let Some(token) = &asked.token else {
            return "123456".to_owned();
        };
        let proposed = self.app.request(Method::POST, "/v1/me/second-factor");
        let proposed = proposed
            .bearer_auth(token)
            .json(&json!({"password": PASSWORD}));
        let proposed = self.app.send(proposed).await.json();
        let secret: SecretString = proposed["secret"].as_str().unwrap().into();
        totp::code_at(&secret, self.app.clock.now()).unwrap()
    }

    /// The link that went to another address of whoever asks.
    async fn new_address(&self, asked: &Asked<'_>) -> String {
        let Some(token) = &asked.token else {
            return "kqX0cY3mJ9r8Zs5Qk7mT2u1vW4xA6bC8dE0fG2hI4jK".to_owned();
        };
        let me = self.app.request(Method::GET, "/v1/me").bearer_auth(token);
        let me = self.app.send(me).await.json();
        let email = fresh("moved") + "@example.net";
        let account = me["account"].as_str().unwrap();
        self.letter("new_address", &email, account).await
    }

    /// A recovery code of a second factor that whoever asks has set up.
    async fn recovery_code(&self, asked: &Asked<'_>) -> String {
        let code = self.code(asked).await;
        let Some(token) = &asked.token else {
            return code;
        };
        let confirmed = self
            .app
            .request(Method::POST, "/v1/me/second-factor/confirmation");
        let confirmed = confirmed.bearer_auth(token).json(&json!({"code": code}));
        let confirmed = self.app.send(confirmed).await.json();
        confirmed["recovery_codes"][0].as_str().unwrap().to_owned()
    }
}

/// How the names begin of what is handed in: what is to be approved is no secret afterwards.
fn beginning(operation: &Operation, whose: Whose) -> String {
    match operation.path.ends_with("/approval") {
        true => "public".to_owned(),
        false => format!("handed-in-{}", whose.word()),
    }
}

/// A file with a new hub.
fn file(beginning: &str) -> String {
    let mut hub = sample::hub(&fresh(beginning)).typed();
    hub["contacts"] = json!([]);
    hub.to_string()
}
