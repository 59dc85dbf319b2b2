//! What the model knows of that which takes a listing off or away, and of who keeps it.

use super::{
    action::{Action, Person, Role},
    state::{
        Model,
        Outcome::{self, Done, OutOfPlace, Refused},
        Provider, Stage,
    },
};

impl Model {
    /// It is public no more, and comes back when somebody who keeps it confirms it.
    pub(super) fn let_go(&mut self, person: Person) -> Outcome {
        if !self.edits(person) || self.public.take().is_none() {
            return OutOfPlace;
        }
        self.let_go = true;
        match self.stage {
            Stage::Waiting => Done("while a draft waits"),
            _ => Done("taken off"),
        }
    }

    pub(super) fn take_off(&mut self) -> Outcome {
        if self.public.take().is_none() {
            return OutOfPlace;
        }
        self.taken_off = true;
        match self.stage {
            Stage::Waiting => Done("while a draft waits"),
            _ => Done("taken off"),
        }
    }

    pub(super) fn bring_back(&mut self) -> Outcome {
        if self.let_go && self.is_kept() {
            return Refused("those who keep it took it off");
        }
        if !self.taken_off && !self.let_go {
            return OutOfPlace;
        }
        if self.provider != Provider::Shown {
            return Refused("its organisation is not public");
        }
        self.again();
        match self.stage {
            Stage::Closed => Done("as it was"),
            Stage::Typing => Done("while a draft is typed"),
            Stage::Waiting => Done("while a draft waits"),
        }
    }

    pub(super) fn take_off_provider(&mut self) -> Outcome {
        match (self.provider, self.public) {
            (Provider::Shown, Some(_)) => Refused("it provides a public listing"),
            (Provider::Shown, None) => {
                self.provider = Provider::TakenOff;
                Done("taken off")
            }
            _ => OutOfPlace,
        }
    }

    pub(super) fn bring_back_provider(&mut self) -> Outcome {
        if self.provider != Provider::TakenOff {
            return OutOfPlace;
        }
        self.provider = Provider::Shown;
        Done("as it was")
    }

    pub(super) fn confirm_provider(&mut self, person: Person) -> Outcome {
        if !self.edits(person) {
            return OutOfPlace;
        }
        if self.provider == Provider::TakenOff {
            return Refused("it was taken off");
        }
        self.provider = Provider::Shown;
        self.confirm_provider_now();
        Done("confirmed")
    }

    /// It leads to the other one from now on; what is open of it is taken back.
    pub(super) fn merge(&mut self) -> Outcome {
        if self.public.take().is_none() {
            return OutOfPlace;
        }
        let how = match self.stage {
            Stage::Waiting => "while a draft waits",
            Stage::Typing => "while a draft is typed",
            Stage::Closed => "merged",
        };
        (self.merged, self.approved, self.stage) = (true, None, Stage::Closed);
        Done(how)
    }

    pub(super) fn take_of_people(&mut self, action: Action) -> Outcome {
        match action {
            Action::Claim(person, by_mail) => self.claim(person, by_mail),
            Action::Invite(person, role) => {
                if !self.owns(person) {
                    return OutOfPlace;
                }
                if self.roles[person.other().index()].is_some() {
                    return Refused("they keep it already");
                }
                self.invited[person.other().index()] = Some((Some(person), role));
                Done("invited")
            }
            Action::Accept(person) => self.accept(person),
            Action::Revoke(person) => {
                if !self.owns(person) {
                    return OutOfPlace;
                }
                self.invited[person.other().index()] = None;
                Done("revoked")
            }
            Action::SetRole(person, role) => {
                let other = person.other().index();
                if !self.owns(person) || self.roles[other].is_none() {
                    return OutOfPlace;
                }
                self.roles[other] = Some(role);
                Done("another role")
            }
            Action::Remove(person) => {
                let other = person.other().index();
                if !self.owns(person) || self.roles[other].is_none() {
                    return OutOfPlace;
                }
                self.roles[other] = None;
                Done("removed")
            }
            Action::Leave(person) => self.leave(person),
            Action::DeleteMe(person) => self.delete(person),
            _ => OutOfPlace,
        }
    }

    fn claim(&mut self, person: Person, by_mail: bool) -> Outcome {
        if self.provider != Provider::Shown || self.role(person).is_some() {
            return OutOfPlace;
        }
        if by_mail && self.roles.contains(&Some(Role::Owner)) {
            return Refused("somebody owns it");
        }
        self.roles[person.index()] = Some(Role::Owner);
        match by_mail {
            true => Done("by its mailbox"),
            false => Done("before a moderator"),
        }
    }

    fn accept(&mut self, person: Person) -> Outcome {
        let Some((by, role)) = self.invited[person.index()] else {
            return OutOfPlace;
        };
        if !by.is_some_and(|by| self.owns(by)) {
            return Refused("who invited owns it no more");
        }
        self.invited[person.index()] = None;
        if self.role(person).is_some() {
            return Done("a member already");
        }
        self.roles[person.index()] = Some(role);
        Done("a member now")
    }

    /// Whether the organisation keeps an owner without that person, where anybody else keeps it.
    fn keeps_an_owner(&self, person: Person) -> bool {
        self.owns(person.other())
    }

    fn leave(&mut self, person: Person) -> Outcome {
        if self.role(person).is_none() {
            return OutOfPlace;
        }
        if !self.keeps_an_owner(person) {
            return Refused("no owner would be left");
        }
        self.roles[person.index()] = None;
        Done("left")
    }

    fn delete(&mut self, person: Person) -> Outcome {
        let alone = self.role(person.other()).is_none();
        if !alone && !self.keeps_an_owner(person) {
            return Refused("no owner would be left");
        }
        self.forget(person);
        match alone {
            true => Done("nobody keeps it any more"),
            false => Done("the other one keeps it"),
        }
    }
}
