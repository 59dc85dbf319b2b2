//! Doing over HTTP what the model says, and what was said of it.

use haven::{
    app::{confirm, lapse},
    domain::actor::Actor,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    action::{Action, Person, Typed},
    case::{Case, email},
    words,
};
use crate::{
    app::import::{feed, import},
    support::{
        app::Reply,
        people::{self, PASSWORD, id, post, sign_in},
    },
};

const NDJSON: &str = "application/x-ndjson";

impl Case<'_, '_> {
    /// Does it; whether it was done, and what was said.
    pub async fn act(&mut self, action: Action) -> (bool, String) {
        match action {
            Action::Remind => {
                self.world.months_pass(13).await;
                confirm::remind(&self.world.app.use_cases, Actor::Upkeep)
                    .await
                    .unwrap();
                self.read_letters().await;
                (true, String::new())
            }
            Action::Lapse => {
                self.world.months_pass(4).await;
                let there = self.is_there().await;
                lapse::lapse(&self.world.app.use_cases, Actor::Upkeep)
                    .await
                    .unwrap();
                self.read_letters().await;
                (there && !self.is_there().await, String::new())
            }
            Action::Feed(word, place) => {
                let said = self.model.otherwise(word, place);
                self.say(said.word, said.place);
                let source = json!([{"name": "Haven", "external_id": self.listing, "licence": "CC0-1.0",
                    "retrieved_on": "2026-02-01"}]);
                let said = words::listing(said, self.number)
                    .with("/organisation", json!(format!("listeners-{}", self.number)))
                    .with("/sources", source);
                let report = import(&self.world.db.store, feed(&[said])).await;
                let heard = report.claimed.len() == 1 || report.counts() == [0, 1, 0, 0];
                (heard, format!("{report:?}"))
            }
            _ => {
                let reply = self.ask(action).await;
                assert!(reply.status < 500, "{action:?}: {}", reply.text);
                ((200..300).contains(&reply.status), reply.text)
            }
        }
    }

    async fn is_there(&self) -> bool {
        let there = "select 1::int8 from listing where id::text = $1";
        self.world.number(there, &self.listing).await.is_some()
    }

    fn say(&mut self, word: u8, place: u8) {
        self.words.insert(word);
        self.places.insert(place);
    }

    /// Each one's latest link by which the listing is answered for.
    async fn read_letters(&mut self) {
        let slug = words::slug(self.number, self.model.approved.map_or(0, |said| said.slug));
        let says = [
            format!("publishes {slug} for you"),
            format!("publishes {slug}:"),
            format!(" {slug}:\n"),
        ];
        for person in Person::ALL {
            let link = self.world.link(email(person), &says).await;
            self.answers[person.index()] = link.unwrap_or_default();
        }
    }

    async fn ask(&mut self, action: Action) -> Reply {
        match action {
            Action::Open(_)
            | Action::Type(..)
            | Action::Submit(_)
            | Action::Withdraw(_)
            | Action::Approve
            | Action::ApproveUnseen
            | Action::Reject
            | Action::AskForChanges
            | Action::Note(_) => self.ask_of_draft(action).await,
            Action::Check(..)
            | Action::HandIn(..)
            | Action::ApproveBatch
            | Action::RejectBatch
            | Action::AskForBatchChanges
            | Action::SubmitBatch(_)
            | Action::WithdrawBatch(_) => self.ask_of_batch(action).await,
            _ if action.is_of_people() => self.ask_of_people(action).await,
            _ => self.ask_of_public(action).await,
        }
    }

    async fn ask_of_draft(&mut self, action: Action) -> Reply {
        let version = "select version from draft where id::text = $1";
        let version = self.world.number(version, &self.draft).await.unwrap_or(1);
        let draft = format!("/v1/drafts/{}", self.draft);
        let to = |what: &str| format!("{draft}/{what}");
        match action {
            Action::Type(_, Typed::Word(word)) | Action::Note(word) => self.say(word, 0),
            Action::Type(_, Typed::Place(place)) => self.say(0, place),
            _ => {}
        }
        let head = &self.world.head;
        match action {
            Action::Open(person) => {
                let asked = json!({"listing": self.listing});
                let reply = self.world.who(person).post("/v1/drafts", asked).await;
                if reply.status == 201 {
                    id(&reply.json()).clone_into(&mut self.draft);
                }
                reply
            }
            Action::Type(person, typed) => {
                let patch = words::patch(typed, self.model.typed, self.number);
                let patch = Some(json!({"body": patch}));
                let who = self.world.who(person);
                who.on(Method::PATCH, &draft, version, patch).await
            }
            Action::Submit(person) => {
                let who = self.world.who(person);
                who.on(Method::POST, &to("submission"), version, None).await
            }
            Action::Withdraw(person) => {
                let who = self.world.who(person);
                who.on(Method::DELETE, &draft, version, None).await
            }
            Action::Approve => head.on(Method::POST, &to("approval"), version, None).await,
            Action::ApproveUnseen => {
                let unseen = version - 1;
                head.on(Method::POST, &to("approval"), unseen, None).await
            }
            Action::Reject => {
                let reason = Some(json!({"reason": "No."}));
                head.on(Method::POST, &to("rejection"), version, reason)
                    .await
            }
            Action::AskForChanges => {
                let remarks = json!({"remarks": [{"pointer": "/summary", "remark": "Longer."}]});
                let path = to("changes-request");
                head.on(Method::POST, &path, version, Some(remarks)).await
            }
            Action::Note(word) => {
                let note = json!({"note": words::summary(word)});
                head.post(&to("notes"), note).await
            }
            _ => unreachable!("{action:?} is not of a draft"),
        }
    }

    async fn ask_of_batch(&mut self, action: Action) -> Reply {
        let version = "select version from batch where id::text = $1";
        let version = self.world.number(version, &self.batch).await.unwrap_or(1);
        let batch = format!("/v1/batches/{}", self.batch);
        let to = |what: &str| format!("{batch}/{what}");
        match action {
            Action::Check(_, word) => self.say(word, 0),
            Action::HandIn(_, word, place) => {
                let said = self.model.otherwise(word, place);
                self.say(said.word, said.place);
            }
            _ => {}
        }
        let head = &self.world.head;
        match action {
            Action::Check(person, word) => {
                let path = format!("/v1/organisations/{}/batches/check", self.organisation);
                let file = self.file(word, 0);
                self.world.who(person).file(&path, NDJSON, file, "").await
            }
            Action::HandIn(person, word, place) => {
                let path = format!("/v1/organisations/{}/batches", self.organisation);
                let file = self.file(word, place);
                let reply = self.world.who(person).file(&path, NDJSON, file, "").await;
                if reply.status == 201 {
                    id(&reply.json()).clone_into(&mut self.batch);
                    let row = "select id::text from draft where batch::text = $1";
                    let row = self.world.sql.query_one(row, &[&self.batch]).await;
                    self.draft = row.unwrap().get(0);
                }
                reply
            }
            Action::ApproveBatch => head.on(Method::POST, &to("approval"), version, None).await,
            Action::RejectBatch => {
                let reason = Some(json!({"reason": "No."}));
                head.on(Method::POST, &to("rejection"), version, reason)
                    .await
            }
            Action::AskForBatchChanges => {
                let remarks = json!({"reason": "Longer, please.", "remarks": []});
                let path = to("changes-request");
                head.on(Method::POST, &path, version, Some(remarks)).await
            }
            Action::SubmitBatch(person) => {
                let who = self.world.who(person);
                who.on(Method::POST, &to("submission"), version, None).await
            }
            Action::WithdrawBatch(person) => {
                let who = self.world.who(person);
                who.on(Method::DELETE, &batch, version, None).await
            }
            _ => unreachable!("{action:?} is not of a batch"),
        }
    }

    /// The listing as the only row of a file.
    fn file(&self, word: u8, place: u8) -> String {
        let mut body = words::listing(self.model.otherwise(word, place), self.number).typed();
        body["listing"] = json!(self.listing);
        body.to_string()
    }

    async fn ask_of_public(&mut self, action: Action) -> Reply {
        if let Action::Report(word) = action {
            self.say(word, 0);
        }
        let world = &*self.world;
        let head = &world.head;
        let seen = async |listing: &str| {
            let version = "select version from published where id::text = $1";
            world.number(version, listing).await.unwrap_or(1)
        };
        let of_listing = |what: &str| format!("/v1/listings/{}/{what}", self.listing);
        let of_organisation = |what: &str| format!("/v1/listings/{}/{what}", self.organisation);
        let why = Some(json!({"reason": "Somebody says that it does harm."}));
        match action {
            Action::Confirm(person) => {
                world
                    .who(person)
                    .post(&of_listing("confirmation"), json!({}))
                    .await
            }
            Action::ConfirmOrganisation(person) => {
                let path = of_organisation("confirmation");
                world.who(person).post(&path, json!({})).await
            }
            Action::ConfirmCost(person) => {
                let path = of_listing("confirmation/fields");
                world
                    .who(person)
                    .post(&path, json!({"fields": ["cost"]}))
                    .await
            }
            Action::Answer(person, closed) => {
                let said = if closed {
                    json!({"closed": true})
                } else {
                    json!({})
                };
                post(world.app, &self.answers[person.index()], said).await
            }
            Action::Settle(person) => {
                let waiting = "select id::text from suggestion where listing::text = $1 and settled_at is null";
                let waiting = world
                    .sql
                    .query_opt(waiting, &[&self.listing])
                    .await
                    .unwrap();
                let one = waiting.map_or(uuid::Uuid::nil().to_string(), |row| row.get(0));
                world
                    .who(person)
                    .delete(&of_listing(&format!("suggestions/{one}")))
                    .await
            }
            Action::SetStatus(ended) => {
                let said = Some(json!({"state": words::state(ended)}));
                let version = seen(&self.listing).await;
                head.on(Method::PUT, &of_listing("status"), version, said)
                    .await
            }
            Action::MergeByStatus => {
                let said = Some(json!({"state": "merged", "merged_into": world.refuge}));
                let version = seen(&self.listing).await;
                head.on(Method::PUT, &of_listing("status"), version, said)
                    .await
            }
            Action::LetGo(person) => {
                let version = seen(&self.listing).await;
                world
                    .who(person)
                    .on(Method::POST, &of_listing("unpublication"), version, why)
                    .await
            }
            Action::TakeOff => {
                let version = seen(&self.listing).await;
                head.on(Method::POST, &of_listing("withdrawal"), version, why)
                    .await
            }
            Action::TakeOffOrganisation => {
                let version = seen(&self.organisation).await;
                head.on(Method::POST, &of_organisation("withdrawal"), version, why)
                    .await
            }
            Action::BringBack => head.delete(&of_listing("withdrawal")).await,
            Action::BringBackOrganisation => head.delete(&of_organisation("withdrawal")).await,
            Action::Merge => {
                let (own, other) = (seen(&self.listing).await, seen(&world.refuge).await);
                head.merge((&self.listing, own), (&world.refuge, other))
                    .await
            }
            Action::MergeInto => {
                let (own, other) = (seen(&self.ward).await, seen(&self.listing).await);
                head.merge((&self.ward, own), (&self.listing, other)).await
            }
            Action::Report(word) => {
                let said = json!({"listing": self.listing, "topic": "closed", "words": words::summary(word)});
                post(world.app, "/v1/reports", said).await
            }
            _ => unreachable!("{action:?} is not of what is public"),
        }
    }

    async fn ask_of_people(&mut self, action: Action) -> Reply {
        self.world.hours_pass_for_letters().await;
        let of_organisation =
            |what: &str| format!("/v1/organisations/{}/{what}", self.organisation);
        match action {
            Action::Claim(person, by_mail) => self.claim(person, by_mail).await,
            Action::Invite(person, role) => {
                let to = person.other();
                let asked = json!({"email": email(to), "role": role.as_str()});
                let who = self.world.who(person);
                let reply = who.post(&of_organisation("invitations"), asked).await;
                if reply.status == 202 {
                    let says = ["You are invited to look after".to_owned()];
                    let link = self.world.link(email(to), &says).await;
                    self.invitations[to.index()] = link.unwrap();
                }
                reply
            }
            Action::Accept(person) => {
                let link = &self.invitations[person.index()];
                post(self.world.app, link, json!({})).await
            }
            Action::Revoke(person) => {
                let open =
                    "select id::text from letter where purpose = 'invitation' and used_at is null
                    and payload ->> 'organisation' = $1 order by id desc limit 1";
                let open = self.world.sql.query_one(open, &[&self.organisation]).await;
                let open: String = open.unwrap().get(0);
                let path = of_organisation(&format!("invitations/{open}"));
                self.world.who(person).delete(&path).await
            }
            Action::SetRole(person, role) => {
                let path =
                    of_organisation(&format!("members/{}", self.account(person.other()).await));
                let asked = json!({"role": role.as_str()});
                self.world.who(person).put(&path, asked).await
            }
            Action::Remove(person) => {
                let path =
                    of_organisation(&format!("members/{}", self.account(person.other()).await));
                self.world.who(person).delete(&path).await
            }
            Action::Leave(person) => {
                let path = of_organisation(&format!("members/{}", self.account(person).await));
                self.world.who(person).delete(&path).await
            }
            Action::DeleteMe(person) => {
                let asked = json!({"password": PASSWORD});
                let reply = self.world.who(person).post("/v1/me/deletion", asked).await;
                if reply.status == 204 {
                    people::register(self.world.app, email(person)).await;
                    let token = sign_in(self.world.app, email(person)).await;
                    self.world.people[person.index()].token = token;
                }
                reply
            }
            _ => unreachable!("{action:?} is not of people"),
        }
    }

    async fn account(&self, person: Person) -> String {
        let account = "select id::text from account where email = $1";
        let row = self.world.sql.query_one(account, &[&email(person)]).await;
        row.unwrap().get(0)
    }

    /// Claims the organisation; the moderator agrees, or whoever reads its mailbox.
    async fn claim(&self, person: Person, by_mail: bool) -> Reply {
        let path = format!("/v1/organisations/{}/claims", self.organisation);
        let asked = json!({"by_mail": by_mail, "grounds": "Ask at the office."});
        let claimed = self.world.who(person).post(&path, asked).await;
        if claimed.status != 202 {
            return claimed;
        }
        if by_mail {
            let office = format!("office-{}@example.org", self.number);
            let says = ["asks to look after".to_owned()];
            let link = self.world.link(&office, &says).await.unwrap();
            return post(self.world.app, &link, json!({})).await;
        }
        let claims = self.world.head.get("/v1/moderation/claims").await.json();
        let mut claims = claims["items"].as_array().unwrap().iter();
        let own = |claim: &&Value| claim["organisation"] == json!(self.organisation);
        let claim = id(claims.find(own).unwrap()).to_owned();
        let path = format!("/v1/moderation/claims/{claim}/decision");
        self.world.head.post(&path, json!({"granted": true})).await
    }
}
