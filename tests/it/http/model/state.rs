//! What the model knows of the listing: what was typed, what was approved last, whether it lapsed, was taken off or merged,
//! and who keeps it. It knows nothing of how the directory is made.

use super::action::{Action, Person, Role, Typed};

/// How many words, places and slugs there are.
pub const WORDS: u8 = 16;
pub const PLACES: u8 = 8;
pub const SLUGS: u8 = 3;

/// What comes of something that is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Done(&'static str),
    /// Refused for a reason that one would like to see.
    Refused(&'static str),
    /// Refused because it makes no sense there.
    OutOfPlace,
}

use Outcome::{Done, OutOfPlace, Refused};

/// What is said of the listing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Said {
    pub word: u8,
    pub place: u8,
    pub slug: u8,
    /// Whether where it is may be known.
    pub open: bool,
    pub ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    Closed,
    Typing,
    Waiting,
}

/// Its organisation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Provider {
    Shown,
    Lapsed,
    TakenOff,
}

/// By whose word it was approved last, which is told in its sources.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Approval {
    /// What somebody handed in.
    HandedIn,
    /// A feed's, or what was said of it since: not the same again.
    Otherwise,
}

/// Long before anything.
const NEVER: i64 = -1_000;

#[derive(Clone, Debug)]
pub struct Model {
    pub stage: Stage,
    /// Whether what is open belongs to a batch.
    pub in_batch: bool,
    /// Whether it was handed in at any time.
    pub(super) handed_in: bool,
    /// Whether what was typed of it before it was public is forgotten.
    pub(super) forgotten: bool,
    pub typed: Said,
    pub approved: Option<Said>,
    approval: Approval,
    /// Whether its cost was confirmed apart, and whether a moderator said how it is.
    cost: bool,
    status_set: bool,
    /// How often it was written, and the version that is public.
    version: i64,
    pub public: Option<i64>,
    /// The version on which the draft stands.
    base: Option<i64>,
    /// Whether a moderator took it off, or somebody who keeps it.
    pub taken_off: bool,
    pub(super) let_go: bool,
    pub merged: bool,
    /// Whether the other one was merged into it.
    pub ward_merged: bool,
    /// The slugs that were public.
    pub slugs: Vec<u8>,
    pub provider: Provider,
    pub roles: [Option<Role>; 2],
    /// Who was invited, by whom where they are there still, and as what.
    pub invited: [Option<(Option<Person>, Role)>; 2],
    /// Whether a letter with a link by which it is answered for is there.
    pub links: [bool; 2],
    /// Months that passed; when it and its organisation were confirmed, who was asked and when.
    pub(super) now: i64,
    pub(super) confirmed: [i64; 2],
    pub(super) asked: Vec<(usize, Person, i64)>,
    /// Whether what a feed says waits; this is looked up.
    pub suggestion: bool,
}

impl Model {
    pub fn new() -> Self {
        Self {
            stage: Stage::Typing,
            in_batch: false,
            handed_in: false,
            typed: Said::default(),
            approved: None,
            approval: Approval::HandedIn,
            cost: false,
            status_set: false,
            version: 0,
            public: None,
            base: None,
            taken_off: false,
            let_go: false,
            merged: false,
            forgotten: false,
            ward_merged: false,
            slugs: Vec::new(),
            provider: Provider::Shown,
            roles: [Some(Role::Owner), None],
            invited: [None, None],
            links: [false, false],
            now: 0,
            confirmed: [0, 0],
            asked: Vec::new(),
            suggestion: false,
        }
    }

    /// What anybody sees.
    pub fn shown(&self) -> Option<Said> {
        self.approved.filter(|_| self.public.is_some())
    }

    /// What a file or a feed says: something else than what is public.
    pub fn otherwise(&self, word: u8, place: u8) -> Said {
        let slug = self.approved.map_or(0, |said| said.slug);
        let said = |word| Said {
            word,
            place,
            slug,
            ..Said::default()
        };
        match self.approved {
            // Whether it ended is a moderator's to say, and no feed's.
            Some(known)
                if Said {
                    ended: false,
                    ..known
                } == said(word) =>
            {
                said((word + 1) % WORDS)
            }
            _ => said(word),
        }
    }

    pub(super) fn role(&self, person: Person) -> Option<Role> {
        self.roles[person.index()]
    }

    pub(super) fn edits(&self, person: Person) -> bool {
        self.role(person) >= Some(Role::Editor)
    }

    pub(super) fn owns(&self, person: Person) -> bool {
        self.role(person) == Some(Role::Owner)
    }

    pub fn is_kept(&self) -> bool {
        Person::ALL.into_iter().any(|person| self.owns(person))
    }

    /// Whether it is a thing that can be done at all, and of which the model knows what comes of it.
    pub fn knows(&self, action: Action) -> bool {
        match action {
            Action::Note(_) => self.stage == Stage::Waiting,
            // What is public of nobody's is the feed's; what lapsed of nobody's it would make anew. It names the
            // organisation, and as a copy of the directory's own it has to fit.
            Action::Feed(..) => {
                let set_aside = self.taken_off || self.let_go || self.is_kept();
                let fits = self.provider == Provider::Shown && self.approved.is_some();
                fits && (self.public.is_some() || set_aside)
            }
            Action::Answer(person, _) => self.links[person.index()],
            Action::Invite(person, _) => self.invited[person.other().index()].is_none(),
            Action::Revoke(person) => self.invited[person.other().index()].is_some(),
            Action::Accept(person) => self.invited[person.index()].is_some(),
            // Nobody would have anything to do any more.
            Action::DeleteMe(person) => {
                self.role(person).is_some() && (self.handed_in || self.approved.is_some())
            }
            Action::Report(_) | Action::SetStatus(_) => self.public.is_some(),
            Action::MergeInto => !self.ward_merged,
            Action::Merge | Action::MergeByStatus => self.approved.is_some(),
            _ => true,
        }
    }

    /// Does it, where it can be done.
    pub fn take(&mut self, action: Action) -> Outcome {
        match action {
            Action::Open(person) => self.open(person),
            Action::Type(person, typed) => self.type_in(person, typed),
            Action::Submit(person) if !self.edits(person) => OutOfPlace,
            Action::Submit(_) => self.submit(false),
            Action::SubmitBatch(person) if !self.edits(person) => OutOfPlace,
            Action::SubmitBatch(_) => self.submit(true),
            Action::Withdraw(person) => self.withdraw(person, false),
            Action::WithdrawBatch(person) => self.withdraw(person, true),
            Action::Approve => self.approve(false),
            Action::ApproveBatch => self.approve(true),
            Action::ApproveUnseen if self.stage == Stage::Waiting => Refused("unseen"),
            Action::ApproveUnseen => OutOfPlace,
            Action::Reject => self.decide(false, Stage::Closed),
            Action::RejectBatch => self.decide(true, Stage::Closed),
            Action::AskForChanges => self.decide(false, Stage::Typing),
            Action::AskForBatchChanges => self.decide(true, Stage::Typing),
            Action::Note(_) => Done("a note"),
            Action::Check(person, _) if self.edits(person) => Done("a rehearsal"),
            Action::Check(..) => OutOfPlace,
            Action::HandIn(person, word, place) => {
                self.hand_in(person, self.otherwise(word, place))
            }
            Action::Confirm(person) if !self.edits(person) => OutOfPlace,
            Action::Confirm(_) => self.confirm(),
            Action::ConfirmCost(person) => self.confirm_cost(person),
            Action::Remind => self.remind(),
            Action::Lapse => self.lapse(),
            Action::Answer(person, closed) => self.answer(person, closed),
            Action::Feed(word, place) => self.feed(self.otherwise(word, place)),
            Action::Settle(person) => self.settle(person),
            Action::SetStatus(ended) => self.set_status(ended),
            Action::LetGo(person) => self.let_go(person),
            Action::TakeOff => self.take_off(),
            Action::BringBack => self.bring_back(),
            Action::TakeOffOrganisation => self.take_off_provider(),
            Action::BringBackOrganisation => self.bring_back_provider(),
            Action::ConfirmOrganisation(person) => self.confirm_provider(person),
            Action::Merge => self.merge(),
            Action::MergeByStatus if self.is_kept() && self.public.is_some() => {
                Refused("it is kept")
            }
            Action::MergeByStatus => self.merge(),
            Action::MergeInto if self.public.is_none() => OutOfPlace,
            Action::MergeInto => {
                self.ward_merged = true;
                Done("another one")
            }
            Action::Report(_) => Done("a report"),
            _ => self.take_of_people(action),
        }
    }

    fn open(&mut self, person: Person) -> Outcome {
        if !self.edits(person) || self.stage != Stage::Closed {
            return OutOfPlace;
        }
        let Some(approved) = self.approved else {
            if self.forgotten || self.merged {
                return OutOfPlace;
            }
            // It never was public: what was typed last is gone on with.
            self.base = None;
            (self.stage, self.in_batch, self.handed_in) = (Stage::Typing, false, false);
            return Done("of what was taken back");
        };
        self.typed = approved;
        self.base = self.public;
        (self.stage, self.in_batch, self.handed_in) = (Stage::Typing, false, false);
        match self.public {
            Some(_) => Done("of what is public"),
            None => Done("of what is not public now"),
        }
    }

    fn type_in(&mut self, person: Person, typed: Typed) -> Outcome {
        if !self.edits(person) || self.stage != Stage::Typing {
            return OutOfPlace;
        }
        match typed {
            Typed::Word(word) => self.typed.word = word,
            Typed::Place(place) => self.typed.place = place,
            Typed::Secret(secret) => self.typed.open = !secret,
            Typed::Ended(ended) => self.typed.ended = ended,
            Typed::Slug(slug) => self.typed.slug = slug,
        }
        match (self.in_batch, person) {
            (true, _) => Done("in a batch"),
            (false, Person::Rima) => Done("by her who began"),
            (false, Person::Karim) => Done("by another one"),
        }
    }

    fn submit(&mut self, batch: bool) -> Outcome {
        let moved = self.base != self.public;
        match (self.stage, self.in_batch == batch) {
            (Stage::Typing, true) => {}
            (Stage::Typing, false) if self.in_batch => return Refused("a row of a batch"),
            // It waits where it waited.
            (Stage::Waiting, true) if moved => {
                self.base = self.public;
                return Done("again, for what is public by now");
            }
            _ => return OutOfPlace,
        }
        self.base = self.public;
        (self.stage, self.handed_in) = (Stage::Waiting, true);
        match moved {
            true => Done("on what is public by now"),
            false => Done("handed in"),
        }
    }

    fn withdraw(&mut self, person: Person, batch: bool) -> Outcome {
        if !self.edits(person) || self.stage == Stage::Closed || self.in_batch != batch {
            return OutOfPlace;
        }
        let waited = self.stage == Stage::Waiting;
        self.stage = Stage::Closed;
        match waited {
            true => Done("what waited"),
            false => Done("what was typed"),
        }
    }

    fn hand_in(&mut self, person: Person, said: Said) -> Outcome {
        let never = self.approved.is_none() && !self.forgotten && !self.merged;
        let named = self.public.is_some() || never;
        let fits = self.stage == Stage::Closed && named;
        if !self.edits(person) || !fits {
            return OutOfPlace;
        }
        self.typed = said;
        self.base = self.public;
        (self.stage, self.in_batch, self.handed_in) = (Stage::Waiting, true, true);
        Done("handed in")
    }

    fn decide(&mut self, batch: bool, then: Stage) -> Outcome {
        if self.stage != Stage::Waiting || self.in_batch != batch {
            return OutOfPlace;
        }
        self.stage = then;
        Done("decided")
    }

    fn approve(&mut self, batch: bool) -> Outcome {
        match (self.stage, self.in_batch == batch) {
            (Stage::Waiting, true) => {}
            (Stage::Waiting, false) if self.in_batch => return Refused("a row of a batch"),
            _ => return OutOfPlace,
        }
        if self.base != self.public {
            return Refused("the base moved");
        }
        if self.provider != Provider::Shown {
            return Refused("its organisation is not public");
        }
        let how = match (self.approved, self.public, self.taken_off) {
            (None, ..) => "for the first time",
            (Some(_), None, true) => "what was taken off",
            (Some(_), None, false) => "what lapsed",
            (Some(former), ..) if self.moves_secret(former) => "moves the secret place",
            (Some(former), ..) if former.open && !self.typed.open => "makes the place secret",
            (Some(former), ..) if !former.open && self.typed.open => "opens the place",
            (Some(former), ..) if former.slug != self.typed.slug => "with another slug",
            _ => "changes it",
        };
        self.put(self.typed);
        self.stage = Stage::Closed;
        self.cost = false;
        self.approval = Approval::HandedIn;
        self.confirmed[0] = self.now;
        Done(how)
    }

    /// Whether all that it changes is where the secret place is.
    fn moves_secret(&self, former: Said) -> bool {
        let moved = Said {
            place: self.typed.place,
            ..former
        };
        !former.open && moved == self.typed && former != self.typed
    }

    /// Whether what is approved changes nothing that anybody sees.
    pub fn changes_nothing_shown(&self) -> bool {
        let fresh = self.approval == Approval::HandedIn && !self.cost;
        let same_day = self.confirmed[0] == self.now;
        let known = self.shown();
        let same = known.is_some_and(|known| known == self.typed || self.moves_secret(known));
        fresh && same_day && same && self.stage == Stage::Waiting
    }

    fn put(&mut self, said: Said) {
        self.approved = Some(said);
        self.version += 1;
        self.public = Some(self.version);
        (self.taken_off, self.let_go) = (false, false);
        if !self.slugs.contains(&said.slug) {
            self.slugs.push(said.slug);
        }
    }

    /// It is written anew with what it says already; a draft that stood on it stands on it still.
    pub(super) fn again(&mut self) {
        if self.base == self.public {
            self.base = Some(self.version + 1);
        }
        self.version += 1;
        self.public = Some(self.version);
        (self.taken_off, self.let_go) = (false, false);
    }

    pub(super) fn confirm(&mut self) -> Outcome {
        let how = match (self.approved, self.public) {
            (None, _) => return OutOfPlace,
            (_, Some(_)) => "what is public",
            (_, None) if self.taken_off => return Refused("it was taken off"),
            (_, None) if self.provider != Provider::Shown => {
                return Refused("its organisation is not public");
            }
            (_, None) if self.let_go => "what was let go",
            (_, None) if self.stage == Stage::Waiting => "what lapsed while a draft waits",
            (_, None) => "what lapsed",
        };
        self.again();
        self.cost = false;
        self.confirmed[0] = self.now;
        Done(how)
    }

    fn confirm_cost(&mut self, person: Person) -> Outcome {
        if !self.edits(person) || self.public.is_none() {
            return OutOfPlace;
        }
        self.again();
        self.cost = true;
        Done("a value")
    }

    fn feed(&mut self, said: Said) -> Outcome {
        if self.public.is_none() {
            return Done("of what is not public now");
        }
        if self.is_kept() {
            return Done("of what somebody keeps");
        }
        let ended = self.status_set && self.approved.is_some_and(|said| said.ended);
        self.put(Said { ended, ..said });
        self.confirmed[0] = NEVER;
        self.approval = Approval::Otherwise;
        match self.stage {
            Stage::Waiting => Done("of nobody's while a draft waits"),
            _ => Done("of nobody's"),
        }
    }

    fn settle(&mut self, person: Person) -> Outcome {
        match (self.suggestion, self.edits(person)) {
            (true, true) if self.approved.is_some() => {
                self.suggestion = false;
                Done("settled")
            }
            _ => OutOfPlace,
        }
    }

    fn set_status(&mut self, ended: bool) -> Outcome {
        if self.is_kept() {
            return Refused("it is kept");
        }
        let Some(approved) = &mut self.approved else {
            return OutOfPlace;
        };
        approved.ended = ended;
        self.version += 1;
        self.public = Some(self.version);
        self.approval = Approval::Otherwise;
        self.status_set = ended;
        match self.stage {
            Stage::Waiting => Done("while a draft waits"),
            _ => Done("said"),
        }
    }
}
