//! What somebody is to be told, by what the document says and what the address names.
//!
//! The rules, all of them: who is not signed in is told so. What is one person's, or one organisation's, is not there for
//! others; who may look at it and not do this is told that. Moderators look at what organisations have. What is done with
//! public listings and with what waits is for moderators, and others are told that.

use super::{
    actors::{Who, Whose},
    operation::Operation,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    LetIn,
    Refused(u16),
}

const NOT_SIGNED_IN: Expected = Expected::Refused(401);
const NOT_THEIRS_TO_DO: Expected = Expected::Refused(403);
const NOT_THERE: Expected = Expected::Refused(404);

pub fn expected(operation: &Operation, who: Who, whose: Whose) -> Expected {
    let let_in = |holds: bool| {
        if holds {
            Expected::LetIn
        } else {
            NOT_THEIRS_TO_DO
        }
    };
    let role = who.role_in(whose);
    // A draft and a batch are their organisation's, and nobody else knows of them before they are handed in.
    let of_an_organisation = operation.names("draft") || operation.names("batch");
    match operation.least {
        "public" => Expected::LetIn,
        _ if who == Who::Anonymous => NOT_SIGNED_IN,
        "account" if operation.is_of_a_person() && whose == Whose::Foreign => NOT_THERE,
        "account" => Expected::LetIn,
        "administrator" => let_in(who == Who::Administrator),
        "moderator" if who.decides() => Expected::LetIn,
        "moderator" if of_an_organisation && role.is_none() => NOT_THERE,
        "moderator" => NOT_THEIRS_TO_DO,
        least @ ("viewer" | "editor" | "owner") => match role {
            Some(role) => let_in(rank(role) >= rank(least)),
            None if who.decides() => let_in(least == "viewer"),
            None => NOT_THERE,
        },
        other => panic!("{}: nothing is known of {other}", operation.id),
    }
}

fn rank(role: &str) -> usize {
    let ranks = ["viewer", "editor", "owner"];
    ranks.iter().position(|one| *one == role).unwrap()
}
