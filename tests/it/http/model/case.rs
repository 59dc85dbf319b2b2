//! A directory with people in it, and one case in it: a new organisation with a hub, to which all happens.

use std::collections::BTreeSet;

use haven::{
    credentials::totp,
    domain::{change::Removal, clock::Clock},
};
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::{
    action::{Action, Person},
    outputs::Outputs,
    plan::Reached,
    state::{Model, Outcome, Stage},
    words,
};
use crate::support::{
    TestApp, TestDb,
    app::link_after,
    people::{self, PASSWORD, Someone, id, sign_in},
    sample,
};

const HEAD: &str = "head@example.org";

/// The directory of all cases.
pub struct World<'a> {
    pub app: &'a TestApp,
    pub db: &'a TestDb,
    pub sql: Client,
    pub head: Someone<'a>,
    secret: String,
    pub people: [Someone<'a>; 2],
    /// What others are merged into.
    pub refuge: String,
}

pub fn email(of: Person) -> &'static str {
    match of {
        Person::Rima => "rima@example.org",
        Person::Karim => "karim@example.org",
    }
}

impl<'a> World<'a> {
    pub async fn new(app: &'a TestApp, db: &'a TestDb) -> Self {
        let (secret, token) = people::administrator(app, db, HEAD).await;
        let refuge = db.create(&sample::hub("refuge")).await.to_string();
        for (slug, (lat, lon)) in [
            ("five-km", (23.655, 90.3)),
            ("between", words::BETWEEN),
            ("forty-km", (23.34, 90.3)),
        ] {
            let hub = sample::hub(slug).with("/places/0/point/lat", json!(lat));
            db.create(&hub.with("/places/0/point/lon", json!(lon)))
                .await;
        }
        Self {
            app,
            db,
            sql: db.sql().await,
            head: Someone { app, token },
            secret,
            people: [
                Someone::new(app, email(Person::Rima)).await,
                Someone::new(app, email(Person::Karim)).await,
            ],
            refuge,
        }
    }

    pub fn who(&self, person: Person) -> &Someone<'a> {
        &self.people[person.index()]
    }

    /// Time passes, and everybody signs in again.
    pub async fn months_pass(&mut self, months: i64) {
        people::months_pass(self.app, months);
        let code = totp::code_at(&self.secret.clone().into(), self.app.clock.now()).unwrap();
        let given = json!({"email": HEAD, "password": PASSWORD, "code": code});
        self.head.token = people::token(self.app, given).await;
        for person in Person::ALL {
            self.people[person.index()].token = sign_in(self.app, email(person)).await;
        }
    }

    /// Letters to an address are counted by the hour, and the clock stands.
    pub async fn hours_pass_for_letters(&self) {
        let back = "update letter set created_at = created_at - interval '2 hours' where purpose <> 'reminder'";
        self.sql.execute(back, &[]).await.unwrap();
    }

    /// The link in the latest letter to that address that says this.
    pub async fn link(&self, email: &str, says: &[String]) -> Option<String> {
        let letters = self.app.post().await;
        let to = format!("To: {email}\n");
        let to_them = letters.iter().rev().filter(|letter| letter.contains(&to));
        let mut links =
            to_them.flat_map(|letter| says.iter().filter_map(|says| link_after(letter, says)));
        links.next()
    }

    /// A number that the database knows of a row; none where there is no such row.
    pub async fn number(&self, query: &str, of: &str) -> Option<i64> {
        let row = self.sql.query_opt(query, &[&of]).await.unwrap();
        row.map(|row| row.get(0))
    }

    /// Where the log of what is public ends.
    pub async fn log(&self) -> i64 {
        let end = "select coalesce(max(sequence), 0) from change where $1 = ''";
        self.number(end, "").await.unwrap()
    }
}

/// What happens to one listing.
pub struct Case<'w, 'a> {
    pub world: &'w mut World<'a>,
    pub number: usize,
    pub model: Model,
    pub organisation: String,
    pub listing: String,
    /// Another one, which may be merged into it.
    pub ward: String,
    pub draft: String,
    pub batch: String,
    /// Links by which each answers for the listing, and by which each joins.
    pub answers: [String; 2],
    pub invitations: [String; 2],
    /// All that was said in any way.
    pub words: BTreeSet<u8>,
    pub places: BTreeSet<u8>,
    /// Where the feed ended before.
    pub since: String,
    seen: Option<Outputs>,
    trail: Vec<String>,
}

impl<'w, 'a> Case<'w, 'a> {
    /// A public organisation with a hub that is typed.
    pub async fn begin(world: &'w mut World<'a>, number: usize) -> Self {
        let rima = world.who(Person::Rima);
        let mailbox =
            json!([{"channel": "email", "value": format!("office-{number}@example.org")}]);
        let body = sample::organisation(&format!("listeners-{number}")).with("/contacts", mailbox);
        let body = json!({"organisation": body.typed()});
        let made = rima.post("/v1/organisations", body).await.json();
        let organisation = people::approved(rima, &world.head, &made["organisation"]).await;
        let ward = world
            .db
            .create(&sample::hub(&format!("ward-{number}")))
            .await;
        world.app.follow().await;
        let since = latest(world.app).await;
        let model = Model::new();
        let body = words::listing(model.typed, number).typed();
        let asked = json!({"organisation": organisation, "kind": "hub", "body": body});
        let opened = rima.post("/v1/drafts", asked).await.json();
        Self {
            number,
            organisation,
            listing: opened["listing"].as_str().unwrap().to_owned(),
            ward: ward.to_string(),
            draft: id(&opened).to_owned(),
            batch: uuid::Uuid::nil().to_string(),
            answers: Default::default(),
            invitations: Default::default(),
            words: BTreeSet::from([model.typed.word]),
            places: BTreeSet::from([model.typed.place]),
            since,
            seen: None,
            trail: Vec::new(),
            model,
            world,
        }
    }

    /// Does one thing after the other, and holds what anybody sees against the model.
    pub async fn run(
        &mut self,
        actions: &[Action],
        reached: &mut Reached,
    ) -> Result<(), TestCaseError> {
        for action in actions {
            let outcome = self.step(*action).await;
            let outcome = outcome.map_err(|error| {
                TestCaseError::fail(format!(
                    "{error}\n{action:?} after {:#?}\n{:?}",
                    self.trail, self.model
                ))
            })?;
            self.trail.push(format!("{action:?}: {outcome:?}"));
            reached.note(*action, outcome);
        }
        Ok(())
    }

    async fn step(&mut self, action: Action) -> Result<Outcome, TestCaseError> {
        let settled =
            "select count(*) from suggestion where listing::text = $1 and settled_at is null";
        let waiting = self.world.number(settled, &self.listing).await;
        self.model.suggestion = waiting > Some(0);
        prop_assert!(
            self.model.knows(action),
            "the plan does what the model does not know"
        );
        let log = self.world.log().await;
        let before = self.model.clone();
        let (told, said) = self.act(action).await;
        let outcome = self.model.take(action);
        prop_assert_eq!(
            told,
            matches!(outcome, Outcome::Done(_)),
            "{:?}: {}",
            outcome,
            said
        );
        self.hold_database().await?;
        let silent = is_silent(&before, action, outcome);
        if silent {
            prop_assert_eq!(self.world.log().await, log, "something public changed");
        }
        // Whatever it did is seen with the next thing that touches what is said.
        if silent && (action.is_of_people() || outcome == Outcome::OutOfPlace) {
            return Ok(outcome);
        }
        self.world.app.follow().await;
        let outputs = Outputs::collect(self).await;
        if let Some(former) = self.seen.as_ref().filter(|_| silent) {
            outputs.hold_same(former)?;
        }
        outputs.hold(self)?;
        self.seen = Some(outputs);
        Ok(outcome)
    }

    /// Holds what the database knows of it against the model.
    async fn hold_database(&self) -> Result<(), TestCaseError> {
        let version = "select version from listing where id::text = $1";
        let version = self.world.number(version, &self.listing).await;
        prop_assert_eq!(version, self.model.public, "the version of what is public");
        let stage = "select case state when 'submitted' then 2 when 'draft' then 1 when 'changes_requested' then 1 else 0 end::int8
            from draft where id::text = $1";
        let stage = match self.world.number(stage, &self.draft).await {
            Some(2) => Stage::Waiting,
            Some(1) => Stage::Typing,
            _ => Stage::Closed,
        };
        prop_assert_eq!(stage, self.model.stage);
        Ok(())
    }

    /// Takes it all away, so that no other case meets it.
    pub async fn end(self) {
        for listing in [&self.listing, &self.ward, &self.organisation] {
            let listing = listing.parse().unwrap();
            self.world
                .db
                .try_withdraw(listing, Removal::Withdrawn)
                .await
                .unwrap();
        }
        let gone = "delete from membership where organisation::text = $1";
        self.world
            .sql
            .execute(gone, &[&self.organisation])
            .await
            .unwrap();
        self.world.app.follow().await;
    }
}

/// Whether nothing that anybody sees may be another byte after it.
fn is_silent(before: &Model, action: Action, outcome: Outcome) -> bool {
    let Outcome::Done(_) = outcome else {
        // The clock went on.
        return !matches!(action, Action::Remind | Action::Lapse);
    };
    match action {
        Action::Approve | Action::ApproveBatch => before.changes_nothing_shown(),
        Action::Feed(..) => before.public.is_none() || before.is_kept(),
        Action::Answer(_, closed) => closed,
        Action::Remind
        | Action::Lapse
        | Action::Confirm(_)
        | Action::ConfirmCost(_)
        | Action::ConfirmOrganisation(_)
        | Action::SetStatus(_)
        | Action::LetGo(_)
        | Action::TakeOff
        | Action::BringBack
        | Action::TakeOffOrganisation
        | Action::BringBackOrganisation
        | Action::Merge
        | Action::MergeByStatus
        | Action::MergeInto => false,
        _ => true,
    }
}

/// Where the feed ends.
async fn latest(app: &TestApp) -> String {
    let mut cursor = String::new();
    loop {
        let page = app.get(&format!("/v1/changes?limit=1000{cursor}")).await;
        let page: Value = page.json();
        let next = page["next"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return next;
        }
        cursor = format!("&cursor={next}");
    }
}
