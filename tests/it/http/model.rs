//! No sequence of what staff and moderators do makes public what was not approved, nor tells where a confidential place
//! is: held against a model that knows only what was approved last, and whether it lapsed, was taken off or merged. Feeds
//! cannot either, nor those who become members and cease to be.

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
        app::{Reply, slugs},
        people::{Someone, id},
        sample,
    },
};

/// What somebody does; it may be out of place.
#[derive(Clone, Copy, Debug)]
enum Action {
    Open,
    /// Types a value.
    Type(u16),
    /// Moves the confidential place, and nothing else.
    Move(u16),
    /// Says that it ended, or that it did not.
    TypeEnded(bool),
    /// Somebody else types a value, who may be no member.
    TypeAsOther(u16),
    /// Somebody else claims the organisation, and a moderator agrees.
    Claim,
    /// They leave.
    Leave,
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
    HandIn(u16, u16),
    ApproveBatch,
    WithdrawBatch,
    /// A moderator says that it ended, which is its owner's to say.
    SayEnded,
    /// A moderator takes it off, or brings it back.
    TakeOff,
    BringBack,
    /// A moderator finds it to be the same as another one.
    Merge,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        2 => Just(Action::Open),
        4 => any::<u16>().prop_map(Action::Type),
        2 => any::<u16>().prop_map(Action::Move),
        1 => any::<bool>().prop_map(Action::TypeEnded),
        1 => any::<u16>().prop_map(Action::TypeAsOther),
        1 => Just(Action::Claim),
        1 => Just(Action::Leave),
        5 => Just(Action::Submit),
        4 => Just(Action::Approve),
        1 => Just(Action::ApproveUnseen),
        1 => Just(Action::Reject),
        1 => Just(Action::AskForChanges),
        1 => Just(Action::Withdraw),
        1 => Just(Action::Confirm),
        1 => Just(Action::ConfirmCost),
        1 => Just(Action::Lapse),
        1 => any::<u16>().prop_map(Action::Feed),
        2 => any::<(u16, u16)>().prop_map(|(value, place)| Action::HandIn(value, place)),
        2 => Just(Action::ApproveBatch),
        1 => Just(Action::WithdrawBatch),
        1 => Just(Action::SayEnded),
        1 => Just(Action::TakeOff),
        1 => Just(Action::BringBack),
        1 => Just(Action::Merge),
    ];
    vec(action, 1..20)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Typing,
    Waiting,
    /// Waiting in a batch.
    InBatch,
    Closed,
}

/// What is said of the listing: a value, where its secret place is, whether it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Said {
    value: u16,
    place: u16,
    ended: bool,
}

/// What is known of the listing.
struct Model {
    state: State,
    typed: Said,
    approved: Option<Said>,
    /// How often it was written.
    version: i64,
    /// The version that is public.
    public: Option<i64>,
    /// The version on which the draft stands.
    base: Option<i64>,
    /// Whether a moderator took it off.
    taken_off: bool,
    /// Whether it is another one by now.
    merged: bool,
    /// Whether the other person is a member.
    joined: bool,
}

impl Model {
    /// What anybody sees.
    fn shown(&self) -> Option<Said> {
        self.approved.filter(|_| self.public.is_some())
    }

    /// Whether the action is in its place; then it is done.
    fn take(&mut self, action: Action) -> bool {
        let (needs, then) = match action {
            Action::Open => (State::Closed, State::Typing),
            Action::TypeAsOther(_) if !self.joined => return false,
            Action::Type(_) | Action::Move(_) | Action::TypeEnded(_) | Action::TypeAsOther(_) => {
                (State::Typing, State::Typing)
            }
            Action::Submit => (State::Typing, State::Waiting),
            Action::Approve | Action::Reject => (State::Waiting, State::Closed),
            Action::AskForChanges => (State::Waiting, State::Typing),
            Action::ApproveUnseen | Action::SayEnded => return false,
            // What is public already is nothing to hand in.
            Action::HandIn(value, place) if self.approved == Some(handed_in(value, place)) => {
                return false;
            }
            Action::HandIn(..) => (State::Closed, State::InBatch),
            Action::ApproveBatch | Action::WithdrawBatch => (State::InBatch, State::Closed),
            Action::Withdraw if self.state == State::Waiting => (State::Waiting, State::Closed),
            Action::Withdraw => (State::Typing, State::Closed),
            Action::Confirm
            | Action::ConfirmCost
            | Action::Lapse
            | Action::Feed(_)
            | Action::TakeOff
            | Action::BringBack => return self.take_of_public(action),
            Action::Merge => return self.merge(),
            Action::Claim | Action::Leave => {
                let joins = matches!(action, Action::Claim);
                return std::mem::replace(&mut self.joined, joins) != joins;
            }
        };
        // A listing that was never public has nothing from which a new draft could be opened.
        let of_public = matches!(action, Action::Open | Action::HandIn(..));
        if self.state != needs || (of_public && self.approved.is_none()) {
            return false;
        }
        match action {
            Action::Type(value) | Action::TypeAsOther(value) => self.typed.value = value,
            Action::Move(place) => self.typed.place = place,
            Action::TypeEnded(ended) => self.typed.ended = ended,
            Action::HandIn(..) if self.public.is_none() => return false,
            Action::HandIn(value, place) => {
                self.typed = handed_in(value, place);
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

    /// It leads to the other one from now on; what waits of it is taken back.
    fn merge(&mut self) -> bool {
        if self.public.take().is_none() {
            return false;
        }
        (self.merged, self.approved, self.state) = (true, None, State::Closed);
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

fn handed_in(value: u16, place: u16) -> Said {
    Said {
        value,
        place,
        ended: false,
    }
}

fn value(of: u16) -> String {
    format!("It was typed as {of}.")
}

/// Where the confidential places are, to half a degree's thirtieth.
const NEAR: &str = "23.7,90.3";

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
    /// Somebody who is a member or not.
    other: &'a Someone<'a>,
    /// What others are merged into.
    refuge: &'a str,
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
            Action::Type(of) | Action::TypeAsOther(of) => {
                let patch = Some(json!({"body": {"summary": sample::text(&value(of))}}));
                let who = match action {
                    Action::Type(_) => rima,
                    _ => self.other,
                };
                who.on(Method::PATCH, &draft, version, patch).await
            }
            Action::Move(to) => {
                let patch = Some(json!({"body": {"places": place(to)}}));
                rima.on(Method::PATCH, &draft, version, patch).await
            }
            Action::TypeEnded(ended) => {
                let state = if ended { "ended" } else { "operating" };
                let patch = Some(json!({"body": {"status": {"state": state}}}));
                rima.on(Method::PATCH, &draft, version, patch).await
            }
            Action::Claim => {
                let path = format!("/v1/organisations/{}/claims", self.organisation);
                let claimed = self.other.post(&path, json!({"grounds": "Ask."})).await;
                if claimed.status != 202 {
                    return claimed;
                }
                let claims = head.get("/v1/moderation/claims").await.json();
                let claim = id(&claims["items"][0]);
                let path = format!("/v1/moderation/claims/{claim}/decision");
                head.post(&path, json!({"granted": true})).await
            }
            Action::Leave => {
                let me = self.other.get("/v1/me").await.json();
                let me = me["account"].as_str().unwrap();
                let path = format!("/v1/organisations/{}/members/{me}", self.organisation);
                self.other.delete(&path).await
            }
            Action::Merge => {
                let seen = self.seen().await.1;
                head.merge((&self.listing, seen), (self.refuge, 1)).await
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
            Action::HandIn(of, at) => {
                let mut body = sample::hub(&self.slug).typed();
                body["listing"] = json!(self.listing);
                body["summary"] = sample::text(&value(of));
                body["places"] = place(at);
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
                let (is_shown, seen) = self.seen().await;
                let path = format!("/v1/listings/{}/status", self.listing);
                let ended = Some(json!({"state": "ended"}));
                let reply = head.on(Method::PUT, &path, seen, ended).await;
                let expected = if is_shown { 409 } else { 404 };
                assert_eq!(reply.status, expected, "{}", reply.text);
                reply
            }
            Action::TakeOff => {
                let seen = self.seen().await.1;
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

    /// Whether anybody sees it, and the version that they see.
    async fn seen(&self) -> (bool, i64) {
        let shown = self.app.get(&format!("/v1/hubs/{}", self.slug)).await;
        match shown.status {
            200 => (true, shown.json()["version"].as_i64().unwrap()),
            _ => (false, 1),
        }
    }

    /// Holds what anybody sees against what was approved last.
    async fn hold(&mut self, model: &Model) -> Result<(), TestCaseError> {
        let public = self.app.get(&format!("/v1/hubs/{}", self.slug)).await;
        let Some(approved) = model.shown() else {
            let expected = if model.merged { 308 } else { 404 };
            prop_assert_eq!(public.status, expected);
            return Ok(());
        };
        let shown = public.json();
        prop_assert_eq!(&shown["summary"]["text"], &json!(value(approved.value)));
        let state = if approved.ended { "ended" } else { "operating" };
        prop_assert_eq!(&shown["status"]["state"], &json!(state));
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

    /// Holds what the feed and searches around the place tell, once a case is over, against what anybody sees.
    async fn hold_found(&self, since: &str, model: &Model) -> Result<(), TestCaseError> {
        self.app.follow().await;
        let news = self.app.get(&format!("/v1/changes?cursor={since}")).await;
        prop_assert_eq!(news.status, 200, "{}", news.text);
        prop_assert!(!news.text.contains("Hidden Lane"), "{}", news.text);
        let news = news.json();
        let own = |item: &&Value| item["id"] == json!(self.listing);
        let last = news["items"].as_array().unwrap().iter().rfind(own);
        let told = last.and_then(|item| item["listing"]["summary"]["text"]["en"].as_str());
        let shown = model.shown().map(|said| value(said.value));
        prop_assert_eq!(told, shown.as_deref());
        let place = last.map(|item| &item["listing"]["places"][0]);
        prop_assert!(
            place.is_none_or(|place| place["point"].is_null()),
            "{:?}",
            last
        );
        // It is as far as its district, wherever it is: beyond 15 km from where all its points are, within 18.
        for (radius, reaches) in [("1000", false), ("15000", false), ("18000", true)] {
            let found = self
                .app
                .search(&[
                    ("near", NEAR),
                    ("radius", radius),
                    ("kind", "hub"),
                    ("limit", "100"),
                ])
                .await;
            let is_found = slugs(&found["hits"]).contains(&&*self.slug);
            prop_assert!(!is_found || reaches, "{}", radius);
        }
        let found = self
            .app
            .search(&[("near", NEAR), ("kind", "hub"), ("limit", "100")])
            .await;
        let order = slugs(&found["hits"]);
        let at = |slug: &str| order.iter().position(|own| *own == slug);
        if let Some(own) = at(&self.slug) {
            prop_assert!(
                at("five-km") < Some(own) && Some(own) < at("forty-km"),
                "{:?}",
                order
            );
            let hit = &found["hits"][own];
            prop_assert_eq!(
                (&hit["approximate"], &hit["distance_m"]),
                (&json!(true), &Value::Null)
            );
        }
        prop_assert!(model.shown().is_some() || at(&self.slug).is_none());
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
    (rima, head, other): (&Someone<'_>, &Someone<'_>, &Someone<'_>),
    (organisation, refuge): (&str, &str),
    number: usize,
    actions: &[Action],
) -> Result<(), TestCaseError> {
    app.follow().await;
    let since = latest(app).await;
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
        other,
        refuge,
        slug,
        listing: opened["listing"].as_str().unwrap().to_owned(),
        draft: id(&opened).to_owned(),
        organisation: organisation.to_owned(),
        batch: uuid::Uuid::nil().to_string(),
        shown_place: None,
    };
    let mut model = Model {
        state: State::Typing,
        typed: Said::default(),
        approved: None,
        version: 0,
        public: None,
        base: None,
        taken_off: false,
        merged: false,
        joined: false,
    };
    case.ask(Action::Leave).await;
    for action in actions {
        case.known = model.approved.is_some();
        let (told, said) = case.act(*action).await;
        let done = model.take(*action);
        prop_assert_eq!(told, done, "{:?}: {}", action, said);
        case.hold(&model).await?;
        case.hold_batch(model.state == State::InBatch).await?;
    }
    // Neither search nor the feed knows more.
    case.hold_found(&since, &model).await?;
    let found = app
        .search(&[("q", "Hidden Lane"), ("kind", "hub")])
        .await
        .to_string();
    prop_assert!(!found.contains("Hidden Lane"));
    Ok(())
}

/// Where the feed ends.
async fn latest(app: &TestApp) -> String {
    let mut cursor = String::new();
    loop {
        let page = app
            .get(&format!("/v1/changes?limit=1000{cursor}"))
            .await
            .json();
        let next = page["next"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return next;
        }
        cursor = format!("&cursor={next}");
    }
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
        let other = Someone::new(&app, "other@example.org").await;
        let refuge = db.create(&sample::hub("refuge")).await.to_string();
        for (slug, lat) in [("five-km", 23.655), ("forty-km", 23.34)] {
            let hub = sample::hub(slug).with("/places/0/point/lat", json!(lat));
            db.create(&hub.with("/places/0/point/lon", json!(90.3)))
                .await;
        }
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
                    (&rima, &head, &other),
                    (listing, &refuge),
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
