//! What the model knows of time: who was asked whether it is still true, who answered, and what lapsed; and of people who go.

use super::{
    action::Person,
    state::{
        Model,
        Outcome::{self, Done, OutOfPlace, Refused},
        Provider, Stage,
    },
};

impl Model {
    fn moves_on(&mut self, months: i64) {
        self.now += months;
        self.links = [false, false];
        self.invited = [None, None];
    }

    pub(super) fn remind(&mut self) -> Outcome {
        self.moves_on(13);
        let shown = [self.public.is_some(), self.provider == Provider::Shown];
        for person in Person::ALL {
            if !self.owns(person) {
                continue;
            }
            let there = (0..2).filter(|listing| shown[*listing]);
            self.asked
                .extend(there.map(|listing| (listing, person, self.now)));
            self.links[person.index()] |= shown[0];
        }
        Done("asked")
    }

    fn silent(&self, listing: usize) -> bool {
        let confirmed = self.confirmed[listing];
        let asked = self.asked.iter().any(|(of, person, at)| {
            let late = *at >= confirmed + 12 && at + 3 <= self.now;
            *of == listing && self.owns(*person) && late
        });
        asked && confirmed + 15 < self.now
    }

    pub(super) fn lapse(&mut self) -> Outcome {
        self.moves_on(4);
        let silent = self.public.is_some() && self.silent(0);
        let answered = self.stage == Stage::Waiting;
        if silent && !answered {
            self.public = None;
            for person in Person::ALL {
                self.links[person.index()] = self.owns(person);
            }
        }
        let provider = self.provider == Provider::Shown && self.silent(1);
        if provider && self.public.is_none() {
            self.provider = Provider::Lapsed;
        }
        match (silent, answered) {
            (true, true) => Refused("a draft waits"),
            (true, false) if self.stage == Stage::Typing => Done("while a draft is typed"),
            (true, false) => Done("nobody answered"),
            (false, _) => OutOfPlace,
        }
    }

    pub(super) fn answer(&mut self, person: Person, closed: bool) -> Outcome {
        if self.approved.is_none() || !self.edits(person) {
            return Refused("it is not theirs any more");
        }
        let outcome = match closed {
            true => Done("closed"),
            false => self.confirm(),
        };
        if matches!(outcome, Done(_)) {
            self.links[person.index()] = false;
        }
        outcome
    }

    pub(super) fn confirm_provider_now(&mut self) {
        self.confirmed[1] = self.now;
    }

    /// A person is gone, with the letters to them; what was never handed in goes with the last of them.
    pub(super) fn forget(&mut self, person: Person) {
        self.roles[person.index()] = None;
        self.links[person.index()] = false;
        self.invited[person.index()] = None;
        if let Some((by, _)) = &mut self.invited[person.other().index()]
            && *by == Some(person)
        {
            *by = None;
        }
        self.asked.retain(|(_, asked, _)| *asked != person);
        let nobody = self.roles.iter().all(Option::is_none);
        // What never was public goes with the last one who kept it.
        if nobody {
            self.stage = Stage::Closed;
            self.forgotten |= self.approved.is_none();
        }
    }
}
