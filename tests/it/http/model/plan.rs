//! Which actions follow one another: mostly such as something comes of where the model is by then.

use std::collections::BTreeMap;

use super::{
    action::{Action, Person, Role, Typed},
    state::{Model, Outcome, PLACES, SLUGS, WORDS},
};

/// A choice that is not made yet: of what to do, and with what.
pub type Choice = (u16, u16, u16);

/// How often what came of something was reached.
#[derive(Clone, Debug, Default)]
pub struct Reached(pub BTreeMap<String, u32>);

impl Reached {
    pub fn note(&mut self, action: Action, outcome: Outcome) {
        *self.0.entry(named(action, outcome)).or_default() += 1;
    }

    /// Holds that each action was done, and all of these were reached.
    pub fn hold(&self, these: &[&str]) {
        let never = |action: &Action| {
            let name = format!("{}: ", action.name());
            *action != Action::ApproveUnseen && !self.0.keys().any(|known| known.starts_with(&name))
        };
        let undone: Vec<Action> = possible(0, 0).into_iter().filter(never).collect();
        let unseen: Vec<&&str> = these
            .iter()
            .filter(|name| !self.0.contains_key(**name))
            .collect();
        assert!(
            undone.is_empty() && unseen.is_empty(),
            "{undone:?} {unseen:?} in {:#?}",
            self.0
        );
    }

    fn count(&self, action: Action, outcome: Outcome) -> u32 {
        let name = named(action, outcome);
        self.0.get(&name).copied().unwrap_or_default()
    }
}

fn named(action: Action, outcome: Outcome) -> String {
    let name = action.name();
    match outcome {
        Outcome::Done(how) => format!("{name}: {how}"),
        Outcome::Refused(why) => format!("{name} is refused: {why}"),
        Outcome::OutOfPlace => format!("{name} is out of place"),
    }
}

/// What the cases begin with, in turn: ways to where chance seldom comes.
pub fn beginning(of: usize) -> Vec<Action> {
    use Action::{
        Accept, Answer, Approve, ApproveBatch, ApproveUnseen, AskForBatchChanges, AskForChanges,
        BringBack, BringBackOrganisation, Check, Claim, Confirm, ConfirmCost, ConfirmOrganisation,
        DeleteMe, Feed, HandIn, Invite, Lapse, Leave, LetGo, Merge, MergeByStatus, MergeInto, Note,
        Open, Reject, RejectBatch, Remind, Remove, Report, Revoke, SetRole, SetStatus, Settle,
        Submit, SubmitBatch, TakeOff, TakeOffOrganisation, Type, Withdraw, WithdrawBatch,
    };
    use Person::{Karim, Rima};
    use Typed::{Ended, Place, Secret, Slug, Word};
    let change = |typed: Typed| [Open(Rima), Type(Rima, typed), Submit(Rima)];
    let approved = |typed: Typed| change(typed).into_iter().chain([Approve]);
    let public = [Submit(Rima), Approve];
    let then: Vec<Action> = match of % 15 {
        0 => approved(Place(1))
            .chain(approved(Slug(1)))
            .chain(change(Word(2)))
            .collect(),
        1 => {
            let batch = [
                HandIn(Rima, 3, 1),
                AskForBatchChanges,
                Type(Rima, Place(2)),
                Submit(Rima),
            ];
            let again = [
                SubmitBatch(Rima),
                ApproveBatch,
                HandIn(Rima, 3, 4),
                ApproveBatch,
            ];
            batch.into_iter().chain(again).collect()
        }
        2 => vec![
            Remind,
            Answer(Rima, false),
            Remind,
            Lapse,
            ConfirmOrganisation(Rima),
            Answer(Rima, false),
        ],
        3 => {
            let waits = change(Word(4))
                .into_iter()
                .chain([Remind, Lapse, Withdraw(Rima), Lapse]);
            let back = [
                Open(Rima),
                Type(Rima, Word(5)),
                Submit(Rima),
                ConfirmOrganisation(Rima),
            ];
            let again = [
                Confirm(Rima),
                Approve,
                Remind,
                Lapse,
                Open(Rima),
                Submit(Rima),
                Approve,
            ];
            waits
                .chain(back)
                .chain(again)
                .chain([ConfirmOrganisation(Rima), Approve])
                .collect()
        }
        4 => {
            let left =
                change(Word(6))
                    .into_iter()
                    .chain([DeleteMe(Rima), SetStatus(true), Approve]);
            left.chain([Feed(7, 1), Claim(Karim, true), Feed(8, 2)])
                .collect()
        }
        5 => change(Place(2))
            .into_iter()
            .chain([TakeOff, Approve, BringBack, Approve])
            .collect(),
        6 => {
            let off = [
                TakeOff,
                Open(Rima),
                Type(Rima, Word(9)),
                Submit(Rima),
                BringBack,
                Approve,
            ];
            off.into_iter()
                .chain([TakeOff, Open(Rima), Submit(Rima), Approve])
                .collect()
        }
        7 => change(Word(10)).into_iter().chain([Merge]).collect(),
        8 => {
            let moved = [HandIn(Rima, 11, 3), TakeOff, ApproveBatch, BringBack];
            moved.into_iter().chain([Claim(Karim, false)]).collect()
        }
        9 => {
            let joins = [
                Invite(Rima, Role::Owner),
                Accept(Karim),
                Open(Karim),
                Type(Karim, Word(13)),
            ];
            joins
                .into_iter()
                .chain([
                    Submit(Karim),
                    Approve,
                    Remind,
                    Remove(Karim),
                    Answer(Karim, false),
                    Answer(Rima, false),
                    Lapse,
                ])
                .collect()
        }
        10 => approved(Secret(false))
            .chain(approved(Place(3)))
            .chain(approved(Secret(true)))
            .collect(),
        11 => {
            let back = change(Ended(false));
            let off = [back[0], back[1], TakeOff, back[2], Approve];
            approved(Ended(true))
                .chain(approved(Place(5)))
                .chain(off)
                .collect()
        }
        12 => {
            let people = [
                Invite(Rima, Role::Editor),
                Revoke(Rima),
                Invite(Rima, Role::Viewer),
                Accept(Karim),
                SetRole(Rima, Role::Editor),
                Leave(Karim),
                // Who invited owns it no more.
                Invite(Rima, Role::Editor),
                Claim(Karim, false),
                SetRole(Karim, Role::Editor),
                Accept(Karim),
                SetRole(Karim, Role::Owner),
            ];
            let off = [
                TakeOff,
                Confirm(Rima),
                Feed(14, 6),
                TakeOffOrganisation,
                BringBackOrganisation,
                Open(Rima),
                BringBack,
            ];
            people.into_iter().chain(off).collect()
        }
        13 => {
            let off = [
                LetGo(Rima),
                Approve,
                BringBack,
                Feed(1, 4),
                Confirm(Rima),
                Approve,
                Submit(Rima),
                Approve,
            ];
            let left = [LetGo(Rima), DeleteMe(Rima), Feed(2, 5), BringBack];
            change(Place(6))
                .into_iter()
                .chain(off)
                .chain(left)
                .collect()
        }
        _ => {
            let decided = [
                Open(Rima),
                Submit(Rima),
                Note(15),
                AskForChanges,
                Submit(Rima),
                ApproveUnseen,
                Reject,
                HandIn(Rima, 15, 7),
                Approve,
                RejectBatch,
                HandIn(Rima, 15, 7),
                WithdrawBatch(Rima),
            ];
            let end = [
                Confirm(Rima),
                ConfirmCost(Rima),
                Check(Rima, 14),
                Report(13),
                Feed(15, 7),
                Settle(Rima),
                MergeInto,
                MergeByStatus,
                DeleteMe(Rima),
                Feed(14, 7),
                MergeByStatus,
            ];
            decided.into_iter().chain(end).collect()
        }
    };
    public.into_iter().chain(then).collect()
}

/// What follows the beginning: chosen one after the other, and rather what was not reached yet.
pub fn resolve(beginning: Vec<Action>, choices: &[Choice], reached: &Reached) -> Vec<Action> {
    let (mut model, mut reached) = (Model::new(), reached.clone());
    let mut actions = Vec::new();
    let mut push = |model: &mut Model, action: Action| {
        let outcome = model.take(action);
        reached.note(action, outcome);
        // What a feed says of a kept listing waits; in the directory this is looked up.
        model.suggestion |= matches!((action, outcome), (Action::Feed(..), Outcome::Done(_)));
        actions.push(action);
        reached.clone()
    };
    let mut so_far = Reached::default();
    for action in beginning {
        so_far = push(&mut model, action);
    }
    for (at, choice) in choices.iter().enumerate() {
        // Little comes after a merger.
        let late = at + 3 >= choices.len();
        let action = chosen(&model, &so_far, *choice, late);
        so_far = push(&mut model, action);
    }
    actions
}

/// One of five is whatever one can do; the others are what something comes of.
fn chosen(model: &Model, reached: &Reached, (choice, one, other): Choice, late: bool) -> Action {
    let ends = |action: &Action| matches!(action, Action::Merge | Action::MergeByStatus);
    let known = possible(one, other).into_iter().filter(|action| {
        let outcome = model.clone().take(*action);
        model.knows(*action) && (late || !ends(action) || !matches!(outcome, Outcome::Done(_)))
    });
    let weighed = known.filter_map(|action| {
        let outcome = model.clone().take(action);
        let fits = choice.is_multiple_of(5) || outcome != Outcome::OutOfPlace;
        let often = 1 + reached.count(action, outcome);
        fits.then_some((action, 1 + 60 * action.weight() / often))
    });
    pick(&weighed.collect::<Vec<_>>(), choice / 5)
}

fn pick(weighed: &[(Action, u32)], choice: u16) -> Action {
    let total: u32 = weighed.iter().map(|(_, weight)| weight).sum();
    let mut left = u32::from(choice).wrapping_mul(2_654_435_761) % total;
    for (action, weight) in weighed {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return *action,
        }
    }
    unreachable!("there is always something to do")
}

/// Everything that anybody may do, each with some value.
pub fn possible(one: u16, other: u16) -> Vec<Action> {
    let some = |of: u16, most: u8| (of % u16::from(most)) as u8;
    let (word, place) = (some(one, WORDS), some(other, PLACES));
    let (coin, role) = (other.is_multiple_of(2), Role::ALL[usize::from(other % 3)]);
    let mut all = vec![
        Action::Approve,
        Action::ApproveUnseen,
        Action::Reject,
        Action::AskForChanges,
        Action::Note(word),
        Action::ApproveBatch,
        Action::RejectBatch,
        Action::AskForBatchChanges,
        Action::Remind,
        Action::Lapse,
        Action::Feed(word, place),
        Action::SetStatus(coin),
        Action::TakeOff,
        Action::BringBack,
        Action::TakeOffOrganisation,
        Action::BringBackOrganisation,
        Action::Merge,
        Action::MergeByStatus,
        Action::MergeInto,
        Action::Report(word),
    ];
    for person in Person::ALL {
        all.extend([
            Action::Open(person),
            Action::Type(person, Typed::Word(word)),
            Action::Type(person, Typed::Place(place)),
            Action::Type(person, Typed::Secret(coin)),
            Action::Type(person, Typed::Ended(coin)),
            Action::Type(person, Typed::Slug(some(other, SLUGS))),
            Action::Submit(person),
            Action::Withdraw(person),
            Action::Check(person, word),
            Action::HandIn(person, word, place),
            Action::SubmitBatch(person),
            Action::WithdrawBatch(person),
            Action::Confirm(person),
            Action::LetGo(person),
            Action::ConfirmCost(person),
            Action::ConfirmOrganisation(person),
            Action::Answer(person, coin),
            Action::Settle(person),
            Action::Claim(person, coin),
            Action::Invite(person, role),
            Action::Accept(person),
            Action::Revoke(person),
            Action::SetRole(person, role),
            Action::Remove(person),
            Action::Leave(person),
            Action::DeleteMe(person),
        ]);
    }
    all
}
