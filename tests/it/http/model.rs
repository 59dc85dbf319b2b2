//! No sequence of what staff and moderators do makes public what was not approved, nor tells where a confidential place
//! is: held against a model that knows only what was approved last, and whether it lapsed. Feeds cannot either.

use haven::domain::{actor::Actor, clock::Clock};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    app::import::{feed, import},
    support::{
        TestApp, TestDb,
        app::Reply,
        people::{Someone, id},
        sample,
    },
};

/// What somebody does; it may be out of place.
#[derive(Clone, Copy, Debug)]
enum Action {
    Open,
    /// Types a value, and moves the confidential place.
    Type(u16),
    Submit,
    Approve,
    /// Approves what was looked at a version ago.
    ApproveUnseen,
    Reject,
    AskForChanges,
    Withdraw,
    /// Says that the whole is still true.
    Confirm,
    /// Says so of a single value.
    ConfirmCost,
    /// Nobody answered when asked.
    Lapse,
    /// A feed says something of it.
    Feed(u16),
    /// Hands in a file with the listing as its only row.
    HandIn(u16),
    ApproveBatch,
    WithdrawBatch,
    /// A moderator says that it ended, which is its owner's to say.
    SayEnded,
    /// A moderator takes it off, or brings it back.
    TakeOff,
    BringBack,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        2 => Just(Action::Open),
        4 => any::<u16>().prop_map(Action::Type),
        4 => Just(Action::Submit),
        3 => Just(Action::Approve),
        1 => Just(Action::ApproveUnseen),
        1 => Just(Action::Reject),
        1 => Just(Action::AskForChanges),
        1 => Just(Action::Withdraw),
        1 => Just(Action::Confirm),
        1 => Just(Action::ConfirmCost),
        1 => Just(Action::Lapse),
        1 => any::<u16>().prop_map(Action::Feed),
        2 => any::<u16>().prop_map(Action::HandIn),
        2 => Just(Action::ApproveBatch),
        1 => Just(Action::WithdrawBatch),
        1 => Just(Action::SayEnded),
        1 => Just(Action::TakeOff),
        1 => Just(Action::BringBack),
    ];
    vec(action, 1..16)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Typing,
    Waiting,
    /// Waiting in a batch.
    InBatch,
    Closed,
}

/// What is known of the listing.
struct Model {
    state: State,
    typed: u16,
    approved: Option<u16>,
    /// How often it was written.
    version: i64,
    /// The version that is public.
    public: Option<i64>,
    /// The version on which the draft stands.
    base: Option<i64>,
    /// Whether a moderator took it off.
    taken_off: bool,
}

impl Model {
    /// What anybody sees.
    fn shown(&self) -> Option<u16> {
        self.approved.filter(|_| self.public.is_some())
    }

    /// Whether the action is in its place; then it is done.
    fn take(&mut self, action: Action) -> bool {
        let (needs, then) = match action {
            Action::Open => (State::Closed, State::Typing),
            Action::Type(_) => (State::Typing, State::Typing),
            Action::Submit => (State::Typing, State::Waiting),
            Action::Approve | Action::Reject => (State::Waiting, State::Closed),
            Action::AskForChanges => (State::Waiting, State::Typing),
            Action::ApproveUnseen | Action::SayEnded => return false,
            // What is public already is nothing to hand in.
            Action::HandIn(value) if self.approved == Some(value) => return false,
            Action::HandIn(_) => (State::Closed, State::InBatch),
            Action::ApproveBatch | Action::WithdrawBatch => (State::InBatch, State::Closed),
            Action::Withdraw if self.state == State::Waiting => (State::Waiting, State::Closed),
            Action::Withdraw => (State::Typing, State::Closed),
            Action::Confirm
            | Action::ConfirmCost
            | Action::Lapse
            | Action::Feed(_)
            | Action::TakeOff
            | Action::BringBack => return self.take_of_public(action),
        };
        // A listing that was never public has nothing from which a new draft could be opened.
        let of_public = matches!(action, Action::Open | Action::HandIn(_));
        if self.state != needs || (of_public && self.approved.is_none()) {
            return false;
        }
        match action {
            Action::Type(value) => self.typed = value,
            Action::HandIn(_) if self.public.is_none() => return false,
            Action::HandIn(value) => {
                self.typed = value;
                self.base = self.public;
            }
            Action::Submit => self.base = self.public,
            Action::Approve | Action::ApproveBatch if self.base != self.public => return false,
            Action::Approve | Action::ApproveBatch => {
                self.approved = Some(self.typed);
                self.version += 1;
                self.public = Some(self.version);
                self.taken_off = false;
            }
            Action::Open => {
                self.typed = self.approved.unwrap_or_default();
                self.base = self.public;
            }
            _ => {}
        }
        self.state = then;
        true
    }

    /// What needs no draft; none of it changes what was approved.
    fn take_of_public(&mut self, action: Action) -> bool {
        match action {
            Action::Confirm | Action::ConfirmCost | Action::BringBack => {
                let brings_back = match action {
                    Action::Confirm => self.approved.is_some() && !self.taken_off,
                    Action::BringBack => self.taken_off,
                    _ => false,
                };
                let is_there = self.public.is_some() && !matches!(action, Action::BringBack);
                if !is_there && !brings_back {
                    return false;
                }
                self.taken_off = false;
                if self.base == self.public {
                    self.base = Some(self.version + 1);
                }
                self.version += 1;
                self.public = Some(self.version);
                true
            }
            Action::Lapse => self.public.take().is_some(),
            Action::TakeOff => {
                let goes = self.public.take().is_some();
                self.taken_off |= goes;
                goes
            }
            _ => self.approved.is_some(),
        }
    }
}

fn value(of: u16) -> String {
    format!("It was typed as {of}.")
}

/// Where the confidential place is, for each value another point and street.
fn place(of: u16) -> Value {
    let (lat, lon) = (23.7 + f64::from(of) / 1e6, 90.3 + f64::from(of) / 1e6);
    json!([{"area": "bd-dhaka", "confidential": true, "street": sample::text(&format!("Hidden Lane {of}")),
        "point": {"lat": lat, "lon": lon, "precision": "exact"}}])
}

struct Case<'a> {
    app: &'a TestApp,
    db: &'a TestDb,
    known: bool,
    rima: &'a Someone<'a>,
    head: &'a Someone<'a>,
    slug: String,
    listing: String,
    draft: String,
    organisation: String,
    batch: String,
    /// What anybody sees, place apart, whatever its point.
    shown_place: Option<Value>,
}

impl Case<'_> {
    /// Does it; whether it was done, and what was said.
    async fn act(&mut self, action: Action) -> (bool, String) {
        let listing: uuid::Uuid = self.listing.parse().unwrap();
        match action {
            Action::Lapse => {
                let written = self.db.store.write(Actor::Upkeep, async |tx| {
                    tx.lapse(&[listing], self.app.clock.now()).await
                });
                let gone = written.await.unwrap();
                (gone.iter().any(|one| one.kept.is_none()), String::new())
            }
            // What was never public is not the feed's to find.
            Action::Feed(_) if !self.known => (false, String::new()),
            Action::Feed(of) => {
                let source = json!([{"name": "Haven", "external_id": self.listing, "licence": "CC0-1.0",
                    "retrieved_on": "2026-02-01"}]);
                let said = sample::hub(&self.slug)
                    .with("/summary", sample::text(&value(of)))
                    .with("/places", place(of))
                    .with("/sources", source);
                let report = import(&self.db.store, feed(&[said])).await;
                (report.claimed.len() == 1, format!("{report:?}"))
            }
            _ => {
                let reply = self.ask(action).await;
                ((200..300).contains(&reply.status), reply.text)
            }
        }
    }

    async fn ask(&mut self, action: Action) -> Reply {
        let version = self.rima.draft(&self.draft).await["version"]
            .as_i64()
            .unwrap();
        let draft = format!("/v1/drafts/{}", self.draft);
        let to = |what: &str| format!("{draft}/{what}");
        let (rima, head) = (self.rima, self.head);
        match action {
            Action::Open => {
                let reply = rima
                    .post("/v1/drafts", json!({"listing": self.listing}))
                    .await;
                if reply.status == 201 {
                    self.draft = id(&reply.json()).to_owned();
                }
                reply
            }
            Action::Type(of) => {
                let body = json!({"summary": sample::text(&value(of)), "places": place(of)});
                let patch = Some(json!({"body": body}));
                rima.on(Method::PATCH, &draft, version, patch).await
            }
            Action::Submit => {
                rima.on(Method::POST, &to("submission"), version, None)
                    .await
            }
            Action::Approve => head.on(Method::POST, &to("approval"), version, None).await,
            Action::ApproveUnseen => {
                head.on(Method::POST, &to("approval"), version - 1, None)
                    .await
            }
            Action::Reject => {
                let reason = Some(json!({"reason": "No."}));
                head.on(Method::POST, &to("rejection"), version, reason)
                    .await
            }
            Action::AskForChanges => {
                let remarks = json!({"remarks": [{"pointer": "/summary", "remark": "Longer."}]});
                head.on(Method::POST, &to("changes-request"), version, Some(remarks))
                    .await
            }
            Action::Withdraw => rima.on(Method::DELETE, &draft, version, None).await,
            Action::HandIn(of) => {
                let mut body = sample::hub(&self.slug).typed();
                body["listing"] = json!(self.listing);
                body["summary"] = sample::text(&value(of));
                body["places"] = place(of);
                let path = format!("/v1/organisations/{}/batches", self.organisation);
                let file = body.to_string();
                let reply = rima.file(&path, "application/x-ndjson", file, "").await;
                if reply.status == 201 {
                    self.batch = id(&reply.json()).to_owned();
                }
                reply
            }
            Action::ApproveBatch => {
                let path = format!("/v1/batches/{}/approval", self.batch);
                head.on(Method::POST, &path, 1, None).await
            }
            Action::WithdrawBatch => {
                let path = format!("/v1/batches/{}", self.batch);
                rima.on(Method::DELETE, &path, 1, None).await
            }
            Action::SayEnded => {
                let shown = self.app.get(&format!("/v1/hubs/{}", self.slug)).await;
                let seen = shown.json()["version"].as_i64().unwrap_or(1);
                let path = format!("/v1/listings/{}/status", self.listing);
                let ended = Some(json!({"state": "ended"}));
                let reply = head.on(Method::PUT, &path, seen, ended).await;
                let expected = if shown.status == 200 { 409 } else { 404 };
                assert_eq!(reply.status, expected, "{}", reply.text);
                reply
            }
            Action::TakeOff => {
                let shown = self.app.get(&format!("/v1/hubs/{}", self.slug)).await;
                let seen = shown.json()["version"].as_i64().unwrap_or(1);
                let path = format!("/v1/listings/{}/withdrawal", self.listing);
                let why = Some(json!({"reason": "Somebody says that it does harm."}));
                head.on(Method::POST, &path, seen, why).await
            }
            Action::BringBack => {
                let path = format!("/v1/listings/{}/withdrawal", self.listing);
                head.delete(&path).await
            }
            Action::ConfirmCost => {
                let path = format!("/v1/listings/{}/confirmation/fields", self.listing);
                rima.post(&path, json!({"fields": ["cost"]})).await
            }
            _ => {
                let path = format!("/v1/listings/{}/confirmation", self.listing);
                rima.post(&path, json!({})).await
            }
        }
    }

    /// Holds what anybody sees against what was approved last.
    async fn hold(&mut self, approved: Option<u16>) -> Result<(), TestCaseError> {
        let public = self.app.get(&format!("/v1/hubs/{}", self.slug)).await;
        let Some(approved) = approved else {
            prop_assert_eq!(public.status, 404);
            return Ok(());
        };
        let shown = public.json();
        prop_assert_eq!(&shown["summary"]["text"], &json!(value(approved)));
        prop_assert!(!public.text.contains("Hidden Lane"), "{}", public.text);
        // The same for every point: nothing of it can be told from what is shown.
        let place = shown["places"].clone();
        let former = self.shown_place.get_or_insert_with(|| place.clone());
        let (mut one, mut other) = (former.clone(), place);
        for place in [&mut one, &mut other] {
            place[0].as_object_mut().unwrap().remove("id");
        }
        prop_assert_eq!(one, other);
        Ok(())
    }

    /// Holds which batches wait, as the organisation is told, against whether this one should.
    async fn hold_batch(&self, waits: bool) -> Result<(), TestCaseError> {
        let path = format!(
            "/v1/organisations/{}/batches?state=submitted&limit=100",
            self.organisation
        );
        let listed = self.rima.get(&path).await.json();
        let mut items = listed["items"].as_array().unwrap().iter();
        prop_assert_eq!(items.any(|item| id(item) == self.batch), waits);
        Ok(())
    }
}

async fn case(
    (app, db): (&TestApp, &TestDb),
    (rima, head): (&Someone<'_>, &Someone<'_>),
    organisation: &str,
    number: usize,
    actions: &[Action],
) -> Result<(), TestCaseError> {
    let slug = format!("room-{number}");
    let mut body = sample::hub(&slug).typed();
    body["summary"] = sample::text(&value(0));
    body["places"] = place(0);
    let asked = json!({"organisation": organisation, "kind": "hub", "body": body});
    let opened = rima.post("/v1/drafts", asked).await.json();
    let mut case = Case {
        app,
        db,
        known: false,
        rima,
        head,
        slug,
        listing: opened["listing"].as_str().unwrap().to_owned(),
        draft: id(&opened).to_owned(),
        organisation: organisation.to_owned(),
        batch: uuid::Uuid::nil().to_string(),
        shown_place: None,
    };
    let mut model = Model {
        state: State::Typing,
        typed: 0,
        approved: None,
        version: 0,
        public: None,
        base: None,
        taken_off: false,
    };
    for action in actions {
        case.known = model.approved.is_some();
        let (told, said) = case.act(*action).await;
        let done = model.take(*action);
        prop_assert_eq!(told, done, "{:?}: {}", action, said);
        case.hold(model.shown()).await?;
        case.hold_batch(model.state == State::InBatch).await?;
    }
    // Neither search nor the feed knows more.
    app.follow().await;
    let found = app
        .search(&[("q", "Hidden Lane"), ("kind", "hub")])
        .await
        .to_string();
    prop_assert!(!found.contains("Hidden Lane"));
    Ok(())
}

#[test]
fn nothing_is_public_but_what_was_approved() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let db = TestDb::seeded().await;
        let app = TestApp::on(&db.store).await;
        let head = Someone::administrator(&app, &db, "head@example.org").await;
        let rima = Someone::new(&app, "rima@example.org").await;
        let body = json!({"organisation": sample::organisation("listeners").typed()});
        let made = rima.post("/v1/organisations", body).await.json();
        let organisation = &made["organisation"];
        assert_eq!(
            rima.act(id(organisation), "submission", None).await.status,
            200
        );
        assert_eq!(
            head.act(id(organisation), "approval", None).await.status,
            200
        );
        let listing = organisation["listing"].as_str().unwrap();
        let config = Config {
            cases: 24,
            failure_persistence: None,
            max_shrink_iters: 40,
            ..Config::default()
        };
        let number = std::cell::Cell::new(0);
        tokio::task::block_in_place(|| {
            let ran = TestRunner::new(config).run(&actions(), |actions| {
                number.set(number.get() + 1);
                let at = tokio::runtime::Handle::current();
                at.block_on(case(
                    (&app, &db),
                    (&rima, &head),
                    listing,
                    number.get(),
                    &actions,
                ))
            });
            ran.unwrap();
        });
        app.follow().await;
        drop(app);
        drop(db);
    });
}
